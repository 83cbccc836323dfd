// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/evict.c and module/ghost.c: who goes, and who does not. */
#include "../../module/evict.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/table.h"
#include "../../module/walk.h"

#define MAX	2000
#define FLOOD	10000	/* ids from here on are new, and never come again */

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = MAX, .key_max = 16, .data_max = 0,
		.policy = DEVSESS_POLICY_EVICT,
	};
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		return PTR_ERR(t);
	test->priv = t;
	return 0;
}

static void cleanup(struct kunit *test)
{
	if (test->priv)
		table_free(test->priv);
}

static int insert_one(struct kunit *test, u32 id, u8 flags, u64 ttl_ms, gfp_t gfp)
{
	struct devsess_session s = { .flags = flags, .ttl_ms = ttl_ms, .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	return ops_insert(test->priv, &s, gfp);
}

static void insert(struct kunit *test, u32 from, u32 to, u8 flags)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, insert_one(test, from, flags, 0, GFP_KERNEL), 0);
}

static bool there(struct kunit *test, u32 id)
{
	struct devsess_session s;

	return !lookup_one(test->priv, &id, sizeof(id), &s);
}

/* Looks all of them up; returns how many are there. */
static u32 look_up(struct kunit *test, u32 from, u32 to)
{
	u32 n = 0;

	for (; from < to; from++)
		n += there(test, from);
	return n;
}

static u64 counter(struct kunit *test, enum stat_id i)
{
	struct devsess_table *t = test->priv;

	return stats_sum(&t->stats, i);
}

static void sweep(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	while (sweep_run(&t->sweep))
		;
}

/* Whatever comes, a full table holds what it may hold, and all the figures say so. */
static void bound(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id;

	insert(test, 0, MAX, 0);
	KUNIT_EXPECT_EQ(test, counter(test, STAT_evicted), 0);
	for (id = FLOOD; id < FLOOD + 3 * MAX; id++) {
		KUNIT_ASSERT_EQ(test, insert_one(test, id, 0, 0, GFP_KERNEL), 0);
		KUNIT_ASSERT_EQ(test, table_count(t), MAX);
		KUNIT_ASSERT_TRUE(test, there(test, id));
	}
	KUNIT_EXPECT_EQ(test, counter(test, STAT_evicted), 3 * MAX);
	KUNIT_EXPECT_EQ(test, counter(test, STAT_fail_full), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&t->peak), MAX);
	KUNIT_EXPECT_EQ(test, look_up(test, 0, MAX) + look_up(test, FLOOD, FLOOD + 3 * MAX), MAX);
}

/* A flood of new ids pushes out new ids; what was used before stays, all of it. */
static void flood(struct kunit *test)
{
	insert(test, 0, MAX, 0);
	look_up(test, 0, MAX / 2);
	look_up(test, 0, MAX / 2);
	insert(test, FLOOD, FLOOD + 10 * MAX, 0);
	KUNIT_EXPECT_EQ(test, look_up(test, 0, MAX / 2), MAX / 2);
	KUNIT_EXPECT_EQ(test, counter(test, STAT_evicted), 10 * MAX);
}

/* Where nearly all are established those that are to go are few, and are found. */
static void flood_of_established(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	table_set_policy(t, DEVSESS_POLICY_REJECT);
	insert(test, 0, MAX, 0);
	table_set_policy(t, DEVSESS_POLICY_EVICT);
	look_up(test, 0, MAX);
	look_up(test, 0, MAX);
	insert(test, FLOOD, FLOOD + 10 * MAX, 0);
	/* A twentieth of each shard, and one, are new from then on. */
	KUNIT_EXPECT_GE(test, look_up(test, 0, MAX) + atomic_read(&t->stats.shards),
			MAX - MAX / EVICT_NEW_PART);
}

/* Shards that have ghosts split and are merged. */
static void split_and_merged_with_ghosts(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	insert(test, 0, MAX, 0);
	sweep(test);
	insert(test, FLOOD, FLOOD + MAX, 0);
	KUNIT_ASSERT_EQ(test, table_set_max(t, 20 * MAX), 0);
	insert(test, 2 * FLOOD, 2 * FLOOD + 19 * MAX, 0);
	KUNIT_EXPECT_GT(test, counter(test, STAT_splits), 0);
	sweep(test);
	KUNIT_EXPECT_GT(test, walk_clear(t, NULL, NULL), 19 * MAX);
	sweep(test);
	KUNIT_EXPECT_GT(test, counter(test, STAT_merges), 0);
}

