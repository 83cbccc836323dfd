// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/owner.c, and of who calls it. */
#include "../../module/owner.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/batch.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define MAX	4

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000, .key_max = 16, .data_max = 0, .owner_max = MAX,
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

static struct devsess_session session(u32 id, u32 owner, u32 state)
{
	struct devsess_session s = { .owner = owner, .state = state, .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	return s;
}

static int insert(struct kunit *test, u32 id, u32 owner)
{
	struct devsess_session s = session(id, owner, DEVSESS_STATE_NEW);

	return ops_insert(test->priv, &s, GFP_KERNEL);
}

static int store(struct kunit *test, u32 id, u32 owner, u32 state)
{
	struct devsess_session s = session(id, owner, state);

	return ops_store(test->priv, &s, GFP_ATOMIC);
}

static int update(struct kunit *test, u32 id, u32 owner, u32 state, u32 fields)
{
	struct devsess_session s = session(id, owner, state);

	return ops_update(test->priv, &s, fields);
}

static int owner_of(struct kunit *test, u32 id)
{
	struct devsess_session s;

	return lookup_one(test->priv, &id, sizeof(id), &s) ?: (int)s.owner;
}

static int limit(struct kunit *test, u32 owner, u32 most)
{
	struct devsess_table *t = test->priv;

	return owner_set(t->owners, owner, most);
}

/* The figures of an owner in one number: a decimal digit for each state. */
static u32 states(struct kunit *test, u32 owner)
{
	struct devsess_table *t = test->priv;
	struct devsess_owner f;
	u32 i, sum = 0, digits = 0;

	owner_get(t->owners, owner, &f);
	KUNIT_EXPECT_EQ(test, f.owner, owner);
	for (i = 0; i < DEVSESS_STATES; i++) {
		sum += f.state[i];
		digits = digits * 10 + f.state[i];
	}
	KUNIT_EXPECT_EQ(test, f.sessions, sum);
	return digits;
}

static u64 refused(struct kunit *test, u32 owner)
{
	struct devsess_table *t = test->priv;
	struct devsess_owner f;

	owner_get(t->owners, owner, &f);
	return f.refused;
}

static u64 counted(struct kunit *test, enum stat_id i)
{
	struct devsess_table *t = test->priv;

	return stats_sum(&t->stats, i);
}

static void counts(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, states(test, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, store(test, 2, 7, DEVSESS_STATE_IDLE), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 7), -EEXIST);
	KUNIT_EXPECT_EQ(test, states(test, 7), 1010);
	KUNIT_EXPECT_EQ(test, states(test, 0), 1000);
	/* Another state, another owner, both. */
	KUNIT_EXPECT_EQ(test, update(test, 1, 9, DEVSESS_STATE_ACTIVE, DEVSESS_F_STATE), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 110);
	KUNIT_EXPECT_EQ(test, update(test, 1, 9, DEVSESS_STATE_BLOCKED, DEVSESS_F_OWNER), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 10);
	KUNIT_EXPECT_EQ(test, states(test, 9), 100);
	KUNIT_EXPECT_EQ(test, store(test, 1, 7, DEVSESS_STATE_BLOCKED), 1);
	KUNIT_EXPECT_EQ(test, states(test, 7), 11);
	KUNIT_EXPECT_EQ(test, states(test, 9), 0);
	/* Neither. */
	KUNIT_EXPECT_EQ(test, update(test, 1, 9, 0, DEVSESS_F_MARK), 0);
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 11);
	KUNIT_EXPECT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 10);
	walk_clear(t, NULL, NULL);
	KUNIT_EXPECT_EQ(test, states(test, 7), 0);
	KUNIT_EXPECT_EQ(test, states(test, 0), 0);
}

/* Whoever frees it: the worker, or who stores it anew. */
static void expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1, 7, DEVSESS_STATE_ACTIVE), again = s, other = s;

	t->sweep.midway = true; /* the worker does not come by itself */
	KUNIT_EXPECT_EQ(test, limit(test, 7, 2), 0);
	s.ttl_ms = 1;
	other.ttl_ms = 1;
	other.key[0] = 2;
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &other, GFP_KERNEL), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, states(test, 7), 200);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 7), -EDQUOT);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &again, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 200);
	sweep_run(&t->sweep);
	KUNIT_EXPECT_EQ(test, states(test, 7), 100);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 7), 0);
}

