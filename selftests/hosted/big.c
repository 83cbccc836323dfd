// SPDX-License-Identifier: GPL-2.0
/*
 * Ten million sessions: created, all looked up, cleared; and once more, to be
 * freed with the table. All memory has to come back. What is printed of times
 * is for people; what is judged is how much of the table one hold of a shard's
 * lock can be about.
 *
 *	big [SESSIONS]			10000000 unless told
 */
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "../../module/limits.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/table.h"
#include "../../module/walk.h"
#include "mass.h"
#include "shim.h"
#include "tap.h"

/**
 * struct phase - what is done to all sessions
 * @name:  of the test
 * @begin: when it began
 */
struct phase {
	const char *name;
	double begin;
};

static struct phase begin(struct devsess_table *t, const char *name)
{
	atomic64_set(&t->stats.lock_hold_max, 0);
	return (struct phase){ name, seconds() };
}

/* Times a phase and tells the longest hold of a shard lock in it, if any was noted. */
static void end(struct devsess_table *t, const struct phase *p, u64 sessions, u64 wrong)
{
	double took = seconds() - p->begin;

	tap_note("%-8s %6.2f s, %5.0f ns each; a shard's lock held %6.0f us at most, %5ld MiB",
		 p->name, took, took / sessions * 1e9,
		 t ? atomic64_read(&t->stats.lock_hold_max) / 1e3 : 0.0, shim_live_bytes() >> 20);
	if (wrong)
		tap_note("%llu went wrong", wrong);
	tap_result(!wrong, "%s", p->name);
}

static void create(struct devsess_table *t, u64 n)
{
	struct phase p = begin(t, "create");
	struct devsess_session s = { .key_len = 16 };
	u64 i, wrong = 0;

	for (i = 0; i < n; i++) {
		key_of(i, (u64 *)s.key);
		s.session = i;
		s.expires = 0;
		wrong += ops_insert(t, &s, GFP_KERNEL) != 0;
		/* The worker, as often as a machine would run it. */
		if (i % 65536)
			continue;
		shim_advance(100 * NSEC_PER_MSEC);
		shim_run_due();
	}
	end(t, &p, n, wrong + (table_count(t) != n));
}

static void look_up(struct devsess_table *t, u64 n)
{
	struct phase p = begin(t, "look_up");
	struct devsess_session s;
	u64 i, key[2], wrong = 0;

	for (i = 0; i < n; i++) {
		key_of(i, key);
		wrong += lookup_one(t, key, 16, &s) || s.session != i;
	}
	end(t, &p, n, wrong);
}

static void delete_half(struct devsess_table *t, u64 n)
{
	struct phase p = begin(t, "delete");
	u64 i, key[2], wrong = 0;

	for (i = 0; i < n; i += 2) {
		key_of(i, key);
		wrong += ops_delete(t, key, 16) != 0;
	}
	end(t, &p, n / 2, wrong + (table_count(t) != n / 2));
}

static void clear(struct devsess_table *t, u64 n)
{
	struct phase p = begin(t, "clear");
	u64 deleted = walk_clear(t, NULL, NULL);

	end(t, &p, n, deleted != n || table_count(t));
}

/* The worker gives back what is not needed any more. */
static void shrink(struct devsess_table *t, u64 n, long empty)
{
	struct phase p = begin(t, "shrink");
	long bytes;
	u32 i;

	for (i = 0; i < 100; i++) {
		shim_advance(NSEC_PER_SEC);
		shim_run_due();
	}
	rcu_barrier();
	bytes = shim_live_bytes();
	tap_note("%ld KiB, of %ld when it was new", bytes >> 10, empty >> 10);
	end(t, &p, n, bytes > 2 * empty);
}

/* The most slots that one shard has, in both maps: what a hold of its lock is about. */
static u32 largest_shard(struct devsess_table *t)
{
	u32 most = 0, slots;
	u64 hash = 0;

	while (hash <= U32_MAX) {
		struct shard *sh = dir_lock_shard(&t->dir, hash);

		slots = (shard_read_map(sh)->groups + shard_dirty_map(sh)->groups) * GROUP_SLOTS;
		most = max(most, slots);
		hash = dir_after(sh);
		dir_unlock_shard(sh);
	}
	return most;
}

/* However many sessions there are, no shard is larger than its two largest maps. */
static void check_shards(struct devsess_table *t)
{
	u32 slot = t->layout.slot_words * sizeof(u64), most = largest_shard(t);
	u32 limit = (READ_BYTES_MAX + DIRTY_BYTES) / slot;

	tap_note("%d shards, of at most %u slots; %u is the limit", atomic_read(&t->stats.shards),
		 most, limit);
	tap_result(most && most <= limit, "shards_are_small");
}

static void free_table(struct devsess_table *t, u64 n)
{
	struct phase p = begin(t, "free");

	table_free(t);
	rcu_barrier();
	end(NULL, &p, n, shim_live() || shim_live_bytes());
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 10000000;
	struct table_limits limits = { .max_sessions = n, .key_max = 16 };
	struct devsess_table *t;
	long empty;

	if (!n || n > U32_MAX)
		return 2;
	shim_seed(1);
	tap_begin("big");
	tap_note("%llu sessions", n);
	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no memory for a table");
	empty = shim_live_bytes();
	create(t, n);
	look_up(t, n);
	check_shards(t);
	clear(t, n);
	shrink(t, n, empty);
	create(t, n);
	delete_half(t, n);
	free_table(t, n);
	return tap_end();
}
