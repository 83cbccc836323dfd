// SPDX-License-Identifier: GPL-2.0
/* Tables and their limits. */
#include <errno.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define TABLES_MAX	1024
#define NOT_GIVEN	(~0U)

FIXTURE(table)
{
	struct nl nl;
};

FIXTURE_SETUP(table)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(table)
{
	nl_close(&self->nl);
}

struct table {
	char name[64];
	__u32 id;
	__u64 max_sessions;
	__u32 key_max;
	__u32 data_max;
	__u32 policy;
	__u64 sessions;
	__u32 users;
	__u32 defer_ring;
	__u32 defer_interval_ms;
	__u64 ttl_ms;
	__u64 event_seq;
	__u32 owner_max;
	__u64 max_cost;
	__u64 cost;
};

static struct table take_table(struct attrs attrs)
{
	struct table t = { .id = NOT_GIVEN, .policy = NOT_GIVEN, .users = NOT_GIVEN,
			   .event_seq = NOT_GIVEN, .max_cost = NOT_GIVEN, .cost = NOT_GIVEN };
	const struct nlattr *a;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		switch (attr_type(a)) {
		case DEVSESS_A_TABLE_NAME:
			snprintf(t.name, sizeof(t.name), "%s", (const char *)attr_data(a));
			break;
		case DEVSESS_A_TABLE_ID:
			t.id = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_MAX_SESSIONS:
			t.max_sessions = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_DEFER_RING:
			t.defer_ring = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_DEFER_INTERVAL_MS:
			t.defer_interval_ms = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_TTL_MS:
			t.ttl_ms = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_EVENT_SEQ:
			t.event_seq = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_OWNER_MAX:
			t.owner_max = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_MAX_COST:
			t.max_cost = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_COST:
			t.cost = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_KEY_MAX:
			t.key_max = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_DATA_MAX:
			t.data_max = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_POLICY:
			t.policy = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_SESSIONS:
			t.sessions = attr_uint(a);
			break;
		case DEVSESS_A_TABLE_USERS:
			t.users = attr_uint(a);
			break;
		}
	}
	return t;
}

static int get_table(struct nl *nl, const char *name, struct table *t)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	nl_call(nl);
	*t = take_table(nl->attrs);
	return nl->err;
}

TEST_F(table, default)
{
	struct table t;

	EXPECT_EQ(0, get_table(&self->nl, "default", &t));
	EXPECT_STREQ("default", t.name);
	EXPECT_EQ(1 << 20, t.max_sessions);
	EXPECT_EQ(32, t.key_max);
	EXPECT_EQ(0, t.data_max);
	EXPECT_EQ(DEVSESS_POLICY_REJECT, t.policy);
	EXPECT_EQ(0, t.sessions);
	EXPECT_EQ(0, t.users);
	/* Nobody listens, so nothing is numbered. */
	EXPECT_EQ(0, t.event_seq);
	EXPECT_EQ(0, t.owner_max);
	EXPECT_EQ(0, t.max_cost);
	EXPECT_EQ(0, t.cost);
}

TEST_F(table, new)
{
	struct table t, other;

	EXPECT_EQ(0, make_table(&self->nl, "narrow", 123, 1, 0));
	EXPECT_EQ(0, make_table(&self->nl, "wide", 456, 64, 64));
	EXPECT_EQ(0, get_table(&self->nl, "narrow", &t));
	EXPECT_STREQ("narrow", t.name);
	EXPECT_EQ(123, t.max_sessions);
	EXPECT_EQ(1, t.key_max);
	EXPECT_EQ(0, t.data_max);
	EXPECT_EQ(0, t.sessions);
	EXPECT_EQ(0, get_table(&self->nl, "wide", &other));
	EXPECT_EQ(456, other.max_sessions);
	EXPECT_EQ(64, other.key_max);
	EXPECT_EQ(64, other.data_max);
	EXPECT_NE(t.id, other.id);
}

