// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/watermark.c, and of the places that a table keeps for user space. */
#include "../../module/watermark.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/string.h>

#include "../../module/batch.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define MAX	20
#define TOLD_MAX 64

static struct {
	u32 n;
	struct event_told told[TOLD_MAX];
} listener;

static bool wanted(u32 kind)
{
	return kind == DEVSESS_EVENT_KIND_WATERMARK;
}

static int send(const struct events *ev, const struct event_told *told)
{
	if (listener.n < TOLD_MAX)
		listener.told[listener.n++] = *told;
	return 0;
}

static const struct events_door door = { .wanted = wanted, .send = send };

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = MAX, .key_max = 16, .watermark_high = 80, .watermark_low = 50,
	};
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		return PTR_ERR(t);
	test->priv = t;
	memset(&listener, 0, sizeof(listener));
	/* Not looked at, but by send() in events_nl.c. */
	events_begin(&t->events, (struct net *)t, 0);
	events_open(&door);
	return 0;
}

static void exit_test(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	events_open(NULL);
	if (t)
		table_free(t);
	rcu_barrier();
}

static struct devsess_session session(u32 id)
{
	struct devsess_session s = { .key_len = sizeof(id), .session = id };

	memcpy(s.key, &id, sizeof(id));
	return s;
}

/* Stores the sessions from @from up to @to. */
static void fill(struct kunit *test, u32 from, u32 to)
{
	for (; from < to; from++) {
		struct devsess_session s = session(from);

		KUNIT_ASSERT_EQ(test, ops_insert(test->priv, &s, GFP_KERNEL), 0);
	}
}

static void drop(struct kunit *test, u32 from, u32 to)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, ops_delete(test->priv, &from, sizeof(from)), 0);
}

/* Has what was asked for told, and nothing else. Returns how many have been told so far. */
static u32 told(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	if (cancel_delayed_work_sync(&t->watermark.work))
		watermark_tell(&t->watermark);
	events_run(&t->events);
	return listener.n;
}

static void expect_told(struct kunit *test, u32 n, u32 reason, u64 sessions)
{
	const struct event_told *last;

	KUNIT_ASSERT_EQ(test, told(test), n);
	last = &listener.told[n - 1];
	KUNIT_EXPECT_EQ(test, last->kind, (u32)DEVSESS_EVENT_KIND_WATERMARK);
	KUNIT_EXPECT_EQ(test, last->reason, reason);
	KUNIT_EXPECT_EQ(test, last->sessions, sessions);
	KUNIT_EXPECT_EQ(test, last->max_sessions, (u64)MAX);
	KUNIT_EXPECT_NULL(test, last->rec);
}

/* 80 per cent of 20 are 16, and 50 are 10. */
static void both_sides(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	fill(test, 0, 15);
	KUNIT_EXPECT_EQ(test, told(test), 0U);
	fill(test, 15, 16);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 16);
	KUNIT_EXPECT_TRUE(test, t->watermark.above);
	drop(test, 0, 5);
	KUNIT_EXPECT_EQ(test, told(test), 1U);
	drop(test, 5, 6);
	expect_told(test, 2, DEVSESS_EVENT_REASON_BELOW, 10);
	KUNIT_EXPECT_FALSE(test, t->watermark.above);
}

/* Of few sessions the weights may fill it: 80 per cent of 100, and 50; as many of both are over. */
static void by_cost(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(0);

	KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 100), 0);
	fill(test, 0, 2);
	s.weight = 78;
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_WEIGHT), 0);
	KUNIT_EXPECT_EQ(test, told(test), 0U);
	s.weight = 79;
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_WEIGHT), 0);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 2);
	KUNIT_EXPECT_EQ(test, listener.told[0].cost, 80ULL);
	KUNIT_EXPECT_EQ(test, listener.told[0].max_cost, 100ULL);
	s.weight = 50;
	KUNIT_ASSERT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, told(test), 1U);
	s.weight = 5;
	fill(test, 2, 12);
	KUNIT_ASSERT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, told(test), 1U);
	drop(test, 0, 2);
	expect_told(test, 2, DEVSESS_EVENT_REASON_BELOW, 10);
	KUNIT_EXPECT_EQ(test, cost_set_max(&t->cost, 0), 0);
}

