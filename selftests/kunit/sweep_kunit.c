// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/sweep.c: the worker does what is due, in time. */
#include "../../module/sweep.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/queues.h"
#include "../../module/walk.h"

#define SOON_MS	(3 * SWEEP_DELAY_MS)	/* by then a pass must have been */

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000000, .key_max = 16, .data_max = 0,
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

static void insert(struct kunit *test, u32 from, u32 to, u64 ttl_ms)
{
	for (; from < to; from++) {
		struct devsess_session s = { .ttl_ms = ttl_ms, .key_len = sizeof(from) };

		memcpy(s.key, &from, sizeof(from));
		KUNIT_ASSERT_EQ(test, ops_insert(test->priv, &s, GFP_KERNEL), 0);
	}
}

static void delete(struct kunit *test, u32 from, u32 to)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, ops_delete(test->priv, &from, sizeof(from)), 0);
}

static u64 expired(struct devsess_table *t)
{
	return stats_sum(&t->stats, STAT_expired);
}

static void expiry(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	insert(test, 0, 100, 200);
	insert(test, 100, 200, 2000);
	insert(test, 200, 300, 0);
	KUNIT_EXPECT_EQ(test, expired(t), 0);
	msleep(200 + SOON_MS);
	KUNIT_EXPECT_EQ(test, expired(t), 100);
	KUNIT_EXPECT_EQ(test, table_count(t), 200);
	msleep(1800);
	KUNIT_EXPECT_EQ(test, expired(t), 200);
	KUNIT_EXPECT_EQ(test, table_count(t), 100);
}

/* A pass that is left after each shard misses none, whatever splits and merges meanwhile. */
static void pass_in_pieces(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct sweep_pass p = { };
	u32 pieces = 0;

	insert(test, 0, 5000, 1);
	insert(test, 5000, 10000, 0);
	msleep(20);
	while (!sweep_some(&t->sweep, &p, 0)) {
		if (pieces % 4 == 0)
			insert(test, 20000 + pieces * 50, 20000 + (pieces + 1) * 50, 0);
		if (pieces % 4 == 2)
			delete(test, 5000 + pieces * 50, 5000 + (pieces + 1) * 50);
		pieces++;
	}
	KUNIT_EXPECT_GT(test, pieces, 4);
	KUNIT_EXPECT_EQ(test, expired(t), 5000);
	KUNIT_EXPECT_EQ(test, p.next, U64_MAX);
}

/* The worker leaves the CPU within a pass, and what is asked for meanwhile is not lost. */
static void kick_within_a_pass(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	t->sweep.midway = true;
	insert(test, 0, 1000, 100);
	sweep_kick(&t->sweep);
	msleep(50);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->sweep.work));
	/* As at the end of a run. */
	mod_delayed_work(queue_tidy, &t->sweep.work, 1);
	for (i = 0; i < 20 && expired(t) < 1000; i++)
		msleep(SOON_MS);
	KUNIT_EXPECT_EQ(test, expired(t), 1000);
	KUNIT_EXPECT_FALSE(test, t->sweep.midway);
}

/* All expire at once: one pass frees them, and the shards are merged, too. */
static void merged_when_expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	int first = atomic_read(&t->stats.shards);
	struct sweep_pass p = { };

	t->sweep.midway = true; /* else the worker begins with those that expire first */
	insert(test, 0, 40000, 1);
	msleep(20);
	KUNIT_ASSERT_GT(test, atomic_read(&t->stats.shards), 2 * first);
	KUNIT_EXPECT_TRUE(test, sweep_some(&t->sweep, &p, U64_MAX));
	KUNIT_EXPECT_EQ(test, expired(t), 40000);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->stats.shards), first);
}

/*
 * A full table frees expired sessions for new ones, for all of them; for who cannot sleep
 * where he looks.
 */
static void room_by_expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session none = { .key_len = 4, .key = "none" }, s = none;
	u32 stored;

	t->sweep.midway = true; /* the worker does not come */
	insert(test, 0, 60, 1);
	insert(test, 60, 100, 0);
	KUNIT_ASSERT_EQ(test, table_set_max(t, 100), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &none, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, expired(t), 0);
	t->policy = DEVSESS_POLICY_EVICT_EXPIRED_ONLY;
	for (stored = 0; stored < 60; stored++) {
		memcpy(s.key, &(u32){ 1000 + stored }, sizeof(u32));
		if (ops_insert(t, &s, GFP_ATOMIC))
			break;
	}
	KUNIT_EXPECT_GT(test, stored, 0);
	insert(test, 2000 + stored, 2060, 0);
	KUNIT_EXPECT_EQ(test, expired(t), 60);
	KUNIT_EXPECT_EQ(test, table_count(t), 100);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &none, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_fail_full), stored == 60 ? 2 : 3);
	/* None was evicted whose time is not over. */
	delete(test, 60, 100);
}

