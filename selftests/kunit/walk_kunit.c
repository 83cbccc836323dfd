// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/walk.c. */
#include "../../module/walk.h"
#include "../../module/ops.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#define IDS	12000

struct fixture {
	struct devsess_table *t;
	u8 seen[IDS];
	u32 calls;
	u32 stop_at;
};

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000000, .key_max = 16, .data_max = 64,
	};
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct devsess_table *t;

	if (!f)
		return -ENOMEM;
	t = table_alloc(&limits);
	if (IS_ERR(t))
		return PTR_ERR(t);
	f->t = t;
	test->priv = f;
	return 0;
}

static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (f)
		table_free(f->t);
}

static void insert(struct kunit *test, u32 from, u32 to, u64 ttl_ms)
{
	struct fixture *f = test->priv;

	for (; from < to; from++) {
		struct devsess_session s = {
			.session = from, .owner = from % 10, .ttl_ms = ttl_ms,
			.key_len = sizeof(from),
		};

		memcpy(s.key, &from, sizeof(from));
		KUNIT_ASSERT_EQ(test, ops_insert(f->t, &s, GFP_KERNEL), 0);
	}
}

static void delete(struct kunit *test, u32 from, u32 to)
{
	struct fixture *f = test->priv;

	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, ops_delete(f->t, &from, sizeof(from)), 0);
}

static int visit(const struct devsess_session *s, void *arg)
{
	struct fixture *f = arg;

	f->seen[s->session]++;
	return ++f->calls == f->stop_at ? 42 : 0;
}

static void expect_each_once(struct kunit *test, u32 from, u32 to)
{
	struct fixture *f = test->priv;

	for (; from < to; from++)
		KUNIT_EXPECT_EQ_MSG(test, f->seen[from], 1, "id %u", from);
}

static void empty(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 deleted = 9;

	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit, f), 0);
	KUNIT_EXPECT_EQ(test, f->calls, 0);
	deleted = walk_clear(f->t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, deleted, 0);
}

static void range(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(test, 0, 5000, 0);
	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit, f), 0);
	KUNIT_EXPECT_EQ(test, f->calls, 5000);
	expect_each_once(test, 0, 5000);
}

static void range_stops(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(test, 0, 1000, 0);
	f->stop_at = 321;
	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit, f), 42);
	KUNIT_EXPECT_EQ(test, f->calls, 321);
}

/* The function of a range may change the table. */
static int visit_and_delete(const struct devsess_session *s, void *arg)
{
	struct fixture *f = arg;

	visit(s, f);
	return ops_delete(f->t, s->key, s->key_len);
}

static void range_that_deletes(struct kunit *test)
{
	struct fixture *f = test->priv;

	insert(test, 0, 3000, 0);
	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit_and_delete, f), 0);
	expect_each_once(test, 0, 3000);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 0);
}

static void take(struct kunit *test, struct snapshot *snap)
{
	struct fixture *f = test->priv;
	struct devsess_session s;
	u32 i;

	KUNIT_ASSERT_EQ(test, walk_snapshot(f->t, snap, NULL, NULL), 0);
	for (i = 0; i < snap->count; i++) {
		walk_get(f->t, snap, i, &s);
		f->seen[s.session]++;
	}
}

/* Shards split between two snapshots. */
static void splits_between(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct snapshot snap = { };
	u32 n = 2000;

	insert(test, 0, n, 0);
	while (snap.next <= U32_MAX) {
		take(test, &snap);
		if (n < IDS)
			insert(test, n, n + 1000, 0);
		n = min(n + 1000U, (u32)IDS);
	}
	walk_free(&snap);
	KUNIT_EXPECT_GT(test, stats_sum(&f->t->stats, STAT_splits), 0);
	expect_each_once(test, 0, 2000);
	for (n = 2000; n < IDS; n++)
		KUNIT_EXPECT_LE(test, f->seen[n], 1);
}

/* Shards merge between two snapshots: the walk goes on inside a larger one. */
static void merges_between(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct snapshot snap = { };
	u32 i;

	insert(test, 0, IDS, 0);
	for (i = 0; i < 3; i++)
		take(test, &snap);
	delete(test, 500, IDS);
	while (sweep_run(&f->t->sweep))
		;
	KUNIT_EXPECT_GT(test, stats_sum(&f->t->stats, STAT_merges), 0);
	while (snap.next <= U32_MAX)
		take(test, &snap);
	walk_free(&snap);
	expect_each_once(test, 0, 500);
	for (i = 500; i < IDS; i++)
		KUNIT_EXPECT_LE(test, f->seen[i], 1);
}

static bool has_owner(const struct devsess_session *s, const void *arg)
{
	return s->owner == *(const u32 *)arg;
}

static void match(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct snapshot snap = { };
	struct devsess_session s;
	u32 owner = 3, i, n = 0;

	insert(test, 0, 3000, 0);
	KUNIT_EXPECT_EQ(test, walk_count(f->t, has_owner, &owner), 300);
	KUNIT_EXPECT_EQ(test, walk_count(f->t, NULL, NULL), 3000);
	while (snap.next <= U32_MAX) {
		KUNIT_ASSERT_EQ(test, walk_snapshot(f->t, &snap, has_owner, &owner), 0);
		n += snap.count;
		for (i = 0; i < snap.count; i++) {
			walk_get(f->t, &snap, i, &s);
			KUNIT_EXPECT_EQ(test, s.owner, 3);
		}
	}
	walk_free(&snap);
	KUNIT_EXPECT_EQ(test, n, 300);
	KUNIT_EXPECT_EQ(test, walk_clear(f->t, has_owner, &owner), 300);
	KUNIT_EXPECT_EQ(test, walk_clear(f->t, has_owner, &owner), 0);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 2700);
	KUNIT_EXPECT_EQ(test, stats_sum(&f->t->stats, STAT_deletes), 300);
	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit, f), 0);
	for (i = 0; i < 3000; i++)
		KUNIT_EXPECT_EQ(test, f->seen[i], i % 10 == 3 ? 0 : 1);
}

static void clear(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 deleted = 0;

	insert(test, 0, 5000, 0);
	deleted = walk_clear(f->t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, deleted, 5000);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 0);
	insert(test, 0, 10, 0);
	walk_clear(f->t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 0);
}

/* Expired sessions are not shown, and are no one's deletes. */
static void expired(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 deleted;

	insert(test, 0, 100, 50);
	insert(test, 100, 200, 0);
	msleep(60);
	KUNIT_EXPECT_EQ(test, walk_range(f->t, visit, f), 0);
	KUNIT_EXPECT_EQ(test, f->calls, 100);
	expect_each_once(test, 100, 200);
	KUNIT_EXPECT_EQ(test, walk_count(f->t, NULL, NULL), 100);
	deleted = walk_clear(f->t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, deleted, 100);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 0);
	KUNIT_EXPECT_EQ(test, stats_sum(&f->t->stats, STAT_deletes), 100);
	KUNIT_EXPECT_EQ(test, stats_sum(&f->t->stats, STAT_expired), 100);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty),
	KUNIT_CASE(range),
	KUNIT_CASE(range_stops),
	KUNIT_CASE(range_that_deletes),
	KUNIT_CASE(splits_between),
	KUNIT_CASE(merges_between),
	KUNIT_CASE(match),
	KUNIT_CASE(clear),
	KUNIT_CASE(expired),
	{ }
};

static struct kunit_suite devsess_walk_suite = {
	.name = "devsess_walk",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_walk_suite);
