// SPDX-License-Identifier: GPL-2.0
/* Requests on one session, with good input: what they do, by content. */
#include <errno.h>
#include <time.h>
#include <sys/socket.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

/* A table with the longest keys and most data. */
#define WIDE	"wide"

FIXTURE(session)
{
	struct nl nl;
};

FIXTURE_SETUP(session)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, WIDE, 1000, 64, 64));
}

FIXTURE_TEARDOWN(session)
{
	nl_close(&self->nl);
}

/* Everything that a session can have, times aside. */
static struct session everything(const char *id, __u32 seed)
{
	struct session s = full(id, seed);
	__u8 data[DEVSESS_DATA_MAX];
	int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = seed + i * 7;
	set_data(&s, data, seed % (DEVSESS_DATA_MAX + 1));
	set_ttl(&s, 3600000 + seed);
	return s;
}

/* By the coarse clock, which is that of the module. */
static __u64 epoch_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

TEST_F(session, insert)
{
	struct session s, got;
	__u32 seed;

	for (seed = 1; seed < 70; seed++) {
		s = everything("gateway", seed);
		s.device_len = 1 + seed % 64;
		s.device[s.device_len - 1] = seed;
		EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
		got = answer(&self->nl);
		EXPECT_EQ(HAS(VERSION) | HAS(LOADED), got.has);
		EXPECT_EQ(0, got.loaded);
		EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
		EXPECT_TRUE(same(&s, &got));
		EXPECT_EQ(1, got.loaded);
	}
	EXPECT_EQ(69, count(&self->nl, WIDE));
	EXPECT_EQ(0, count(&self->nl, NULL));
}

TEST_F(session, insert_with_device_only)
{
	const __u32 has = HAS(DEVICE) | HAS(SESSION) | HAS(OWNER) | HAS(MARK) | HAS(STATE) |
			  HAS(FLAGS) | HAS(TTL_MS) | HAS(IDLE_MS) | HAS(CREATED) |
			  HAS(LAST_SEEN) | HAS(VERSION) | HAS(LOADED) | HAS(WEIGHT);
	struct session s = device("bare"), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(same(&s, &got));
	EXPECT_EQ(has, got.has);
	EXPECT_EQ(DEVSESS_STATE_NEW, got.state);
	EXPECT_EQ(1, got.weight);
}

TEST_F(session, insert_sets_times)
{
	struct session s = device("clock"), got;
	__u64 before = epoch_ms(), after;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	after = epoch_ms();
	pause_ms(50);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_GE(got.created + 2, before);
	EXPECT_LE(got.created, after + 2);
	EXPECT_LE(got.created - got.last_seen + 1, 2);
	EXPECT_GE(got.idle_ms, 50);
	EXPECT_LE(got.idle_ms, epoch_ms() - before + 2);
}

TEST_F(session, insert_twice)
{
	struct session s = everything("twice", 5), other = everything("twice", 6), got;

	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(-EEXIST, insert(&self->nl, WIDE, &other));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
	EXPECT_TRUE(same(&s, &got));
	EXPECT_EQ(1, count(&self->nl, WIDE));
}

TEST_F(session, devices_differ_by_length_and_content)
{
	static const struct {
		const char *id;
		size_t len;
	} ids[] = {
		{ "a", 1 }, { "a\0", 2 }, { "a\0\0\0\0\0\0\0", 8 }, { "a\0\0\0\0\0\0\0\0", 9 },
		{ "\0", 1 }, { "\0\0", 2 }, { "b", 1 }, { "ab", 2 }, { "ba", 2 },
		{ "\xff\xfe\n\"", 4 },
	};
	struct session s, got;
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		s = device_bytes(ids[i].id, ids[i].len);
		set_owner(&s, i);
		EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	}
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		s = device_bytes(ids[i].id, ids[i].len);
		set_owner(&s, i);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
		EXPECT_TRUE(same(&s, &got));
	}
	s = device_bytes("a\0\0", 3);
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
}

