// SPDX-License-Identifier: GPL-2.0
/* Table: its limits, its life, and the count of its sessions. */
#include "table.h"

#include <linux/kernel.h>
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
 * @t:    table
 * @kept: places that are not for it
 *
 * Context: Any.
 * Return: false if the table is full, see table_full().
 */
bool table_reserve(struct devsess_table *t, u32 kept)
{
	s64 fill = atomic64_read(&t->fill);

	do {
		if (table_is_full(fill, kept))
			return false;
	} while (!atomic64_try_cmpxchg(&t->fill, &fill, fill + 1));
	note_peak(t, lower_32_bits(fill) + 1L);
	return true;
}

/**
 * table_forget - sessions have left their slots; for their weights see cost_give()
 * @t:        table
 * @sessions: how many
 *
 * Context: Any.
 */
void table_forget(struct devsess_table *t, u32 sessions)
{
	atomic64_sub(sessions, &t->fill);
}

/**
 * table_generation - a number that each session which comes, changes or ends raises, and whoever
 * sets the table's options or an owner's limit
 * @t: table
 *
 * A name's never falls, and is never again what it was with other content: names.c sees to that.
 *
 * Context: Any.
 * Return: the number.
 */
u64 table_generation(const struct devsess_table *t)
{
	return atomic64_read(&t->generation) + stats_sum(&t->stats, STAT_inserts) +
	       stats_sum(&t->stats, STAT_updates) + stats_sum(&t->stats, STAT_deletes) +
	       stats_sum(&t->stats, STAT_expired) + stats_sum(&t->stats, STAT_evicted);
}

/**
 * table_limit_owner - as owner_set(), and note that the table has changed
 * @t:     table with owners
 * @owner: its number
 * @limit: most sessions
 *
 * Context: likewise.
 * Return: likewise.
 */
int table_limit_owner(struct devsess_table *t, u32 owner, u32 limit)
{
	int err = owner_set(t->owners, owner, limit);

	if (!err)
		atomic64_inc(&t->generation);
	return err;
}

/**
 * table_count - number of sessions
 * @t: table
 *
 * Context: Any.
 * Return: the number, as devsess_count().
 */
u64 table_count(const struct devsess_table *t)
{
	return lower_32_bits(atomic64_read(&t->fill));
}

/**
 * table_sessions_max - most sessions for which the machine has memory
 * @key_max:  longest device id
 * @data_max: most data
 *
 * Context: Any.
 * Return: how many slots would fill all memory, at most 2^32 - 1.
 */
u64 table_sessions_max(u32 key_max, u32 data_max)
{
	struct slot_layout l = session_layout(key_max, data_max);

	return min_t(u64, U32_MAX, div_u64((u64)totalram_pages() << PAGE_SHIFT,
					   l.slot_words * sizeof(u64)));
}

/**
 * table_max - the limit
 * @t: table
 *
 * Context: Any.
 * Return: max_sessions.
 */
u32 table_max(const struct devsess_table *t)
{
	return upper_32_bits(atomic64_read(&t->fill));
}

/**
 * table_set_max - change the limit
 * @t:            table
 * @max_sessions: new limit, 1 to 2^32 - 1
 *
 * Context: Any.
 * Return: 0, or -EBUSY if the table holds more; the limit is then as it was.
 */
int table_set_max(struct devsess_table *t, u32 max_sessions)
{
	s64 fill = atomic64_read(&t->fill);
	u64 sessions;

	do {
		sessions = lower_32_bits(fill);
		if (sessions > max_sessions)
			return -EBUSY;
	} while (!atomic64_try_cmpxchg(&t->fill, &fill, (u64)max_sessions << 32 | sessions));
	return 0;
}

/**
 * table_set_policy - change what a full table does
 * @t:      table
 * @policy: enum devsess_policy
 *
 * Context: Process; one at a time.
 */
void table_set_policy(struct devsess_table *t, u32 policy)
{
	WRITE_ONCE(t->policy, policy);
	WRITE_ONCE(t->layout.uses, policy == DEVSESS_POLICY_EVICT);
	sweep_kick(&t->sweep); /* ghosts come and go */
}

/**
 * table_memory - what a table occupies
 * @t: table
 *
 * Context: Any but NMI.
 * Return: bytes of the table, its directory, shards, maps, owners and rings.
 */
u64 table_memory(struct devsess_table *t)
{
	return sizeof(*t) + dir_bytes(&t->dir) + owner_bytes(t->owners) +
	       atomic_long_read(&t->stats.memory);
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
	struct devsess_table *t = kvzalloc(sizeof(*t), GFP_KERNEL | GFP_MODEST);
	u8 depth = ilog2(roundup_pow_of_two(num_possible_cpus() * SHARDS_PER_CPU));

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->layout = session_layout(limits->key_max, limits->data_max);
	get_random_bytes(&t->hash_key, sizeof(t->hash_key));
	t->key_max = limits->key_max;
	t->data_max = limits->data_max;
	t->policy = limits->policy;
	t->layout.uses = t->policy == DEVSESS_POLICY_EVICT;
	name_set(&t->name, "");
	mutex_init(&t->defer_lock);
	mutex_init(&t->atomic_lock);
	t->defer_ms = DEFER_MS;
	t->ttl_ms = limits->ttl_ms;
	t->upcall_options.interval_ms = UPCALL_INTERVAL_MS;
	t->upcall_options.rate = UPCALL_RATE;
	atomic64_set(&t->fill, (u64)limits->max_sessions << 32);
	atomic64_set(&t->cost.max, limits->max_cost);
	if (limits->owner_max) {
		t->owners = owner_alloc(limits->owner_max);
		if (!t->owners)
			goto err_free;
	}
	if (stats_init(&t->stats))
		goto err_owners;
	if (dir_init(&t->dir, &t->layout, &t->stats, depth))
		goto err_stats;
	charge_init(&t->charge, limits->unclaimed);
	events_init(&t->events, &t->layout, &t->charge);
	watermark_init(&t->watermark, &t->fill, &t->cost, &t->events);
	watermark_set(&t->watermark, limits->watermark_high, limits->watermark_low);
	t->reserve = limits->reserve;
	sweep_init(&t->sweep, &t->dir, &t->fill, &t->watermark, &t->cost, &t->events, t->owners,
		   &t->name, &t->charge);
	return t;

err_stats:
	stats_exit(&t->stats);
err_owners:
	owner_free(t->owners);
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
	watermark_exit(&t->watermark);
	events_exit(&t->events);
	charge_exit(&t->charge);
	dir_exit(&t->dir);
	stats_exit(&t->stats);
	owner_free(t->owners);
	kvfree(t);
}
