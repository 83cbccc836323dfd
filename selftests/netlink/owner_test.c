// SPDX-License-Identifier: GPL-2.0
/* Owners: counted, listed, limited. */
#include <errno.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define MAX	4	/* owners of the table `default' */

FIXTURE(owner)
{
	struct nl nl;
};

/* A table with so many owners, which takes the place of `default'. */
static int make_counting(struct nl *nl, __u32 owner_max)
{
	if (drop_table(nl, "default"))
		return nl->err;
	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 10000);
	put_u32(&nl->m, DEVSESS_A_TABLE_OWNER_MAX, owner_max);
	return nl_call(nl);
}

FIXTURE_SETUP(owner)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_counting(&self->nl, MAX));
}

FIXTURE_TEARDOWN(owner)
{
	nl_close(&self->nl);
}

/* By attribute; all that a reply can have are numbers. */
struct owner {
	__u64 v[DEVSESS_A_OWNER_MAX + 1];
	int attrs;
};

#define OF(o, name)	((o).v[DEVSESS_A_OWNER_##name])

static struct owner take_owner(struct attrs attrs)
{
	const struct nlattr *a;
	struct owner o = { };

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		if (attr_type(a) == DEVSESS_A_OWNER_PAD)
			continue;
		o.v[attr_type(a)] = attr_uint(a);
		o.attrs++;
	}
	return o;
}

static struct owner get_owner(struct nl *nl, __u32 owner)
{
	nl_begin(nl, DEVSESS_CMD_OWNER_GET);
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, owner);
	if (nl_call(nl))
		return (struct owner){ .attrs = nl->err };
	return take_owner(nl->attrs);
}

static int set_limit(struct nl *nl, __u32 owner, __u32 limit)
{
	nl_begin(nl, DEVSESS_CMD_OWNER_SET);
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, owner);
	put_u32(&nl->m, DEVSESS_A_OWNER_LIMIT, limit);
	return nl_call(nl);
}

static struct session of(__u32 n, __u32 owner, __u32 state)
{
	struct session s = number(n);

	set_owner(&s, owner);
	set_state(&s, state);
	return s;
}

static int store(struct nl *nl, __u32 n, __u32 owner, __u32 state)
{
	struct session s = of(n, owner, state);

	return ask(nl, DEVSESS_CMD_STORE, NULL, &s);
}

TEST_F(owner, figures)
{
	struct nl *nl = &self->nl;
	struct session s = number(1);
	struct owner o;

	EXPECT_EQ(0, store(nl, 1, 7, DEVSESS_STATE_NEW));
	EXPECT_EQ(0, store(nl, 2, 7, DEVSESS_STATE_ACTIVE));
	EXPECT_EQ(0, store(nl, 3, 7, DEVSESS_STATE_ACTIVE));
	EXPECT_EQ(0, store(nl, 4, 7, DEVSESS_STATE_BLOCKED));
	EXPECT_EQ(0, store(nl, 5, 0, DEVSESS_STATE_IDLE));
	EXPECT_EQ(0, set_limit(nl, 7, 4));
	EXPECT_EQ(-EDQUOT, store(nl, 6, 7, DEVSESS_STATE_NEW));
	o = get_owner(nl, 7);
	EXPECT_EQ(8, o.attrs);
	EXPECT_EQ(7, OF(o, OWNER));
	EXPECT_EQ(4, OF(o, LIMIT));
	EXPECT_EQ(4, OF(o, SESSIONS));
	EXPECT_EQ(1, OF(o, NEW));
	EXPECT_EQ(2, OF(o, ACTIVE));
	EXPECT_EQ(0, OF(o, IDLE));
	EXPECT_EQ(1, OF(o, BLOCKED));
	EXPECT_EQ(1, OF(o, REFUSED));
	EXPECT_EQ(0, delete(nl, NULL, &s));
	EXPECT_EQ(3, OF(get_owner(nl, 7), SESSIONS));
	EXPECT_EQ(1, OF(get_owner(nl, 0), IDLE));
	/* Of one that is not known. */
	o = get_owner(nl, 1000);
	EXPECT_EQ(8, o.attrs);
	EXPECT_EQ(1000, OF(o, OWNER));
	EXPECT_EQ(0, OF(o, SESSIONS) + OF(o, LIMIT) + OF(o, REFUSED));
	EXPECT_EQ(1, figure(nl, NULL, DEVSESS_A_STATS_FAIL_QUOTA));
}

