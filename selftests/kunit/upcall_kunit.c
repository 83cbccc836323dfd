// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/upcall.c: which ids are asked for, how often, and what is dropped. */
#include "../../module/upcall.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/asking.h"
#include "../../module/clock.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"

#define HOUR_MS		3600000
#define IDS		4096	/* ids are numbers below */
#define A_NAMESPACE	((struct net *)1) /* nobody looks into it */

/* What the worker has sent. */
static struct {
	int err; /* what it is told */
	struct devsess_table *refuse; /* its ids are refused meanwhile */
	u32 all;
	u32 times[IDS];
} sent;

static int sender(struct net *net, const char *table, const struct slot_key *ids, u32 n)
{
	u32 i;

	for (i = 0; sent.refuse && i < n; i++)
		upcall_refuse(sent.refuse, &ids[i]);
	if (READ_ONCE(sent.err))
		return READ_ONCE(sent.err);
	for (i = 0; i < n; i++)
		WRITE_ONCE(sent.times[ids[i].word[0] % IDS], sent.times[ids[i].word[0] % IDS] + 1);
	/* Pairs with the acquire in wait_for(): @times. */
	smp_store_release(&sent.all, sent.all + n);
	return 0;
}

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 10000, .key_max = 16, .data_max = 0,
	};
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		return PTR_ERR(t);
	memset(&sent, 0, sizeof(sent));
	asking_set_sender(sender);
	test->priv = t;
	return 0;
}

static void cleanup(struct kunit *test)
{
	if (!test->priv)
		return;
	upcall_exit(test->priv);
	table_free(test->priv);
	asking_set_sender(NULL);
}

static void switch_on(struct kunit *test, u32 interval_ms, u32 rate, u32 negative_ttl_ms)
{
	const struct upcall_options o = {
		DEVSESS_UPCALL_ON_REQUEST, interval_ms, rate, negative_ttl_ms,
	};
	struct upcalls *u = upcall_alloc(test->priv, A_NAMESPACE, &o);

	KUNIT_ASSERT_NOT_NULL(test, u);
	upcall_install(test->priv, u, &o);
}

static int ask(struct kunit *test, u32 id)
{
	struct devsess_session s;

	return lookup_or_load(test->priv, &id, sizeof(id), &s);
}

static void ask_many(struct kunit *test, u32 from, u32 to)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, ask(test, from), -ENOENT);
}

static int refuse(struct kunit *test, u32 id)
{
	struct slot_key key;

	return table_key(test->priv, &id, sizeof(id), &key) ?: upcall_refuse(test->priv, &key);
}

static void store(struct kunit *test, u32 id)
{
	struct devsess_session s = { .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	KUNIT_ASSERT_EQ(test, ops_store(test->priv, &s, GFP_KERNEL), 0);
}

static u64 counted(struct kunit *test, enum stat_id i)
{
	struct devsess_table *t = test->priv;

	return stats_sum(&t->stats, i);
}

/* Until so many ids have been sent; then so long that more would have been. */
static void wait_for(struct kunit *test, u32 all)
{
	u32 i;

	/* Pairs with the release in sender(). */
	for (i = 0; i < 2000 && smp_load_acquire(&sent.all) < all; i++)
		msleep(20);
	msleep(5 * UPCALL_PAUSE_MS);
	KUNIT_EXPECT_EQ(test, READ_ONCE(sent.all), all);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls), all);
}

static void once_per_interval(struct kunit *test)
{
	u32 i, id;

	switch_on(test, HOUR_MS, 1000, 0);
	for (i = 0; i < 100; i++)
		ask_many(test, 0, 20);
	wait_for(test, 20);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 0);
	for (i = 0; i < 10; i++)
		ask_many(test, 0, 20);
	wait_for(test, 20);
	for (id = 0; id < 20; id++)
		KUNIT_EXPECT_EQ(test, sent.times[id], 1);
	KUNIT_EXPECT_GE(test, counted(test, STAT_negative_hits), 200);
}

static void again_after_interval(struct kunit *test)
{
	u32 i;

	switch_on(test, 200, 1000, 0);
	for (i = 1; i <= 3; i++) {
		ask(test, 1);
		wait_for(test, i);
		msleep(220);
	}
	KUNIT_EXPECT_EQ(test, sent.times[1], 3);
}

