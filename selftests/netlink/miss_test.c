// SPDX-License-Identifier: GPL-2.0
/*
 * Miss upcalls as far as requests go: options of tables, who may join the group, refusals.
 * That lookups ask, and what they are answered, is in loader.sh.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "actor.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

#define ANYTHING	(~0U)

FIXTURE(miss)
{
	struct nl nl;
};

FIXTURE_SETUP(miss)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(miss)
{
	nl_close(&self->nl);
}

struct options {
	__u32 upcall;
	__u32 interval_ms;
	__u32 rate;
	__u32 negative_ttl_ms;
};

/* Those that are not ANYTHING. */
static int ask_table(struct nl *nl, __u8 cmd, struct options o)
{
	const __u32 value[] = { o.upcall, o.interval_ms, o.rate, o.negative_ttl_ms };
	static const __u16 type[] = {
		DEVSESS_A_TABLE_UPCALL, DEVSESS_A_TABLE_UPCALL_INTERVAL_MS,
		DEVSESS_A_TABLE_UPCALL_RATE, DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS,
	};
	int i;

	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "t");
	for (i = 0; i < ARRAY_SIZE(type); i++)
		if (value[i] != ANYTHING)
			put_u32(&nl->m, type[i], value[i]);
	return nl_call(nl);
}

static int set(struct nl *nl, struct options o)
{
	return ask_table(nl, DEVSESS_CMD_TABLE_SET, o);
}

static __u32 option(struct nl *nl, int type)
{
	const struct nlattr *a = attr_find(nl->attrs, type);

	return a ? attr_uint(a) : ANYTHING;
}

static bool has(struct nl *nl, struct options o)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "t");
	return !nl_call(nl) && option(nl, DEVSESS_A_TABLE_UPCALL) == o.upcall &&
	       option(nl, DEVSESS_A_TABLE_UPCALL_INTERVAL_MS) == o.interval_ms &&
	       option(nl, DEVSESS_A_TABLE_UPCALL_RATE) == o.rate &&
	       option(nl, DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS) == o.negative_ttl_ms;
}

#define OPTIONS(...)	((struct options){ __VA_ARGS__ })

TEST_F(miss, options)
{
	struct nl *nl = &self->nl;
	__u64 memory, more;

	EXPECT_EQ(0, make_table(nl, "t", 1000, ANYTHING, ANYTHING));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_OFF, 1000, 1000, 0)));
	memory = figure(nl, "t", DEVSESS_A_STATS_MEMORY);
	/* Each by itself; the others stay. */
	EXPECT_EQ(0, set(nl, OPTIONS(ANYTHING, ANYTHING, 50, ANYTHING)));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_OFF, 1000, 50, 0)));
	EXPECT_EQ(memory, figure(nl, "t", DEVSESS_A_STATS_MEMORY));
	EXPECT_EQ(0, set(nl, OPTIONS(DEVSESS_UPCALL_ON_REQUEST, ANYTHING, ANYTHING, 5)));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_ON_REQUEST, 1000, 50, 5)));
	more = figure(nl, "t", DEVSESS_A_STATS_MEMORY);
	EXPECT_LT(memory + 16384, more);
	EXPECT_EQ(0, set(nl, OPTIONS(DEVSESS_UPCALL_EVERY_LOOKUP, DEVSESS_UPCALL_TIME_MAX,
				     DEVSESS_UPCALL_RATE_MAX, DEVSESS_UPCALL_TIME_MAX)));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_EVERY_LOOKUP, DEVSESS_UPCALL_TIME_MAX,
				    DEVSESS_UPCALL_RATE_MAX, DEVSESS_UPCALL_TIME_MAX)));
	/* Bounded, whatever is asked for. */
	EXPECT_GT(memory + 5 * 1024 * 1024, figure(nl, "t", DEVSESS_A_STATS_MEMORY));
	EXPECT_EQ(0, set(nl, OPTIONS(DEVSESS_UPCALL_OFF, ANYTHING, ANYTHING, ANYTHING)));
	EXPECT_EQ(memory, figure(nl, "t", DEVSESS_A_STATS_MEMORY));
	EXPECT_EQ(0, drop_table(nl, "t"));
	EXPECT_EQ(0, ask_table(nl, DEVSESS_CMD_TABLE_NEW,
			       OPTIONS(DEVSESS_UPCALL_ON_REQUEST, ANYTHING, 7, ANYTHING)));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_ON_REQUEST, 1000, 7, 0)));
	/* The table goes with what it has. */
	EXPECT_EQ(0, drop_table(nl, "t"));
}

