// SPDX-License-Identifier: GPL-2.0
/* Time to live: expiry, touch, and what both leave as it is. */
#include <errno.h>

#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

/* Long enough not to end while a test looks, in ms. */
#define LONG	600000

/* Short enough to be waited for. */
#define SHORT	1000

/* How late a test may come to look at something, on a busy machine. */
#define LATE	60000

FIXTURE(ttl)
{
	struct nl nl;
};

FIXTURE_SETUP(ttl)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(ttl)
{
	nl_close(&self->nl);
}

static struct session mortal(const char *id, __u64 ttl_ms)
{
	struct session s = full(id, 6);

	set_ttl(&s, ttl_ms);
	return s;
}

/* Whether @ms of @total are left, give or take how long it took to ask. */
static bool left(const struct session *s, __u64 ms)
{
	if ((s->has & HAS(EXPIRES_IN_MS)) && s->expires_in_ms <= ms &&
	    s->expires_in_ms + LATE > ms)
		return true;
	printf("# %llu of %llu ms to live\n",
	       s->has & HAS(EXPIRES_IN_MS) ? s->expires_in_ms : 0ULL, ms);
	return false;
}

TEST_F(ttl, reply)
{
	struct session s = mortal("mortal", LONG), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(same(&s, &got));
	EXPECT_TRUE(left(&got, LONG));
}

TEST_F(ttl, longest)
{
	struct session s = mortal("mortal", DEVSESS_TTL_MAX), got;

	set_expires_in(&s, DEVSESS_TTL_MAX);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(DEVSESS_TTL_MAX, got.ttl_ms);
	EXPECT_TRUE(left(&got, DEVSESS_TTL_MAX));
}

TEST_F(ttl, first_expiry_may_differ)
{
	struct session s = mortal("restored", 10 * LONG), got;

	set_expires_in(&s, LONG);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(10 * LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, LONG));
	/* And is not there any more from the first touch on. */
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(left(&got, 10 * LONG));
}

/* The moment may be over when it is stored: that is no error, whoever is interrupted meanwhile. */
TEST_F(ttl, first_expiry_of_a_moment)
{
	__u32 i, bad = 0;

	for (i = 0; i < 30000; i++) {
		struct session s = number(i % 10);

		set_ttl(&s, 1);
		set_expires_in(&s, 1);
		bad += ask(&self->nl, DEVSESS_CMD_STORE, NULL, &s) < 0;
	}
	EXPECT_EQ(0, bad);
}

/* As a save has it of a session that was given one by a touch. */
TEST_F(ttl, first_expiry_without_ttl)
{
	struct session s = mortal("restored", 0), got;

	set_expires_in(&s, LONG);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.ttl_ms);
	EXPECT_TRUE(left(&got, LONG));
}

TEST_F(ttl, update_keeps_or_restarts_it)
{
	struct session s = mortal("mortal", 10 * LONG), change = device("mortal"), got;

	set_expires_in(&s, LONG);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	set_owner(&change, 1);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &change));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(10 * LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, LONG));

	set_ttl(&change, 5 * LONG);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &change));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(5 * LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, 5 * LONG));

	set_ttl(&change, 0);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &change));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.ttl_ms);
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
}

static int set_table_ttl(struct nl *nl, __u64 ms)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
	put_u64(&nl->m, DEVSESS_A_TABLE_TTL_MS, ms);
	return nl_call(nl);
}

/* What creates or replaces a session without a ttl gives it the table's. */
TEST_F(ttl, of_the_table)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_INSERT, DEVSESS_CMD_STORE, DEVSESS_CMD_GET_OR_INSERT, DEVSESS_CMD_SWAP,
	};
	struct session s, got;
	char id[] = "stored0";
	int i;

	EXPECT_EQ(0, set_table_ttl(&self->nl, LONG));
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		id[6] = '0' + i;
		s = full(id, 6);
		EXPECT_EQ(0, ask(&self->nl, cmds[i], NULL, &s));
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
		EXPECT_EQ(LONG, got.ttl_ms);
		EXPECT_TRUE(left(&got, LONG));
	}
	s = mortal("immortal", 0);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.ttl_ms);
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
}

