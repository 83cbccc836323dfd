// SPDX-License-Identifier: GPL-2.0
/* Batches in which each item stands for itself. */
#include <errno.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

FIXTURE(batch)
{
	struct nl nl;
	struct batch b;
};

FIXTURE_SETUP(batch)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(batch)
{
	batch_free(&self->b);
	nl_close(&self->nl);
}

TEST_F(batch, one_item)
{
	struct session s = full("one", 1), got;
	struct batch *b = &self->b;

	batch_begin(b, &self->nl, NULL, false);
	batch_add(b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(1, b->done);
	EXPECT_EQ(1, b->results);
	EXPECT_EQ(0, b->result[0]);
	EXPECT_EQ(0, b->failures);
	EXPECT_EQ(0, b->founds);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(same(&s, &got));
}

/* It is no refusal that its socket has no room for the reply. */
TEST_F(batch, reply_without_room)
{
	static const int options[] = { NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK };
	const struct nlmsghdr noop = {
		.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = NLMSG_NOOP,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	struct batch *b = &self->b;
	int on = 1, size = 8192;
	__u32 i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_NETLINK, options[i], &on, sizeof(on)));
	ASSERT_EQ(0, setsockopt(self->nl.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	/* What is unread takes some of the room: alone a message may be of any size. */
	ASSERT_EQ(0, nl_send(&self->nl, &noop, sizeof(noop)));
	batch_begin(b, &self->nl, NULL, false);
	for (i = 0; i < 10000; i++) {
		struct session s = number(i);

		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, nl_call(&self->nl));
	EXPECT_EQ(0, self->nl.replies);
	EXPECT_EQ(10000, count(&self->nl, NULL));
}

TEST_F(batch, every_operation)
{
	struct session s[7], change = device("u"), key, got;
	struct batch *b = &self->b;
	__u64 version;
	int i;

	ASSERT_EQ(0, make_table(&self->nl, "t", 100, 64, 64));
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		char id[2] = { "isudtgv"[i] };

		s[i] = full(id, 10 + i);
		set_ttl(&s[i], 600000);
		set_data(&s[i], id, 1);
		EXPECT_EQ(0, i ? insert(&self->nl, "t", &s[i]) : 0);
	}
	EXPECT_EQ(0, get(&self->nl, "t", &s[6], &got));
	version = got.version;

	batch_begin(b, &self->nl, "t", false);
	batch_add(b, DEVSESS_OP_INSERT, &s[0]);
	fill(&s[1], 99);
	batch_add(b, DEVSESS_OP_STORE, &s[1]);
	set_owner(&change, 4711);
	batch_add(b, DEVSESS_OP_UPDATE, &change);
	key = device("d");
	batch_add(b, DEVSESS_OP_DELETE, &key);
	key = device("t");
	set_ttl(&key, 1200000);
	batch_add(b, DEVSESS_OP_TOUCH, &key);
	key = device("g");
	batch_add(b, DEVSESS_OP_GET, &key);
	key = device("v");
	set_version(&key, version);
	batch_add(b, DEVSESS_OP_DELETE, &key);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(7, b->done);
	for (i = 0; i < ARRAY_SIZE(s); i++)
		EXPECT_EQ(0, b->result[i]);

	ASSERT_EQ(1, b->founds);
	EXPECT_EQ(5, b->found[0].index);
	EXPECT_TRUE(same(&s[5], &b->found[0].s));
	EXPECT_EQ(0, get(&self->nl, "t", &s[0], &got));
	EXPECT_TRUE(same(&s[0], &got));
	EXPECT_EQ(0, get(&self->nl, "t", &s[1], &got));
	EXPECT_TRUE(same(&s[1], &got));
	s[2] = merged(&s[2], &change);
	EXPECT_EQ(0, get(&self->nl, "t", &s[2], &got));
	EXPECT_TRUE(same(&s[2], &got));
	EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s[3], &got));
	EXPECT_EQ(0, get(&self->nl, "t", &s[4], &got));
	EXPECT_TRUE(same(&s[4], &got));
	EXPECT_GT(got.expires_in_ms, 600000);
	EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s[6], &got));
}

