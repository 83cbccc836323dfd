// SPDX-License-Identifier: GPL-2.0
/* What sessions weigh, and the bound of what a table's weigh together. */
#include <errno.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

static const char heavy[] = "the table is full: the weight does not fit into its max_cost";

FIXTURE(cost)
{
	struct nl nl;
};

static int set_max_cost(struct nl *nl, __u8 cmd, __u64 max_cost)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "c");
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_COST, max_cost);
	return nl_call(nl);
}

static int set_policy(struct nl *nl, __u32 policy)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "c");
	put_u32(&nl->m, DEVSESS_A_TABLE_POLICY, policy);
	return nl_call(nl);
}

FIXTURE_SETUP(cost)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, set_max_cost(&self->nl, DEVSESS_CMD_TABLE_NEW, 100));
}

FIXTURE_TEARDOWN(cost)
{
	nl_close(&self->nl);
}

static struct session weighing(__u32 n, __u32 weight)
{
	struct session s = number(n);

	set_weight(&s, weight);
	return s;
}

static int add(struct nl *nl, __u32 n, __u32 weight)
{
	struct session s = weighing(n, weight);

	return insert(nl, "c", &s);
}

static int update(struct nl *nl, __u32 n, __u32 weight)
{
	struct session s = weighing(n, weight);

	return ask(nl, DEVSESS_CMD_UPDATE, "c", &s);
}

static __u64 cost(struct nl *nl)
{
	return figure(nl, "c", DEVSESS_A_STATS_COST);
}

TEST_F(cost, counts)
{
	struct nl *nl = &self->nl;
	struct session s = number(1), got;

	EXPECT_EQ(100, figure(nl, "c", DEVSESS_A_STATS_MAX_COST));
	EXPECT_EQ(0, figure(nl, NULL, DEVSESS_A_STATS_MAX_COST));
	EXPECT_EQ(0, cost(nl));
	EXPECT_EQ(0, insert(nl, "c", &s));
	EXPECT_EQ(1, cost(nl));
	EXPECT_EQ(0, add(nl, 2, 90));
	EXPECT_EQ(91, cost(nl));
	EXPECT_EQ(0, update(nl, 2, 7));
	EXPECT_EQ(8, cost(nl));
	/* What an update does not give stays; a store without a weight has the weight 1. */
	s = number(2);
	set_mark(&s, 5);
	EXPECT_EQ(0, ask(nl, DEVSESS_CMD_UPDATE, "c", &s));
	EXPECT_EQ(0, get(nl, "c", &s, &got));
	EXPECT_EQ(7, got.weight);
	EXPECT_EQ(0, ask(nl, DEVSESS_CMD_STORE, "c", &s));
	EXPECT_EQ(2, cost(nl));
	EXPECT_EQ(0, delete(nl, "c", &s));
	EXPECT_EQ(1, cost(nl));
}

TEST_F(cost, refused)
{
	struct nl *nl = &self->nl;
	struct session s = number(1), before, after;
	size_t at;

	EXPECT_EQ(0, add(nl, 1, 60));
	EXPECT_EQ(-ENOSPC, add(nl, 2, 41));
	EXPECT_STREQ(heavy, nl->sentence);
	EXPECT_EQ(0, add(nl, 2, 40));
	EXPECT_EQ(0, get(nl, "c", &s, &before));
	nl_begin(nl, DEVSESS_CMD_UPDATE);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "c");
	put(&nl->m, DEVSESS_A_SESSION_DEVICE, s.device, s.device_len);
	put_u32(&nl->m, DEVSESS_A_SESSION_OWNER, 9);
	at = put_u32(&nl->m, DEVSESS_A_SESSION_WEIGHT, 61);
	EXPECT_EQ(-ENOSPC, nl_call(nl));
	EXPECT_STREQ(heavy, nl->sentence);
	EXPECT_EQ(at, nl->offset);
	EXPECT_EQ(0, get(nl, "c", &s, &after));
	EXPECT_TRUE(unchanged(&before, &after));
	EXPECT_EQ(100, cost(nl));
	EXPECT_EQ(2, figure(nl, "c", DEVSESS_A_STATS_FAIL_FULL));
}

TEST_F(cost, bound_changes)
{
	struct nl *nl = &self->nl;

	EXPECT_EQ(0, add(nl, 1, 60));
	EXPECT_EQ(-EBUSY, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, 59));
	EXPECT_STREQ("the sessions of the table weigh more than that", nl->sentence);
	EXPECT_NE(0, nl->offset);
	EXPECT_EQ(100, figure(nl, "c", DEVSESS_A_STATS_MAX_COST));
	EXPECT_EQ(0, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, 60));
	EXPECT_EQ(-ENOSPC, add(nl, 2, 1));
	EXPECT_EQ(0, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, 0));
	EXPECT_EQ(0, add(nl, 2, 255));
	EXPECT_EQ(315, cost(nl));
	EXPECT_EQ(-EBUSY, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, 314));
	EXPECT_EQ(0, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, ~0ULL));
	EXPECT_EQ(~0ULL, figure(nl, "c", DEVSESS_A_STATS_MAX_COST));
	EXPECT_EQ(0, set_max_cost(nl, DEVSESS_CMD_TABLE_SET, 315));
}

