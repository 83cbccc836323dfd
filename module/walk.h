/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over all sessions of a table, shard by shard. See walk.c. */
#ifndef DEVSESS_WALK_H
#define DEVSESS_WALK_H

#include "table.h"

/* Decides on a session, under the shard lock: pure and quick. True: it is meant. */
typedef bool (*walk_match)(const struct devsess_session *s, const void *arg);

/**
 * struct snapshot - the sessions of one shard at one time
 * @next:  hash to go on from, above U32_MAX at the end; 0 to begin
 * @count: records in @rec
 * @size:  how many fit in
 * @rec:   records
 */
struct snapshot {
	u64 next;
	u32 count;
	u32 size;
	u64 *rec;
};

int walk_snapshot(struct devsess_table *t, struct snapshot *snap, walk_match match,
		  const void *arg);
void walk_get(const struct devsess_table *t, const struct snapshot *snap, u32 i,
	      struct devsess_session *s);
void walk_free(struct snapshot *snap);
u64 walk_clear(struct devsess_table *t, walk_match match, const void *arg);
u64 walk_count(struct devsess_table *t, walk_match match, const void *arg);
int walk_range(struct devsess_table *t, int (*fn)(const struct devsess_session *s, void *arg),
	       void *arg);

#endif /* DEVSESS_WALK_H */
