// SPDX-License-Identifier: GPL-2.0
/* Messages that are no good as messages: cut short, garbled, of unknown kinds. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

FIXTURE(frame)
{
	struct nl nl;
	struct nl other;
	struct snapshot before;
};

FIXTURE_SETUP(frame)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, nl_open(&self->other));
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 50));
	ASSERT_EQ(0, snapshot_take(&self->before, &self->nl, NULL));
}

FIXTURE_TEARDOWN(frame)
{
	snapshot_free(&self->before);
	nl_close(&self->other);
	nl_close(&self->nl);
}

static bool intact(struct nl *nl, const struct snapshot *before)
{
	struct snapshot after = { };
	bool ok;

	ok = !snapshot_take(&after, nl, NULL) && snapshots_match(before, &after, unchanged);
	snapshot_free(&after);
	return ok;
}

/* A write whose last attribute is the device: without it, or with less, it is no good. */
static void begin_write(struct nl *nl, __u8 cmd)
{
	struct session s = number(7);

	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "default");
	put_u32(&nl->m, DEVSESS_A_SESSION_OWNER, 4711);
	put(&nl->m, DEVSESS_A_SESSION_DEVICE, s.device, s.device_len);
}

/* Sends bytes as they are. Returns the errno of the answer, 0 also if there is none. */
static int send_raw(struct nl *nl, const void *buf, size_t len)
{
	struct timeval soon = { .tv_usec = 20000 }, late = { .tv_sec = 60 };
	char answer[4096];
	int err = 0;
	ssize_t n;

	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	if (!nl_send(nl, buf, len)) {
		n = recv(nl->fd, answer, sizeof(answer), 0);
		if (n >= NLMSG_LENGTH(sizeof(int)) &&
		    ((struct nlmsghdr *)answer)->nlmsg_type == NLMSG_ERROR)
			err = *(int *)NLMSG_DATA((struct nlmsghdr *)answer);
	}
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &late, sizeof(late));
	return err;
}

