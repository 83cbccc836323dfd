# SPDX-License-Identifier: GPL-2.0
# A map is freed while readers may still be in it.
# file: map.c
# caught by: asan steps
# says: heap-use-after-free
s/call_rcu(&t->rcu, free_fn);/map_free(t);/