/* Every write that would make one session too many is refused and changes nothing. */
TEST_F(owner, limit)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_INSERT, DEVSESS_CMD_STORE, DEVSESS_CMD_GET_OR_INSERT, DEVSESS_CMD_SWAP,
	};
	struct nl *nl = &self->nl;
	struct session s, old, got;
	int i;

	EXPECT_EQ(0, set_limit(nl, 7, 2));
	EXPECT_EQ(0, store(nl, 1, 7, DEVSESS_STATE_NEW));
	EXPECT_EQ(0, store(nl, 2, 7, DEVSESS_STATE_NEW));
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		s = of(3, 7, DEVSESS_STATE_NEW);
		EXPECT_EQ(-EDQUOT, ask(nl, cmds[i], NULL, &s));
		EXPECT_STREQ("the owner has as many sessions as its limit", nl->sentence);
		EXPECT_EQ(DEVSESS_A_SESSION_OWNER,
			  msg_attr(&nl->m, nl->offset)->nla_type);
	}
	EXPECT_EQ(0, store(nl, 3, 8, DEVSESS_STATE_IDLE));
	EXPECT_EQ(0, get(nl, NULL, &s, &old));
	EXPECT_EQ(-EDQUOT, ask(nl, DEVSESS_CMD_UPDATE, NULL, &s));
	set_version(&s, old.version);
	EXPECT_EQ(-EDQUOT, ask(nl, DEVSESS_CMD_COMPARE_AND_SWAP, NULL, &s));
	EXPECT_EQ(-EDQUOT, store(nl, 3, 7, DEVSESS_STATE_NEW));
	EXPECT_EQ(0, get(nl, NULL, &s, &got));
	EXPECT_TRUE(unchanged(&old, &got));
	EXPECT_EQ(2, OF(get_owner(nl, 7), SESSIONS));
	EXPECT_EQ(7, OF(get_owner(nl, 7), REFUSED));
	EXPECT_EQ(3, count(nl, NULL));
	/* Below what it has: those stay, and the next one is refused. */
	EXPECT_EQ(0, set_limit(nl, 7, 1));
	EXPECT_EQ(0, store(nl, 2, 8, DEVSESS_STATE_NEW));
	EXPECT_EQ(-EDQUOT, store(nl, 4, 7, DEVSESS_STATE_NEW));
	EXPECT_EQ(0, set_limit(nl, 7, 0));
	EXPECT_EQ(0, store(nl, 4, 7, DEVSESS_STATE_NEW));
}

TEST_F(owner, batches)
{
	struct nl *nl = &self->nl;
	struct batch b = { };
	struct session s;
	int i;

	EXPECT_EQ(0, set_limit(nl, 7, 2));
	batch_begin(&b, nl, NULL, false);
	for (i = 0; i < 4; i++) {
		s = of(i, 7, DEVSESS_STATE_NEW);
		batch_add(&b, DEVSESS_OP_STORE, &s);
	}
	EXPECT_EQ(0, batch_run(&b));
	EXPECT_EQ(2, b.done);
	EXPECT_EQ(-EDQUOT, b.result[2]);
	EXPECT_STREQ("the owner has as many sessions as its limit", batch_why(&b, 3));
	/* All or none: those that had left their owner are its again. */
	batch_begin(&b, nl, NULL, true);
	for (i = 0; i < 4; i++) {
		s = of(i, i < 2 ? 8 : 7, DEVSESS_STATE_IDLE);
		batch_add(&b, DEVSESS_OP_STORE, &s);
	}
	EXPECT_EQ(0, batch_run(&b));
	EXPECT_EQ(0, b.done);
	EXPECT_EQ(-EDQUOT, b.result[2]);
	EXPECT_EQ(2, OF(get_owner(nl, 7), NEW));
	EXPECT_EQ(0, OF(get_owner(nl, 8), SESSIONS));
	EXPECT_EQ(2, count(nl, NULL));
	batch_free(&b);
}

/* Each owner once, those with the most sessions first, in as many messages as it takes. */
TEST_F(owner, list)
{
	enum { OWNERS = 1000 };
	struct nl *nl = &self->nl;
	__u64 last = ~0ULL, sum = 0;
	struct batch b = { };
	int n = 0, i, k;

	ASSERT_EQ(0, make_counting(nl, OWNERS));
	batch_begin(&b, nl, NULL, false);
	for (i = 0; i < OWNERS; i++) {
		for (k = 0; k <= i % 5; k++) {
			struct session s = of(i * 10 + k, i, DEVSESS_STATE_NEW);

			batch_add(&b, DEVSESS_OP_INSERT, &s);
		}
	}
	ASSERT_EQ(0, batch_run(&b));
	ASSERT_EQ(3 * OWNERS, b.done);
	batch_free(&b);
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	EXPECT_EQ(0, nl_dump(nl));
	while (nl_next(nl)) {
		struct owner o = take_owner(nl->attrs);

		EXPECT_EQ(OF(o, OWNER) % 5 + 1, OF(o, SESSIONS));
		EXPECT_LE(OF(o, SESSIONS), last);
		last = OF(o, SESSIONS);
		sum += last;
		n++;
	}
	EXPECT_EQ(0, nl->err);
	EXPECT_EQ(OWNERS, n);
	EXPECT_EQ(3 * OWNERS, sum);
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	put_u32(&nl->m, DEVSESS_A_OWNER_TOP, 3);
	EXPECT_EQ(0, nl_dump(nl));
	for (n = 0; nl_next(nl); n++)
		EXPECT_EQ(4 + 5 * n, OF(take_owner(nl->attrs), OWNER));
	EXPECT_EQ(0, nl->err);
	EXPECT_EQ(3, n);
}

