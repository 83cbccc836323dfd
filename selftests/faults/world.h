/* SPDX-License-Identifier: GPL-2.0 */
/* A table and what must be in it. */
#ifndef DEVSESS_TEST_WORLD_H
#define DEVSESS_TEST_WORLD_H

#include <errno.h>

#include "batch.h"
#include "snapshot.h"

/**
 * struct world - a table and what must be in it
 * @nl:    socket of those who look; no fault is armed when it is used
 * @table: name
 * @want:  its sessions
 */
struct world {
	struct nl nl;
	const char *table;
	struct snapshot want;
};

/* Sessions that are there meanwhile. */
#define WORLD_STAY 200

/* A request that was refused, or whose answer got lost, before or after it was done. */
static inline bool refused(int err)
{
	return err == -ENOMEM || err == -ENOBUFS;
}

void world_forget(struct world *w);
int world_fill(struct world *w, __u32 from, __u32 n);
int world_fill_once(struct world *w);
void world_put(struct world *w, const struct session *s);
void world_remove(struct world *w, const struct session *s);
const struct session *world_find(struct world *w, const struct session *key);
bool world_may_be(struct world *w, const struct session *key, const struct session *then);
bool world_has(struct world *w, const struct snapshot *part, bool whole);
bool world_check(struct world *w);

__u64 proc_figure(const char *table, const char *name);

#endif
