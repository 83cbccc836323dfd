// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/cost.c, and of who calls it. */
#include "../../module/cost.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/string.h>

#include "../../module/batch.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define MAX	100

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000, .key_max = 16, .owner_max = 4, .max_cost = MAX,
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

static struct devsess_session session(u32 id, u8 weight)
{
	struct devsess_session s = { .weight = weight, .owner = 1, .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	return s;
}

static int insert(struct kunit *test, u32 id, u8 weight)
{
	struct devsess_session s = session(id, weight);

	return ops_insert(test->priv, &s, GFP_KERNEL);
}

static int insert_pinned(struct kunit *test, u32 id, u8 weight)
{
	struct devsess_session s = session(id, weight);

	s.flags = DEVSESS_FLAG_PINNED;
	return ops_insert(test->priv, &s, GFP_KERNEL);
}

/* One that will have expired soon. */
static int insert_short(struct kunit *test, u32 id, u8 weight)
{
	struct devsess_session s = session(id, weight);

	s.ttl_ms = 1;
	return ops_insert(test->priv, &s, GFP_KERNEL);
}

static int store(struct kunit *test, u32 id, u8 weight)
{
	struct devsess_session s = session(id, weight);

	return ops_store(test->priv, &s, GFP_KERNEL);
}

static int update(struct kunit *test, u32 id, u8 weight, u32 fields)
{
	struct devsess_session s = session(id, weight);

	return ops_update(test->priv, &s, fields);
}

static int delete(struct kunit *test, u32 id)
{
	return ops_delete(test->priv, &id, sizeof(id));
}

static int weight_of(struct kunit *test, u32 id)
{
	struct devsess_session s;

	return lookup_one(test->priv, &id, sizeof(id), &s) ?: s.weight;
}

static u64 cost(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	return cost_sum(&t->cost);
}

static u64 counted(struct kunit *test, enum stat_id i)
{
	struct devsess_table *t = test->priv;

	return stats_sum(&t->stats, i);
}

static void set_policy(struct kunit *test, u32 policy)
{
	table_set_policy(test->priv, policy);
}

static void counts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cost(test), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, weight_of(test, 1), 1);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 40), 0);
	KUNIT_EXPECT_EQ(test, weight_of(test, 2), 40);
	KUNIT_EXPECT_EQ(test, cost(test), 41);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 7), -EEXIST);
	KUNIT_EXPECT_EQ(test, store(test, 2, 50), 1);
	KUNIT_EXPECT_EQ(test, cost(test), 51);
	KUNIT_EXPECT_EQ(test, store(test, 2, 0), 1);
	KUNIT_EXPECT_EQ(test, cost(test), 2);
	KUNIT_EXPECT_EQ(test, update(test, 2, 9, DEVSESS_F_WEIGHT), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 10);
	KUNIT_EXPECT_EQ(test, update(test, 2, 99, DEVSESS_F_ALL & ~DEVSESS_F_WEIGHT), 0);
	KUNIT_EXPECT_EQ(test, weight_of(test, 2), 9);
	KUNIT_EXPECT_EQ(test, update(test, 2, 3, DEVSESS_F_ALL), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 4);
	KUNIT_EXPECT_EQ(test, delete(test, 2), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 1);
	walk_clear(test->priv, NULL, NULL);
	KUNIT_EXPECT_EQ(test, cost(test), 0);
}

/* What has expired counts until its slot is free, whoever frees it. */
static void expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, insert_short(test, i, 10), 0);
	msleep(30);
	KUNIT_EXPECT_EQ(test, update(test, 0, 1, DEVSESS_F_WEIGHT), -ENOENT);
	KUNIT_EXPECT_EQ(test, store(test, 1, 2), 0);
	while (sweep_run(&t->sweep))
		;
	KUNIT_EXPECT_EQ(test, cost(test), 2);
	KUNIT_EXPECT_EQ(test, insert_short(test, 5, 10), 0);
	msleep(30);
	walk_clear(t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, cost(test), 0);
}

static void bounded(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 41), -ENOSPC);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 40), 0);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, store(test, 3, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_fail_full), 3);
	KUNIT_EXPECT_EQ(test, table_count(test->priv), 2);
	/* The place was never taken, nor that of the owner. */
	KUNIT_EXPECT_EQ(test, atomic_long_read(&((struct devsess_table *)test->priv)->peak), 2);
	/* A lighter one goes, and leaves room for what it was heavier. */
	KUNIT_EXPECT_EQ(test, update(test, 1, 59, DEVSESS_F_WEIGHT), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 1), 0);
	KUNIT_EXPECT_EQ(test, delete(test, 2), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 4, 40), 0);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
}

