/* SPDX-License-Identifier: GPL-2.0 */
/* Replies to batches: what the spec does not tell of them. */
#ifndef DEVSESS_FUZZ_BATCH_REPLY_H
#define DEVSESS_FUZZ_BATCH_REPLY_H

#include "judge.h"

bool batch_is(const struct op_spec *op);
void batch_judge(struct judge *j, struct sent *s, struct attrs reply);

#endif