TEST_F(table, new_with_name_only)
{
	struct table t, def;

	EXPECT_EQ(0, make_table(&self->nl, "plain", ~0ULL, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, get_table(&self->nl, "plain", &t));
	EXPECT_EQ(0, get_table(&self->nl, "default", &def));
	EXPECT_EQ(def.max_sessions, t.max_sessions);
	EXPECT_EQ(def.key_max, t.key_max);
	EXPECT_EQ(def.data_max, t.data_max);
}

TEST_F(table, new_with_policy)
{
	struct table t;

	nl_begin(&self->nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "policy");
	put_u32(&self->nl.m, DEVSESS_A_TABLE_POLICY, DEVSESS_POLICY_EVICT_EXPIRED_ONLY);
	EXPECT_EQ(0, nl_call(&self->nl));
	EXPECT_EQ(0, get_table(&self->nl, "policy", &t));
	EXPECT_EQ(DEVSESS_POLICY_EVICT_EXPIRED_ONLY, t.policy);
}

TEST_F(table, new_twice)
{
	struct session s = device("x");
	struct table t;

	EXPECT_EQ(0, make_table(&self->nl, "twice", 10, 8, 0));
	EXPECT_EQ(0, insert(&self->nl, "twice", &s));
	EXPECT_EQ(-EEXIST, make_table(&self->nl, "twice", 20, 9, 1));
	EXPECT_EQ(-EEXIST, make_table(&self->nl, "default", 20, 9, 1));
	EXPECT_EQ(0, get_table(&self->nl, "twice", &t));
	EXPECT_EQ(10, t.max_sessions);
	EXPECT_EQ(8, t.key_max);
	EXPECT_EQ(1, t.sessions);
}

TEST_F(table, names)
{
	static const char * const names[] = {
		"a", "0", "_", "Z9_.-", "a.", "a-", "tenant.eu-west_1",
		"0123456789012345678901234567890",
	};
	struct session s = device("x");
	struct table t;
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(0, make_table(&self->nl, names[i], 10, NOT_GIVEN, NOT_GIVEN));
		EXPECT_EQ(0, insert(&self->nl, names[i], &s));
	}
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(0, get_table(&self->nl, names[i], &t));
		EXPECT_STREQ(names[i], t.name);
		EXPECT_EQ(1, t.sessions);
	}
}

