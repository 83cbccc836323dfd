/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a table, per CPU. */
#ifndef DEVSESS_STATS_H
#define DEVSESS_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/*
 * STAT(name): one line per counter. The name is that of the attribute, of the
 * line in /proc/net/devsess and of the column in /proc/net/stat/devsess.
 */
#define DEVSESS_STATS(STAT)	\
	STAT(read_hits)		\
	STAT(dirty_hits)	\
	STAT(not_found)		\
	STAT(inserts)		\
	STAT(updates)		\
	STAT(touches)		\
	STAT(deletes)		\
	STAT(expired)		\
	STAT(promotions)	\
	STAT(promoted)		\
	STAT(grows)		\
	STAT(shrinks)		\
	STAT(splits)		\
	STAT(merges)		\
	STAT(slots_written)	\
	STAT(fail_exists)	\
	STAT(fail_absent)	\
	STAT(fail_version)	\
	STAT(fail_full)		\
	STAT(fail_memory)	\
	STAT(fail_invalid)

#define STAT_ENUM(name) STAT_##name,
enum stat_id { DEVSESS_STATS(STAT_ENUM) STAT_MAX };
#undef STAT_ENUM

/* Counters of one CPU. unsigned long: a reader never sees half of one. */
struct stats_cpu {
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
const char *stats_name(enum stat_id i);

static inline void stats_add(struct stats *s, enum stat_id i, unsigned long n)
{
	this_cpu_add(s->cpu->v[i], n);
}

static inline void stats_inc(struct stats *s, enum stat_id i)
{
	stats_add(s, i, 1);
}

#endif /* DEVSESS_STATS_H */
