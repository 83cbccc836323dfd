# SPDX-License-Identifier: GPL-2.0
# A new session is counted after its tag is published.
# file: shard.c
# caught by: plain steps
# says: come_.*back: id 2 was seen, then -2
s/^\tWRITE_ONCE(sh->filter, sh->filter.*$//
s/^\tslots_insert(dirty, hash, rec);$/&\n\tsmp_store_release(\&sh->filter, sh->filter | shard_filter(hash));/
