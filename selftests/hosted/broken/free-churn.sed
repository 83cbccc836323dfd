# SPDX-License-Identifier: GPL-2.0
# As free, caught by threads that really run in parallel.
# file: map.c
# caught by: asan parallel --test churn --seconds 30
# says: heap-use-after-free
s/call_rcu(&t->rcu, free_fn);/map_free(t);/