/* A later item sees what an earlier one did. */
TEST_F(batch, items_are_worked_in_their_order)
{
	struct session s = full("x", 1), other = full("x", 2), key = device("x");
	struct batch *b = &self->b;

	batch_begin(b, &self->nl, NULL, false);
	batch_add(b, DEVSESS_OP_GET, &key);
	batch_add(b, DEVSESS_OP_INSERT, &s);
	batch_add(b, DEVSESS_OP_GET, &key);
	batch_add(b, DEVSESS_OP_INSERT, &other);
	batch_add(b, DEVSESS_OP_STORE, &other);
	batch_add(b, DEVSESS_OP_GET, &key);
	batch_add(b, DEVSESS_OP_DELETE, &key);
	batch_add(b, DEVSESS_OP_TOUCH, &key);
	batch_add(b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(6, b->done);
	EXPECT_EQ(-ENOENT, b->result[0]);
	EXPECT_EQ(-EEXIST, b->result[3]);
	EXPECT_EQ(-ENOENT, b->result[7]);
	EXPECT_EQ(0, b->result[8]);
	ASSERT_EQ(2, b->founds);
	EXPECT_EQ(2, b->found[0].index);
	EXPECT_TRUE(same(&s, &b->found[0].s));
	EXPECT_EQ(5, b->found[1].index);
	EXPECT_TRUE(same(&other, &b->found[1].s));
	EXPECT_EQ(3, b->failures);
}

/* Makes an insert bad in one of eight ways. Returns what it is to end with. */
static int spoil(struct session *s, __u32 *op, int how, const struct session *there)
{
	switch (how) {
	case 1:
		s->device_len = 0;
		break;
	case 3:
		s->device_len = 33;
		break;
	case 5:
		s->has &= ~HAS(DEVICE);
		break;
	case 7:
		s->addr_len = 5;
		break;
	case 9:
		set_data(s, "x", 1);
		break;
	case 11:
		set_version(s, 1);
		break;
	case 13:
		*s = *there;
		return -EEXIST;
	default:
		*op = DEVSESS_OP_UPDATE;
		return -ENOENT;
	}
	return -EINVAL;
}

TEST_F(batch, half_bad)
{
	struct session s, there = full("there", 1), got;
	struct batch *b = &self->b;
	int want[400], i, done = 0;

	EXPECT_EQ(0, insert(&self->nl, NULL, &there));
	batch_begin(b, &self->nl, NULL, false);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		__u32 op = DEVSESS_OP_INSERT;

		s = number(i);
		fill(&s, i);
		want[i] = i % 2 ? spoil(&s, &op, i % 16, &there) : 0;
		batch_add(b, op, &s);
		done += !want[i];
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(done, b->done);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_EQ(want[i], b->result[i]);
	EXPECT_EQ(200, b->failures);
	EXPECT_STREQ("device is empty", batch_why(b, 1));
	EXPECT_STREQ("device is longer than the table's key_max", batch_why(b, 3));
	EXPECT_STREQ("device is missing", batch_why(b, 5));
	EXPECT_STREQ("the address has not the size of its family", batch_why(b, 7));
	EXPECT_STREQ("data is longer than the table's data_max", batch_why(b, 9));
	EXPECT_STREQ("only update and delete take a version", batch_why(b, 11));
	EXPECT_STREQ("the device has a session already", batch_why(b, 13));
	EXPECT_STREQ("the device has no session", batch_why(b, 15));
	EXPECT_STREQ("", batch_why(b, 0));
	EXPECT_STREQ("", batch_why(b, 2));
	EXPECT_EQ(DEVSESS_A_SESSION_DEVICE, batch_blamed(b, 1));
	EXPECT_EQ(DEVSESS_A_SESSION_DEVICE, batch_blamed(b, 5));
	EXPECT_EQ(DEVSESS_A_SESSION_ADDR, batch_blamed(b, 7));
	EXPECT_EQ(DEVSESS_A_SESSION_VERSION, batch_blamed(b, 11));
	EXPECT_EQ(0, batch_blamed(b, 13));

	/* The good ones are there, and only those. */
	EXPECT_EQ(1 + done, count(&self->nl, NULL));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		if (want[i])
			continue;
		s = number(i);
		fill(&s, i);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
		EXPECT_TRUE(same(&s, &got));
	}
	EXPECT_EQ(0, get(&self->nl, NULL, &there, &got));
	EXPECT_TRUE(same(&there, &got));
}

