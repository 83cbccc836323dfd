# SPDX-License-Identifier: GPL-2.0
# A full table looks at one shard only for sessions that have expired.
# file: sweep.c
# caught by: plain model
# says: [a-z_]*: -28,
s/^\t\tshards = atomic_read(&sw->dir->stats->shards);$/\t\tshards = 1;/
