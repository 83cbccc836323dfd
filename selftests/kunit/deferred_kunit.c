// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/deferred.c and module/drain.c. */
#include "../../module/deferred.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/clock.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define RING	64

struct fixture {
	struct devsess_table *t;
	struct devsess_table *direct; /* the same writes at once */
	u64 random;
	u32 owners; /* of sessions at random */
};

static struct devsess_table *new_table(void)
{
	static const struct table_limits limits = {
		.max_sessions = 1000, .key_max = 16, .data_max = 8,
	};

	return table_alloc(&limits);
}

static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	deferred_exit(f->t);
	table_free(f->t);
	table_free(f->direct);
}

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct deferred *d;

	if (!f)
		return -ENOMEM;
	f->t = new_table();
	if (IS_ERR(f->t))
		return PTR_ERR(f->t);
	f->direct = new_table();
	if (IS_ERR(f->direct)) {
		table_free(f->t);
		return PTR_ERR(f->direct);
	}
	test->priv = f;
	d = deferred_alloc(f->t, RING);
	if (!d)
		return -ENOMEM;
	/* Nothing happens by itself. */
	deferred_set_interval(f->t, DEVSESS_DEFER_INTERVAL_MAX);
	deferred_install(f->t, d);
	return 0;
}

static struct devsess_session session_of(u32 id, u32 owner)
{
	struct devsess_session s = { .owner = owner, .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	return s;
}

static int store(struct fixture *f, u32 id, u32 owner)
{
	struct devsess_session s = session_of(id, owner);

	return deferred_store(f->t, &s);
}

static int update(struct fixture *f, u32 id, u32 owner)
{
	struct devsess_session s = session_of(id, owner);

	return deferred_update(f->t, &s, DEVSESS_F_OWNER);
}

static int owner_of(struct fixture *f, u32 id)
{
	struct devsess_session s;

	return lookup_one(f->t, &id, sizeof(id), &s) ?: (int)s.owner;
}

static u64 counted(struct fixture *f, enum stat_id i)
{
	return stats_sum(&f->t->stats, i);
}

/* The worker, who comes when a ring is half full, is kept waiting; all goes into one ring. */
static void hold_worker(struct fixture *f)
{
	mutex_lock(&f->t->defer_lock);
	migrate_disable();
}

static void let_worker_go(struct fixture *f)
{
	migrate_enable();
	mutex_unlock(&f->t->defer_lock);
}

static void later(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, store(f, id, 7), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), -ENOENT);
	KUNIT_EXPECT_EQ(test, deferred_waiting(f->t), 1);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	KUNIT_EXPECT_EQ(test, deferred_waiting(f->t), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), 7);
	KUNIT_EXPECT_EQ(test, update(f, id, 8), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), 7);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), 8);
	KUNIT_EXPECT_EQ(test, deferred_delete(f->t, &id, sizeof(id)), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), 8);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), -ENOENT);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_deferred), 3);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_merged), 0);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_deferred_failed), 0);
}

static void many_to_one(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct devsess_session s;
	u32 id = 1, i;

	store(f, id, 1);
	deferred_drain(f->t);
	hold_worker(f);
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, update(f, id, i), 0);
		KUNIT_EXPECT_EQ(test, deferred_touch(f->t, &id, sizeof(id), 5000, 0), 0);
		s = session_of(id, 0);
		s.mark = 100 + i;
		KUNIT_EXPECT_EQ(test, deferred_update(f->t, &s, DEVSESS_F_MARK), 0);
	}
	let_worker_go(f);
	deferred_drain(f->t);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_updates), 1);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_touches), 1);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_merged), 58);
	KUNIT_ASSERT_EQ(test, lookup_one(f->t, &id, sizeof(id), &s), 0);
	KUNIT_EXPECT_EQ(test, s.owner, 19);
	KUNIT_EXPECT_EQ(test, s.mark, 119);
	KUNIT_EXPECT_GT(test, s.expires, clock_now());
}