TEST_F(session, tables_are_apart)
{
	struct session a = full("device", 1), b = full("device", 2), got;

	EXPECT_EQ(0, insert(&self->nl, NULL, &a));
	EXPECT_EQ(0, insert(&self->nl, WIDE, &b));
	EXPECT_EQ(0, get(&self->nl, "default", &a, &got));
	EXPECT_TRUE(same(&a, &got));
	EXPECT_EQ(0, delete(&self->nl, NULL, &a));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &a, &got));
	EXPECT_EQ(0, get(&self->nl, WIDE, &b, &got));
	EXPECT_TRUE(same(&b, &got));
}

TEST_F(session, store)
{
	struct session s = everything("stored", 9), bare = device("stored"), got, old;

	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, WIDE, &s));
	EXPECT_EQ(0, answer(&self->nl).loaded);
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	EXPECT_TRUE(same(&s, &old));
	pause_ms(20);

	/* What the second request does not give is not kept. */
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, WIDE, &bare));
	EXPECT_EQ(1, answer(&self->nl).loaded);
	EXPECT_GT(answer(&self->nl).version, old.version);
	EXPECT_EQ(0, get(&self->nl, WIDE, &bare, &got));
	EXPECT_TRUE(same(&bare, &got));
	EXPECT_EQ(0, got.has & HAS(EXPIRES_IN_MS));
	EXPECT_GE(got.created, old.created + 18);
	EXPECT_EQ(1, count(&self->nl, WIDE));
}

TEST_F(session, update_changes_given_fields_only)
{
	struct session s = everything("updated", 10), old, got, want, change;
	int i;

	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	for (i = 0; i < 9; i++) {
		change = device("updated");
		if (i == 0)
			set_session(&change, 1);
		else if (i == 1)
			set_addr(&change, "192.0.2.1", 5683);
		else if (i == 2)
			set_addr(&change, "2001:db8::1", 0);
		else if (i == 3)
			set_owner(&change, 2);
		else if (i == 4)
			set_mark(&change, 3);
		else if (i == 5)
			set_state(&change, DEVSESS_STATE_ACTIVE);
		else if (i == 6)
			set_flags(&change, DEVSESS_FLAG_PINNED);
		else if (i == 7)
			set_ttl(&change, 7200000);
		else
			set_data(&change, "new", 3);
		want = merged(&old, &change);
		EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, WIDE, &change));
		EXPECT_EQ(1, answer(&self->nl).loaded);
		EXPECT_GT(answer(&self->nl).version, old.version);
		EXPECT_EQ(0, get(&self->nl, WIDE, &change, &got));
		EXPECT_TRUE(same(&want, &got));
		EXPECT_LE(got.created - old.created + 2, 4);
		EXPECT_LE(got.last_seen - old.last_seen + 2, 4);
		EXPECT_GT(got.version, old.version);
		old = got;
	}
	/* Fields that are given as zero are not the same as fields not given. */
	change = device("updated");
	set_owner(&change, 0);
	set_data(&change, "", 0);
	set_ttl(&change, 0);
	want = merged(&old, &change);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, WIDE, &change));
	EXPECT_EQ(0, get(&self->nl, WIDE, &change, &got));
	EXPECT_TRUE(same(&want, &got));
	EXPECT_EQ(0, got.has & (HAS(EXPIRES_IN_MS) | HAS(DATA)));
}

TEST_F(session, update_of_no_session)
{
	struct session s = full("absent", 1), got;

	EXPECT_EQ(-ENOENT, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &s));
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, count(&self->nl, NULL));
}

TEST_F(session, get_or_insert)
{
	struct session s = everything("either", 3), other = everything("either", 4), got, old;

	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_GET_OR_INSERT, WIDE, &s));
	got = answer(&self->nl);
	EXPECT_EQ(0, got.loaded);
	EXPECT_TRUE(same(&s, &got));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	EXPECT_TRUE(unchanged(&got, &old));

	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_GET_OR_INSERT, WIDE, &other));
	got = answer(&self->nl);
	EXPECT_EQ(1, got.loaded);
	EXPECT_TRUE(unchanged(&old, &got));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
	EXPECT_TRUE(unchanged(&old, &got));
}