TEST_F(miss, bad_options)
{
	static const struct options bad[] = {
		{ DEVSESS_UPCALL_EVERY_LOOKUP + 1, ANYTHING, ANYTHING, ANYTHING },
		{ ANYTHING, 0, ANYTHING, ANYTHING },
		{ ANYTHING, DEVSESS_UPCALL_TIME_MAX + 1, ANYTHING, ANYTHING },
		{ ANYTHING, ANYTHING, 0, ANYTHING },
		{ ANYTHING, ANYTHING, DEVSESS_UPCALL_RATE_MAX + 1, ANYTHING },
		{ ANYTHING, ANYTHING, ANYTHING, DEVSESS_UPCALL_TIME_MAX + 1 },
	};
	struct nl *nl = &self->nl;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-ERANGE, ask_table(nl, DEVSESS_CMD_TABLE_NEW, bad[i]));
	EXPECT_EQ(0, make_table(nl, "t", 1000, ANYTHING, ANYTHING));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-ERANGE, set(nl, bad[i]));
	EXPECT_TRUE(has(nl, OPTIONS(DEVSESS_UPCALL_OFF, 1000, 1000, 0)));
}

static int refuse(struct nl *nl, const struct session *s)
{
	return ask(nl, DEVSESS_CMD_REFUSE, "t", s);
}

TEST_F(miss, refuse)
{
	struct session s = device("refused"), none = { }, got;
	struct nl *nl = &self->nl;
	__u32 i, full = 0;
	int err;

	EXPECT_EQ(-ENOENT, refuse(nl, &s));
	EXPECT_STREQ("there is no table of that name", nl->sentence);
	EXPECT_EQ(0, make_table(nl, "t", 1000, ANYTHING, ANYTHING));
	EXPECT_EQ(-EOPNOTSUPP, refuse(nl, &s));
	EXPECT_STREQ("the table has no upcalls", nl->sentence);
	EXPECT_EQ(0, set(nl, OPTIONS(DEVSESS_UPCALL_ON_REQUEST, 1000, 1, 60000)));
	EXPECT_EQ(0, refuse(nl, &s));
	EXPECT_EQ(0, refuse(nl, &s));
	EXPECT_EQ(-EINVAL, refuse(nl, &none));
	/* It hides no session. */
	EXPECT_EQ(0, insert(nl, "t", &s));
	EXPECT_EQ(0, get(nl, "t", &s, &got));
	/* 1024 may be remembered, with such a rate. */
	for (i = 0; i < 2048; i++) {
		s = number(i);
		err = refuse(nl, &s);
		EXPECT_TRUE(!err || err == -ENOSPC);
		full += !!err;
		if (err)
			EXPECT_STREQ("no room to remember the refusal", nl->sentence);
	}
	EXPECT_LE(1024, full);
	EXPECT_GT(2048, full);
}

/* Only kernel modules ask: who looks by netlink is user space itself. */
TEST_F(miss, requests_ask_nobody)
{
	struct session s = device("unknown"), got;
	struct nl *nl = &self->nl;

	EXPECT_EQ(0, make_table(nl, "t", 1000, ANYTHING, ANYTHING));
	EXPECT_EQ(0, set(nl, OPTIONS(DEVSESS_UPCALL_EVERY_LOOKUP, 1, 1000, 0)));
	EXPECT_EQ(-ENOENT, get(nl, "t", &s, &got));
	EXPECT_EQ(-ENOENT, delete(nl, "t", &s));
	pause_ms(100);
	EXPECT_EQ(0, figure(nl, "t", DEVSESS_A_STATS_UPCALLS));
	EXPECT_EQ(0, figure(nl, "t", DEVSESS_A_STATS_UPCALLS_DROPPED));
}

/* The number of the group, 0 if there is none. */
static __u32 group(struct nl *nl)
{
	const struct nlattr *a, *name;
	struct attrs groups;

	if (nl_call_family(nl, DEVSESS_GENL_NAME))
		return 0;
	a = attr_find(nl->attrs, CTRL_ATTR_MCAST_GROUPS);
	if (!a)
		return 0;
	groups = attr_nest(a);
	for (a = attr_first(groups); a; a = attr_next(groups, a)) {
		name = attr_find(attr_nest(a), CTRL_ATTR_MCAST_GRP_NAME);
		if (name && !strcmp(attr_data(name), DEVSESS_MCGRP_MISS))
			return attr_uint(attr_find(attr_nest(a), CTRL_ATTR_MCAST_GRP_ID));
	}
	return 0;
}

struct joiner {
	int (*become)(struct nl *nl);
};

/* In a process of its own. Returns the errno, positive, or 255. */
static int join(void *arg)
{
	struct joiner *j = arg;
	struct nl nl;
	__u32 id;

	if (j->become(&nl))
		return 255;
	id = group(&nl);
	if (!id)
		return 254;
	return setsockopt(nl.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) ? errno : 0;
}

TEST_F(miss, who_may_join)
{
	static const struct {
		int (*become)(struct nl *nl);
		int err;
	} who[] = {
		{ be_root, 0 }, { be_admin, 0 }, { be_owner, 0 }, { be_maker, 0 },
		{ be_stranger, EPERM }, { be_stranger_of_root, EPERM },
		{ be_inner_stranger, EPERM }, { be_bare_root, EPERM }, { be_user, EPERM },
		{ be_user_with_roots_socket, EPERM }, { be_user_since, EPERM },
		{ be_neighbour, EPERM },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(who); i++) {
		struct joiner j = { who[i].become };

		EXPECT_EQ(who[i].err, finish(start(join, &j)))
			TH_LOG("actor %d", i);
	}
}

TEST_HARNESS_MAIN