TEST_F(table, delete)
{
	struct session s = full("x", 1), got;
	struct table t;

	EXPECT_EQ(0, make_table(&self->nl, "gone", 100000, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, insert_many(&self->nl, "gone", 0, 20000));
	EXPECT_EQ(0, insert(&self->nl, "gone", &s));
	EXPECT_EQ(0, drop_table(&self->nl, "gone"));
	EXPECT_EQ(-ENOENT, get_table(&self->nl, "gone", &t));
	EXPECT_EQ(-ENOENT, get(&self->nl, "gone", &s, &got));
	EXPECT_EQ(-ENOENT, drop_table(&self->nl, "gone"));
	/* The next of that name begins empty. */
	EXPECT_EQ(0, make_table(&self->nl, "gone", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, count(&self->nl, "gone"));
	EXPECT_EQ(-ENOENT, get(&self->nl, "gone", &s, &got));
}

TEST_F(table, default_can_be_deleted_and_made_again)
{
	struct session s = device("x");

	EXPECT_EQ(0, drop_table(&self->nl, "default"));
	EXPECT_EQ(-ENOENT, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, make_table(&self->nl, "default", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
}

TEST_F(table, dump)
{
	bool seen[50] = { }, seen_default = false;
	char name[32];
	struct table t;
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		snprintf(name, sizeof(name), "table-%d", i);
		EXPECT_EQ(0, make_table(&self->nl, name, 100 + i, 1 + i, i));
		EXPECT_EQ(0, insert_many(&self->nl, i < 10 ? NULL : name, i, i < 10));
	}
	nl_begin_dump(&self->nl, DEVSESS_CMD_TABLE_GET);
	EXPECT_EQ(0, nl_dump(&self->nl));
	while (nl_next(&self->nl)) {
		t = take_table(self->nl.attrs);
		n++;
		if (!strcmp(t.name, "default")) {
			seen_default = true;
			EXPECT_EQ(10, t.sessions);
			continue;
		}
		i = atoi(t.name + strlen("table-"));
		ASSERT_LT(i, ARRAY_SIZE(seen));
		EXPECT_FALSE(seen[i]);
		seen[i] = true;
		EXPECT_EQ(100 + i, t.max_sessions);
		EXPECT_EQ(1 + i, t.key_max);
		EXPECT_EQ(i, t.data_max);
		EXPECT_EQ(0, t.users);
	}
	EXPECT_EQ(0, self->nl.err);
	EXPECT_TRUE(seen_default);
	EXPECT_EQ(1 + ARRAY_SIZE(seen), n);
}

TEST_F(table, set)
{
	struct session s = device("one-more");
	struct table t;

	EXPECT_EQ(0, make_table(&self->nl, "set", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, insert_many(&self->nl, "set", 0, 10));
	EXPECT_EQ(-ENOSPC, insert(&self->nl, "set", &s));
	EXPECT_EQ(0, set_table(&self->nl, "set", 11));
	EXPECT_EQ(0, insert(&self->nl, "set", &s));
	EXPECT_EQ(-EBUSY, set_table(&self->nl, "set", 10));
	EXPECT_NE(0, self->nl.offset);
	EXPECT_STRNE("", self->nl.sentence);
	EXPECT_EQ(0, get_table(&self->nl, "set", &t));
	EXPECT_EQ(11, t.max_sessions);
	EXPECT_EQ(11, t.sessions);
	EXPECT_EQ(0, delete(&self->nl, "set", &s));
	EXPECT_EQ(0, set_table(&self->nl, "set", 10));
	EXPECT_EQ(-ENOSPC, insert(&self->nl, "set", &s));
	EXPECT_EQ(-ENOENT, set_table(&self->nl, "absent", 10));
}

TEST_F(table, set_policy_only)
{
	struct table t;

	EXPECT_EQ(0, make_table(&self->nl, "set", 10, NOT_GIVEN, NOT_GIVEN));
	nl_begin(&self->nl, DEVSESS_CMD_TABLE_SET);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "set");
	put_u32(&self->nl.m, DEVSESS_A_TABLE_POLICY, DEVSESS_POLICY_EVICT_EXPIRED_ONLY);
	EXPECT_EQ(0, nl_call(&self->nl));
	EXPECT_EQ(0, get_table(&self->nl, "set", &t));
	EXPECT_EQ(10, t.max_sessions);
	EXPECT_EQ(DEVSESS_POLICY_EVICT_EXPIRED_ONLY, t.policy);
}

static int set_policy(struct nl *nl, const char *name, __u32 policy)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	put_u32(&nl->m, DEVSESS_A_TABLE_POLICY, policy);
	return nl_call(nl);
}

/* A full table makes room for each new session, but not by those that are pinned. */
TEST_F(table, evicts)
{
	struct nl *nl = &self->nl;
	struct session s, got;
	int i;

	EXPECT_EQ(0, make_table(nl, "evicts", 20, NOT_GIVEN, NOT_GIVEN));
	for (i = 0; i < 40; i++) {
		s = number(i);
		set_flags(&s, i < 10 ? DEVSESS_FLAG_PINNED : 0);
		EXPECT_EQ(i < 20 ? 0 : -ENOSPC, insert(nl, "evicts", &s));
	}
	EXPECT_EQ(0, set_policy(nl, "evicts", DEVSESS_POLICY_EVICT));
	for (i = 20; i < 70; i++) {
		s = number(i);
		set_flags(&s, 0);
		EXPECT_EQ(0, insert(nl, "evicts", &s));
		EXPECT_EQ(0, get(nl, "evicts", &s, &got));
		EXPECT_EQ(20, count(nl, "evicts"));
	}
	EXPECT_EQ(50, figure(nl, "evicts", DEVSESS_A_STATS_EVICTED));
	for (i = 0; i < 10; i++) {
		s = number(i);
		EXPECT_EQ(0, get(nl, "evicts", &s, &got));
	}
	EXPECT_EQ(0, set_policy(nl, "evicts", DEVSESS_POLICY_REJECT));
	s = number(100);
	EXPECT_EQ(-ENOSPC, insert(nl, "evicts", &s));
}

TEST_F(table, evicts_none_of_pinned)
{
	struct nl *nl = &self->nl;
	struct session s;
	int i;

	EXPECT_EQ(0, make_table(nl, "evicts", 20, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, set_policy(nl, "evicts", DEVSESS_POLICY_EVICT));
	for (i = 0; i < 30; i++) {
		s = number(i);
		set_flags(&s, DEVSESS_FLAG_PINNED);
		EXPECT_EQ(i < 20 ? 0 : -ENOSPC, insert(nl, "evicts", &s));
	}
	EXPECT_STRNE("", nl->sentence);
	EXPECT_EQ(20, count(nl, "evicts"));
	EXPECT_EQ(0, figure(nl, "evicts", DEVSESS_A_STATS_EVICTED));
}

/* @ring and @ms unless they are NOT_GIVEN. */
static int defer(struct nl *nl, __u8 cmd, const char *name, __u32 ring, __u32 ms)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	if (ring != NOT_GIVEN)
		put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_RING, ring);
	if (ms != NOT_GIVEN)
		put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_INTERVAL_MS, ms);
	return nl_call(nl);
}