static void full_ring(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	hold_worker(f);
	for (i = 0; i < RING; i++)
		KUNIT_EXPECT_EQ(test, store(f, i, i), 0);
	KUNIT_EXPECT_EQ(test, store(f, RING, RING), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_fail_ring), 1);
	let_worker_go(f);
	deferred_drain(f->t);
	for (i = 0; i < RING; i++)
		KUNIT_EXPECT_EQ(test, owner_of(f, i), i);
	KUNIT_EXPECT_EQ(test, owner_of(f, RING), -ENOENT);
	KUNIT_EXPECT_EQ(test, store(f, RING, RING), 0);
}

/* What an update does not change may be longer than the table takes, or there is room for. */
static void data_of_others(struct kunit *test)
{
	static const u8 lens[] = { 8, 9, DEVSESS_DATA_MAX, 255 };
	struct fixture *f = test->priv;
	struct devsess_session s;
	u32 id = 1, i;

	s = session_of(id, 0);
	s.data_len = 3;
	memcpy(s.data, "abc", 3);
	KUNIT_ASSERT_EQ(test, deferred_store(f->t, &s), 0);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		s = session_of(id, 0);
		s.mark = i + 1;
		s.data_len = lens[i];
		KUNIT_EXPECT_EQ(test, deferred_update(f->t, &s, DEVSESS_F_MARK), 0);
		deferred_drain(f->t);
		KUNIT_ASSERT_EQ(test, lookup_one(f->t, &id, sizeof(id), &s), 0);
		KUNIT_EXPECT_EQ(test, s.mark, i + 1);
		KUNIT_EXPECT_EQ(test, s.data_len, 3);
		KUNIT_EXPECT_TRUE(test, !memcmp(s.data, "abc", 3));
	}
}

static void refused(struct kunit *test)
{
	struct devsess_session s = session_of(1, 1);
	struct fixture *f = test->priv;
	u32 id = 1;

	s.state = 99;
	KUNIT_EXPECT_EQ(test, deferred_store(f->t, &s), -EINVAL);
	s.state = 0;
	s.data_len = 9;
	KUNIT_EXPECT_EQ(test, deferred_update(f->t, &s, DEVSESS_F_DATA), -EINVAL);
	s.key_len = 17;
	KUNIT_EXPECT_EQ(test, deferred_update(f->t, &s, DEVSESS_F_OWNER), -EINVAL);
	KUNIT_EXPECT_EQ(test, deferred_delete(f->t, &id, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, deferred_touch(f->t, &id, 4, DEVSESS_TTL_MAX + 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, deferred_touch(f->t, &id, 4, 0, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_fail_invalid), 6);
	KUNIT_EXPECT_EQ(test, deferred_waiting(f->t), 0);
	/* Refused when they are done. */
	KUNIT_EXPECT_EQ(test, update(f, id, 1), 0);
	KUNIT_EXPECT_EQ(test, deferred_touch(f->t, &id, 4, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_deferred_failed), 2);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_fail_absent), 2);
	/* A delete that follows a store is not one of them, though both are done in a round. */
	KUNIT_EXPECT_EQ(test, store(f, id, 1), 0);
	KUNIT_EXPECT_EQ(test, deferred_delete(f->t, &id, 4), 0);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	KUNIT_EXPECT_EQ(test, counted(f, STAT_deferred_failed), 2);
}

static void no_rings(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, store(f, id, 5), 0);
	deferred_install(f->t, NULL);
	KUNIT_EXPECT_EQ(test, owner_of(f, id), 5);
	KUNIT_EXPECT_EQ(test, deferred_ring(f->t), 0);
	KUNIT_EXPECT_EQ(test, deferred_waiting(f->t), 0);
	KUNIT_EXPECT_EQ(test, store(f, id, 6), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), -EOPNOTSUPP);
}

/* Other rings: what waits in the old ones is done first, and memory is counted. */
static void other_rings(struct kunit *test)
{
	struct fixture *f = test->priv;
	long before, with;
	u32 i;

	with = atomic_long_read(&f->t->stats.memory);
	for (i = 0; i < RING; i++)
		store(f, 1, i);
	deferred_install(f->t, deferred_alloc(f->t, 3 * RING));
	KUNIT_EXPECT_EQ(test, deferred_ring(f->t), 4 * RING);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), RING - 1);
	KUNIT_EXPECT_GT(test, atomic_long_read(&f->t->stats.memory), with);
	hold_worker(f);
	for (i = 0; i < 4 * RING; i++)
		KUNIT_EXPECT_EQ(test, store(f, 1, i), 0);
	KUNIT_EXPECT_EQ(test, store(f, 1, i), -ENOBUFS);
	let_worker_go(f);
	deferred_install(f->t, NULL);
	before = atomic_long_read(&f->direct->stats.memory);
	walk_clear(f->t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&f->t->stats.memory), before);
}

