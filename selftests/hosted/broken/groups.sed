# SPDX-License-Identifier: GPL-2.0
# A map is put in the place of another while the shard tells the groups of the old one.
# file: resize.c
# caught by: plain steps
# says: growth_in_read: (lost|id 1 was seen)
/^\tWRITE_ONCE(\*groups, 0);$/d
