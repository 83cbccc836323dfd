// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/api.c: a handle, and tables that it leads to one after the other. */
#include "../../module/api.h"
#include "../../module/net.h"
#include "../../module/ops.h"

#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/string.h>

#define IDS 3000

struct fixture {
	struct devsess_handle h;
	struct devsess_table *a;
	struct devsess_table *b;
	u32 seen;
	u64 sum;
};

/* When a call gives this table back, what was begun comes to its end. */
static struct fixture *deleting;

/* In place of that of net.c. */
void net_table_put(struct devsess_table *t)
{
	if (deleting && t == deleting->a) {
		rcu_assign_pointer(deleting->h.table, deleting->b);
		deleting = NULL;
	}
	/* No test drops the last one. */
	if (refcount_dec_and_test(&t->refs))
		refcount_set(&t->refs, 1);
}

static struct devsess_table *make(struct kunit *test, u32 owner)
{
	static const struct table_limits limits = {
		.max_sessions = 1000000, .key_max = 16, .data_max = 0,
	};
	struct devsess_table *t = table_alloc(&limits);
	u32 i;

	if (IS_ERR(t))
		return NULL;
	refcount_set(&t->refs, 1);
	for (i = 0; i < IDS; i++) {
		struct devsess_session s = { .owner = owner, .key_len = sizeof(i) };

		memcpy(s.key, &i, sizeof(i));
		KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	}
	return t;
}

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	f->a = make(test, 1);
	f->b = make(test, 2);
	if (!f->a || !f->b)
		return -ENOMEM;
	RCU_INIT_POINTER(f->h.table, f->a);
	return 0;
}

static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	deleting = NULL;
	if (f && f->a)
		table_free(f->a);
	if (f && f->b)
		table_free(f->b);
}

static u32 owner(struct fixture *f, u32 id)
{
	struct devsess_session s;

	return devsess_lookup(&f->h, &id, sizeof(id), &s) ? 0 : s.owner;
}

/* Calls follow the handle. */
static void follows(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct devsess_session s = { .key_len = 3, .key = "new" };
	u32 id = 7;

	KUNIT_EXPECT_EQ(test, owner(f, id), 1);
	rcu_assign_pointer(f->h.table, f->b);
	KUNIT_EXPECT_EQ(test, owner(f, id), 2);
	KUNIT_EXPECT_EQ(test, devsess_insert(&f->h, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, devsess_store(&f->h, &s, GFP_ATOMIC), 1);
	KUNIT_EXPECT_EQ(test, devsess_delete(&f->h, &id, sizeof(id)), 0);
	KUNIT_EXPECT_EQ(test, devsess_touch(&f->h, s.key, s.key_len, 0, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, devsess_delete(&f->h, s.key, s.key_len), 0);
	KUNIT_EXPECT_EQ(test, devsess_count(&f->h), IDS - 1);
	rcu_assign_pointer(f->h.table, f->a);
	KUNIT_EXPECT_EQ(test, devsess_count(&f->h), IDS);
	KUNIT_EXPECT_EQ(test, owner(f, id), 1);
}

/* A call that sleeps meets a table that was swapped away and deleted: it is done on the other. */
static void again(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct devsess_session s = { .key_len = 3, .key = "new" };

	f->a->dead = true;
	deleting = f;
	KUNIT_EXPECT_EQ(test, devsess_insert(&f->h, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, table_count(f->a), IDS);
	KUNIT_EXPECT_EQ(test, table_count(f->b), IDS + 1);
}

static int swap_then_count(const struct devsess_session *s, void *arg)
{
	struct fixture *f = arg;

	f->a->dead = true;
	rcu_assign_pointer(f->h.table, f->b);
	f->seen++;
	f->sum += s->owner;
	return 0;
}

/* A walk is of one table to its end, whatever becomes of that. */
static void walks_to_the_end(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, devsess_range(&f->h, swap_then_count, f), 0);
	KUNIT_EXPECT_EQ(test, f->seen, IDS);
	KUNIT_EXPECT_EQ(test, f->sum, IDS);
}

static int end_then_count(const struct devsess_session *s, void *arg)
{
	struct fixture *f = arg;

	f->h.dead = true;
	f->seen++;
	return 0;
}

/* The namespace ends. */
static void gone(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct devsess_session s = { .key_len = 3, .key = "new" };
	struct devsess_query q = { .key = s.key, .key_len = s.key_len, .s = &s };

	KUNIT_EXPECT_EQ(test, devsess_range(&f->h, end_then_count, f), -ENODEV);
	KUNIT_EXPECT_EQ(test, f->seen, 1);
	f->a->dead = true;
	KUNIT_EXPECT_EQ(test, devsess_lookup(&f->h, s.key, s.key_len, &s), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_lookup_or_load(&f->h, s.key, s.key_len, &s), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_lookup_batch(&f->h, &q, 1), 0);
	KUNIT_EXPECT_EQ(test, q.result, -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_insert(&f->h, &s, GFP_KERNEL), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_store(&f->h, &s, GFP_ATOMIC), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_delete(&f->h, s.key, s.key_len), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_defer_store(&f->h, &s), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_defer_drain(&f->h), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_range(&f->h, end_then_count, f), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_clear(&f->h, NULL), -ENODEV);
	KUNIT_EXPECT_EQ(test, devsess_count(&f->h), IDS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(follows),
	KUNIT_CASE(again),
	KUNIT_CASE(walks_to_the_end),
	KUNIT_CASE(gone),
	{ }
};

static struct kunit_suite devsess_api_suite = {
	.name = "devsess_api",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_api_suite);