static void by_itself(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	/* Soon, since half of the ring is in use. */
	hold_worker(f);
	for (i = 0; i < RING / 2; i++)
		store(f, i, i);
	let_worker_go(f);
	msleep(200);
	KUNIT_EXPECT_EQ(test, owner_of(f, 0), 0);
	KUNIT_EXPECT_EQ(test, owner_of(f, RING / 2 - 1), RING / 2 - 1);
	/* After the interval, which is too long. */
	store(f, 1, 100);
	msleep(50);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 1);
	/* A shorter one holds for what waits already, and for what comes. */
	deferred_set_interval(f->t, 5);
	msleep(200);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 100);
	store(f, 1, 200);
	msleep(200);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 200);
	/* Also if what the worker was to come for, later, is done already. */
	deferred_set_interval(f->t, 60000);
	store(f, 1, 300);
	KUNIT_EXPECT_EQ(test, deferred_drain(f->t), 0);
	deferred_set_interval(f->t, 5);
	store(f, 1, 400);
	msleep(200);
	KUNIT_EXPECT_EQ(test, owner_of(f, 1), 400);
}

static u32 random_below(struct fixture *f, u32 limit)
{
	f->random = f->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (f->random >> 33) % limit;
}

#define DEVICES	5

/* A write at random, to both tables. */
static void write_both(struct kunit *test, struct fixture *f)
{
	static const u32 fields[] = {
		DEVSESS_F_OWNER, DEVSESS_F_SESSION | DEVSESS_F_MARK, DEVSESS_F_TTL,
		DEVSESS_F_DATA | DEVSESS_F_FLAGS, DEVSESS_F_STATE | DEVSESS_F_ADDR, DEVSESS_F_ALL,
		DEVSESS_F_WEIGHT | DEVSESS_F_MARK,
	};
	u32 which = fields[random_below(f, ARRAY_SIZE(fields))], flags = random_below(f, 2);
	struct devsess_session s = session_of(random_below(f, DEVICES),
					      random_below(f, f->owners)), d;
	u64 ttl_ms = random_below(f, 3) * 1000 * 1000;

	s.session = random_below(f, 1000);
	s.mark = random_below(f, 1000);
	s.ttl_ms = random_below(f, 4) * 1000 * 1000 * 10;
	s.state = random_below(f, DEVSESS_STATE_BLOCKED + 1);
	s.flags = random_below(f, 2) * DEVSESS_FLAG_PINNED;
	/* If there is a bound the lighter ones fit in together, and a heavy one never. */
	s.weight = random_below(f, 4) ? random_below(f, 6) : 255;
	s.data_len = random_below(f, 9);
	memset(s.data, random_below(f, 256), s.data_len);
	d = s;
	switch (random_below(f, 8)) {
	case 0:
	case 1:
		KUNIT_EXPECT_EQ(test, deferred_store(f->t, &s), 0);
		ops_store(f->direct, &d, GFP_KERNEL);
		break;
	case 2:
		KUNIT_EXPECT_EQ(test, deferred_delete(f->t, s.key, s.key_len), 0);
		ops_delete(f->direct, s.key, s.key_len);
		break;
	case 3:
	case 4:
		KUNIT_EXPECT_EQ(test, deferred_touch(f->t, s.key, s.key_len, ttl_ms, flags),
				0);
		ops_touch(f->direct, s.key, s.key_len, ttl_ms, flags, NULL);
		break;
	default:
		KUNIT_EXPECT_EQ(test, deferred_update(f->t, &s, which), 0);
		ops_update(f->direct, &d, which);
	}
}