/* The same with ghosts, in which none of the new ids is. */
static void flood_with_ghosts(struct kunit *test)
{
	insert(test, 0, MAX, 0);
	look_up(test, 0, MAX / 2);
	look_up(test, 0, MAX / 2);
	sweep(test);
	insert(test, FLOOD, FLOOD + 10 * MAX, 0);
	KUNIT_EXPECT_EQ(test, look_up(test, 0, MAX / 2), MAX / 2);
}

/* A newcomer that is used in the midst of a flood is admitted. */
static void admission(struct kunit *test)
{
	u32 id;

	insert(test, 0, MAX, 0);
	insert(test, FLOOD, FLOOD + MAX, 0);
	for (id = MAX; id < MAX + 20; id++) {
		insert(test, id, id + 1, 0);
		look_up(test, id, id + 1);
		look_up(test, id, id + 1);
	}
	insert(test, FLOOD + MAX, FLOOD + 5 * MAX, 0);
	KUNIT_EXPECT_EQ(test, look_up(test, MAX, MAX + 20), 20);
}

/* Writes are uses as lookups are. */
static void writes_are_uses(struct kunit *test)
{
	struct devsess_session s = { .key_len = sizeof(u32) };
	struct devsess_table *t = test->priv;
	u32 id;

	insert(test, 0, MAX, 0);
	insert(test, FLOOD, FLOOD + MAX, 0);
	for (id = MAX; id < MAX + 20; id++) {
		insert(test, id, id + 1, 0);
		memcpy(s.key, &id, sizeof(id));
		KUNIT_ASSERT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), 0);
		KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_MARK), 0);
	}
	insert(test, FLOOD + MAX, FLOOD + 5 * MAX, 0);
	KUNIT_EXPECT_EQ(test, look_up(test, MAX, MAX + 20), 20);
}

/* One that comes back soon after it was sent away is no newcomer, and stays. */
static void comes_back(struct kunit *test)
{
	u32 id, n = 0, back[20];

	insert(test, 0, MAX, 0);
	sweep(test);
	insert(test, FLOOD, FLOOD + MAX / 4, 0);
	for (id = 0; id < MAX && n < ARRAY_SIZE(back); id++)
		if (!there(test, id))
			back[n++] = id;
	KUNIT_ASSERT_EQ(test, n, ARRAY_SIZE(back));
	while (n--)
		insert(test, back[n], back[n] + 1, 0);
	insert(test, FLOOD + MAX, FLOOD + 2 * MAX, 0);
	for (n = 0; n < ARRAY_SIZE(back); n++)
		KUNIT_EXPECT_TRUE(test, there(test, back[n]));
}

/* Pinned ones stay, by whichever way they became so, and however little they are used. */
static void pinned_stay(struct kunit *test)
{
	struct devsess_session s = { .flags = DEVSESS_FLAG_PINNED, .key_len = sizeof(u32) };
	u32 id;

	insert(test, 0, MAX / 4, DEVSESS_FLAG_PINNED);
	insert(test, MAX / 4, MAX, 0);
	for (id = MAX / 4; id < MAX / 2; id++) {
		memcpy(s.key, &id, sizeof(id));
		KUNIT_ASSERT_EQ(test, ops_update(test->priv, &s, DEVSESS_F_FLAGS), 0);
	}
	insert(test, FLOOD, FLOOD + 5 * MAX, 0);
	KUNIT_EXPECT_EQ(test, look_up(test, 0, MAX / 2), MAX / 2);
}