/* Both limits of one request, or none. */
TEST_F(cost, both_or_none)
{
	static const struct {
		__u64 max_sessions, max_cost;
		int err;
	} sets[] = {
		{ 1, 200, -EBUSY }, { 50, 59, -EBUSY }, { 1, 59, -EBUSY }, { 1, 0, -EBUSY },
		{ 1000, 59, -EBUSY }, { 2, 60, 0 }, { 3, 0, 0 }, { 2, 60, 0 },
	};
	struct nl *nl = &self->nl;
	__u64 max_sessions = figure(nl, "c", DEVSESS_A_STATS_MAX_SESSIONS), max_cost = 100;
	int i;

	EXPECT_EQ(0, add(nl, 1, 30));
	EXPECT_EQ(0, add(nl, 2, 30));
	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		nl_begin(nl, DEVSESS_CMD_TABLE_SET);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "c");
		put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, sets[i].max_sessions);
		put_u64(&nl->m, DEVSESS_A_TABLE_MAX_COST, sets[i].max_cost);
		EXPECT_EQ(sets[i].err, nl_call(nl));
		if (!sets[i].err) {
			max_sessions = sets[i].max_sessions;
			max_cost = sets[i].max_cost;
		}
		EXPECT_EQ(max_sessions, figure(nl, "c", DEVSESS_A_STATS_MAX_SESSIONS));
		EXPECT_EQ(max_cost, figure(nl, "c", DEVSESS_A_STATS_MAX_COST));
	}
}

TEST_F(cost, evicts)
{
	struct nl *nl = &self->nl;
	struct session s = number(3), got;
	int i;

	EXPECT_EQ(0, set_policy(nl, DEVSESS_POLICY_EVICT));
	for (i = 0; i < 50; i++)
		EXPECT_EQ(0, add(nl, i, 2));
	EXPECT_EQ(0, add(nl, 100, 40));
	EXPECT_EQ(31, count(nl, "c"));
	EXPECT_EQ(20, figure(nl, "c", DEVSESS_A_STATS_EVICTED));
	EXPECT_EQ(-ENOSPC, add(nl, 101, 101));
	EXPECT_STREQ(heavy, nl->sentence);
	EXPECT_EQ(20, figure(nl, "c", DEVSESS_A_STATS_EVICTED));
	EXPECT_EQ(100, cost(nl));
	/* An update makes others go, not its own session. */
	s = number(100);
	EXPECT_EQ(0, update(nl, 100, 100));
	EXPECT_EQ(0, get(nl, "c", &s, &got));
	EXPECT_EQ(100, got.weight);
	EXPECT_EQ(1, count(nl, "c"));
	EXPECT_EQ(100, cost(nl));
}

TEST_F(cost, batches)
{
	struct nl *nl = &self->nl;
	struct session s;
	struct batch b;

	EXPECT_EQ(0, add(nl, 1, 60));
	/* All or nothing: what becomes lighter counts as before until all is done. */
	batch_begin(&b, nl, "c", true);
	s = weighing(1, 1);
	batch_add(&b, DEVSESS_OP_UPDATE, &s);
	s = weighing(2, 41);
	batch_add(&b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, batch_run(&b));
	EXPECT_EQ(-ECANCELED, b.result[0]);
	EXPECT_EQ(-ENOSPC, b.result[1]);
	EXPECT_STREQ(heavy, batch_why(&b, 1));
	EXPECT_EQ(60, cost(nl));
	batch_free(&b);
	batch_begin(&b, nl, "c", false);
	s = weighing(1, 1);
	batch_add(&b, DEVSESS_OP_UPDATE, &s);
	s = weighing(2, 41);
	batch_add(&b, DEVSESS_OP_INSERT, &s);
	s = weighing(3, 59);
	batch_add(&b, DEVSESS_OP_STORE, &s);
	EXPECT_EQ(0, batch_run(&b));
	EXPECT_EQ(0, b.result[0]);
	EXPECT_EQ(0, b.result[1]);
	EXPECT_EQ(-ENOSPC, b.result[2]);
	EXPECT_STREQ(heavy, batch_why(&b, 2));
	EXPECT_EQ(42, cost(nl));
	batch_free(&b);
}

TEST_HARNESS_MAIN
