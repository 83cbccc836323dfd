# SPDX-License-Identifier: GPL-2.0
# A walk goes on from the beginning of a shard, though it ended inside it.
# file: walk.c
# caught by: plain parallel --test churn --seconds 30
# says: walk: session .* twice|walk: .* times
s/shard_walk(sh, snap->next, copy_one, NULL, &w)/shard_walk(sh, 0, copy_one, NULL, \&w)/
