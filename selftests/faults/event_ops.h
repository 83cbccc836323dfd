/* SPDX-License-Identifier: GPL-2.0 */
/* Operations that are told to a listener, or evict, while allocations fail. */
#ifndef DEVSESS_TEST_EVENT_OPS_H
#define DEVSESS_TEST_EVENT_OPS_H

#include "ops.h"

/* Begins to listen, and forgets what was heard before. Returns 0 or an errno. */
int ear_open(struct world *w);
/* The last events that have come are of a kind, and so many; a loss counts as it says. */
__u64 ear_heard(struct world *w, __u32 kind);

int prepare_heard_clear(struct attempt *a);
bool settle_heard_clear(struct attempt *a, int err);
int prepare_heard_end(struct attempt *a);
bool settle_heard_end(struct attempt *a, int err);
int prepare_evict(struct attempt *a);
int run_evict(struct attempt *a);
bool settle_evict(struct attempt *a, int err);

#endif
