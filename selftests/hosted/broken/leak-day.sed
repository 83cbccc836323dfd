# SPDX-License-Identifier: GPL-2.0
# A map that was replaced is not freed: memory creeps.
# file: slots.c
# caught by: plain day --hours 4
# says: not ok . - day.memory_is_flat
s/kvfree_rcu(t, rcu);/(void)t;/