/* What is refused changes nothing, neither the session nor what was given. */
static void limited(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(4, 7, DEVSESS_STATE_ACTIVE), before = s;

	KUNIT_EXPECT_EQ(test, limit(test, 7, 2), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 4, 8), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 7), -EDQUOT);
	KUNIT_EXPECT_EQ(test, store(test, 3, 7, 0), -EDQUOT);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_ALL), -EDQUOT);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), -EDQUOT);
	KUNIT_EXPECT_TRUE(test, !memcmp(&s, &before, sizeof(s)));
	KUNIT_EXPECT_EQ(test, owner_of(test, 4), 8);
	KUNIT_EXPECT_EQ(test, owner_of(test, 3), -ENOENT);
	KUNIT_EXPECT_EQ(test, states(test, 7), 2000);
	KUNIT_EXPECT_EQ(test, states(test, 8), 1000);
	KUNIT_EXPECT_EQ(test, refused(test, 7), 4);
	KUNIT_EXPECT_EQ(test, refused(test, 8), 0);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_fail_quota), 4);
	KUNIT_EXPECT_EQ(test, table_count(t), 3);
	/* Who has a place keeps it. */
	KUNIT_EXPECT_EQ(test, store(test, 1, 7, DEVSESS_STATE_IDLE), 1);
	KUNIT_EXPECT_EQ(test, update(test, 2, 7, DEVSESS_STATE_BLOCKED,
				     DEVSESS_F_OWNER | DEVSESS_F_STATE), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 11);
	/* A place that becomes free is the next one's. */
	KUNIT_EXPECT_EQ(test, update(test, 1, 8, 0, DEVSESS_F_OWNER), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 3, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 5, 7), -EDQUOT);
}

static void limit_changes(struct kunit *test)
{
	u32 i;

	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, insert(test, i, 7), 0);
	KUNIT_EXPECT_EQ(test, limit(test, 7, 2), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 5000);
	KUNIT_EXPECT_EQ(test, store(test, 0, 8, 0), 1);
	KUNIT_EXPECT_EQ(test, insert(test, 5, 7), -EDQUOT);
	KUNIT_EXPECT_EQ(test, limit(test, 7, 5), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 5, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 6, 7), -EDQUOT);
	KUNIT_EXPECT_EQ(test, refused(test, 7), 2);
	KUNIT_EXPECT_EQ(test, limit(test, 7, 0), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 6, 7), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 6000);
}

/* One more owner is refused, until another has neither sessions nor a limit. */
static void as_many_owners(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	for (i = 0; i < MAX - 1; i++)
		KUNIT_EXPECT_EQ(test, insert(test, i, 100 + i), 0);
	KUNIT_EXPECT_EQ(test, limit(test, 200, 1), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 10, 300), -EUSERS);
	KUNIT_EXPECT_EQ(test, store(test, 0, 300, 0), -EUSERS);
	KUNIT_EXPECT_EQ(test, limit(test, 300, 1), -EUSERS);
	KUNIT_EXPECT_EQ(test, limit(test, 300, 0), 0);
	KUNIT_EXPECT_EQ(test, owner_of(test, 0), 100);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_fail_owners), 2);
	KUNIT_EXPECT_EQ(test, counted(test, STAT_fail_quota), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 10, 200), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 11, 200), -EDQUOT);
	i = 10;
	KUNIT_EXPECT_EQ(test, ops_delete(t, &i, sizeof(i)), 0);
	/* It is known for its limit. */
	KUNIT_EXPECT_EQ(test, insert(test, 10, 300), -EUSERS);
	KUNIT_EXPECT_EQ(test, refused(test, 200), 1);
	KUNIT_EXPECT_EQ(test, limit(test, 200, 0), 0);
	KUNIT_EXPECT_EQ(test, refused(test, 200), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 10, 300), 0);
	KUNIT_EXPECT_EQ(test, states(test, 300), 1000);
	/* The next owner needs an entry before this one gives its back. */
	KUNIT_EXPECT_EQ(test, store(test, 10, 400, 0), -EUSERS);
	KUNIT_EXPECT_EQ(test, owner_of(test, 10), 300);
}

static void list(struct kunit *test)
{
	static const u32 owners[] = { 5, 3, 5, U32_MAX, 5, 3, U32_MAX };
	struct devsess_table *t = test->priv;
	struct devsess_owner f[MAX];
	u32 i;

	KUNIT_EXPECT_EQ(test, owner_list(t->owners, f), 0);
	KUNIT_EXPECT_EQ(test, limit(test, 4, 9), 0);
	for (i = 0; i < ARRAY_SIZE(owners); i++)
		KUNIT_EXPECT_EQ(test, store(test, i, owners[i], i % DEVSESS_STATES), 0);
	KUNIT_ASSERT_EQ(test, owner_list(t->owners, f), 4);
	KUNIT_EXPECT_EQ(test, f[0].owner, 5);
	KUNIT_EXPECT_EQ(test, f[0].sessions, 3);
	KUNIT_EXPECT_EQ(test, f[0].state[DEVSESS_STATE_NEW], 2);
	KUNIT_EXPECT_EQ(test, f[0].state[DEVSESS_STATE_IDLE], 1);
	KUNIT_EXPECT_EQ(test, f[1].owner, 3);
	KUNIT_EXPECT_EQ(test, f[1].sessions, 2);
	KUNIT_EXPECT_EQ(test, f[2].owner, U32_MAX);
	KUNIT_EXPECT_EQ(test, f[2].sessions, 2);
	KUNIT_EXPECT_EQ(test, f[3].owner, 4);
	KUNIT_EXPECT_EQ(test, f[3].limit, 9);
	KUNIT_EXPECT_EQ(test, f[3].sessions, 0);
}

