# SPDX-License-Identifier: GPL-2.0
# A new session is counted after its tag is published.
# file: shard.c
# caught by: plain steps
# says: come_.*back: id 2 was seen, then -2
s/^\tWRITE_ONCE(sh->in_dirty, dirty->used + 1);$//
s/^\tslots_insert(dirty, hash, rec);$/&\n\tsmp_store_release(\&sh->in_dirty, dirty->used);/
