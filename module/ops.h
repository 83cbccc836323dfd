/* SPDX-License-Identifier: GPL-2.0 */
/* Writes of one session. See ops.c. */
#ifndef DEVSESS_OPS_H
#define DEVSESS_OPS_H

#include "table.h"
#include "write.h"

bool ops_session_valid(const struct devsess_table *t, const struct devsess_session *s,
		       u32 fields);
bool ops_touch_valid(u64 ttl_ms, u32 flags);

/* As the functions of include/devsess.h of these names, on a table. */
int ops_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp);
int ops_store(struct devsess_table *t, struct devsess_session *s, gfp_t gfp);
int ops_update(struct devsess_table *t, struct devsess_session *s, u32 fields);
int ops_get_or_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp);
int ops_swap(struct devsess_table *t, struct devsess_session *s, struct devsess_session *prev,
	     gfp_t gfp);
int ops_delete(struct devsess_table *t, const void *key, size_t key_len);
int ops_get_and_delete(struct devsess_table *t, const void *key, size_t key_len,
		       struct devsess_session *s);
int ops_compare_and_swap(struct devsess_table *t, struct devsess_session *s, u32 fields,
			 u64 version);
int ops_compare_and_delete(struct devsess_table *t, const void *key, size_t key_len, u64 version);
int ops_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms, u32 flags,
	      u64 *expires);

int ops_create_modest(struct devsess_table *t, struct devsess_session *s,
		      struct devsess_session *prev, found_fn found, gfp_t gfp);
int ops_swap_full(struct devsess_table *t, struct devsess_session *s, struct devsess_session *prev,
		  bool keep, gfp_t gfp);
int ops_update_full(struct devsess_table *t, struct devsess_session *s, u32 fields,
		    const u64 *version, struct devsess_session *prev, bool keep, gfp_t gfp);
int ops_delete_full(struct devsess_table *t, const void *key, size_t key_len, const u64 *version,
		    struct devsess_session *prev);
int ops_touch_full(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		   u32 flags, u64 *expires, struct devsess_session *prev,
		   struct devsess_session *s, bool keep);
int ops_undo(struct devsess_table *t, const struct devsess_session *written);
int ops_restore(struct devsess_table *t, struct devsess_session *s,
		const struct devsess_session *written);

#endif /* DEVSESS_OPS_H */