/* Only who wants it asks: see enum devsess_upcall. */
static void who_asks(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s;
	struct devsess_query q[2];
	u32 id;

	ask(test, 0);
	switch_on(test, HOUR_MS, 1000, 0);
	id = 1;
	KUNIT_EXPECT_EQ(test, lookup_one(t, &id, sizeof(id), &s), -ENOENT);
	ask(test, 2);
	store(test, 3);
	KUNIT_EXPECT_EQ(test, ask(test, 3), 0);
	wait_for(test, 1);
	KUNIT_EXPECT_EQ(test, sent.times[2], 1);
	WRITE_ONCE(t->upcall, DEVSESS_UPCALL_EVERY_LOOKUP);
	KUNIT_EXPECT_EQ(test, lookup_one(t, &id, sizeof(id), &s), -ENOENT);
	id = 4;
	KUNIT_EXPECT_EQ(test, lookup_quietly(t, &id, sizeof(id), &s), -ENOENT);
	q[0] = (struct devsess_query){ &(u32){ 5 }, sizeof(u32), &s };
	q[1] = (struct devsess_query){ &(u32){ 3 }, sizeof(u32), &s };
	KUNIT_EXPECT_EQ(test, lookup_batch(t, q, 2), 1);
	wait_for(test, 3);
	KUNIT_EXPECT_EQ(test, sent.times[1], 1);
	KUNIT_EXPECT_EQ(test, sent.times[5], 1);
	KUNIT_EXPECT_EQ(test, sent.times[3] + sent.times[4], 0);
}

/* One at once, then ten in a second; what has to wait comes later. */
static void rate(struct kunit *test)
{
	u64 begin = clock_now();
	u32 i, all;

	switch_on(test, HOUR_MS, 10, 0);
	ask_many(test, 0, 8);
	for (i = 0; i < 20; i++) {
		msleep(50);
		all = READ_ONCE(sent.all);
		KUNIT_EXPECT_LE(test, all, 2 + div_u64(clock_now() - begin, 100 * NSEC_PER_MSEC));
	}
	KUNIT_EXPECT_GE(test, all, 2);
	wait_for(test, 8);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 0);
}

/* More than can wait are dropped and counted; memory stays as it was. */
static void many_wait(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	long memory;
	u32 lost;

	switch_on(test, HOUR_MS, 1, 0);
	memory = atomic_long_read(&t->stats.memory);
	ask_many(test, 0, 1000);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&t->stats.memory), memory);
	lost = counted(test, STAT_upcalls_dropped);
	KUNIT_EXPECT_GE(test, lost, 1000 - UPCALL_SLOTS_MIN - 2 - READ_ONCE(sent.all));
	KUNIT_EXPECT_LE(test, lost, 1000 - UPCALL_SLOTS_MIN / 2);
}

/* Nor are more remembered than there is room for: these are not asked for. */
static void many_asked(struct kunit *test)
{
	u32 id, full = 0, last = 0, before;
	int ret;

	switch_on(test, 1, 1, 60000);
	for (id = 0; id < IDS; id++) {
		ret = refuse(test, id);
		if (!ret)
			continue;
		KUNIT_ASSERT_EQ(test, ret, -ENOSPC);
		last = id;
		full++;
	}
	KUNIT_EXPECT_GE(test, full, IDS - UPCALL_ENTRIES_MIN);
	ask(test, last);
	before = counted(test, STAT_negative_hits);
	KUNIT_EXPECT_EQ(test, before, 0);
	for (id = 0; id < 1000 && !counted(test, STAT_upcalls_dropped); id++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 1);
	wait_for(test, 0);
}

/* An id that was asked for is not again until its ttl is over, but after it was stored. */
static void negative(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id = 1;

	switch_on(test, 20, 1000, HOUR_MS);
	ask(test, id);
	wait_for(test, 1);
	msleep(40);
	KUNIT_EXPECT_EQ(test, ask(test, id), -ENOENT);
	wait_for(test, 1);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_negative_hits), 1);
	/* It hides no session. */
	store(test, id);
	KUNIT_EXPECT_EQ(test, ask(test, id), 0);
	KUNIT_EXPECT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
	KUNIT_EXPECT_EQ(test, ask(test, id), -ENOENT);
	wait_for(test, 2);
}

/* Within the interval it is not asked for again, stored or not. */
static void stored_within_interval(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id = 1, i;

	switch_on(test, HOUR_MS / 2, 1000, HOUR_MS);
	ask(test, id);
	wait_for(test, 1);
	for (i = 0; i < 3; i++) {
		store(test, id);
		KUNIT_EXPECT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
		KUNIT_EXPECT_EQ(test, ask(test, id), -ENOENT);
	}
	wait_for(test, 1);
}

/* What is stored is asked for by the interval of when it was asked for, whatever came since. */
static void stored_after_options(struct kunit *test)
{
	static const u32 later_ms[] = { 0, 60, HOUR_MS };
	struct devsess_table *t = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(later_ms); i++) {
		switch_on(test, 20, 1000, 10 * HOUR_MS / 60);
		ask(test, i);
		wait_for(test, 2 * i + 1);
		switch_on(test, 20, 1000, later_ms[i]);
		msleep(40);
		ask(test, i);
		wait_for(test, 2 * i + 1);
		store(test, i);
		KUNIT_EXPECT_EQ(test, ops_delete(t, &i, sizeof(i)), 0);
		ask(test, i);
		wait_for(test, 2 * i + 2);
	}
}