TEST_F(batch, versions)
{
	struct session s = full("x", 1), change = device("x"), got;
	struct batch *b = &self->b;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	set_owner(&change, 5);
	set_version(&change, answer(&self->nl).version);
	batch_begin(b, &self->nl, NULL, false);
	batch_add(b, DEVSESS_OP_UPDATE, &change);
	batch_add(b, DEVSESS_OP_UPDATE, &change);
	change = device("x");
	set_version(&change, 1000000);
	batch_add(b, DEVSESS_OP_DELETE, &change);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(1, b->done);
	EXPECT_EQ(0, b->result[0]);
	EXPECT_EQ(-ESTALE, b->result[1]);
	EXPECT_EQ(-ESTALE, b->result[2]);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(5, got.owner);
}

TEST_F(batch, full_table)
{
	struct batch *b = &self->b;
	struct session s;
	int i;

	EXPECT_EQ(0, make_table(&self->nl, "limit", 50, ~0, ~0));
	batch_begin(b, &self->nl, "limit", false);
	for (i = 0; i < 100; i++) {
		s = number(i);
		batch_add(b, i % 2 ? DEVSESS_OP_INSERT : DEVSESS_OP_STORE, &s);
	}
	/* At the limit one can go and another come. */
	s = number(7);
	batch_add(b, DEVSESS_OP_DELETE, &s);
	s = number(1000);
	batch_add(b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(52, b->done);
	for (i = 0; i < 102; i++)
		EXPECT_EQ(i < 50 || i >= 100 ? 0 : -ENOSPC, b->result[i]);
	EXPECT_STREQ("the table is full: it holds max_sessions", batch_why(b, 50));
	EXPECT_EQ(50, count(&self->nl, "limit"));
}

TEST_F(batch, empty)
{
	batch_begin(&self->b, &self->nl, NULL, false);
	EXPECT_EQ(-EINVAL, batch_run(&self->b));
	EXPECT_EQ(DEVSESS_A_BATCH_ITEM, self->nl.miss_type);
	EXPECT_STRNE("", self->nl.sentence);
}

TEST_F(batch, of_an_unknown_table)
{
	struct session s = device("x");

	batch_begin(&self->b, &self->nl, "absent", false);
	batch_add(&self->b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(-ENOENT, batch_run(&self->b));
	EXPECT_EQ(NLMSG_HDRLEN + GENL_HDRLEN, self->nl.offset);
	EXPECT_STRNE("", self->nl.sentence);
}

TEST_F(batch, largest)
{
	struct batch *b = &self->b;
	struct session s, got;
	__u32 i, bad = 0;

	batch_begin(b, &self->nl, NULL, false);
	for (i = 0; i < DEVSESS_BATCH_MAX; i++) {
		s = number(i - i % 3 % 2);
		set_owner(&s, i);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(DEVSESS_BATCH_MAX, b->results);
	EXPECT_GT(b->chunks, 1);
	/* Each third is the device of the one before it. */
	for (i = 0; i < DEVSESS_BATCH_MAX; i++)
		bad += b->result[i] != (i % 3 == 1 ? -EEXIST : 0);
	EXPECT_EQ(0, bad);
	EXPECT_EQ(DEVSESS_BATCH_MAX - DEVSESS_BATCH_MAX / 3, b->done);
	EXPECT_EQ(b->done, count(&self->nl, NULL));
	/* As many sentences as fit, of the first failures. */
	EXPECT_GT(b->failures, 100);
	for (i = 0; i < b->failures; i++)
		EXPECT_EQ(i * 3 + 1, b->failure[i].index);
	for (i = 0; i < DEVSESS_BATCH_MAX; i += 4099) {
		s = number(i - i % 3 % 2);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
		EXPECT_EQ(i - i % 3 % 2, got.owner);
	}
}

TEST_F(batch, too_large)
{
	struct session s;
	size_t last = 0;
	__u32 i;

	batch_begin(&self->b, &self->nl, NULL, false);
	for (i = 0; i <= DEVSESS_BATCH_MAX; i++) {
		s = number(i);
		last = batch_add(&self->b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(-E2BIG, batch_run(&self->b));
	EXPECT_EQ(last, self->nl.offset);
	EXPECT_STRNE("", self->nl.sentence);
	EXPECT_EQ(0, count(&self->nl, NULL));
}

TEST_F(batch, most_gets)
{
	struct batch *b = &self->b;
	struct session s, data;
	__u8 bytes[64];
	__u32 i;

	/* Nothing in a reply is longer than these. */
	ASSERT_EQ(0, make_table(&self->nl, "wide", 1000, 64, 64));
	memset(bytes, 0xab, sizeof(bytes));
	batch_begin(b, &self->nl, "wide", false);
	for (i = 0; i < DEVSESS_BATCH_GET_MAX; i++) {
		s = number(i);
		s.device_len = 64;
		fill(&s, i * 2);
		set_data(&s, bytes, 64);
		set_ttl(&s, DEVSESS_TTL_MAX);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(DEVSESS_BATCH_GET_MAX, b->done);

	batch_begin(b, &self->nl, "wide", false);
	for (i = 0; i < DEVSESS_BATCH_GET_MAX; i++) {
		s = number(i);
		s.device_len = 64;
		batch_add(b, DEVSESS_OP_GET, &s);
		/* Failures do not take the room of what is found. */
		s = device("absent");
		batch_add(b, DEVSESS_OP_DELETE, &s);
		batch_add(b, DEVSESS_OP_DELETE, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(DEVSESS_BATCH_GET_MAX, b->done);
	ASSERT_EQ(DEVSESS_BATCH_GET_MAX, b->founds);
	for (i = 0; i < DEVSESS_BATCH_GET_MAX; i++) {
		data = number(i);
		data.device_len = 64;
		fill(&data, i * 2);
		set_data(&data, bytes, 64);
		set_ttl(&data, DEVSESS_TTL_MAX);
		EXPECT_EQ(i * 3, b->found[i].index);
		EXPECT_TRUE(same(&data, &b->found[i].s));
	}
}

TEST_F(batch, too_many_gets)
{
	struct session s = device("x"), key = device("x");
	size_t last = 0;
	int i;

	batch_begin(&self->b, &self->nl, NULL, false);
	batch_add(&self->b, DEVSESS_OP_INSERT, &s);
	for (i = 0; i <= DEVSESS_BATCH_GET_MAX; i++)
		last = batch_add(&self->b, DEVSESS_OP_GET, &key);
	EXPECT_EQ(-E2BIG, batch_run(&self->b));
	EXPECT_EQ(last, self->nl.offset);
	EXPECT_STRNE("", self->nl.sentence);
	EXPECT_EQ(0, count(&self->nl, NULL));
}

/* Items that break a rule of the policy are bad items like others. */
TEST_F(batch, malformed_item)
{
	static const __u32 blamed[] = {
		DEVSESS_A_SESSION_STATE, DEVSESS_A_SESSION_FLAGS, DEVSESS_A_SESSION_TTL_MS,
		DEVSESS_A_SESSION_OWNER, DEVSESS_A_SESSION_OP, DEVSESS_A_SESSION_COUNT,
	};
	struct session good = full("good", 1), bad = full("bad", 2), got;
	struct batch *b = &self->b;
	struct msg *m = &self->nl.m;
	size_t item;
	int i, round;

	bad.has &= ~(HAS(STATE) | HAS(FLAGS) | HAS(TTL_MS) | HAS(OWNER));
	for (round = 0; round < 2; round++) {
		batch_begin(b, &self->nl, NULL, round);
		for (i = 0; i < ARRAY_SIZE(blamed); i++) {
			item = put_nest(m, DEVSESS_A_BATCH_ITEM);
			put_session(m, &bad);
			if (blamed[i] != DEVSESS_A_SESSION_OP)
				put_u32(m, DEVSESS_A_SESSION_OP, DEVSESS_OP_INSERT);
			if (blamed[i] == DEVSESS_A_SESSION_TTL_MS)
				put_u64(m, blamed[i], DEVSESS_TTL_MAX + 1);
			else if (blamed[i] == DEVSESS_A_SESSION_OWNER)
				put_u16(m, blamed[i], 1);
			else
				put_u32(m, blamed[i], 6);
			end_nest(m, item);
			b->n++;
		}
		batch_add(b, DEVSESS_OP_INSERT, &good);
		EXPECT_EQ(0, batch_run(b));
		EXPECT_EQ(!round, b->done);
		for (i = 0; i < ARRAY_SIZE(blamed); i++) {
			if (round && i) {
				EXPECT_EQ(-ECANCELED, b->result[i]);
				continue;
			}
			EXPECT_TRUE(b->result[i] == -EINVAL || b->result[i] == -ERANGE);
			EXPECT_EQ(blamed[i], batch_blamed(b, i));
			EXPECT_STRNE("", batch_why(b, i));
		}
		EXPECT_EQ(round ? -ECANCELED : 0, b->result[i]);
		EXPECT_EQ(1, count(&self->nl, NULL));
	}
	EXPECT_EQ(0, get(&self->nl, NULL, &good, &got));
	EXPECT_TRUE(same(&good, &got));
}

/* What an item says that its operation does not look at is refused, not ignored. */
TEST_F(batch, items_with_what_they_do_not_take)
{
	static const __u32 takes_no_version[] = {
		DEVSESS_OP_INSERT, DEVSESS_OP_STORE, DEVSESS_OP_TOUCH, DEVSESS_OP_GET,
	};
	static const __u32 takes_no_fields[] = {
		DEVSESS_OP_DELETE, DEVSESS_OP_TOUCH, DEVSESS_OP_GET,
	};
	struct session s = full("there", 1), item, got, old;
	struct batch *b = &self->b;
	size_t nest;
	int i;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &old));
	batch_begin(b, &self->nl, NULL, false);
	for (i = 0; i < ARRAY_SIZE(takes_no_version); i++) {
		item = device("there");
		set_version(&item, old.version);
		batch_add(b, takes_no_version[i], &item);
	}
	for (i = 0; i < ARRAY_SIZE(takes_no_fields); i++) {
		item = device("there");
		set_owner(&item, 0);
		batch_add(b, takes_no_fields[i], &item);
		item = device("there");
		set_ttl(&item, 1000);
		set_expires_in(&item, 500);
		batch_add(b, takes_no_fields[i], &item);
	}
	item = device("there");
	item.has |= HAS(TOUCH_FLAGS);
	batch_add(b, DEVSESS_OP_STORE, &item);
	/* Twice the same attribute, and no operation. */
	item = device("there");
	nest = batch_add(b, DEVSESS_OP_DELETE, &item);
	put(&self->nl.m, DEVSESS_A_SESSION_DEVICE, "there", 5);
	end_nest(&self->nl.m, nest);
	nest = put_nest(&self->nl.m, DEVSESS_A_BATCH_ITEM);
	put_session(&self->nl.m, &item);
	end_nest(&self->nl.m, nest);
	b->n++;
	/* And one with nothing at all. */
	put_nest(&self->nl.m, DEVSESS_A_BATCH_ITEM);
	b->n++;
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(0, b->done);
	for (i = 0; i < b->results; i++) {
		EXPECT_EQ(-EINVAL, b->result[i]);
		EXPECT_STRNE("", batch_why(b, i));
	}
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_TRUE(unchanged(&old, &got));
}

/* Begins a batch of all that it may hold. */
static void begin_largest(struct batch *b, struct nl *nl)
{
	struct session s;
	__u32 i;

	batch_begin(b, nl, NULL, false);
	for (i = 0; i < DEVSESS_BATCH_MAX; i++) {
		s = number(i);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
}

static int send_largest(void *arg)
{
	struct batch b = { };
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	begin_largest(&b, &nl);
	return batch_run(&b) ? 2 : 0;
}

static size_t append(char *to, struct nl *nl)
{
	msg_header(&nl->m)->nlmsg_len = nl->m.len;
	memcpy(to, nl->m.buf, nl->m.len);
	return NLMSG_ALIGN(nl->m.len);
}

/* The same, and an insert behind it in one message. */
static int send_two(void *arg)
{
	struct session s = device("behind");
	struct batch b = { };
	struct nl nl, behind;
	size_t len;
	char *both;

	if (nl_open(&nl) || nl_open(&behind))
		return 1;
	begin_largest(&b, &nl);
	nl_begin(&behind, DEVSESS_CMD_INSERT);
	put_session(&behind.m, &s);
	both = calloc(1, nl.m.len + behind.m.len + NLMSG_ALIGNTO);
	if (!both)
		return 1;
	len = append(both, &nl);
	len += append(both + len, &behind);
	return nl_send(&nl, both, len) ? 2 : 0;
}

/* Who sent a batch is killed when half of it is done: the other half is done too. */
TEST_F(batch, done_though_its_sender_is_killed)
{
	double end = now() + 120;
	__u64 before = 0;
	__u32 midway = 0;
	int i, status;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_CLEAR, NULL, &(struct session){ }));
		pid = start(send_largest, NULL);
		do {
			before = count(&self->nl, NULL);
		} while (!before && now() < end);
		kill(pid, SIGKILL);
		status = finish(pid);
		EXPECT_TRUE(!status || status == 128 + SIGKILL);
		EXPECT_EQ(DEVSESS_BATCH_MAX, count(&self->nl, NULL));
		midway += before < DEVSESS_BATCH_MAX;
	}
	EXPECT_GT(midway, 0);
}

#define WAITING 12

/* All or nothing, of ids of its own. */
static int send_atomic(void *arg)
{
	__u32 from = *(__u32 *)arg, i;
	struct batch b = { };
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	batch_begin(&b, &nl, NULL, true);
	for (i = from; i < from + 20000; i++) {
		struct session s = number(i);

		batch_add(&b, DEVSESS_OP_INSERT, &s);
	}
	return batch_run(&b) ? 2 : 0;
}

/* All-or-nothing batches wait for each other, unless their senders are killed. */
TEST_F(batch, not_begun_once_its_sender_is_killed)
{
	__u32 from = WAITING * 20000;
	double end = now() + 120, took = now();
	pid_t pid[WAITING];
	int i;

	ASSERT_EQ(0, send_atomic(&from));
	took = now() - took;
	ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_CLEAR, NULL, &(struct session){ }));
	for (i = 0; i < WAITING; i++) {
		from = i * 20000;
		pid[i] = start(send_atomic, &from);
	}
	while (!count(&self->nl, NULL) && now() < end)
		;
	/* Most of the others have come as far as the first by then. */
	pause_ms(took * 1000 / 4);
	for (i = 0; i < WAITING; i++)
		kill(pid[i], SIGKILL);
	for (i = 0; i < WAITING; i++)
		finish(pid[i]);
	/* Two or three were under way or done. */
	EXPECT_EQ(0, count(&self->nl, NULL) % 20000);
	EXPECT_GT(count(&self->nl, NULL), 0);
	EXPECT_LT(count(&self->nl, NULL), WAITING / 2 * 20000);
}

/* But of what stands behind it in the same message nothing. */
TEST_F(batch, nothing_more_of_a_message_once_killed)
{
	struct session s = device("behind"), got;
	double end = now() + 120;
	int i, status, midway = 0;
	bool killed_midway;
	pid_t pid;

	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_CLEAR, NULL, &(struct session){ }));
		pid = start(send_two, NULL);
		while (!count(&self->nl, NULL) && now() < end)
			;
		kill(pid, SIGKILL);
		killed_midway = count(&self->nl, NULL) < DEVSESS_BATCH_MAX;
		status = finish(pid);
		/* If he was killed when the batch was just done, either may be. */
		if (killed_midway || !status) {
			EXPECT_EQ(killed_midway ? -ENOENT : 0,
				  get(&self->nl, NULL, &s, &got));
		}
		EXPECT_TRUE(!status || status == 128 + SIGKILL);
		midway += killed_midway;
	}
	EXPECT_GT(midway, 0);
	/* It is done if nobody is killed. */
	ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_CLEAR, NULL, &(struct session){ }));
	EXPECT_EQ(0, finish(start(send_two, NULL)));
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
}

TEST_HARNESS_MAIN
