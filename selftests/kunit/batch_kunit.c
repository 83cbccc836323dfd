// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/batch.c. */
#include "../../module/batch.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/clock.h"
#include "../../module/lookup.h"

#define ITEMS	8

struct fixture {
	struct devsess_table *t;
	struct batch_item item[ITEMS];
	u32 n;
};

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000, .key_max = 16, .data_max = 0,
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

/* The next item: an operation on device @id that sets its owner. */
static struct batch_item *add(struct fixture *f, u32 op, u32 id, u32 owner)
{
	struct batch_item *item = &f->item[f->n++];

	memset(item, 0, sizeof(*item));
	item->op = op;
	item->fields = DEVSESS_F_OWNER;
	item->s.owner = owner;
	item->s.key_len = sizeof(id);
	memcpy(item->s.key, &id, sizeof(id));
	return item;
}

static int owner_of(struct fixture *f, u32 id)
{
	struct devsess_session s;

	return lookup_one(f->t, &id, sizeof(id), &s) ?: (int)s.owner;
}

static int run(struct fixture *f, u32 *bad)
{
	int ret = batch_run_atomic(f->t, f->item, f->n, bad);

	f->n = 0;
	return ret;
}

static void insert_some(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad, i;

	for (i = 1; i <= 4; i++)
		add(f, DEVSESS_OP_INSERT, i, i);
	KUNIT_ASSERT_EQ(test, run(f, &bad), 0);
}

static void one_by_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct batch_item *item;

	insert_some(test);
	item = add(f, DEVSESS_OP_INSERT, 1, 9);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), -EEXIST);
	KUNIT_EXPECT_EQ(test, item->result, -EEXIST);
	item = add(f, DEVSESS_OP_STORE, 1, 9);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 1);
	KUNIT_EXPECT_EQ(test, item->prev.owner, 1);
	item = add(f, DEVSESS_OP_UPDATE, 1, 8);
	item->versioned = true;
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), -ESTALE);
	item->versioned = false;
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 0);
	item = add(f, DEVSESS_OP_TOUCH, 1, 0);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 0);
	item = add(f, DEVSESS_OP_GET, 1, 0);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 0);
	KUNIT_EXPECT_EQ(test, item->s.owner, 8);
	item = add(f, DEVSESS_OP_DELETE, 1, 0);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 0);
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), -ENOENT);
}

static void all(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad = 77;

	insert_some(test);
	add(f, DEVSESS_OP_INSERT, 10, 10);
	add(f, DEVSESS_OP_STORE, 1, 11);
	add(f, DEVSESS_OP_STORE, 11, 12);
	add(f, DEVSESS_OP_UPDATE, 2, 13);
	add(f, DEVSESS_OP_DELETE, 3, 0);
	add(f, DEVSESS_OP_TOUCH, 4, 0);
	KUNIT_EXPECT_EQ(test, run(f, &bad), 0);
	KUNIT_EXPECT_EQ(test, bad, 77);
	KUNIT_EXPECT_EQ(test, owner_of(f, 10), 10);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 11);
	KUNIT_EXPECT_EQ(test, owner_of(f, 11), 12);
	KUNIT_EXPECT_EQ(test, owner_of(f, 2), 13);
	KUNIT_EXPECT_EQ(test, owner_of(f, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, owner_of(f, 4), 4);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 5);
}