/* A refused one is as it was. */
static void refused(struct kunit *test)
{
	struct devsess_session s = session(1, 61), was, is;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 40), 0);
	KUNIT_EXPECT_EQ(test, lookup_one(test->priv, &id, sizeof(id), &was), 0);
	s.owner = 2;
	KUNIT_EXPECT_EQ(test, ops_update(test->priv, &s, DEVSESS_F_ALL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, s.weight, 61);
	KUNIT_EXPECT_EQ(test, ops_store(test->priv, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, lookup_one(test->priv, &id, sizeof(id), &is), 0);
	KUNIT_EXPECT_EQ(test, is.version, was.version);
	KUNIT_EXPECT_EQ(test, is.owner, 1);
	KUNIT_EXPECT_EQ(test, is.weight, 60);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
	/* With another version it was not even tried. */
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(test->priv, &s, DEVSESS_F_WEIGHT,
						   was.version + 1), -ESTALE);
	/* One that is refused for its owner gives back what it became heavier. */
	KUNIT_EXPECT_EQ(test, delete(test, 2), 0);
	KUNIT_EXPECT_EQ(test, owner_set(((struct devsess_table *)test->priv)->owners, 2, 1), 0);
	s = session(3, 1);
	s.owner = 2;
	KUNIT_EXPECT_EQ(test, ops_insert(test->priv, &s, GFP_KERNEL), 0);
	s = session(1, 70);
	s.owner = 2;
	KUNIT_EXPECT_EQ(test, ops_update(test->priv, &s, DEVSESS_F_ALL), -EDQUOT);
	KUNIT_EXPECT_EQ(test, cost(test), 61);
}

static void expired_only(struct kunit *test)
{
	u32 i;

	set_policy(test, DEVSESS_POLICY_EVICT_EXPIRED_ONLY);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	for (i = 2; i < 6; i++)
		KUNIT_EXPECT_EQ(test, insert_short(test, i, 10), 0);
	msleep(30);
	KUNIT_EXPECT_EQ(test, insert(test, 10, 40), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 11, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, weight_of(test, 1), 60);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
}

/* As many go as must, and none of them is pinned. */
static void evicts(struct kunit *test)
{
	u32 i;

	set_policy(test, DEVSESS_POLICY_EVICT);
	KUNIT_EXPECT_EQ(test, insert_pinned(test, 1, 20), 0);
	for (i = 2; i < 42; i++)
		KUNIT_EXPECT_EQ(test, insert(test, i, 2), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 100, 31), 0);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_evicted), 16);
	KUNIT_EXPECT_EQ(test, cost(test), 20 + 24 * 2 + 31);
	KUNIT_EXPECT_EQ(test, insert(test, 101, 81), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_count(test->priv), 1);
	KUNIT_EXPECT_EQ(test, insert(test, 101, 80), 0);
	KUNIT_EXPECT_EQ(test, weight_of(test, 1), 20);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
}

/* Room is made for a session, not by it. */
static void evicts_others(struct kunit *test)
{
	u32 i;

	set_policy(test, DEVSESS_POLICY_EVICT);
	for (i = 0; i < 50; i++)
		KUNIT_EXPECT_EQ(test, insert(test, i, 2), 0);
	for (i = 3; i <= 100; i++) {
		KUNIT_ASSERT_EQ(test, update(test, 7, i, DEVSESS_F_WEIGHT), 0);
		KUNIT_ASSERT_EQ(test, weight_of(test, 7), i);
		KUNIT_EXPECT_LE(test, cost(test), MAX);
		KUNIT_EXPECT_GE(test, cost(test), MAX - 1);
	}
	KUNIT_EXPECT_EQ(test, table_count(test->priv), 1);
	KUNIT_EXPECT_EQ(test, store(test, 7, 10), 1);
	KUNIT_EXPECT_EQ(test, insert_pinned(test, 8, 90), 0);
	KUNIT_EXPECT_EQ(test, update(test, 7, 11, DEVSESS_F_WEIGHT), -ENOSPC);
	KUNIT_EXPECT_EQ(test, weight_of(test, 7), 10);
	/* That it was spared then does not mean that it is now. */
	KUNIT_EXPECT_EQ(test, insert(test, 9, 10), 0);
	KUNIT_EXPECT_EQ(test, weight_of(test, 7), -ENOENT);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
}