/* With a bound so high that 80 and 50 per cent of it, times 100, are more than 64 bits. */
static void by_high_cost(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 bit;

	fill(test, 0, 2);
	for (bit = 57; bit < 64; bit++) {
		KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 1ULL << bit), 0);
		KUNIT_EXPECT_FALSE(test, watermark_due(&t->watermark));
		KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, ~(1ULL << bit)), 0);
		KUNIT_EXPECT_FALSE(test, watermark_due(&t->watermark));
	}
	KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 2), 0);
	watermark_look(&t->watermark);
	KUNIT_ASSERT_EQ(test, told(test), 1U);
	KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 1ULL << 62), 0);
	KUNIT_EXPECT_TRUE(test, watermark_due(&t->watermark));
	watermark_look(&t->watermark);
	KUNIT_EXPECT_EQ(test, told(test), 2U);
	KUNIT_EXPECT_FALSE(test, watermark_due(&t->watermark));
}

/* What a batch made lighter counts as before until it is done. */
static void by_batch(struct kunit *test)
{
	struct batch_item item = { .op = DEVSESS_OP_STORE, .s = session(0) };
	struct devsess_table *t = test->priv;
	u32 bad;

	KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 100), 0);
	item.s.weight = 80;
	KUNIT_ASSERT_EQ(test, batch_run_atomic(t, &item, 1, &bad), 0);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 1);
	item = (struct batch_item){ .op = DEVSESS_OP_STORE, .s = session(0) };
	item.s.weight = 50;
	KUNIT_ASSERT_EQ(test, batch_run_atomic(t, &item, 1, &bad), 0);
	expect_told(test, 2, DEVSESS_EVENT_REASON_BELOW, 1);
}

static void quiet_between(struct kunit *test)
{
	u32 i;

	fill(test, 0, 16);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 16);
	for (i = 0; i < 5; i++) {
		drop(test, 0, 5);
		KUNIT_EXPECT_EQ(test, told(test), 1U);
		fill(test, 0, 5);
		KUNIT_EXPECT_EQ(test, told(test), 1U);
	}
}

/* Whatever frees them. */
static void expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s;
	u32 i;

	for (i = 0; i < 16; i++) {
		s = session(i);
		s.ttl_ms = 1;
		KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	}
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 16);
	while (table_count(t)) {
		msleep(20);
		sweep_run(&t->sweep);
	}
	KUNIT_ASSERT_EQ(test, told(test), 2U);
	KUNIT_EXPECT_EQ(test, listener.told[1].reason, (u32)DEVSESS_EVENT_REASON_BELOW);
}

static void cleared(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	fill(test, 0, 16);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 16);
	KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), 16ULL);
	KUNIT_ASSERT_EQ(test, told(test), 2U);
	KUNIT_EXPECT_EQ(test, listener.told[1].reason, (u32)DEVSESS_EVENT_REASON_BELOW);
}

/* Also those that made room for a write which found too little in the end. */
static void evicted_in_vain(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(100);

	table_set_policy(t, DEVSESS_POLICY_EVICT);
	fill(test, 0, 14);
	s.flags = DEVSESS_FLAG_PINNED;
	s.weight = 6;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	fill(test, 14, 15);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 16);
	KUNIT_ASSERT_EQ(test, cost_set_max(&t->cost, 21), 0);
	s = session(101);
	s.weight = 16;
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_count(t), 1ULL);
	expect_told(test, 2, DEVSESS_EVENT_REASON_BELOW, 1);
}

