/* SPDX-License-Identifier: GPL-2.0 */
/* Deferred writes: rings per CPU and the worker that empties them. See deferred.c. */
#ifndef DEVSESS_DEFERRED_H
#define DEVSESS_DEFERRED_H

#include "table.h"

struct deferred;

struct deferred *deferred_alloc(struct devsess_table *t, u32 ring);
void deferred_install(struct devsess_table *t, struct deferred *d);
void deferred_set_interval(struct devsess_table *t, u32 ms);
void deferred_free(struct deferred *d);
void deferred_exit(struct devsess_table *t);

/* As devsess_defer_store() and so on, on a table. */
int deferred_store(struct devsess_table *t, const struct devsess_session *s);
int deferred_update(struct devsess_table *t, const struct devsess_session *s, u32 fields);
int deferred_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		   u32 flags);
int deferred_delete(struct devsess_table *t, const void *key, size_t key_len);
int deferred_drain(struct devsess_table *t);

u32 deferred_ring(const struct devsess_table *t);
u64 deferred_waiting(const struct devsess_table *t);

#endif /* DEVSESS_DEFERRED_H */
