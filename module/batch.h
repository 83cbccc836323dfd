/* SPDX-License-Identifier: GPL-2.0 */
/* Batches: many requests on one table. See batch.c. */
#ifndef DEVSESS_BATCH_H
#define DEVSESS_BATCH_H

#include "table.h"

/**
 * struct batch_item - one request
 * @op:          enum devsess_op
 * @fields:      fields of @s that are given
 * @touch_flags: of a touch
 * @versioned:   @version is the one expected (update, delete)
 * @version:     expected version
 * @s:           the session; out for a get
 * @prev:        the session as it was (atomic batches)
 * @too_heavy:   there was no room for its weight, if @result is -ENOSPC
 * @result:      0 or more, or an errno
 */
struct batch_item {
	u32 op;
	u32 fields;
	u32 touch_flags;
	bool versioned;
	u64 version;
	struct devsess_session s;
	struct devsess_session prev;
	bool too_heavy;
	int result;
};

int batch_run(struct devsess_table *t, struct batch_item *item);
int batch_run_atomic(struct devsess_table *t, struct batch_item *items, u32 n, u32 *bad);
int batch_find_twice(struct batch_item *items, u32 n, u32 *bad);

#endif /* DEVSESS_BATCH_H */