/* Wherever it stands, one item that is refused takes the others with it. */
static void nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad, at, i;

	insert_some(test);
	for (at = 0; at < 6; at++) {
		for (i = 0; i < 6; i++) {
			if (i == at)
				add(f, DEVSESS_OP_INSERT, 4, 99);
			else if (i == 0)
				add(f, DEVSESS_OP_INSERT, 10, 10);
			else if (i == 1)
				add(f, DEVSESS_OP_STORE, 1, 11);
			else if (i == 2)
				add(f, DEVSESS_OP_STORE, 11, 12);
			else if (i == 3)
				add(f, DEVSESS_OP_UPDATE, 2, 13);
			else if (i == 4)
				add(f, DEVSESS_OP_DELETE, 3, 0);
			else
				add(f, DEVSESS_OP_TOUCH, 1, 0);
		}
		bad = 77;
		KUNIT_EXPECT_EQ(test, run(f, &bad), -EEXIST);
		KUNIT_EXPECT_EQ(test, bad, at);
		for (i = 1; i <= 4; i++)
			KUNIT_EXPECT_EQ(test, owner_of(f, i), (int)i);
		KUNIT_EXPECT_EQ(test, owner_of(f, 10), -ENOENT);
		KUNIT_EXPECT_EQ(test, owner_of(f, 11), -ENOENT);
		KUNIT_EXPECT_EQ(test, table_count(f->t), 4);
	}
}

/* A delete in an atomic batch makes no room for its other items. */
static void limit(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad;

	insert_some(test);
	KUNIT_ASSERT_EQ(test, table_set_max(f->t, 5), 0);
	add(f, DEVSESS_OP_DELETE, 1, 0);
	add(f, DEVSESS_OP_INSERT, 10, 10);
	add(f, DEVSESS_OP_INSERT, 11, 11);
	KUNIT_EXPECT_EQ(test, run(f, &bad), -ENOSPC);
	KUNIT_EXPECT_EQ(test, bad, 2);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 1);
	KUNIT_EXPECT_EQ(test, owner_of(f, 10), -ENOENT);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 4);
}

/* Where others go for new sessions those of the same batch may as well; but it takes effect. */
static void evicts_its_own(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad, id;

	KUNIT_ASSERT_EQ(test, table_set_max(f->t, 5), 0);
	table_set_policy(f->t, DEVSESS_POLICY_EVICT);
	for (id = 0; id < ITEMS; id++)
		add(f, DEVSESS_OP_INSERT, id, id);
	KUNIT_EXPECT_EQ(test, run(f, &bad), 0);
	KUNIT_EXPECT_EQ(test, table_count(f->t), 5);
	KUNIT_EXPECT_EQ(test, stats_sum(&f->t->stats, STAT_evicted), ITEMS - 5);
	KUNIT_EXPECT_EQ(test, stats_sum(&f->t->stats, STAT_inserts), ITEMS);
}

/* An expiry that comes between the parsing of a batch and its turn is no error. */
static void late_expiry(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct batch_item *item = add(f, DEVSESS_OP_INSERT, 1, 1);

	item->s.expires = clock_now() - 1;
	KUNIT_EXPECT_EQ(test, batch_run(f->t, item), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), -ENOENT);
}

static void twice(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 bad = 77;

	add(f, DEVSESS_OP_INSERT, 5, 0);
	add(f, DEVSESS_OP_INSERT, 6, 0);
	add(f, DEVSESS_OP_INSERT, 7, 0);
	KUNIT_EXPECT_EQ(test, batch_find_twice(f->item, 3, &bad), 0);
	KUNIT_EXPECT_EQ(test, batch_find_twice(f->item, 1, &bad), 0);
	KUNIT_EXPECT_EQ(test, bad, 77);
	/* A longer id with the same beginning is another one. */
	add(f, DEVSESS_OP_DELETE, 5, 0)->s.key_len = 5;
	KUNIT_EXPECT_EQ(test, batch_find_twice(f->item, 4, &bad), 0);
	add(f, DEVSESS_OP_DELETE, 5, 0);
	KUNIT_EXPECT_EQ(test, batch_find_twice(f->item, 5, &bad), 1);
	KUNIT_EXPECT_EQ(test, bad, 4);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_by_one),
	KUNIT_CASE(all),
	KUNIT_CASE(nothing),
	KUNIT_CASE(limit),
	KUNIT_CASE(evicts_its_own),
	KUNIT_CASE(late_expiry),
	KUNIT_CASE(twice),
	{ }
};

static struct kunit_suite devsess_batch_suite = {
	.name = "devsess_batch",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_batch_suite);