static void heavier_than_all(struct kunit *test)
{
	u32 i;

	set_policy(test, DEVSESS_POLICY_EVICT);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, insert(test, i, 1), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 200, 101), -ENOSPC);
	KUNIT_EXPECT_EQ(test, store(test, 5, 101), -ENOSPC);
	KUNIT_EXPECT_EQ(test, update(test, 5, 255, DEVSESS_F_WEIGHT), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_count(test->priv), 100);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_evicted), 0);
}

static void bound_changes(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, 59), -EBUSY);
	KUNIT_EXPECT_EQ(test, cost_max(&t->cost), MAX);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, 60), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, 0), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 255), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 255), 0);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, 569), -EBUSY);
	KUNIT_EXPECT_EQ(test, cost_max(&t->cost), 0);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, U64_MAX), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 4, 255), 0);
	KUNIT_EXPECT_EQ(test, cost_max(&t->cost), U64_MAX);
	KUNIT_EXPECT_EQ(test, cost(test), 60 + 3 * 255);
}

static struct batch_item item(u32 op, u32 id, u8 weight)
{
	return (struct batch_item){
		.op = op, .fields = DEVSESS_F_WEIGHT, .s = session(id, weight),
	};
}

/* What a batch makes lighter keeps its weight as long as it may be taken back. */
static void batch(struct kunit *test)
{
	struct batch_item items[3];
	u32 bad;

	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 40), 0);
	items[0] = item(DEVSESS_OP_STORE, 1, 10);
	items[1] = item(DEVSESS_OP_UPDATE, 2, 10);
	items[2] = item(DEVSESS_OP_INSERT, 3, 1);
	KUNIT_EXPECT_EQ(test, batch_run_atomic(test->priv, items, 3, &bad), -ENOSPC);
	KUNIT_EXPECT_EQ(test, bad, 2);
	KUNIT_EXPECT_TRUE(test, items[2].too_heavy);
	KUNIT_EXPECT_EQ(test, weight_of(test, 1), 60);
	KUNIT_EXPECT_EQ(test, weight_of(test, 2), 40);
	KUNIT_EXPECT_EQ(test, cost(test), MAX);
	items[0] = item(DEVSESS_OP_STORE, 1, 10);
	items[1] = item(DEVSESS_OP_UPDATE, 2, 10);
	KUNIT_EXPECT_EQ(test, batch_run_atomic(test->priv, items, 2, &bad), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 20);
	/* And what it makes heavier is as light as before. */
	items[0] = item(DEVSESS_OP_STORE, 1, 50);
	items[1] = item(DEVSESS_OP_UPDATE, 2, 30);
	items[2] = item(DEVSESS_OP_INSERT, 3, 21);
	KUNIT_EXPECT_EQ(test, batch_run_atomic(test->priv, items, 3, &bad), -ENOSPC);
	KUNIT_EXPECT_EQ(test, cost(test), 20);
}

/* Until the session is restored, or known not to be. */
static void weight_kept(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session written = session(1, 10), prev;

	KUNIT_EXPECT_EQ(test, insert(test, 1, 60), 0);
	KUNIT_EXPECT_EQ(test, ops_update_full(t, &written, DEVSESS_F_WEIGHT, NULL, &prev, true,
					      GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 60);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 60);
	written = session(1, 90);
	KUNIT_EXPECT_EQ(test, ops_swap_full(t, &written, &prev, true, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, cost(test), 90);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_EXPECT_EQ(test, cost(test), 60);
}

static void unbounded(struct kunit *test)
{
	static const struct table_limits limits = { .max_sessions = 100, .key_max = 16 };
	struct devsess_table *t = table_alloc(&limits);
	u32 i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	for (i = 0; i < 100; i++) {
		struct devsess_session s = session(i, 255);

		KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, cost_sum(&t->cost), 100 * 255);
	KUNIT_EXPECT_EQ(test, cost_max(&t->cost), 0);
	table_free(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts),
	KUNIT_CASE(expired),
	KUNIT_CASE(bounded),
	KUNIT_CASE(refused),
	KUNIT_CASE(expired_only),
	KUNIT_CASE(evicts),
	KUNIT_CASE(evicts_others),
	KUNIT_CASE(heavier_than_all),
	KUNIT_CASE(bound_changes),
	KUNIT_CASE(batch),
	KUNIT_CASE(weight_kept),
	KUNIT_CASE(unbounded),
	{ }
};

static struct kunit_suite devsess_cost_suite = {
	.name = "devsess_cost",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_cost_suite);