static int drain(struct nl *nl, const char *name)
{
	return defer(nl, DEVSESS_CMD_TABLE_DRAIN, name, NOT_GIVEN, NOT_GIVEN);
}

TEST_F(table, defer)
{
	struct nl *nl = &self->nl;
	struct table t;
	__u64 memory;

	EXPECT_EQ(0, defer(nl, DEVSESS_CMD_TABLE_NEW, "plain", NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, get_table(nl, "plain", &t));
	EXPECT_EQ(0, t.defer_ring);
	EXPECT_EQ(10, t.defer_interval_ms);
	EXPECT_EQ(-EOPNOTSUPP, drain(nl, "plain"));
	EXPECT_STREQ("the table takes no deferred writes", nl->sentence);
	EXPECT_EQ(-ENOENT, drain(nl, "absent"));

	EXPECT_EQ(0, defer(nl, DEVSESS_CMD_TABLE_NEW, "defer", 100, 1));
	EXPECT_EQ(0, get_table(nl, "defer", &t));
	EXPECT_EQ(128, t.defer_ring);
	EXPECT_EQ(1, t.defer_interval_ms);
	EXPECT_EQ(0, drain(nl, "defer"));
	memory = figure(nl, "defer", DEVSESS_A_STATS_MEMORY);
	EXPECT_EQ(0, figure(nl, "defer", DEVSESS_A_STATS_DEFERRED_WAITING));

	EXPECT_EQ(0, defer(nl, DEVSESS_CMD_TABLE_SET, "defer", 65536, NOT_GIVEN));
	EXPECT_EQ(0, get_table(nl, "defer", &t));
	EXPECT_EQ(65536, t.defer_ring);
	EXPECT_EQ(1, t.defer_interval_ms);
	EXPECT_LT(memory + 65536 * 100, figure(nl, "defer", DEVSESS_A_STATS_MEMORY));
	EXPECT_EQ(0, defer(nl, DEVSESS_CMD_TABLE_SET, "defer", 0, 60000));
	EXPECT_EQ(0, get_table(nl, "defer", &t));
	EXPECT_EQ(0, t.defer_ring);
	EXPECT_EQ(60000, t.defer_interval_ms);
	EXPECT_EQ(-EOPNOTSUPP, drain(nl, "defer"));
	EXPECT_GT(memory, figure(nl, "defer", DEVSESS_A_STATS_MEMORY));
}

/* A change that is refused in part does nothing. */
TEST_F(table, defer_all_or_nothing)
{
	struct nl *nl = &self->nl;
	struct table t;

	EXPECT_EQ(0, make_table(nl, "set", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, insert_many(nl, "set", 0, 10));
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "set");
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 9);
	put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_RING, 64);
	put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_INTERVAL_MS, 77);
	EXPECT_EQ(-EBUSY, nl_call(nl));
	EXPECT_EQ(0, get_table(nl, "set", &t));
	EXPECT_EQ(10, t.max_sessions);
	EXPECT_EQ(0, t.defer_ring);
	EXPECT_EQ(10, t.defer_interval_ms);
}