/* Those that are there keep theirs, until they are stored anew. */
TEST_F(ttl, of_the_table_changes)
{
	struct session s = full("stored", 6), change = device("stored"), got;

	EXPECT_EQ(0, set_table_ttl(&self->nl, LONG));
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, set_table_ttl(&self->nl, 10 * LONG));
	set_owner(&change, 1);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &change));
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, LONG));
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(10 * LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, 10 * LONG));
	EXPECT_EQ(0, set_table_ttl(&self->nl, 0));
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.ttl_ms);
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
}

/* Counts by looking at each session, which the count of the table does not. */
static __u64 count_each(struct nl *nl)
{
	size_t nest;

	nl_begin(nl, DEVSESS_CMD_COUNT);
	nest = put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
	put_u32(&nl->m, DEVSESS_A_FILTER_MARK, 0);
	put_u32(&nl->m, DEVSESS_A_FILTER_MARK_MASK, 0);
	end_nest(&nl->m, nest);
	return nl_call(nl) ? ~0ULL : answer(nl).count;
}

TEST_F(ttl, expired_is_absent)
{
	struct session s = mortal("mortal", SHORT), stays = full("immortal", 1), got;
	struct snapshot snap = { };

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, insert(&self->nl, NULL, &stays));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(2, count_each(&self->nl));
	pause_ms(SHORT);
	/* At once, whether or not its slot was freed already. */
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(1, count_each(&self->nl));
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, NULL));
	EXPECT_EQ(1, snap.n);
	EXPECT_EQ(-ENOENT, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(-ENOENT, delete(&self->nl, NULL, &s));
	EXPECT_EQ(-ENOENT, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &stays, &got));
	snapshot_free(&snap);
}

TEST_F(ttl, expired_slot_is_freed)
{
	struct session s;
	char id[16];
	int i;

	for (i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "mortal-%d", i);
		s = mortal(id, SHORT);
		EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	}
	s = full("immortal", 1);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	for (i = 0; i < 100 && count(&self->nl, NULL) > 1; i++)
		pause_ms(50);
	EXPECT_EQ(1, count(&self->nl, NULL));
	EXPECT_EQ(50, figure(&self->nl, NULL, DEVSESS_A_STATS_EXPIRED));
	EXPECT_EQ(0, figure(&self->nl, NULL, DEVSESS_A_STATS_DELETES));
}

/* A limit that expired sessions fill does not stay full. */
TEST_F(ttl, expired_makes_room)
{
	struct session s = mortal("mortal", SHORT), next = full("next", 1);
	int i, err;

	EXPECT_EQ(0, make_table(&self->nl, "one", 1, ~0, ~0));
	EXPECT_EQ(0, insert(&self->nl, "one", &s));
	EXPECT_EQ(-ENOSPC, insert(&self->nl, "one", &next));
	err = -ENOSPC;
	for (i = 0; i < 100 && err == -ENOSPC; i++) {
		pause_ms(50);
		err = insert(&self->nl, "one", &next);
	}
	EXPECT_EQ(0, err);
	EXPECT_EQ(1, count(&self->nl, "one"));
}

/* At once, rather than when the worker comes; others stay. */
TEST_F(ttl, expired_makes_room_at_once)
{
	struct nl *nl = &self->nl;
	struct session s, stays = full("stays", 1);
	int round, i;

	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "room");
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 11);
	put_u32(&nl->m, DEVSESS_A_TABLE_POLICY, DEVSESS_POLICY_EVICT_EXPIRED_ONLY);
	ASSERT_EQ(0, nl_call(nl));
	EXPECT_EQ(0, insert(nl, "room", &stays));
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 10; i++) {
			char id[8];

			snprintf(id, sizeof(id), "%d", round * 10 + i);
			s = mortal(id, SHORT);
			ASSERT_EQ(0, insert(nl, "room", &s));
		}
		pause_ms(SHORT);
	}
	for (i = 0; i < 10; i++) {
		s = number(i);
		ASSERT_EQ(0, insert(nl, "room", &s));
	}
	s = number(i);
	EXPECT_EQ(-ENOSPC, insert(nl, "room", &s));
	EXPECT_EQ(11, count(nl, "room"));
	EXPECT_EQ(0, get(nl, "room", &stays, &s));
}