TEST_F(session, swap)
{
	struct session s = everything("swapped", 3), other = everything("swapped", 4), got, old;

	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_SWAP, WIDE, &s));
	got = answer(&self->nl);
	EXPECT_EQ(HAS(LOADED), got.has);
	EXPECT_EQ(0, got.loaded);
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	EXPECT_TRUE(same(&s, &old));

	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_SWAP, WIDE, &other));
	got = answer(&self->nl);
	EXPECT_EQ(1, got.loaded);
	EXPECT_TRUE(unchanged(&old, &got));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
	EXPECT_TRUE(same(&other, &got));
	EXPECT_GT(got.version, old.version);
}

TEST_F(session, delete)
{
	struct session s = everything("gone", 8), other = everything("stays", 9), got;

	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(0, insert(&self->nl, WIDE, &other));
	EXPECT_EQ(0, delete(&self->nl, WIDE, &s));
	EXPECT_EQ(0, self->nl.replies);
	EXPECT_EQ(-ENOENT, get(&self->nl, WIDE, &s, &got));
	EXPECT_EQ(-ENOENT, delete(&self->nl, WIDE, &s));
	EXPECT_EQ(0, get(&self->nl, WIDE, &other, &got));
	EXPECT_TRUE(same(&other, &got));
	EXPECT_EQ(1, count(&self->nl, WIDE));
}

TEST_F(session, get_and_delete)
{
	struct session s = everything("taken", 8), key = device("taken"), got, old;

	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_GET_AND_DELETE, WIDE, &key));
	got = answer(&self->nl);
	EXPECT_EQ(1, got.loaded);
	EXPECT_TRUE(unchanged(&old, &got));
	EXPECT_EQ(-ENOENT, get(&self->nl, WIDE, &s, &got));
	EXPECT_EQ(-ENOENT, ask(&self->nl, DEVSESS_CMD_GET_AND_DELETE, WIDE, &key));
	EXPECT_EQ(0, count(&self->nl, WIDE));
}

TEST_F(session, compare_and_swap)
{
	struct session s = everything("compared", 8), change = device("compared"), got, old, want;

	set_owner(&change, 99);
	set_version(&change, 1);
	EXPECT_EQ(-ENOENT, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_SWAP, WIDE, &change));

	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	for (change.version = old.version - 1; change.version != old.version + 3;
	     change.version += 2) {
		EXPECT_EQ(-ESTALE, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_SWAP, WIDE, &change));
		EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
		EXPECT_TRUE(unchanged(&old, &got));
	}
	change.version = old.version;
	want = merged(&old, &change);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_SWAP, WIDE, &change));
	EXPECT_GT(answer(&self->nl).version, old.version);
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
	EXPECT_TRUE(same(&want, &got));
	/* The version was good once only. */
	EXPECT_EQ(-ESTALE, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_SWAP, WIDE, &change));
}

TEST_F(session, compare_and_delete)
{
	struct session s = everything("compared", 8), key = device("compared"), got, old;

	set_version(&key, 1);
	EXPECT_EQ(-ENOENT, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_DELETE, WIDE, &key));
	EXPECT_EQ(0, insert(&self->nl, WIDE, &s));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &old));
	set_version(&key, old.version + 1);
	EXPECT_EQ(-ESTALE, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_DELETE, WIDE, &key));
	EXPECT_EQ(0, get(&self->nl, WIDE, &s, &got));
	EXPECT_TRUE(unchanged(&old, &got));
	set_version(&key, old.version);
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_DELETE, WIDE, &key));
	EXPECT_EQ(-ENOENT, get(&self->nl, WIDE, &s, &got));
}

/* The version of a session right after a request that wrote it. */
static __u64 version_after(struct nl *nl, __u8 cmd, const struct session *s)
{
	struct session got;

	if (ask(nl, cmd, NULL, s) || get(nl, NULL, s, &got))
		return 0;
	return got.version;
}

