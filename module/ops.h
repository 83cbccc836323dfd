/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on one session, beyond those of include/devsess.h. See ops.c. */
#ifndef DEVSESS_OPS_H
#define DEVSESS_OPS_H

#include "table.h"

bool ops_session_valid(const struct devsess_table *t, const struct devsess_session *s,
		       u32 fields);
bool ops_touch_valid(u64 ttl_ms, u32 flags);

int ops_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp);
int ops_swap(struct devsess_table *t, struct devsess_session *s, struct devsess_session *prev,
	     bool keep, gfp_t gfp);
int ops_update(struct devsess_table *t, struct devsess_session *s, u32 fields,
	       const u64 *version, struct devsess_session *prev, bool keep);
int ops_delete(struct devsess_table *t, const void *key, size_t key_len, const u64 *version,
	       struct devsess_session *prev);
int ops_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms, u32 flags,
	      u64 *expires, struct devsess_session *prev, struct devsess_session *s);
int ops_undo(struct devsess_table *t, const struct devsess_session *written);
int ops_restore(struct devsess_table *t, struct devsess_session *s,
		const struct devsess_session *written);

#endif /* DEVSESS_OPS_H */
