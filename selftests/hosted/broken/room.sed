# SPDX-License-Identifier: GPL-2.0
# A full table looks at one shard only for sessions that have expired.
# file: sweep.c
# caught by: plain model
# says: [a-z_]*: -28,
s/ && (patient || n < ROOM_SHARDS);/ \&\& !n;/
