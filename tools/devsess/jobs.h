/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that the loader asks for sessions, so many at a time, each for one id. */
#ifndef DEVSESS_JOBS_H
#define DEVSESS_JOBS_H

#include "loader.h"

/* Ids that wait for a program to be free. More wait in the socket. */
#define JOBS_QUEUE 4096

struct job;

struct jobs {
	struct loader *l;
	uint32_t max;
	uint64_t timeout_ms;
	uint32_t running;
	struct job *job; /* @max of them */
	struct id queue[JOBS_QUEUE];
	uint32_t first;
	uint32_t waiting;
	bool stuck; /* no program can be started; told once */
};

/* Returns 0 or -ENOMEM. */
int jobs_init(struct jobs *j, struct loader *l, uint32_t max, uint64_t timeout_ms);

/* Kill those that run, and wait for them. */
void jobs_destroy(struct jobs *j);

/* Let an id wait. There is room for it, and jobs_has() does not have it. */
void jobs_add(struct jobs *j, const struct id *id);

/* Whether a program runs for an id, or it waits for one: the kernel asks again meanwhile. */
bool jobs_has(const struct jobs *j, const struct id *id);

/* Whether so many ids more may wait. */
bool jobs_room(const struct jobs *j, uint32_t n);

/* Take the answers of those that have ended, kill those that take too long, start others. */
void jobs_run(struct jobs *j);

/* Milliseconds until there is something to do for jobs_run(); -1: nothing. */
int jobs_next_ms(const struct jobs *j);

#endif
