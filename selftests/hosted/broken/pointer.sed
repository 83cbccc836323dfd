# SPDX-License-Identifier: GPL-2.0
# A lookup does not look whether the map is still the one whose groups it has read.
# file: shard.c
# caught by: plain steps
# says: growth_in_read: (lost|id 1 was seen)
s/!\*groups || rcu_access_pointer(\*map) != t/!*groups/
