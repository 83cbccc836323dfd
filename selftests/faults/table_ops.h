/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on a second table, and on its owners, refusals and rings, while allocations fail. */
#ifndef DEVSESS_TEST_TABLE_OPS_H
#define DEVSESS_TEST_TABLE_OPS_H

#include "ops.h"

int prepare_table(struct attempt *a);
bool settle_table(struct attempt *a, int err);
int prepare_names(struct attempt *a);
bool settle_names(struct attempt *a, int err);
int prepare_owners(struct attempt *a);
int prepare_limit(struct attempt *a);
bool settle_limit(struct attempt *a, int err);
int prepare_owner(struct attempt *a);
bool settle_owner(struct attempt *a, int err);
int prepare_refuse(struct attempt *a);
int prepare_drain(struct attempt *a);
bool settle_drain(struct attempt *a, int err);

#endif
