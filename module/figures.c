// SPDX-License-Identifier: GPL-2.0
#include "figures.h"

#include <linux/math64.h>

#include "deferred.h"

/* The counters, in their enum's order. */
#define STAT_ATTR(name, ATTR)	DEVSESS_A_STATS_##ATTR,
static const u16 stat_attr[STAT_MAX] = { DEVSESS_STATS(STAT_ATTR) };
#undef STAT_ATTR

#define STAT_FIGURE(name, ATTR)	\
	[DEVSESS_A_STATS_##ATTR] = { #name, FIGURE_U64 },
const struct figure figure_list[DEVSESS_A_STATS_MAX + 1] = {
	[DEVSESS_A_STATS_SESSIONS] = { "sessions", FIGURE_U64 },
	[DEVSESS_A_STATS_PEAK] = { "peak", FIGURE_U64 },
	[DEVSESS_A_STATS_PEAK_AT] = { "peak_at", FIGURE_U64 },
	[DEVSESS_A_STATS_MAX_SESSIONS] = { "max_sessions", FIGURE_U64 },
	[DEVSESS_A_STATS_SHARDS] = { "shards", FIGURE_U64 },
	[DEVSESS_A_STATS_MEMORY] = { "memory", FIGURE_U64 },
	[DEVSESS_A_STATS_SLOTS] = { "slots", FIGURE_U64 },
	[DEVSESS_A_STATS_SLOT_SIZE] = { "slot_size", FIGURE_U32 },
	[DEVSESS_A_STATS_LOAD_FACTOR] = { "load_factor", FIGURE_MILLI },
	[DEVSESS_A_STATS_BYTES_PER_SESSION] = { "bytes_per_session", FIGURE_U64 },
	[DEVSESS_A_STATS_LOOKUPS] = { "lookups", FIGURE_U64 },
	[DEVSESS_A_STATS_WRITE_AMPLIFICATION] = { "write_amplification", FIGURE_MILLI },
	[DEVSESS_A_STATS_DEFERRED_WAITING] = { "deferred_waiting", FIGURE_U64 },
	[DEVSESS_A_STATS_GENERATION] = { "generation", FIGURE_U64 },
	[DEVSESS_A_STATS_LOCK_HOLD_MAX_NS] = { "lock_hold_max_ns", FIGURE_U64 },
	[DEVSESS_A_STATS_COST] = { "cost", FIGURE_U64 },
	[DEVSESS_A_STATS_MAX_COST] = { "max_cost", FIGURE_U64 },
	DEVSESS_STATS(STAT_FIGURE)
};

#undef STAT_FIGURE

static u64 ratio(u64 a, u64 b, u32 scale)
{
	return b ? div64_u64(a * scale, b) : 0;
}

/**
 * figures_get - collect the figures of a table
 * @t: table
 * @f: out: the values
 *
 * Context: Any but NMI. Takes no shard lock; the figures go on changing while
 * they are collected.
 */
void figures_get(struct devsess_table *t, struct figures *f)
{
	u64 *v = f->v;
	int i;

	for (i = 0; i < STAT_MAX; i++)
		v[stat_attr[i]] = stats_sum(&t->stats, i);
	v[DEVSESS_A_STATS_SESSIONS] = table_count(t);
	v[DEVSESS_A_STATS_PEAK] = atomic_long_read(&t->peak);
	v[DEVSESS_A_STATS_PEAK_AT] = READ_ONCE(t->peak_at) * MSEC_PER_SEC;
	v[DEVSESS_A_STATS_MAX_SESSIONS] = table_max(t);
	v[DEVSESS_A_STATS_SHARDS] = atomic_read(&t->stats.shards);
	v[DEVSESS_A_STATS_MEMORY] = table_memory(t);
	v[DEVSESS_A_STATS_SLOTS] = atomic_long_read(&t->stats.slots);
	v[DEVSESS_A_STATS_SLOT_SIZE] = t->layout.slot_words * sizeof(u64);
	v[DEVSESS_A_STATS_LOAD_FACTOR] = ratio(v[DEVSESS_A_STATS_SESSIONS],
					       v[DEVSESS_A_STATS_SLOTS], 1000);
	v[DEVSESS_A_STATS_BYTES_PER_SESSION] = ratio(v[DEVSESS_A_STATS_MEMORY],
						     v[DEVSESS_A_STATS_SESSIONS], 1);
	v[DEVSESS_A_STATS_LOOKUPS] = v[DEVSESS_A_STATS_READ_HITS] +
				     v[DEVSESS_A_STATS_DIRTY_HITS] +
				     v[DEVSESS_A_STATS_NOT_FOUND];
	v[DEVSESS_A_STATS_WRITE_AMPLIFICATION] =
		ratio(v[DEVSESS_A_STATS_SLOTS_WRITTEN],
		      v[DEVSESS_A_STATS_INSERTS] + v[DEVSESS_A_STATS_UPDATES] +
		      v[DEVSESS_A_STATS_TOUCHES], 1000);
	v[DEVSESS_A_STATS_DEFERRED_WAITING] = deferred_waiting(t);
	v[DEVSESS_A_STATS_GENERATION] = table_generation(t);
	v[DEVSESS_A_STATS_COST] = cost_sum(&t->cost);
	v[DEVSESS_A_STATS_MAX_COST] = cost_max(&t->cost);
	v[DEVSESS_A_STATS_LOCK_HOLD_MAX_NS] = atomic64_read(&t->stats.lock_hold_max);
}