TEST_F(frame, commands)
{
	struct nl *nl = &self->nl;
	int cmd;

	for (cmd = 0; cmd < 256; cmd++) {
		if (cmd > DEVSESS_CMD_UNSPEC && cmd <= DEVSESS_CMD_MAX &&
		    cmd != DEVSESS_CMD_MISS && cmd != DEVSESS_CMD_EVENT)
			continue;
		nl_begin(nl, cmd);
		EXPECT_EQ(-EOPNOTSUPP, nl_call(nl));
		nl_begin_dump(nl, cmd);
		EXPECT_EQ(-EOPNOTSUPP, nl_call(nl));
	}
	/* Those that have no dump. */
	for (cmd = 1; cmd <= DEVSESS_CMD_MAX; cmd++) {
		if (cmd == DEVSESS_CMD_GET || cmd == DEVSESS_CMD_TABLE_GET ||
		    cmd == DEVSESS_CMD_STATS_GET || cmd == DEVSESS_CMD_OWNER_GET)
			continue;
		begin_write(nl, cmd);
		msg_header(&nl->m)->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		EXPECT_EQ(-EOPNOTSUPP, nl_call(nl));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(frame, header)
{
	struct nl *nl = &self->nl;

	/* Bits that no one has given a meaning yet. */
	begin_write(nl, DEVSESS_CMD_UPDATE);
	msg_genl(&nl->m)->reserved = 1;
	EXPECT_EQ(-EINVAL, nl_call(nl));
	EXPECT_STRNE("", nl->sentence);
	begin_write(nl, DEVSESS_CMD_UPDATE);
	msg_header(&nl->m)->nlmsg_flags |= 0x8000;
	EXPECT_EQ(-EINVAL, nl_call(nl));
	/* Not a request: nobody answers, and nothing is done. */
	begin_write(nl, DEVSESS_CMD_UPDATE);
	msg_header(&nl->m)->nlmsg_flags = NLM_F_ACK;
	msg_header(&nl->m)->nlmsg_len = nl->m.len;
	EXPECT_EQ(0, send_raw(nl, nl->m.buf, nl->m.len));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(frame, cut_short)
{
	static const __u8 cmds[] = {
		DEVSESS_CMD_STORE, DEVSESS_CMD_UPDATE, DEVSESS_CMD_DELETE, DEVSESS_CMD_GET,
	};
	struct nl *nl = &self->nl;
	int i, err;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		begin_write(nl, cmds[i]);
		for (len = 0; len < nl->m.len; len++) {
			/* The whole message is shorter, and says so. */
			msg_header(&nl->m)->nlmsg_len = len;
			err = send_raw(nl, nl->m.buf, len);
			EXPECT_TRUE(len < NLMSG_HDRLEN || err < 0);
			/* It does not say so: the kernel looks at none of it. */
			msg_header(&nl->m)->nlmsg_len = nl->m.len;
			send_raw(nl, nl->m.buf, len);
		}
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
	EXPECT_TRUE(intact(nl, &self->before));
}

TEST_F(frame, attribute_lengths)
{
	struct nl *nl = &self->nl;
	size_t at, nest;
	int len;

	for (len = 0; len < 40; len++) {
		nl_begin(nl, DEVSESS_CMD_STORE);
		put(&nl->m, DEVSESS_A_SESSION_DEVICE, "device-7", 8);
		at = put_u32(&nl->m, DEVSESS_A_SESSION_OWNER, 4711);
		if (len == msg_attr(&nl->m, at)->nla_len)
			continue;
		msg_attr(&nl->m, at)->nla_len = len;
		EXPECT_EQ(-EINVAL, nl_call(nl));
		EXPECT_STRNE("", nl->sentence);
	}
	/* In a nest. */
	for (len = 0; len < 40; len++) {
		nl_begin(nl, DEVSESS_CMD_CLEAR);
		nest = put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
		at = put_u32(&nl->m, DEVSESS_A_FILTER_OWNER, 0);
		end_nest(&nl->m, nest);
		if (len == msg_attr(&nl->m, at)->nla_len)
			continue;
		msg_attr(&nl->m, at)->nla_len = len;
		EXPECT_EQ(-EINVAL, nl_call(nl));
		EXPECT_STRNE("", nl->sentence);
	}
	/* A nest that ends in the middle of its attribute, or too short for any. */
	for (len = 1; len < 12; len++) {
		nl_begin(nl, DEVSESS_CMD_CLEAR);
		nest = put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
		put_u32(&nl->m, DEVSESS_A_FILTER_OWNER, 0);
		end_nest(&nl->m, nest);
		msg_attr(&nl->m, nest)->nla_len = NLA_HDRLEN + len;
		nl->m.len = nest + NLA_HDRLEN + NLA_ALIGN(len);
		if (len < 8)
			EXPECT_NE(0, nl_call(nl));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(frame, bytes_behind_the_attributes)
{
	struct nl *nl = &self->nl;
	int extra;

	for (extra = 1; extra < 4; extra++) {
		begin_write(nl, DEVSESS_CMD_UPDATE);
		put_u32(&nl->m, DEVSESS_A_SESSION_MARK, 1);
		nl->m.len -= NLA_HDRLEN + sizeof(__u32) - extra;
		EXPECT_EQ(-EINVAL, nl_call(nl));
		EXPECT_STRNE("", nl->sentence);
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* A call that had an effect: a batch is answered, whatever its items are. */
static bool taken(struct nl *nl)
{
	const struct nlattr *done;

	if (nl_call(nl))
		return false;
	if (msg_genl(&nl->m)->cmd != DEVSESS_CMD_BATCH)
		return true;
	done = attr_find(nl->attrs, DEVSESS_A_BATCH_DONE);
	return !done || attr_uint(done);
}

TEST_F(frame, nests_full_of_garbage)
{
	struct nl *nl = &self->nl;
	char garbage[256];
	unsigned int seed = 1;
	int round, i, accepted = 0;
	size_t len;

	for (round = 0; round < 2000; round++) {
		len = rand_r(&seed) % sizeof(garbage);
		for (i = 0; i < len; i++)
			garbage[i] = rand_r(&seed) >> 8;
		/* Now and then something that has a chance to be an attribute. */
		if (round % 2 && len >= NLA_HDRLEN) {
			garbage[0] = NLA_HDRLEN + rand_r(&seed) % 12;
			garbage[1] = 0;
			garbage[2] = rand_r(&seed) % 24;
			garbage[3] = 0;
		}
		if (round % 3) {
			nl_begin(nl, DEVSESS_CMD_COUNT);
			put(&nl->m, DEVSESS_A_SESSION_FILTER | NLA_F_NESTED, garbage, len);
		} else {
			nl_begin(nl, DEVSESS_CMD_BATCH);
			put(&nl->m, DEVSESS_A_BATCH_ITEM | NLA_F_NESTED, garbage, len);
		}
		accepted += taken(nl);
	}
	/* Empty filters are. */
	EXPECT_LT(accepted, 100);
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* A message like those of the tool, with all that it can have. */
static void begin_any(struct nl *nl, unsigned int *seed)
{
	struct session s = number(rand_r(seed) % 100);
	struct filter f = { };
	__u8 cmd = 1 + rand_r(seed) % DEVSESS_CMD_MAX;
	size_t nest;

	nl_begin(nl, cmd);
	switch (cmd) {
	case DEVSESS_CMD_TABLE_NEW:
	case DEVSESS_CMD_TABLE_SET:
	case DEVSESS_CMD_TABLE_DEL:
	case DEVSESS_CMD_TABLE_GET:
	case DEVSESS_CMD_TABLE_DRAIN:
	case DEVSESS_CMD_STATS_GET:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "fuzz");
		put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 100);
		put_u32(&nl->m, DEVSESS_A_TABLE_KEY_MAX, 32);
		break;
	case DEVSESS_CMD_TABLE_RENAME:
	case DEVSESS_CMD_TABLE_SWAP:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "fuzz");
		put_str(&nl->m, DEVSESS_A_TABLE_OTHER, "fuzz");
		break;
	case DEVSESS_CMD_BATCH:
		put_str(&nl->m, DEVSESS_A_BATCH_TABLE, "fuzz");
		nest = put_nest(&nl->m, DEVSESS_A_BATCH_ITEM);
		s.op = rand_r(seed) % 6;
		s.has |= HAS(OP);
		fill(&s, rand_r(seed));
		put_session(&nl->m, &s);
		end_nest(&nl->m, nest);
		if (rand_r(seed) % 2)
			put(&nl->m, DEVSESS_A_BATCH_ATOMIC, NULL, 0);
		break;
	case DEVSESS_CMD_OWNER_GET:
	case DEVSESS_CMD_OWNER_SET:
		put_str(&nl->m, DEVSESS_A_OWNER_TABLE, "fuzz");
		put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, rand_r(seed) % 8);
		if (cmd == DEVSESS_CMD_OWNER_SET)
			put_u32(&nl->m, DEVSESS_A_OWNER_LIMIT, rand_r(seed) % 8);
		break;
	case DEVSESS_CMD_CLEAR:
	case DEVSESS_CMD_COUNT:
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "fuzz");
		want_prefix(&f, "device", 6);
		want_net(&f, "10.0.0.0", 8);
		want_masked(&f, 1, 1);
		put_filter(&nl->m, &f);
		break;
	default:
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "fuzz");
		fill(&s, rand_r(seed));
		set_ttl(&s, rand_r(seed) % 1000);
		set_version(&s, rand_r(seed) % 50);
		put_session(&nl->m, &s);
	}
	if (rand_r(seed) % 8 == 0)
		msg_header(&nl->m)->nlmsg_flags |= NLM_F_DUMP;
}

/*
 * Good messages with a few bytes changed. What becomes of a table that they
 * name is not known; another one must not change, and the kernel must not
 * stumble.
 */
TEST_F(frame, garbled)
{
	struct nl *nl = &self->nl;
	int round, i, answers = 0, refused = 0;
	unsigned int seed = 7;

	for (round = 0; round < 6000; round++) {
		if (round % 200 == 0)
			make_table(nl, "fuzz", 100, 32, 16);
		begin_any(nl, &seed);
		for (i = rand_r(&seed) % 4; i > 0; i--)
			nl->m.buf[NLMSG_HDRLEN + rand_r(&seed) % (nl->m.len - NLMSG_HDRLEN)] =
				rand_r(&seed) >> 8;
		/* The table that is to stay as it is has another name. */
		if (!memmem(nl->m.buf, nl->m.len, "fuzz", 5))
			continue;
		if (msg_header(&nl->m)->nlmsg_flags & NLM_F_DUMP) {
			nl_dump(nl);
			while (nl_next(nl))
				;
		} else {
			nl_call(nl);
		}
		ASSERT_NE(-EAGAIN, nl->err);
		answers++;
		refused += !!nl->err;
	}
	EXPECT_GT(refused, 1000);
	EXPECT_GT(answers - refused, 100);
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* Many requests in one datagram are answered one by one. */
TEST_F(frame, several_messages_at_once)
{
	struct nl *nl = &self->nl;
	char *buf = malloc(65536);
	size_t len = 0;
	int i;

	ASSERT_NE(NULL, buf);
	for (i = 0; i < 100; i++) {
		struct session s = number(i);

		nl_begin(nl, DEVSESS_CMD_INSERT);
		put_session(&nl->m, &s);
		msg_header(&nl->m)->nlmsg_len = nl->m.len;
		memcpy(buf + len, nl->m.buf, nl->m.len);
		len += NLMSG_ALIGN(nl->m.len);
	}
	EXPECT_EQ(0, nl_send(nl, buf, len));
	free(buf);
	/* 50 of them were there. */
	EXPECT_EQ(100, count(&self->other, NULL));
	EXPECT_EQ(50, figure(&self->other, NULL, DEVSESS_A_STATS_FAIL_EXISTS));
}

TEST_HARNESS_MAIN
