# SPDX-License-Identifier: GPL-2.0
# Sessions that are cleared keep their places.
# file: walk.c
# caught by: plain kunit devsess_owner
# says: owner_kunit.c
s/shard_walk(sh, hash, fn, gone, &w)/shard_walk(sh, hash, fn, NULL, \&w)/
