// SPDX-License-Identifier: GPL-2.0
/* Table: its limits, its life, and the count of its sessions. */
#include "table.h"

#include <linux/export.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

static void note_peak(struct devsess_table *t, long sessions)
{
	long peak = atomic_long_read(&t->peak);

	while (sessions > peak) {
		if (!atomic_long_try_cmpxchg(&t->peak, &peak, sessions))
			continue;
		WRITE_ONCE(t->peak_at, ktime_get_real_seconds());
		break;
	}
}

/**
 * table_reserve - count a session that is about to be stored
 * @t: table
 *
 * The bound is looked at again after the count has been raised, and
 * table_set_max() looks at the count after it has lowered the bound: one of
 * the two sees the other.
 *
 * Context: Any.
 * Return: false if the table holds max_sessions.
 */
bool table_reserve(struct devsess_table *t)
{
	long count = atomic_long_read(&t->count);

	do {
		if (count >= READ_ONCE(t->max_sessions))
			return false;
	} while (!atomic_long_try_cmpxchg(&t->count, &count, count + 1));
	if (count >= READ_ONCE(t->max_sessions)) {
		atomic_long_dec(&t->count);
		return false;
	}
	note_peak(t, count + 1);
	return true;
}

/**
 * table_forget - sessions have left their slots
 * @t:        table
 * @sessions: how many
 *
 * Context: Any.
 */
void table_forget(struct devsess_table *t, u32 sessions)
{
	atomic_long_sub(sessions, &t->count);
}

u64 devsess_count(const struct devsess_table *t)
{
	return atomic_long_read(&t->count);
}
EXPORT_SYMBOL_GPL(devsess_count);

/**
 * table_sessions_max - most sessions for which the machine has memory
 * @key_max:  longest device id
 * @data_max: most data
 *
 * Context: Any.
 * Return: how many slots would fill all memory.
 */
u64 table_sessions_max(u32 key_max, u32 data_max)
{
	struct slot_layout l = session_layout(key_max, data_max);

	return div_u64((u64)totalram_pages() << PAGE_SHIFT, l.slot_words * sizeof(u64));
}

/**
 * table_set_max - change the limit
 * @t:            table
 * @max_sessions: new limit, at least 1
 *
 * Context: Process; the caller serialises changes of a table.
 * Return: 0, or -EBUSY if the table holds more; the limit is then as it was.
 */
int table_set_max(struct devsess_table *t, u64 max_sessions)
{
	unsigned long old = t->max_sessions;

	WRITE_ONCE(t->max_sessions, max_sessions);
	smp_mb(); /* see table_reserve() */
	if (atomic_long_read(&t->count) <= (long)max_sessions)
		return 0;
	WRITE_ONCE(t->max_sessions, old);
	return -EBUSY;
}

/**
 * table_memory - what a table occupies
 * @t: table
 *
 * Context: Any but NMI.
 * Return: bytes of the table, its directory, shards and maps.
 */
u64 table_memory(struct devsess_table *t)
{
	return sizeof(*t) + dir_bytes(&t->dir) + atomic_long_read(&t->stats.memory);
}

/**
 * table_alloc - make a table
 * @limits: valid limits
 *
 * Context: Process, may sleep.
 * Return: the table or an ERR_PTR(-ENOMEM).
 */
struct devsess_table *table_alloc(const struct table_limits *limits)
{
	struct devsess_table *t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	u8 depth = ilog2(roundup_pow_of_two(num_possible_cpus() * SHARDS_PER_CPU));

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->layout = session_layout(limits->key_max, limits->data_max);
	get_random_bytes(&t->hash_key, sizeof(t->hash_key));
	t->key_max = limits->key_max;
	t->data_max = limits->data_max;
	t->policy = limits->policy;
	t->max_sessions = limits->max_sessions;
	if (stats_init(&t->stats))
		goto err_free;
	if (dir_init(&t->dir, &t->layout, &t->stats, depth))
		goto err_stats;
	sweep_init(&t->sweep, &t->dir, &t->count);
	return t;

err_stats:
	stats_exit(&t->stats);
err_free:
	kvfree(t);
	return ERR_PTR(-ENOMEM);
}

/**
 * table_free - free a table with all that it holds
 * @t: table that nobody uses any more, a grace period ago
 *
 * Context: Process, may sleep.
 */
void table_free(struct devsess_table *t)
{
	sweep_stop(&t->sweep);
	dir_exit(&t->dir);
	stats_exit(&t->stats);
	kvfree(t);
}
