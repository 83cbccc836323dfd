/* SPDX-License-Identifier: GPL-2.0 */
/* A line on a terminal that tells how far a load is. */
#ifndef DEVSESS_PROGRESS_H
#define DEVSESS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	bool shown;
	uint64_t size; /* of the input, 0 if it is not known */
	double start;
	double last; /* when it was drawn */
};

/* Seconds of a clock that never jumps. */
double progress_now(void);

/* Silent unless stderr is a terminal and @wanted. */
void progress_init(struct progress *p, uint64_t size, bool wanted);

/* Draw the line, some ten times a second at most. */
void progress_show(struct progress *p, uint64_t bytes, uint64_t sessions);

/* Wipe the line, before other output and at the end. */
void progress_clear(struct progress *p);

#endif
