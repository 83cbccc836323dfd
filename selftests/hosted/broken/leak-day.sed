# SPDX-License-Identifier: GPL-2.0
# A map that was replaced is not freed: memory creeps.
# file: map.c
# caught by: plain day --hours 4
# says: not ok . - day.memory_is_flat
s/call_rcu(&t->rcu, free_fn);/(void)t;/