/* Other options are no reason to ask for more at once. */
static void rate_with_options(struct kunit *test)
{
	u64 begin = clock_now();
	u32 i;

	for (i = 0; i < 8; i++) {
		switch_on(test, HOUR_MS, 4, 0);
		ask(test, i);
		msleep(20);
	}
	KUNIT_EXPECT_LE(test, READ_ONCE(sent.all),
			2 + div_u64(clock_now() - begin, 250 * NSEC_PER_MSEC));
}

static void refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, refuse(test, 1), -EOPNOTSUPP);
	switch_on(test, 1, 1000, 400);
	/* Before it was asked for, and after. */
	KUNIT_EXPECT_EQ(test, refuse(test, 1), 0);
	ask(test, 1);
	wait_for(test, 0);
	ask(test, 2);
	wait_for(test, 1);
	msleep(200);
	KUNIT_EXPECT_EQ(test, refuse(test, 2), 0);
	msleep(220);
	/* The ttl of the first is over; that of the other one began anew. */
	ask(test, 1);
	wait_for(test, 2);
	KUNIT_EXPECT_EQ(test, sent.times[1], 1);
}

/* What is refused while it is sent stays refused, though nobody hears it. */
static void refused_while_sent(struct kunit *test)
{
	u32 i;

	switch_on(test, HOUR_MS, 1000, HOUR_MS / 2);
	sent.refuse = test->priv;
	WRITE_ONCE(sent.err, -ESRCH);
	ask(test, 1);
	for (i = 0; i < 1000 && !counted(test, STAT_upcalls_dropped); i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 1);
	WRITE_ONCE(sent.err, 0);
	ask(test, 1);
	wait_for(test, 0);
	/* And another one is asked for. */
	ask(test, 2);
	wait_for(test, 1);
}

/* What could not be sent was not asked for. */
static void nobody_listens(struct kunit *test)
{
	u32 i;

	switch_on(test, HOUR_MS, 1000, HOUR_MS);
	WRITE_ONCE(sent.err, -ESRCH);
	ask_many(test, 0, 5);
	for (i = 0; i < 1000 && counted(test, STAT_upcalls_dropped) < 5; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 5);
	wait_for(test, 0);
	WRITE_ONCE(sent.err, 0);
	ask_many(test, 0, 5);
	wait_for(test, 5);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_negative_hits), 0);
}

/* Switched off, all memory is given back, and what waits is counted as dropped. */
static void off(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	long memory = atomic_long_read(&t->stats.memory);

	switch_on(test, HOUR_MS, 1, 0);
	KUNIT_EXPECT_GT(test, atomic_long_read(&t->stats.memory), memory);
	ask_many(test, 0, 10);
	upcall_install(t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&t->stats.memory), memory);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped) + sent.all, 10);
	ask_many(test, 0, 10);
	KUNIT_EXPECT_EQ(test, refuse(test, 1), -EOPNOTSUPP);
	wait_for(test, sent.all);
}

/* Other options forget nobody who was asked for. */
static void other_options(struct kunit *test)
{
	u32 id;

	switch_on(test, HOUR_MS, 1000, 0);
	ask_many(test, 0, 50);
	wait_for(test, 50);
	switch_on(test, HOUR_MS, 100, HOUR_MS);
	ask_many(test, 0, 51);
	wait_for(test, 51);
	for (id = 0; id < 51; id++)
		KUNIT_EXPECT_EQ(test, sent.times[id], 1);
}

/* Nothing is sent into a namespace that goes, also of what waits already. */
static void cut(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	upcall_cut(t);
	switch_on(test, HOUR_MS, 10, 0);
	ask(test, 1);
	wait_for(test, 1);
	ask_many(test, 2, 5);
	upcall_cut(t);
	ask(test, 5);
	msleep(600);
	KUNIT_EXPECT_EQ(test, READ_ONCE(sent.all), 1);
	/* What waited is told when the upcalls go. */
	upcall_install(t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_upcalls_dropped), 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(once_per_interval),
	KUNIT_CASE(again_after_interval),
	KUNIT_CASE(who_asks),
	KUNIT_CASE(rate),
	KUNIT_CASE(many_wait),
	KUNIT_CASE(many_asked),
	KUNIT_CASE(negative),
	KUNIT_CASE(stored_within_interval),
	KUNIT_CASE(stored_after_options),
	KUNIT_CASE(rate_with_options),
	KUNIT_CASE(refused),
	KUNIT_CASE(refused_while_sent),
	KUNIT_CASE(nobody_listens),
	KUNIT_CASE(off),
	KUNIT_CASE(other_options),
	KUNIT_CASE(cut),
	{ }
};

static struct kunit_suite devsess_upcall_suite = {
	.name = "devsess_upcall",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_upcall_suite);