/* Between passes nobody looks through the shards in vain: who did would find one here. */
static void no_room_by_others(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = { .key_len = 4, .key = "none" };

	t->policy = DEVSESS_POLICY_EVICT_EXPIRED_ONLY;
	insert(test, 0, 99, 3600000);
	insert(test, 99, 100, 1);
	hrtimer_cancel(&t->sweep.timer);
	t->sweep.due = U64_MAX;
	msleep(SOON_MS);
	KUNIT_ASSERT_EQ(test, table_set_max(t, 100), 0);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_FALSE(test, sweep_make_room(&t->sweep, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, table_count(t), 100);
	t->sweep.due = 0;
	KUNIT_EXPECT_TRUE(test, sweep_make_room(&t->sweep, 0, GFP_KERNEL));
}

/* A session that ends early is not kept by one that ends late, in either order. */
static void early_after_late(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	insert(test, 0, 1, 3600000);
	insert(test, 1, 2, 100);
	insert(test, 2, 3, 7200000);
	msleep(100 + SOON_MS);
	KUNIT_EXPECT_EQ(test, expired(t), 1);
	KUNIT_EXPECT_EQ(test, table_count(t), 2);
}

/* Touches move the end; the pass that comes for the old one comes again. */
static void touched(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id = 0, i;

	/* So far apart as no busy machine makes the waits. */
	insert(test, 0, 1, 1500);
	for (i = 0; i < 8; i++) {
		msleep(400);
		KUNIT_ASSERT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), 0);
	}
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
	msleep(1500 + SOON_MS);
	KUNIT_EXPECT_EQ(test, table_count(t), 0);
	KUNIT_EXPECT_EQ(test, expired(t), 1);
}

/* An update brings the end forward. */
static void shortened(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = { .ttl_ms = 100, .key_len = 4 };

	insert(test, 0, 1, 3600000);
	msleep(SOON_MS);
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_TTL), 0);
	msleep(100 + SOON_MS);
	KUNIT_EXPECT_EQ(test, table_count(t), 0);
}

/*
 * A kick is not kept by a session that ends late: the worker's timer is that of
 * the earlier of the two. Passes that merge kick one another.
 */
static void kick_despite_expiry(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 full;

	insert(test, 0, 1, 3600000);
	insert(test, 1, 10000, 0);
	full = table_memory(t);
	delete(test, 500, 10000);
	insert(test, 20000, 20001, 1800000);
	msleep(10 * SOON_MS);
	KUNIT_EXPECT_LT(test, table_memory(t), full / 4);
	KUNIT_EXPECT_EQ(test, table_count(t), 501);
}

/* Lookups that the dirty map serves ask for its promotion. */
static void promotion(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s;
	u32 i;

	insert(test, 0, 20, 0);
	for (i = 0; i < 20 * 20; i++)
		KUNIT_ASSERT_EQ(test, lookup_one(t, &(u32){ i % 20 }, sizeof(i), &s), 0);
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_promotions), 0);
	msleep(SOON_MS);
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_promoted), 20);
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, lookup_one(t, &i, sizeof(i), &s), 0);
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_read_hits), 20);
}

/* Softirqs that fill a dirty map get help from the worker before it is full. */
static void crowded(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	for (i = 0; i < 6000; i++) {
		struct devsess_session s = { .key_len = sizeof(i) };

		memcpy(s.key, &i, sizeof(i));
		KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_ATOMIC), 0);
		if (i % 20)
			continue;
		/* The worker comes if it was asked for. */
		irq_work_sync(&t->sweep.kick);
		if (READ_ONCE(t->sweep.kicked))
			msleep(SWEEP_DELAY_MS + 10);
	}
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_fail_memory), 0);
	KUNIT_EXPECT_EQ(test, table_count(t), 6000);
	KUNIT_EXPECT_GT(test, stats_sum(&t->stats, STAT_promotions), 0);
}

/* Nothing to do, nothing done. */
static void idle(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	insert(test, 0, 10, 0);
	KUNIT_EXPECT_FALSE(test, sweep_run(&t->sweep));
	KUNIT_EXPECT_FALSE(test, sweep_run(&t->sweep));
	KUNIT_EXPECT_EQ(test, table_count(t), 10);
	KUNIT_EXPECT_EQ(test, stats_sum(&t->stats, STAT_promotions), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(expiry),
	KUNIT_CASE(pass_in_pieces),
	KUNIT_CASE(kick_within_a_pass),
	KUNIT_CASE(merged_when_expired),
	KUNIT_CASE(room_by_expired),
	KUNIT_CASE(no_room_by_others),
	KUNIT_CASE(early_after_late),
	KUNIT_CASE(touched),
	KUNIT_CASE(shortened),
	KUNIT_CASE_SLOW(kick_despite_expiry),
	KUNIT_CASE(promotion),
	KUNIT_CASE_SLOW(crowded),
	KUNIT_CASE(idle),
	{ }
};

static struct kunit_suite devsess_sweep_suite = {
	.name = "devsess_sweep",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_sweep_suite);