static struct batch_item item(u32 op, u32 id, u32 owner)
{
	return (struct batch_item){
		.op = op, .fields = DEVSESS_F_OWNER, .s = session(id, owner, 0),
	};
}

/*
 * A batch that is undone finds the places free that its sessions had, and leaves
 * those that they got.
 */
static void batch_undone(struct kunit *test)
{
	struct batch_item *items = kunit_kzalloc(test, 4 * sizeof(*items), GFP_KERNEL);
	u32 bad = 99;

	KUNIT_ASSERT_NOT_NULL(test, items);
	KUNIT_EXPECT_EQ(test, insert(test, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 7), 0);
	KUNIT_EXPECT_EQ(test, limit(test, 7, 2), 0);
	items[0] = item(DEVSESS_OP_UPDATE, 1, 8);
	items[1] = item(DEVSESS_OP_STORE, 2, 8);
	items[1].s.state = DEVSESS_STATE_IDLE;
	items[2] = item(DEVSESS_OP_INSERT, 3, 8);
	/* Nobody gets a place that may be needed again. */
	items[3] = item(DEVSESS_OP_INSERT, 4, 7);
	KUNIT_EXPECT_EQ(test, batch_run_atomic(test->priv, items, 4, &bad), -EDQUOT);
	KUNIT_EXPECT_EQ(test, bad, 3);
	KUNIT_EXPECT_EQ(test, states(test, 7), 2000);
	KUNIT_EXPECT_EQ(test, states(test, 8), 0);
	KUNIT_EXPECT_EQ(test, owner_of(test, 1), 7);
	KUNIT_EXPECT_EQ(test, owner_of(test, 2), 7);
	KUNIT_EXPECT_EQ(test, owner_of(test, 3), -ENOENT);
	items[0] = item(DEVSESS_OP_UPDATE, 1, 8);
	items[1] = item(DEVSESS_OP_STORE, 2, 7);
	items[1].s.state = DEVSESS_STATE_IDLE;
	items[2] = item(DEVSESS_OP_INSERT, 3, 8);
	KUNIT_EXPECT_EQ(test, batch_run_atomic(test->priv, items, 3, &bad), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 10);
	KUNIT_EXPECT_EQ(test, states(test, 8), 2000);
	KUNIT_EXPECT_EQ(test, insert(test, 4, 7), 0);
}

/* A place is kept until the session is restored, or known not to be. */
static void place_kept(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session written = session(1, 8, 0), prev;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, insert(test, 1, 7), 0);
	KUNIT_EXPECT_EQ(test, limit(test, 7, 1), 0);
	KUNIT_EXPECT_EQ(test, ops_update_full(t, &written, DEVSESS_F_OWNER, NULL, &prev, true,
					      GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 1000);
	KUNIT_EXPECT_EQ(test, states(test, 8), 1000);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 7), -EDQUOT);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_EXPECT_EQ(test, states(test, 7), 1000);
	KUNIT_EXPECT_EQ(test, states(test, 8), 0);
	KUNIT_EXPECT_EQ(test, ops_swap_full(t, &written, &prev, true, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, ops_delete(t, &id, sizeof(id)), 0);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), -ENOENT);
	KUNIT_EXPECT_EQ(test, states(test, 7), 1000);
	owner_give(t->owners, prev.owner, prev.state);
	KUNIT_EXPECT_EQ(test, states(test, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(test, 2, 7), 0);
}

static void not_counted(struct kunit *test)
{
	static const struct table_limits limits = { .max_sessions = 10, .key_max = 16 };
	struct devsess_table *counting = test->priv, *t = table_alloc(&limits);
	u32 i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	KUNIT_EXPECT_TRUE(test, !t->owners);
	KUNIT_EXPECT_EQ(test, owner_max(t->owners), 0);
	KUNIT_EXPECT_EQ(test, owner_max(counting->owners), MAX);
	KUNIT_EXPECT_EQ(test, table_memory(counting) - table_memory(t),
			owner_bytes(counting->owners));
	for (i = 0; i < 10; i++) {
		struct devsess_session s = session(i, i, 0);

		KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
		s.owner = 100;
		KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_OWNER), 0);
	}
	walk_clear(t, NULL, NULL);
	table_free(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(counts),
	KUNIT_CASE(expired),
	KUNIT_CASE(limited),
	KUNIT_CASE(limit_changes),
	KUNIT_CASE(as_many_owners),
	KUNIT_CASE(list),
	KUNIT_CASE(batch_undone),
	KUNIT_CASE(place_kept),
	KUNIT_CASE(not_counted),
	{ }
};

static struct kunit_suite devsess_owner_suite = {
	.name = "devsess_owner",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_owner_suite);