/* Times to 100 s, since what is done later begins later. */
static void expect_same(struct kunit *test, struct fixture *f, u32 id)
{
	struct devsess_session a = { }, b = { };

	KUNIT_ASSERT_EQ(test, lookup_one(f->t, &id, sizeof(id), &a),
			lookup_one(f->direct, &id, sizeof(id), &b));
	KUNIT_EXPECT_EQ(test, !a.expires, !b.expires);
	KUNIT_EXPECT_LT(test, max(a.expires, b.expires) - min(a.expires, b.expires),
			100 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, a.ttl_ms, b.ttl_ms);
	KUNIT_EXPECT_EQ(test, a.session, b.session);
	KUNIT_EXPECT_EQ(test, a.owner, b.owner);
	KUNIT_EXPECT_EQ(test, a.mark, b.mark);
	KUNIT_EXPECT_EQ(test, a.state, b.state);
	KUNIT_EXPECT_EQ(test, a.flags, b.flags);
	KUNIT_EXPECT_EQ(test, a.weight, b.weight);
	KUNIT_ASSERT_EQ(test, a.data_len, b.data_len);
	KUNIT_EXPECT_TRUE(test, !memcmp(a.data, b.data, a.data_len));
}

static void write_and_compare(struct kunit *test, struct fixture *f)
{
	u32 round, n, id;

	for (round = 0; round < 500; round++) {
		for (n = random_below(f, RING); n; n--)
			write_both(test, f);
		deferred_drain(f->t);
		for (id = 0; id < DEVICES; id++)
			expect_same(test, f, id);
		KUNIT_ASSERT_EQ(test, table_count(f->t), table_count(f->direct));
		KUNIT_ASSERT_EQ(test, cost_sum(&f->t->cost), cost_sum(&f->direct->cost));
		cond_resched();
	}
}

static void as_at_once(struct kunit *test)
{
	struct fixture *f = test->priv;

	f->owners = 1000;
	write_and_compare(test, f);
	KUNIT_EXPECT_GT(test, counted(f, STAT_merged), counted(f, STAT_deferred) / 4);
}

/* What is refused for its weight is refused by itself, too. */
static void as_at_once_by_weight(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, cost_set_max(&f->t->cost, 5 * DEVICES), 0);
	KUNIT_ASSERT_EQ(test, cost_set_max(&f->direct->cost, 5 * DEVICES), 0);
	f->owners = 1000;
	write_and_compare(test, f);
	KUNIT_EXPECT_GT(test, counted(f, STAT_fail_full), 100);
	KUNIT_EXPECT_GT(test, counted(f, STAT_merged), counted(f, STAT_deferred) / 20);
}

/* Counts three owners, of whom the last one has all that it may have. */
static void count_owners(struct kunit *test, struct devsess_table *t)
{
	struct devsess_session s = session_of(1000, 2);

	t->owners = owner_alloc(3);
	KUNIT_ASSERT_NOT_NULL(test, t->owners);
	KUNIT_ASSERT_EQ(test, owner_set(t->owners, 2, 1), 0);
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
}

/* What is refused for its owner is refused by itself, whatever it could be merged with. */
static void as_at_once_by_owner(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct devsess_owner a, b;

	count_owners(test, f->t);
	count_owners(test, f->direct);
	f->owners = 3;
	write_and_compare(test, f);
	owner_get(f->t->owners, 1, &a);
	owner_get(f->direct->owners, 1, &b);
	KUNIT_EXPECT_EQ(test, a.sessions, b.sessions);
	KUNIT_EXPECT_GT(test, counted(f, STAT_fail_quota), 100);
	KUNIT_EXPECT_GT(test, counted(f, STAT_merged), counted(f, STAT_deferred) / 20);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(later),
	KUNIT_CASE(many_to_one),
	KUNIT_CASE(full_ring),
	KUNIT_CASE(data_of_others),
	KUNIT_CASE(refused),
	KUNIT_CASE(no_rings),
	KUNIT_CASE(other_rings),
	KUNIT_CASE(by_itself),
	KUNIT_CASE(as_at_once),
	KUNIT_CASE(as_at_once_by_owner),
	KUNIT_CASE(as_at_once_by_weight),
	{ }
};

static struct kunit_suite devsess_deferred_suite = {
	.name = "devsess_deferred",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_deferred_suite);
