// SPDX-License-Identifier: GPL-2.0
/* The engine, as the benchmark uses it. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <linux/err.h>
#include <linux/gfp.h>

#include "module/lookup.h"
#include "module/ops.h"
#include "module/table.h"

static struct devsess_table *table;

static void make(u64 sessions)
{
	struct table_limits limits = { .max_sessions = 2 * sessions, .key_max = 16 };

	table = table_alloc(&limits);
	if (IS_ERR(table))
		abort();
}

static void free_all(void)
{
	table_free(table);
	rcu_barrier();
}

static bool hit(const u64 *id, u64 *session)
{
	struct devsess_session s;

	if (lookup_one(table, id, 16, &s))
		return false;
	*session = s.session;
	return true;
}

static bool insert(const u64 *id, u64 session)
{
	struct devsess_session s = { .session = session, .key_len = 16 };

	memcpy(s.key, id, 16);
	return !ops_insert(table, &s, GFP_KERNEL);
}

static bool update(const u64 *id, u64 session)
{
	struct devsess_session s = { .session = session, .key_len = 16 };

	memcpy(s.key, id, 16);
	return !ops_update(table, &s, DEVSESS_F_ALL);
}

static bool remove_one(const u64 *id)
{
	return !ops_delete(table, id, 16);
}

static bool touch(const u64 *id)
{
	u64 expires;

	return !ops_touch(table, id, 16, 0, 0, &expires);
}

static bool hits(const u64 *ids, unsigned int n)
{
	static struct devsess_session found[BATCH];
	static struct devsess_query q[BATCH];
	unsigned int i;

	for (i = 0; i < n; i++) {
		q[i].key = ids + 2 * i;
		q[i].key_len = 16;
		q[i].s = &found[i];
	}
	return lookup_batch(table, q, n) == n;
}

static u64 written(void)
{
	return stats_sum(&table->stats, STAT_slots_written);
}

static u64 held(void)
{
	u64 ns = atomic64_read(&table->stats.lock_hold_max);

	atomic64_set(&table->stats.lock_hold_max, 0);
	return ns;
}

const struct map map_devsess = {
	.name = "devsess", .make = make, .free = free_all, .hit = hit, .insert = insert,
	.update = update, .remove = remove_one, .touch = touch, .hits = hits,
	.written = written, .held = held,
};