/* No memory is taken for more owners than were promised, and none stays with those that left. */
TEST_F(owner, as_many_as_promised)
{
	struct nl *nl = &self->nl;
	__u64 memory = figure(nl, NULL, DEVSESS_A_STATS_MEMORY);
	int i;

	for (i = 0; i < MAX; i++)
		EXPECT_EQ(0, store(nl, i, i, DEVSESS_STATE_NEW));
	EXPECT_EQ(-EUSERS, store(nl, 10, 10, DEVSESS_STATE_NEW));
	EXPECT_STREQ("the owner is new, and the table has owner_max others", nl->sentence);
	EXPECT_EQ(-EUSERS, set_limit(nl, 10, 5));
	EXPECT_EQ(1, figure(nl, NULL, DEVSESS_A_STATS_FAIL_OWNERS));
	EXPECT_EQ(memory, figure(nl, NULL, DEVSESS_A_STATS_MEMORY));
	nl_begin(nl, DEVSESS_CMD_CLEAR);
	EXPECT_EQ(0, nl_call(nl));
	for (i = 10; i < 10 + MAX; i++)
		EXPECT_EQ(0, store(nl, i, i, DEVSESS_STATE_NEW));
	EXPECT_EQ(-EUSERS, store(nl, 0, 0, DEVSESS_STATE_NEW));
}

/* Whether the last request was refused so, for its attribute at @at (0: for none). */
static bool blamed(const struct nl *nl, int err, size_t at, const char *sentence)
{
	if (nl->err == err && nl->offset == at && !strcmp(nl->sentence, sentence))
		return true;
	printf("# %d, offset %zu, \"%s\"\n", nl->err, nl->offset, nl->sentence);
	return false;
}

TEST_F(owner, refused)
{
	static const char none[] = "the table counts no owners: its owner_max is 0";
	struct nl *nl = &self->nl;
	size_t at;

	nl_begin(nl, DEVSESS_CMD_OWNER_GET);
	EXPECT_EQ(-EINVAL, nl_call(nl));
	EXPECT_EQ(DEVSESS_A_OWNER_OWNER, nl->miss_type);
	nl_begin(nl, DEVSESS_CMD_OWNER_SET);
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 1);
	EXPECT_EQ(-EINVAL, nl_call(nl));
	EXPECT_EQ(DEVSESS_A_OWNER_LIMIT, nl->miss_type);
	nl_begin(nl, DEVSESS_CMD_OWNER_GET);
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 1);
	at = put_u32(&nl->m, DEVSESS_A_OWNER_TOP, 1);
	nl_call(nl);
	EXPECT_TRUE(blamed(nl, -EINVAL, at, "only a dump takes top"));
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	at = put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 1);
	nl_dump(nl);
	EXPECT_FALSE(nl_next(nl));
	EXPECT_EQ(-EINVAL, nl->err);
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	put_u32(&nl->m, DEVSESS_A_OWNER_TOP, 0);
	nl_dump(nl);
	EXPECT_FALSE(nl_next(nl));
	EXPECT_EQ(-ERANGE, nl->err);
	/* A table that counts none, and none at all. */
	EXPECT_EQ(0, make_table(nl, "plain", ~0ULL, ~0U, ~0U));
	nl_begin(nl, DEVSESS_CMD_OWNER_GET);
	at = put_str(&nl->m, DEVSESS_A_OWNER_TABLE, "plain");
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 1);
	nl_call(nl);
	EXPECT_TRUE(blamed(nl, -EOPNOTSUPP, at, none));
	nl_begin(nl, DEVSESS_CMD_OWNER_SET);
	at = put_str(&nl->m, DEVSESS_A_OWNER_TABLE, "plain");
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 1);
	put_u32(&nl->m, DEVSESS_A_OWNER_LIMIT, 1);
	nl_call(nl);
	EXPECT_TRUE(blamed(nl, -EOPNOTSUPP, at, none));
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	put_str(&nl->m, DEVSESS_A_OWNER_TABLE, "plain");
	nl_dump(nl);
	EXPECT_FALSE(nl_next(nl));
	EXPECT_EQ(-EOPNOTSUPP, nl->err);
	nl_begin_dump(nl, DEVSESS_CMD_OWNER_GET);
	put_str(&nl->m, DEVSESS_A_OWNER_TABLE, "nowhere");
	nl_dump(nl);
	EXPECT_FALSE(nl_next(nl));
	EXPECT_EQ(-ENOENT, nl->err);
}

TEST_HARNESS_MAIN