TEST_F(session, version_rises)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_STORE, DEVSESS_CMD_UPDATE, DEVSESS_CMD_SWAP, DEVSESS_CMD_TOUCH,
	};
	struct session s = full("rising", 1), key = device("rising");
	__u64 last = version_after(&self->nl, DEVSESS_CMD_INSERT, &s), version;
	int i;

	EXPECT_GT(last, 0);
	for (i = 0; i < 40; i++) {
		__u8 cmd = cmds[i % ARRAY_SIZE(cmds)];

		version = version_after(&self->nl, cmd, cmd == DEVSESS_CMD_TOUCH ? &key : &s);
		/* A heartbeat is no change. */
		EXPECT_GE(version, last);
		EXPECT_EQ(cmd == DEVSESS_CMD_TOUCH, version == last);
		last = version;
	}
}

TEST_F(session, version_is_never_used_again)
{
	struct session s = full("again", 1), stale = device("again");
	__u64 last = 0, version;
	int i;

	for (i = 0; i < 200; i++) {
		version = version_after(&self->nl, DEVSESS_CMD_INSERT, &s);
		EXPECT_GT(version, last);
		set_version(&stale, last);
		EXPECT_EQ(-ESTALE, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_DELETE, NULL, &stale));
		last = version;
		EXPECT_EQ(0, delete(&self->nl, NULL, &s));
	}
}

/* While shards split and merge around it. */
TEST_F(session, version_is_never_used_again_in_another_shard)
{
	struct session s[20];
	__u64 last[20] = { }, version;
	int round, i;

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		char id[16];

		snprintf(id, sizeof(id), "again-%d", i);
		s[i] = full(id, i);
	}
	for (round = 0; round < 3; round++) {
		ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 30000));
		for (i = 0; i < ARRAY_SIZE(s); i++) {
			version = version_after(&self->nl, DEVSESS_CMD_INSERT, &s[i]);
			EXPECT_GT(version, last[i]);
			last[i] = version;
			EXPECT_EQ(0, delete(&self->nl, NULL, &s[i]));
		}
		ASSERT_EQ(0, delete_many(&self->nl, NULL, 0, 30000));
		for (i = 0; i < 100 && figure(&self->nl, NULL, DEVSESS_A_STATS_SHARDS) > 16; i++)
			pause_ms(50);
		for (i = 0; i < ARRAY_SIZE(s); i++) {
			version = version_after(&self->nl, DEVSESS_CMD_INSERT, &s[i]);
			EXPECT_GT(version, last[i]);
			last[i] = version;
			EXPECT_EQ(0, delete(&self->nl, NULL, &s[i]));
		}
	}
	EXPECT_GT(figure(&self->nl, NULL, DEVSESS_A_STATS_SPLITS), 0);
	EXPECT_GT(figure(&self->nl, NULL, DEVSESS_A_STATS_MERGES), 0);
}

/* Sends a request and leaves its reply where it is. */
static int send_insert(struct nl *nl, __u32 n)
{
	struct session s = number(n);

	nl_begin(nl, DEVSESS_CMD_INSERT);
	put_session(&nl->m, &s);
	msg_header(&nl->m)->nlmsg_len = nl->m.len;
	return nl_send(nl, nl->m.buf, nl->m.len);
}

/* A request is done when it is sent, whatever becomes of the socket. */
TEST_F(session, done_though_the_socket_is_closed)
{
	struct session s, got;
	struct nl nl;
	__u32 i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, nl_open(&nl));
		EXPECT_EQ(0, send_insert(&nl, i));
		nl_close(&nl);
		s = number(i);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	}
	EXPECT_EQ(100, count(&self->nl, NULL));
}

/* And whatever becomes of the reply. */
TEST_F(session, done_though_replies_are_lost)
{
	struct nl nl;
	int size = 4096;
	char byte;
	__u32 i;

	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, setsockopt(nl.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 3000; i++)
		EXPECT_EQ(0, send_insert(&nl, i));
	EXPECT_EQ(3000, count(&self->nl, NULL));
	EXPECT_EQ(-1, recv(nl.fd, &byte, 1, MSG_DONTWAIT));
	EXPECT_EQ(ENOBUFS, errno);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
