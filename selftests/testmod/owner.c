// SPDX-License-Identifier: GPL-2.0
/* Owners, their limits, and ids that are refused. */
#include "test.h"

#include <linux/gfp.h>
#include <linux/string.h>

static int store(struct test *t, u8 id, u32 owner, u8 state)
{
	struct devsess_session s = { .key_len = 1, .key = { id }, .owner = owner, .state = state };

	return devsess_store(t->small, &s, GFP_KERNEL);
}

static struct devsess_owner look_at(struct test *t, u32 owner)
{
	struct devsess_owner f;

	memset(&f, 0xff, sizeof(f));
	EXPECT_EQ(t, devsess_owner_get(t->small, owner, &f), 0);
	EXPECT_EQ(t, f.owner, owner);
	return f;
}

static void owner_figures(struct test *t)
{
	struct devsess_owner f = look_at(t, 7);

	EXPECT(t, !f.limit && !f.sessions && !f.refused && !f.state[DEVSESS_STATE_ACTIVE]);
	EXPECT_EQ(t, store(t, 1, 7, DEVSESS_STATE_ACTIVE), 0);
	EXPECT_EQ(t, store(t, 2, 7, DEVSESS_STATE_BLOCKED), 0);
	EXPECT_EQ(t, store(t, 3, 8, DEVSESS_STATE_ACTIVE), 0);
	f = look_at(t, 7);
	EXPECT_EQ(t, f.sessions, 2);
	EXPECT_EQ(t, f.state[DEVSESS_STATE_ACTIVE], 1);
	EXPECT_EQ(t, f.state[DEVSESS_STATE_BLOCKED], 1);
	EXPECT_EQ(t, look_at(t, 8).sessions, 1);
	EXPECT_EQ(t, store(t, 1, 8, DEVSESS_STATE_ACTIVE), 1);
	EXPECT_EQ(t, look_at(t, 7).sessions, 1);
	EXPECT_EQ(t, look_at(t, 8).sessions, 2);
	EXPECT_EQ(t, devsess_clear(t->small, NULL), 0);
	EXPECT_EQ(t, look_at(t, 8).sessions, 0);
}

static void owner_limit(struct test *t)
{
	EXPECT_EQ(t, devsess_owner_set(t->small, 7, 2), 0);
	EXPECT_EQ(t, store(t, 1, 7, 0), 0);
	EXPECT_EQ(t, store(t, 2, 7, 0), 0);
	EXPECT_EQ(t, store(t, 3, 7, 0), -EDQUOT);
	EXPECT_EQ(t, store(t, 2, 7, 0), 1);
	EXPECT_EQ(t, look_at(t, 7).limit, 2);
	EXPECT_EQ(t, look_at(t, 7).sessions, 2);
	EXPECT_EQ(t, look_at(t, 7).refused, 1);
	/* What there is beyond stays. */
	EXPECT_EQ(t, devsess_owner_set(t->small, 7, 1), 0);
	EXPECT_EQ(t, look_at(t, 7).sessions, 2);
	EXPECT_EQ(t, devsess_owner_set(t->small, 7, 0), 0);
	EXPECT_EQ(t, store(t, 3, 7, 0), 0);
	EXPECT_EQ(t, look_at(t, 7).sessions, 3);
}

static void owner_places(struct test *t)
{
	u32 i;

	for (i = 1; i <= SMALL_OWNERS; i++)
		EXPECT_EQ(t, devsess_owner_set(t->small, i, 1), 0);
	EXPECT_EQ(t, devsess_owner_set(t->small, i, 1), -EUSERS);
	EXPECT_EQ(t, store(t, 1, i, 0), -EUSERS);
	/* One without a limit needs no place. */
	EXPECT_EQ(t, devsess_owner_set(t->small, i, 0), 0);
	EXPECT_EQ(t, devsess_owner_set(t->small, 1, 0), 0);
	EXPECT_EQ(t, devsess_owner_set(t->small, i, 1), 0);
	for (; i; i--)
		EXPECT_EQ(t, devsess_owner_set(t->small, i, 0), 0);
}

static void owner_uncounted(struct test *t)
{
	struct devsess_owner f = { .sessions = 99 };

	EXPECT_EQ(t, devsess_owner_get(t->table, 1, &f), -EOPNOTSUPP);
	EXPECT_EQ(t, f.sessions, 99);
	EXPECT_EQ(t, devsess_owner_set(t->table, 1, 1), -EOPNOTSUPP);
	EXPECT_EQ(t, devsess_owner_set(t->table, 1, 0), -EOPNOTSUPP);
}

/* in_kernel.sh counts which of the lookups were answered by the refusal: one. */
static void owner_refuse(struct test *t)
{
	struct devsess_session s;

	EXPECT_EQ(t, devsess_refuse(t->small, "bad", 3), 0);
	EXPECT_EQ(t, devsess_lookup_or_load(t->small, "bad", 3, &s), -ENOENT);
	EXPECT_EQ(t, devsess_lookup_or_load(t->small, "good", 4, &s), -ENOENT);
	EXPECT_EQ(t, devsess_refuse(t->small, "bad", 0), -EINVAL);
	EXPECT_EQ(t, devsess_refuse(t->small, "longer than it", 14), -EINVAL);
	EXPECT_EQ(t, devsess_refuse(t->table, "bad", 3), -EOPNOTSUPP);
	/* A session that is there stays. */
	EXPECT_EQ(t, store(t, 1, 7, 0), 0);
	EXPECT_EQ(t, devsess_refuse(t->small, "\1", 1), 0);
	EXPECT_EQ(t, devsess_lookup_or_load(t->small, "\1", 1, &s), 0);
}

const struct test_case owner_cases[] = {
	{ "owner_figures", owner_figures },
	{ "owner_limit", owner_limit },
	{ "owner_places", owner_places },
	{ "owner_uncounted", owner_uncounted },
	{ "owner_refuse", owner_refuse },
	{ }
};