static int ttl(struct nl *nl, __u8 cmd, const char *name, __u64 ms)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	put_u64(&nl->m, DEVSESS_A_TABLE_TTL_MS, ms);
	return nl_call(nl);
}

TEST_F(table, ttl)
{
	struct nl *nl = &self->nl;
	struct table t;

	EXPECT_EQ(0, make_table(nl, "plain", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(0, get_table(nl, "plain", &t));
	EXPECT_EQ(0, t.ttl_ms);
	EXPECT_EQ(0, ttl(nl, DEVSESS_CMD_TABLE_NEW, "ttl", DEVSESS_TTL_MAX));
	EXPECT_EQ(0, get_table(nl, "ttl", &t));
	EXPECT_EQ(DEVSESS_TTL_MAX, t.ttl_ms);
	EXPECT_EQ(0, ttl(nl, DEVSESS_CMD_TABLE_SET, "ttl", 1));
	EXPECT_EQ(0, get_table(nl, "ttl", &t));
	EXPECT_EQ(1, t.ttl_ms);
	EXPECT_EQ(-ERANGE, ttl(nl, DEVSESS_CMD_TABLE_SET, "ttl", DEVSESS_TTL_MAX + 1));
	EXPECT_EQ(-ERANGE, ttl(nl, DEVSESS_CMD_TABLE_NEW, "more", ~0ULL));
	EXPECT_EQ(0, get_table(nl, "ttl", &t));
	EXPECT_EQ(1, t.ttl_ms);
	EXPECT_EQ(0, ttl(nl, DEVSESS_CMD_TABLE_SET, "ttl", 0));
	EXPECT_EQ(0, get_table(nl, "ttl", &t));
	EXPECT_EQ(0, t.ttl_ms);
}

TEST_F(table, limit_is_exact)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_INSERT, DEVSESS_CMD_STORE, DEVSESS_CMD_GET_OR_INSERT, DEVSESS_CMD_SWAP,
	};
	struct session s;
	int i;

	EXPECT_EQ(0, make_table(&self->nl, "limit", 1000, NOT_GIVEN, NOT_GIVEN));
	for (i = 0; i < 1100; i++) {
		s = number(i);
		EXPECT_EQ(i < 1000 ? 0 : -ENOSPC, ask(&self->nl, cmds[i % 4], "limit", &s));
	}
	EXPECT_EQ(1000, count(&self->nl, "limit"));
	EXPECT_EQ(100, figure(&self->nl, "limit", DEVSESS_A_STATS_FAIL_FULL));
	/* What is there can be written in a full table. */
	for (i = 0; i < 10; i++) {
		s = number(i);
		EXPECT_EQ(i % 4 ? 0 : -EEXIST, ask(&self->nl, cmds[i % 4], "limit", &s));
		EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, "limit", &s));
	}
	/* One out, one in. */
	s = number(5);
	EXPECT_EQ(0, delete(&self->nl, "limit", &s));
	s = number(2000);
	EXPECT_EQ(0, insert(&self->nl, "limit", &s));
	s = number(2001);
	EXPECT_EQ(-ENOSPC, insert(&self->nl, "limit", &s));
}

/* What the processes of the next tests have in common. */
struct race {
	int next_writer;
	bool stop;
	__u32 inserted[4];
	__u32 refused[4];
	__u32 other[4];
};

/* Inserts sessions of its own until most are refused. */
static int fill_up(void *arg)
{
	struct race *race = arg;
	int me = __sync_fetch_and_add(&race->next_writer, 1), i;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (i = 0; i < 1000; i++) {
		struct session s = number(me * 1000000 + i);
		int err = insert(&nl, "limit", &s);

		race->inserted[me] += !err;
		race->refused[me] += err == -ENOSPC;
		race->other[me] += err && err != -ENOSPC;
	}
	return 0;
}

