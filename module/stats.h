/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a table, per CPU. */
#ifndef DEVSESS_STATS_H
#define DEVSESS_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/*
 * STAT(name, ATTR): one line per counter. The name is that of the line in
 * /proc/net/devsess and of the column in /proc/net/stat/devsess, and
 * DEVSESS_A_STATS_ATTR is the attribute.
 */
#define DEVSESS_STATS(STAT)			\
	STAT(read_hits, READ_HITS)		\
	STAT(dirty_hits, DIRTY_HITS)		\
	STAT(not_found, NOT_FOUND)		\
	STAT(inserts, INSERTS)			\
	STAT(updates, UPDATES)			\
	STAT(touches, TOUCHES)			\
	STAT(deletes, DELETES)			\
	STAT(expired, EXPIRED)			\
	STAT(promotions, PROMOTIONS)		\
	STAT(promoted, PROMOTED)		\
	STAT(grows, GROWS)			\
	STAT(shrinks, SHRINKS)			\
	STAT(splits, SPLITS)			\
	STAT(merges, MERGES)			\
	STAT(slots_written, SLOTS_WRITTEN)	\
	STAT(fail_exists, FAIL_EXISTS)		\
	STAT(fail_absent, FAIL_ABSENT)		\
	STAT(fail_version, FAIL_VERSION)	\
	STAT(fail_full, FAIL_FULL)		\
	STAT(fail_memory, FAIL_MEMORY)		\
	STAT(fail_invalid, FAIL_INVALID)	\
	STAT(deferred, DEFERRED)		\
	STAT(merged, MERGED)			\
	STAT(deferred_failed, DEFERRED_FAILED)	\
	STAT(fail_ring, FAIL_RING)		\
	STAT(upcalls, UPCALLS)			\
	STAT(upcalls_dropped, UPCALLS_DROPPED)	\
	STAT(negative_hits, NEGATIVE_HITS)	\
	STAT(evicted, EVICTED)			\
	STAT(fail_quota, FAIL_QUOTA)		\
	STAT(fail_owners, FAIL_OWNERS)

#define STAT_ENUM(name, ATTR) STAT_##name,
enum stat_id { DEVSESS_STATS(STAT_ENUM) STAT_MAX };
#undef STAT_ENUM

/**
 * struct stats_cpu - of one CPU
 * @absent: the last lookup found nothing; a hint for the next one
 * @v:      counters; unsigned long: a reader never sees half of one
 *
 * What each lookup writes comes first.
 */
struct stats_cpu {
	bool absent;
	unsigned long v[STAT_MAX];
};

/**
 * struct stats - counters of a table
 * @cpu:           per CPU; any context, NMI included, may count
 * @lock_hold_max: longest hold of a shard lock by a structural change, ns
 * @memory:        bytes of shards and maps
 * @slots:         slots in all maps
 * @shards:        shards
 */
struct stats {
	struct stats_cpu __percpu *cpu;
	atomic64_t lock_hold_max;
	atomic_long_t memory;
	atomic_long_t slots;
	atomic_t shards;
};

int stats_init(struct stats *s);
void stats_exit(struct stats *s);
u64 stats_sum(const struct stats *s, enum stat_id i);
void stats_hold(struct stats *s, u64 ns);
int stats_failure(struct stats *s, int err);

static inline void stats_add(struct stats *s, enum stat_id i, unsigned long n)
{
	this_cpu_add(s->cpu->v[i], n);
}

static inline void stats_inc(struct stats *s, enum stat_id i)
{
	stats_add(s, i, 1);
}

/**
 * stats_looked - note whether a lookup found a session
 * @s:      counters
 * @absent: it did not
 *
 * Ids that are unknown come in bursts: of devices that are not set up yet, or from who
 * makes them up.
 *
 * Context: Any, NMI included.
 */
static inline void stats_looked(struct stats *s, bool absent)
{
	this_cpu_write(s->cpu->absent, absent);
}

/**
 * stats_expect_absent - whether the next lookup may well find nothing
 * @s: counters
 *
 * Context: Any, NMI included. A hint: it may be that of another CPU.
 * Return: what this CPU's last lookup told.
 */
static inline bool stats_expect_absent(const struct stats *s)
{
	return this_cpu_read(s->cpu->absent);
}

#endif /* DEVSESS_STATS_H */