TEST_F(ttl, expired_is_created_anew)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_INSERT, DEVSESS_CMD_STORE, DEVSESS_CMD_GET_OR_INSERT, DEVSESS_CMD_SWAP,
	};
	struct session s = mortal("mortal", SHORT), heir = full("mortal", 2), old, got;
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		EXPECT_EQ(0, insert(&self->nl, NULL, &s));
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &old));
		pause_ms(SHORT);
		EXPECT_EQ(0, ask(&self->nl, cmds[i], NULL, &heir));
		EXPECT_EQ(0, answer(&self->nl).loaded);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
		EXPECT_TRUE(same(&heir, &got));
		EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
		EXPECT_GT(got.version, old.version);
		EXPECT_GE(got.created, old.created + SHORT - 2);
		EXPECT_EQ(0, delete(&self->nl, NULL, &s));
	}
}

TEST_F(ttl, touch)
{
	struct session s = mortal("touched", 10 * LONG), old, got;

	set_expires_in(&s, LONG);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &old));
	pause_ms(50);
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	got = answer(&self->nl);
	EXPECT_EQ(HAS(EXPIRES_IN_MS) | HAS(LOADED), got.has);
	EXPECT_EQ(0, got.loaded);
	EXPECT_TRUE(left(&got, 10 * LONG));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(left(&got, 10 * LONG));
	EXPECT_TRUE(same(&old, &got));
	EXPECT_GE(got.last_seen, old.last_seen + 48);
	EXPECT_LE(got.created - old.created + 2, 4);
	EXPECT_EQ(old.version, got.version);
}

TEST_F(ttl, touch_keeps_a_session_alive)
{
	struct session s = mortal("heartbeat", 4 * SHORT), silent = mortal("silent", 4 * SHORT);
	struct session got;
	double begin = now(), beat = begin;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, insert(&self->nl, NULL, &silent));
	while (now() < begin + 8 * SHORT / 1000.0) {
		pause_ms(SHORT / 2);
		/* A machine that stalls for so long says nothing about the module. */
		if (now() - beat > 3 * SHORT / 1000.0)
			SKIP(return, "this machine is too busy to keep time");
		beat = now();
		EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	}
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &silent, &got));
}

TEST_F(ttl, touch_with_another_ttl)
{
	struct session s = mortal("touched", LONG), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 10 * LONG, 0));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(LONG, got.ttl_ms);
	EXPECT_TRUE(left(&got, 10 * LONG));
	/* It can be brought forward too. */
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, SHORT, 0));
	pause_ms(SHORT);
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
}

TEST_F(ttl, touch_of_an_immortal)
{
	struct session s = full("immortal", 3), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(HAS(LOADED), answer(&self->nl).has);
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, LONG, 0));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.ttl_ms);
	EXPECT_TRUE(left(&got, LONG));
	/* Its own ttl is for ever. */
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
}

TEST_F(ttl, touch_only_later)
{
	const __u32 only_later = DEVSESS_TOUCH_FLAG_ONLY_LATER;
	struct session s = mortal("touched", 5 * LONG), old, got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &old));
	pause_ms(50);
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, LONG, only_later));
	got = answer(&self->nl);
	EXPECT_EQ(1, got.loaded);
	EXPECT_TRUE(left(&got, 5 * LONG));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(left(&got, 5 * LONG));
	/* The heartbeat counts all the same. */
	EXPECT_GE(got.last_seen, old.last_seen + 48);

	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 10 * LONG, only_later));
	EXPECT_EQ(0, answer(&self->nl).loaded);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(left(&got, 10 * LONG));
}

TEST_F(ttl, touch_only_later_of_an_immortal)
{
	struct session s = full("immortal", 3), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, LONG, DEVSESS_TOUCH_FLAG_ONLY_LATER));
	EXPECT_EQ(1, answer(&self->nl).loaded);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
}

TEST_F(ttl, touch_of_no_session)
{
	struct session s = device("absent"), got;

	EXPECT_EQ(-ENOENT, touch(&self->nl, NULL, &s, LONG, 0));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
}

TEST_HARNESS_MAIN