TEST_F(table, limit_is_exact_for_parallel_inserts)
{
	struct race *race = shared(sizeof(*race));
	struct snapshot snap = { };
	__u32 inserted = 0, refused = 0;
	pid_t pid[4];
	int i;

	EXPECT_EQ(0, make_table(&self->nl, "limit", 1500, NOT_GIVEN, NOT_GIVEN));
	for (i = 0; i < 4; i++)
		pid[i] = start(fill_up, race);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, finish(pid[i]));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, race->other[i]);
		inserted += race->inserted[i];
		refused += race->refused[i];
	}
	EXPECT_EQ(1500, inserted);
	EXPECT_EQ(2500, refused);
	EXPECT_EQ(1500, count(&self->nl, "limit"));
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, "limit"));
	EXPECT_EQ(1500, snap.n);
	EXPECT_EQ(1500, figure(&self->nl, "limit", DEVSESS_A_STATS_PEAK));
	snapshot_free(&snap);
}

/* Inserts and deletes at the limit until told to stop. */
static int churn_at_limit(void *arg)
{
	struct race *race = arg;
	int me = __sync_fetch_and_add(&race->next_writer, 1), i;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (i = 0; !race->stop; i++) {
		struct session s = number(me * 1000000 + i % 300);
		int err = insert(&nl, "limit", &s);

		race->inserted[me] += !err;
		race->other[me] += err && err != -ENOSPC && err != -EEXIST;
		s = number(me * 1000000 + (i * 7 + 3) % 300);
		err = delete(&nl, "limit", &s);
		race->other[me] += err && err != -ENOENT;
	}
	return 0;
}

TEST_F(table, limit_holds_while_it_changes)
{
	struct race *race = shared(sizeof(*race));
	struct snapshot snap = { };
	__u32 lowered = 0, refused = 0, round;
	double end = now() + 5;
	pid_t pid[4];
	int i, err;

	EXPECT_EQ(0, make_table(&self->nl, "limit", 300, NOT_GIVEN, NOT_GIVEN));
	for (i = 0; i < 4; i++)
		pid[i] = start(churn_at_limit, race);
	/* Down to a random bound near what is there: now and then that works. */
	for (round = 0; now() < end; round++) {
		int bound = (int)count(&self->nl, "limit") + round % 5 - 2;

		/* Never above 600, so that 600 is always a bound to go back to. */
		bound = bound < 1 ? 1 : bound > 600 ? 600 : bound;
		err = set_table(&self->nl, "limit", bound);
		if (err) {
			EXPECT_EQ(-EBUSY, err);
			refused++;
		} else {
			lowered++;
			EXPECT_LE(count(&self->nl, "limit"), bound);
		}
		if (round % 3)
			continue;
		EXPECT_EQ(0, set_table(&self->nl, "limit", 600));
	}
	race->stop = true;
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, finish(pid[i]));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, race->other[i]);
		EXPECT_GT(race->inserted[i], 0);
	}
	EXPECT_GT(lowered, 0);
	EXPECT_GT(refused, 0);
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, "limit"));
	EXPECT_EQ(snap.n, count(&self->nl, "limit"));
	snapshot_free(&snap);
}

/* Processes that make, fill and delete tables of the same few names. */
static int make_and_delete(void *arg)
{
	struct race *race = arg;
	int me = __sync_fetch_and_add(&race->next_writer, 1), i, err;
	char name[16];
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (i = 0; !race->stop; i++) {
		snprintf(name, sizeof(name), "race-%d", i % 3);
		err = make_table(&nl, name, 100, NOT_GIVEN, NOT_GIVEN);
		race->inserted[me] += !err;
		race->other[me] += err && err != -EEXIST;
		err = insert_many(&nl, name, me * 1000, 20);
		race->other[me] += err && err != -ENOENT && err != -ENODEV && err != -EEXIST &&
				   err != -ENOSPC;
		err = drop_table(&nl, name);
		race->refused[me] += !err;
		race->other[me] += err && err != -ENOENT;
	}
	return 0;
}

static __u32 all_of(const __u32 figure[4])
{
	return figure[0] + figure[1] + figure[2] + figure[3];
}

