/* SPDX-License-Identifier: GPL-2.0 */
/* Constants of the engine, each with its reason. */
#ifndef DEVSESS_LIMITS_H
#define DEVSESS_LIMITS_H

#include <linux/gfp.h>
#include <linux/sizes.h>

/*
 * What requests make the module allocate is charged to the memory cgroup of
 * whoever asks. When there is none, the request is refused: the OOM killer, the
 * cgroup's or the machine's, kills nobody for it, and nothing goes to the log.
 */
#define GFP_MODEST		(__GFP_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/*
 * A lookup compares the tags of one group in two 64-bit words, so a group is
 * 16 slots. A map is full at 14 of 16: above that, groups without an empty
 * slot become common and an absent id has to look at the next group too.
 */
#define GROUP_SLOTS		16
#define GROUP_SLOTS_USED	14

/*
 * Largest allocation of a read map. It bounds what a promotion, growth or
 * split copies under the shard lock (about 2000 slots of 128 bytes), whatever
 * the number of sessions, and keeps allocations at order 6.
 */
#define READ_BYTES_MAX		SZ_256K

/*
 * Smallest allocation of a map. For the sizes above see mem.c.
 */
#define MAP_BYTES_MIN		SZ_4K

/*
 * Largest allocation of a dirty map, unless writers that cannot sleep need more:
 * the delta stays small, and the dirty maps of many shards stay in the cache.
 */
#define DIRTY_BYTES		SZ_8K

/* So few tombstones, as a fraction of the slots, are not worth a rebuild: 1/8. */
#define TOMBSTONE_SHIFT		3

/* A map this empty is rebuilt smaller: sessions below 1/4 of what fits in. */
#define SHRINK_SHIFT		2

/* A table starts with this many shards per possible CPU, so that writers rarely meet. */
#define SHARDS_PER_CPU		4

/*
 * A directory has at most 2^24 entries (128 MiB, about 10^10 sessions). Beyond
 * it, and if a hash ever fails to separate ids, shards grow instead of splitting.
 */
#define DIR_DEPTH_MAX		24

/* Directory entries copied per hold of the directory lock while it doubles. */
#define DIR_COPY_CHUNK		256

/* Lookups of a batch that wait for memory together: about as many as a CPU can. */
#define LOOKUPS_TOGETHER	16U

/* An NMI may have interrupted the writer that it would wait for. */
#define NMI_RETRIES		64

/*
 * Pause before the worker looks at the shards after a kick, in ms: long
 * enough to serve many kicks by one pass, short enough that memory returns
 * and sessions expire within a second.
 */
#define SWEEP_DELAY_MS		100

/*
 * How long the worker works at a time, in ms, before it leaves the CPU for a tick: long
 * enough for many shards, short enough that nobody waits for the CPU.
 */
#define SWEEP_RUN_MS		10

/*
 * Pause before the worker tries again to shrink what it had no memory for, in
 * ms: the table stays larger than it need be, which is no reason to hurry.
 */
#define SWEEP_RETRY_MS		1000

/*
 * Shards at which a full table looks for an expired session for who cannot sleep: a few,
 * since each that has some is walked under its lock.
 */
#define ROOM_SHARDS		4

/*
 * Most uses that are noted of a session: what is used all the time is at it, so that lookups
 * do not write. Twice as many as S3-FIFO has find more; so do more still, but hardly.
 */
#define USES_MAX		7

/*
 * Sessions on probation, as a part of all of a shard: one in twenty, half of what S3-FIFO has,
 * which finds more, most of all where the same ids come round again.
 */
#define EVICT_NEW_PART		20

/* So many uses end a probation. */
#define EVICT_ADMIT_USES	2

/*
 * Newcomers of which the oldest goes. Of so many it is among the oldest tenth of them, most
 * likely, and another one is another cache line.
 */
#define EVICT_SAMPLE		8

/* Sessions that an eviction looks at, if it finds one by then: some microseconds. */
#define EVICT_LOOKS		64

/*
 * Sessions of a shard from which on it can tell its newcomers' part by itself; smaller ones
 * are taken together.
 */
#define EVICT_SET		64

/* Empty shards that are skipped at a time on the way to one that is not. */
#define EVICT_EMPTY_SHARDS	64

/*
 * Counters that keep deferred writes in order, each on a line of its own: so many
 * that CPUs rarely meet at one, 4 KiB.
 */
#define DEFER_STRIPES		64

/*
 * How long a deferred write waits at the most, in ms, unless told: well below what
 * a session's ttl is about, and long enough for a burst.
 */
#define DEFER_MS		10

/*
 * Miss upcalls: ids that share a set of slots or entries. The tags of eight slots are a
 * cache line.
 */
#define UPCALL_WAYS		8

/* Ids that can wait for the worker, 80 bytes each: a burst, but what waits is soon old. */
#define UPCALL_SLOTS_MIN	64
#define UPCALL_SLOTS_MAX	4096

/* Ids remembered as asked for, 16 bytes each: 16 KiB to 4 MiB per table. */
#define UPCALL_ENTRIES_MIN	1024
#define UPCALL_ENTRIES_MAX	262144

/* Pause of the worker that sends upcalls when the rate allows no more, in ms. */
#define UPCALL_PAUSE_MS		10

/* How often an id is asked for, in ms, and ids per second, unless told. */
#define UPCALL_INTERVAL_MS	1000
#define UPCALL_RATE		1000

/*
 * Changes of a table that wait to be told, at the most: a burst is no loss, and they
 * take 8 MiB with the longest records.
 */
#define EVENTS_WAIT_MAX		32768

/*
 * Events that are sent under one hold of the lock, at the most: who sends may have to yield after
 * each, and may be the least of all threads.
 */
#define EVENTS_AT_ONCE		64U

/* Pause before the worker tries again to tell of losses for which it had no memory, in ms. */
#define EVENTS_RETRY_MS		100

/* Times that the multicast groups are taken, until they have no members. */
#define REGISTER_TRIES		16

/* A low watermark where none was given, of the high one, both per cent. */
#define WATERMARK_LOW(high)	((high) > 10 ? (high) - 10 : 0)

/* Owners that are listed without leaving the CPU to others. */
#define OWNER_LIST_CHUNK	1024

/* Tables per network namespace; each costs 8 KiB per shard when empty. */
#define TABLES_MAX		1024

/* Numbers of names of tables, which come again after so many. */
#define HANDLES_MAX		65535

/* Places for handles that are found at once; a namespace has few tables. */
#define HANDLES_RECENT		16

/* Limit of a table for which none was given; a module parameter for `default'. */
#define SESSIONS_DEFAULT	1048576UL

#endif /* DEVSESS_LIMITS_H */