/* Marks that come, and go, when the table is above them. */
static void changed(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	watermark_set(&t->watermark, 0, 0);
	fill(test, 0, 18);
	KUNIT_EXPECT_EQ(test, told(test), 0U);
	watermark_set(&t->watermark, 90, 0);
	expect_told(test, 1, DEVSESS_EVENT_REASON_ABOVE, 18);
	drop(test, 0, 17);
	KUNIT_EXPECT_EQ(test, told(test), 1U);
	drop(test, 17, 18);
	expect_told(test, 2, DEVSESS_EVENT_REASON_BELOW, 0);
	fill(test, 0, 18);
	expect_told(test, 3, DEVSESS_EVENT_REASON_ABOVE, 18);
	watermark_set(&t->watermark, 0, 0);
	expect_told(test, 4, DEVSESS_EVENT_REASON_BELOW, 18);
}

static int insert_modestly(struct devsess_table *t, struct devsess_session *s)
{
	return ops_create_modest(t, s, NULL, write_exists, GFP_KERNEL);
}

/* Kernel modules find a full table where user space finds a place. */
static void reserved(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s;
	u32 i;

	t->reserve = 3;
	fill(test, 0, MAX - 3);
	s = session(MAX);
	KUNIT_EXPECT_EQ(test, insert_modestly(t, &s), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ops_create_modest(t, &s, NULL, write_replace, GFP_ATOMIC), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	for (i = MAX + 1; i < MAX + 3; i++) {
		s = session(i);
		KUNIT_EXPECT_EQ(test, ops_swap(t, &s, NULL, GFP_KERNEL), 0);
	}
	s = session(MAX + 3);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_count(t), (u64)MAX);
	/* What is there can be changed by all. */
	s = session(0);
	KUNIT_EXPECT_EQ(test, ops_create_modest(t, &s, NULL, write_replace, GFP_KERNEL), 1);
	/* Only beyond what is kept there is a place again. */
	drop(test, 0, 3);
	s = session(0);
	KUNIT_EXPECT_EQ(test, insert_modestly(t, &s), -ENOSPC);
	drop(test, 3, 4);
	KUNIT_EXPECT_EQ(test, insert_modestly(t, &s), 0);
}

/*
 * A module's new session takes another's place, and no more than one, however many the table has
 * above what is not kept. The first @pinned cannot go.
 */
static void evict_one_each(struct kunit *test, u32 pinned)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s;
	u32 i;

	table_set_policy(t, DEVSESS_POLICY_EVICT);
	t->reserve = 5;
	for (i = 0; i < MAX; i++) {
		s = session(i);
		s.flags = i < pinned ? DEVSESS_FLAG_PINNED : 0;
		KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	}
	for (i = MAX; i < 10 * MAX; i++) {
		s = session(i);
		KUNIT_ASSERT_EQ(test, insert_modestly(t, &s), 0);
		KUNIT_ASSERT_EQ(test, stats_sum(&t->stats, STAT_evicted), i - MAX + 1ULL);
		KUNIT_ASSERT_EQ(test, table_count(t), (u64)MAX);
	}
}

static void reserved_and_evicts(struct kunit *test)
{
	evict_one_each(test, 0);
}

/* Also one that is of another shard, as those of its own cannot go. */
static void reserved_and_evicts_elsewhere(struct kunit *test)
{
	evict_one_each(test, MAX - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(both_sides),
	KUNIT_CASE(by_cost),
	KUNIT_CASE(by_high_cost),
	KUNIT_CASE(by_batch),
	KUNIT_CASE(quiet_between),
	KUNIT_CASE(expired),
	KUNIT_CASE(cleared),
	KUNIT_CASE(evicted_in_vain),
	KUNIT_CASE(changed),
	KUNIT_CASE(reserved),
	KUNIT_CASE(reserved_and_evicts),
	KUNIT_CASE(reserved_and_evicts_elsewhere),
	{ }
};

static struct kunit_suite devsess_watermark_suite = {
	.name = "devsess_watermark",
	.init = init,
	.exit = exit_test,
	.test_cases = cases,
};

kunit_test_suite(devsess_watermark_suite);