TEST_F(table, parallel_new_and_delete)
{
	struct race *race = shared(sizeof(*race));
	__u32 made = 0, deleted = 0;
	pid_t pid[4];
	int i;

	for (i = 0; i < 4; i++)
		pid[i] = start(make_and_delete, race);
	/* At least so long, and until there was a race. */
	for (i = 0; i < 60 && (i < 3 || all_of(race->inserted) <= 100); i++)
		pause_ms(1000);
	race->stop = true;
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, finish(pid[i]));
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(0, race->other[i]);
		made += race->inserted[i];
		deleted += race->refused[i];
	}
	EXPECT_GT(made, 100);
	for (i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "race-%d", i);
		deleted += !drop_table(&self->nl, name);
	}
	EXPECT_EQ(made, deleted);
}

struct meeting {
	bool stop;
	__u32 stored;
	__u32 refused;
	int other;
};

static int store_some(void *arg)
{
	struct meeting *m = arg;
	struct session s;
	struct nl nl;
	__u32 n;
	int err;

	if (nl_open(&nl))
		return 1;
	for (n = 0; !m->stop; n++) {
		s = number(n % 1000);
		err = ask(&nl, DEVSESS_CMD_STORE, "t", &s);
		if (!err)
			m->stored++;
		else if (err == -ENOENT || err == -ENODEV)
			m->refused++;
		else
			m->other = err;
	}
	return 0;
}

/* Requests on sessions meet the end of their table, and another table of that name. */
TEST_F(table, deleted_under_requests)
{
	struct meeting *m = shared(sizeof(*m));
	double begin = now();
	struct table t;
	pid_t pid;

	pid = start(store_some, m);
	/* At least so long, and until they have met. */
	while (now() < begin + 3 ||
	       ((m->stored <= 100 || m->refused <= 100) && now() < begin + 60)) {
		ASSERT_EQ(0, make_table(&self->nl, "t", 1000, NOT_GIVEN, NOT_GIVEN));
		ASSERT_EQ(0, get_table(&self->nl, "t", &t));
		EXPECT_LE(t.sessions, 1000);
		pause_ms(2);
		ASSERT_EQ(0, drop_table(&self->nl, "t"));
		pause_ms(2);
	}
	m->stop = true;
	EXPECT_EQ(0, finish(pid));
	EXPECT_EQ(0, m->other);
	EXPECT_GT(m->stored, 100);
	EXPECT_GT(m->refused, 100);
}

TEST_F(table, as_many_as_there_may_be)
{
	static bool seen[TABLES_MAX + 1];
	char name[32];
	struct table t;
	int i, n = 0;

	/* `default' is one of them. */
	for (i = 1; i < TABLES_MAX; i++) {
		snprintf(name, sizeof(name), "table-%d", i);
		ASSERT_EQ(0, make_table(&self->nl, name, 10, NOT_GIVEN, NOT_GIVEN));
	}
	EXPECT_EQ(-ENFILE, make_table(&self->nl, "one-more", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_STRNE("", self->nl.sentence);
	EXPECT_NE(0, self->nl.offset);
	EXPECT_EQ(-ENOENT, get_table(&self->nl, "one-more", &t));

	nl_begin_dump(&self->nl, DEVSESS_CMD_TABLE_GET);
	EXPECT_EQ(0, nl_dump(&self->nl));
	while (nl_next(&self->nl)) {
		t = take_table(self->nl.attrs);
		n++;
		ASSERT_LE(t.id, TABLES_MAX);
		EXPECT_FALSE(seen[t.id]);
		seen[t.id] = true;
	}
	EXPECT_EQ(0, self->nl.err);
	EXPECT_EQ(TABLES_MAX, n);

	EXPECT_EQ(0, drop_table(&self->nl, "table-500"));
	EXPECT_EQ(0, make_table(&self->nl, "one-more", 10, NOT_GIVEN, NOT_GIVEN));
	EXPECT_EQ(-ENFILE, make_table(&self->nl, "two-more", 10, NOT_GIVEN, NOT_GIVEN));
}

TEST_HARNESS_MAIN