/* When all are pinned a new one is refused; one that is not is found, wherever it is. */
static void all_pinned(struct kunit *test)
{
	struct devsess_session s = { .key_len = sizeof(u32) };
	u32 i;

	insert(test, 0, MAX, DEVSESS_FLAG_PINNED);
	KUNIT_EXPECT_EQ(test, insert_one(test, FLOOD, 0, 0, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, insert_one(test, FLOOD, 0, 0, GFP_ATOMIC), -ENOSPC);
	KUNIT_EXPECT_EQ(test, counter(test, STAT_fail_full), 2);
	for (i = 0; i < 20; i++) {
		memcpy(s.key, &i, sizeof(i));
		KUNIT_ASSERT_EQ(test, ops_update(test->priv, &s, DEVSESS_F_FLAGS), 0);
		insert(test, FLOOD + i, FLOOD + i + 1, DEVSESS_FLAG_PINNED);
		KUNIT_EXPECT_FALSE(test, there(test, i));
	}
	KUNIT_EXPECT_EQ(test, counter(test, STAT_evicted), 20);
	KUNIT_EXPECT_EQ(test, table_count(test->priv), MAX);
}

/* Those whose time is over go first, of the shard of the new one; few others have to. */
static void expired_first(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id;

	t->sweep.midway = true; /* the worker does not come */
	insert(test, 0, MAX / 2, 0);
	for (id = MAX / 2; id < MAX; id++)
		KUNIT_ASSERT_EQ(test, insert_one(test, id, 0, 1, GFP_KERNEL), 0);
	msleep(20);
	insert(test, FLOOD, FLOOD + MAX / 2, 0);
	KUNIT_EXPECT_LT(test, counter(test, STAT_evicted), MAX / 8);
	KUNIT_EXPECT_GT(test, counter(test, STAT_expired), MAX / 4);
	KUNIT_EXPECT_GT(test, look_up(test, 0, MAX / 2), MAX / 2 - MAX / 8);
}

/* Who cannot sleep gets room as well, and no memory is asked for to make it. */
static void atomic(struct kunit *test)
{
	u32 id, failed = 0;

	insert(test, 0, MAX, 0);
	for (id = FLOOD; id < FLOOD + MAX / 2; id++)
		failed += insert_one(test, id, 0, 0, GFP_ATOMIC) != 0;
	KUNIT_EXPECT_EQ(test, failed, counter(test, STAT_fail_memory));
	KUNIT_EXPECT_EQ(test, counter(test, STAT_evicted), MAX / 2 - failed);
	KUNIT_EXPECT_EQ(test, table_count(test->priv), MAX);
}

/* A table of few sessions has fewer than one for each shard, and yet room for each. */
static void tiny(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id;

	KUNIT_ASSERT_EQ(test, table_set_max(t, 3), 0);
	for (id = 0; id < 100; id++) {
		KUNIT_ASSERT_EQ(test, insert_one(test, id, 0, 0, id % 2 ? GFP_ATOMIC : GFP_KERNEL),
				0);
		KUNIT_ASSERT_TRUE(test, there(test, id));
		KUNIT_ASSERT_EQ(test, table_count(t), min(id + 1, 3U));
	}
}

/* The policy changes while the table is full, and memory comes and goes with it. */
static void policy_switch(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 memory;

	table_set_policy(t, DEVSESS_POLICY_REJECT);
	insert(test, 0, MAX, 0);
	look_up(test, 0, MAX);
	KUNIT_EXPECT_EQ(test, insert_one(test, FLOOD, 0, 0, GFP_KERNEL), -ENOSPC);
	sweep(test);
	memory = table_memory(t);
	table_set_policy(t, DEVSESS_POLICY_EVICT);
	sweep(test);
	KUNIT_EXPECT_GE(test, table_memory(t), memory + MAX * sizeof(u32));
	insert(test, FLOOD, FLOOD + MAX, 0);
	KUNIT_EXPECT_EQ(test, table_count(t), MAX);
	/* The newcomers took their tenth, or a little more, and no more than that. */
	KUNIT_EXPECT_GE(test, look_up(test, 0, MAX), MAX * 3 / 4);
	table_set_policy(t, DEVSESS_POLICY_EVICT_EXPIRED_ONLY);
	KUNIT_EXPECT_EQ(test, insert_one(test, 2 * FLOOD, 0, 0, GFP_KERNEL), -ENOSPC);
	sweep(test);
	table_set_policy(t, DEVSESS_POLICY_REJECT);
	KUNIT_EXPECT_EQ(test, insert_one(test, 2 * FLOOD, 0, 0, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_FALSE(test, t->layout.uses);
}

/* Lookups count uses in the session's slot, up to a limit, and only if that is of use. */
static void uses(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct slot_key key;
	struct shard *sh;
	struct spot spot;
	u32 id = 7, i;
	u64 word;

	insert(test, id, id + 1, 0);
	KUNIT_ASSERT_EQ(test, table_key(t, &id, sizeof(id), &key), 0);
	for (i = 0; i < USES_MAX + 2; i++) {
		sh = dir_lock_shard(&t->dir, key.hash);
		KUNIT_ASSERT_TRUE(test, shard_find(sh, &key, &spot));
		word = slots_word(spot.map, spot.i, 0);
		KUNIT_EXPECT_EQ(test, sh->new, 1);
		dir_unlock_shard(sh);
		KUNIT_EXPECT_TRUE(test, word & WORD0_NEW);
		KUNIT_EXPECT_EQ(test, word >> USES_SHIFT & 0xff, min_t(u32, i, USES_MAX));
		look_up(test, id, id + 1);
	}
	table_set_policy(t, DEVSESS_POLICY_REJECT);
	insert(test, 8, 9, 0);
	look_up(test, 8, 9);
	id = 8;
	KUNIT_ASSERT_EQ(test, table_key(t, &id, sizeof(id), &key), 0);
	sh = dir_lock_shard(&t->dir, key.hash);
	KUNIT_ASSERT_TRUE(test, shard_find(sh, &key, &spot));
	word = slots_word(spot.map, spot.i, 0);
	dir_unlock_shard(sh);
	KUNIT_EXPECT_EQ(test, word & (WORD0_NEW | WORD0_USES), 0);
}

/* The number of newcomers stays right whatever becomes of shards and sessions. */
static void newcomers_counted(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 hash, counted = 0, marked = 0;
	u32 id;

	KUNIT_ASSERT_EQ(test, table_set_max(t, 1000000), 0);
	insert(test, 0, 20000, 0);
	for (id = 0; id < 20000; id += 3)
		KUNIT_ASSERT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
	insert(test, 50000, 51000, DEVSESS_FLAG_PINNED);
	for (id = 1; id < 18000; id += 3)
		KUNIT_ASSERT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
	sweep(test);
	for (hash = 0; hash <= U32_MAX;) {
		struct shard *sh = dir_lock_shard(&t->dir, hash);
		struct slot_table *maps[2] = { shard_read_map(sh), shard_dirty_map(sh) };
		int m, i;

		counted += sh->new;
		for (m = 0; m < 2; m++)
			for (i = slots_next(maps[m], 0); i >= 0; i = slots_next(maps[m], i + 1))
				marked += !!(slots_word(maps[m], i, 0) & WORD0_NEW);
		hash = dir_after(sh);
		dir_unlock_shard(sh);
	}
	KUNIT_EXPECT_EQ(test, counted, marked);
	KUNIT_EXPECT_EQ(test, counted, table_count(t) - 1000);
}

static void ghosts(struct kunit *test)
{
	struct ghost *g = ghost_alloc(100, GFP_KERNEL), *larger = ghost_alloc(1000, GFP_KERNEL);
	u32 i, n = 0;

	KUNIT_ASSERT_NOT_NULL(test, g);
	KUNIT_ASSERT_NOT_NULL(test, larger);
	KUNIT_EXPECT_TRUE(test, ghost_fits(g, 100));
	KUNIT_EXPECT_FALSE(test, ghost_fits(g, 1000));
	KUNIT_EXPECT_FALSE(test, ghost_fits(larger, 100));
	KUNIT_EXPECT_FALSE(test, ghost_fits(NULL, 100));
	KUNIT_EXPECT_FALSE(test, ghost_take(g, 0));
	ghost_add(g, 0);
	KUNIT_EXPECT_TRUE(test, ghost_take(g, 0));
	KUNIT_EXPECT_FALSE(test, ghost_take(g, 0));
	for (i = 1; i <= 1000; i++)
		ghost_add(g, i * 0x9e3779b9);
	/* The latest ones, nearly as many as there is room for. */
	ghost_copy(larger, g);
	for (i = 1; i <= 1000; i++)
		n += ghost_take(g, i * 0x9e3779b9);
	KUNIT_EXPECT_GT(test, n, 80);
	KUNIT_EXPECT_LE(test, n, 104);
	for (i = 1, n = 0; i <= 900; i++)
		n += ghost_take(larger, i * 0x9e3779b9);
	KUNIT_EXPECT_LT(test, n, 30);
	for (i = 951, n = 0; i <= 1000; i++)
		n += ghost_take(larger, i * 0x9e3779b9);
	KUNIT_EXPECT_GT(test, n, 40);
	ghost_free(g);
	ghost_free(larger);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(bound),
	KUNIT_CASE(flood),
	KUNIT_CASE(flood_of_established),
	KUNIT_CASE(flood_with_ghosts),
	KUNIT_CASE(split_and_merged_with_ghosts),
	KUNIT_CASE(admission),
	KUNIT_CASE(writes_are_uses),
	KUNIT_CASE(comes_back),
	KUNIT_CASE(pinned_stay),
	KUNIT_CASE(all_pinned),
	KUNIT_CASE(expired_first),
	KUNIT_CASE(atomic),
	KUNIT_CASE(tiny),
	KUNIT_CASE(policy_switch),
	KUNIT_CASE(uses),
	KUNIT_CASE(newcomers_counted),
	KUNIT_CASE(ghosts),
	{ }
};

static struct kunit_suite devsess_evict_suite = {
	.name = "devsess_evict",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_evict_suite);
