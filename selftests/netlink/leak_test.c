// SPDX-License-Identifier: GPL-2.0
/*
 * What replies must not tell: hashes or their keys, addresses in the kernel,
 * and what somebody else has stored, in a namespace of his own or before. All
 * bytes that come out of the socket are looked at, whatever they belong to.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

/* What a tenant stores consists of nothing else; so any half of it is telling. */
#define CANARY		"CanArYxZ"
#define CANARIES	3000

/**
 * struct transcript - all that a socket received
 * @text: the bytes
 * @len:  how many
 * @out:  stream that they are written to
 */
struct transcript {
	char *text;
	size_t len;
	FILE *out;
};

static void listen_to(struct transcript *t, struct nl *nl)
{
	t->out = open_memstream(&t->text, &t->len);
	if (!t->out) {
		perror("a transcript");
		exit(1);
	}
	nl->copy = t->out;
}

static void stop_listening(struct transcript *t, struct nl *nl)
{
	fclose(t->out);
	nl->copy = NULL;
}

/* --- A play in which everything is said that can be said ------------------- */

static int play_batch(struct nl *nl, const struct session *s, bool atomic)
{
	struct session absent = device("absent");
	struct batch *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	batch_begin(b, nl, "play", atomic);
	if (!atomic)
		batch_add(b, DEVSESS_OP_GET, s);
	batch_add(b, DEVSESS_OP_INSERT, s);
	batch_add(b, DEVSESS_OP_UPDATE, &absent);
	err = batch_run(b);
	batch_free(b);
	free(b);
	return err;
}

static int play_dump(struct nl *nl, __u8 cmd)
{
	nl_begin_dump(nl, cmd);
	if (cmd == DEVSESS_CMD_GET)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "play");
	nl_dump(nl);
	while (nl_next(nl))
		;
	return nl->err;
}

#define IS(got, want)	is(got, want, __LINE__)

static bool is(long long got, long long want, int line)
{
	if (got != want)
		printf("# line %d: %lld, not %lld\n", line, got, want);
	return got == want;
}

/*
 * Tables without sessions, then one session: versions and figures then do not
 * depend on which shard a hash leads to. Returns how many answers were not as
 * they have to be.
 */
static int play(struct nl *nl)
{
	struct session s = full("a sensor", 7), absent = device("absent"), v;
	int wrong = 0;

	set_data(&s, "some data", 9);
	wrong += !IS(make_table(nl, "play", 100, 64, 64), 0);
	wrong += !IS(make_table(nl, "play", 100, 64, 64), -EEXIST);
	wrong += !IS(play_dump(nl, DEVSESS_CMD_TABLE_GET), 0);
	wrong += !IS(play_dump(nl, DEVSESS_CMD_STATS_GET), 0);
	wrong += !IS(play_dump(nl, DEVSESS_CMD_GET), 0);
	wrong += !IS(insert(nl, "play", &s), 0);
	wrong += !IS(insert(nl, "play", &s), -EEXIST);
	wrong += !IS(get(nl, "play", &absent, &v), -ENOENT);
	wrong += !IS(ask(nl, DEVSESS_CMD_UPDATE, "play", &s), 0);
	wrong += !IS(ask(nl, DEVSESS_CMD_STORE, "play", &s), 0);
	wrong += !IS(ask(nl, DEVSESS_CMD_SWAP, "play", &s), 0);
	wrong += !IS(ask(nl, DEVSESS_CMD_GET_OR_INSERT, "play", &s), 0);
	wrong += !IS(touch(nl, "play", &s, 60000, 0), 0);
	wrong += !IS(get(nl, "play", &s, &v), 0);
	set_version(&s, v.version);
	wrong += !IS(ask(nl, DEVSESS_CMD_COMPARE_AND_SWAP, "play", &s), 0);
	wrong += !IS(ask(nl, DEVSESS_CMD_COMPARE_AND_SWAP, "play", &s), -ESTALE);
	s.has &= ~HAS(VERSION);
	wrong += !IS(play_batch(nl, &s, false), 0);
	wrong += !IS(play_batch(nl, &s, true), 0);
	wrong += !IS(play_dump(nl, DEVSESS_CMD_GET), 0);
	wrong += !IS(count(nl, "play"), 1);
	wrong += !IS(count(nl, "no such table"), ~0ULL);
	s = device("a sensor");
	wrong += !IS(ask(nl, DEVSESS_CMD_GET_AND_DELETE, "play", &s), 0);
	wrong += !IS(delete(nl, "play", &s), -ENOENT);
	wrong += !IS(drop_table(nl, "play"), 0);
	return wrong;
}

/* --- Hashes ---------------------------------------------------------------- */

static void blank_times(struct attrs attrs)
{
	const struct nlattr *a;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		switch (attr_type(a)) {
		case DEVSESS_A_SESSION_EXPIRES_IN_MS:
		case DEVSESS_A_SESSION_IDLE_MS:
		case DEVSESS_A_SESSION_CREATED:
		case DEVSESS_A_SESSION_LAST_SEEN:
			memset((void *)attr_data(a), 0, attr_len(a));
		}
	}
}

/* Sessions that a batch has found. */
static void blank_found(struct attrs attrs)
{
	const struct nlattr *a, *s;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		if (attr_type(a) != DEVSESS_A_BATCH_FOUND)
			continue;
		s = attr_find(attr_nest(a), DEVSESS_A_FOUND_SESSION);
		if (s)
			blank_times(attr_nest(s));
	}
}

static void blank_message(struct nlmsghdr *hdr)
{
	const struct genlmsghdr *genl = NLMSG_DATA(hdr);
	struct attrs attrs = {
		.head = (const struct nlattr *)((const char *)genl + GENL_HDRLEN),
		.len = hdr->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
	};

	switch (genl->cmd) {
	case DEVSESS_CMD_TABLE_GET:
	case DEVSESS_CMD_STATS_GET:
		break;
	case DEVSESS_CMD_BATCH:
		blank_found(attrs);
		break;
	default:
		blank_times(attrs);
	}
}

/* Times are not the same twice. */
static void blank(struct transcript *t, __u16 family)
{
	struct nlmsghdr *hdr;
	size_t at;

	for (at = 0; at < t->len; at += NLMSG_ALIGN(hdr->nlmsg_len)) {
		hdr = (struct nlmsghdr *)(t->text + at);
		if (hdr->nlmsg_type == family)
			blank_message(hdr);
	}
}

static bool same_words(const struct transcript *a, const struct transcript *b)
{
	size_t i = 0;

	if (a->len == b->len && !memcmp(a->text, b->text, a->len))
		return true;
	while (i < a->len && i < b->len && a->text[i] == b->text[i])
		i++;
	printf("# %zu and %zu bytes, which differ from byte %zu on\n", a->len, b->len, i);
	return false;
}

/* In a namespace of its own. Returns how many answers were wrong. */
static int play_and_note(struct transcript *t)
{
	struct nl nl;
	int wrong;

	if (new_netns() || nl_open(&nl))
		return -1;
	listen_to(t, &nl);
	wrong = play(&nl);
	stop_listening(t, &nl);
	blank(t, nl.family);
	nl_close(&nl);
	return wrong;
}

/*
 * Each table has another key for its hashes. Were there anything in a reply that
 * depends on a hash or on the key, it would differ from table to table.
 */
TEST(hashes)
{
	struct transcript first, t;
	int i;

	ASSERT_EQ(0, play_and_note(&first));
	ASSERT_GT(first.len, 2000);
	for (i = 0; i < 8; i++) {
		ASSERT_EQ(0, play_and_note(&t));
		EXPECT_TRUE(same_words(&first, &t));
		free(t.text);
	}
	free(first.text);
}

static ssize_t read_figures(char *buf, size_t size)
{
	int fd = open("/proc/thread-self/net/devsess", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size);

	close(fd);
	return n;
}

/* The same of /proc, of a table in which nothing has happened yet. */
TEST(hashes_in_proc)
{
	char first[4096] = "", text[4096] = "";
	int i;

	ASSERT_EQ(0, new_netns());
	ASSERT_LT(400, read_figures(first, sizeof(first) - 1));
	for (i = 0; i < 8; i++) {
		memset(text, 0, sizeof(text));
		ASSERT_EQ(0, new_netns());
		ASSERT_LT(400, read_figures(text, sizeof(text) - 1));
		EXPECT_STREQ(first, text);
	}
}

/* --- Addresses ------------------------------------------------------------- */

/* Words above 2^32 - 256 are errnos here, and no address begins with one. */
static bool address_at(const char *at)
{
	__u32 upper;

	memcpy(&upper, at + 4, sizeof(upper));
	return pointer_like(at) && (upper < -256U || upper == ~0U);
}

TEST(addresses)
{
	struct transcript t;
	size_t i;

	ASSERT_EQ(0, play_and_note(&t));
	for (i = 0; i + 8 <= t.len; i += 4)
		EXPECT_FALSE(address_at(t.text + i)) {
			printf("# byte %zu\n", i);
		}
	free(t.text);
}

/* --- Canaries -------------------------------------------------------------- */

static struct session canary(__u32 n)
{
	struct session s = { .has = HAS(DEVICE) | HAS(FAMILY) | HAS(ADDR) | HAS(DATA) };
	__u64 whole;
	int i;

	for (i = 0; i < 64; i += 8) {
		memcpy(s.device + i, CANARY, 8);
		memcpy(s.data + i, CANARY, 8);
	}
	memcpy(s.device, &n, sizeof(n));
	s.device_len = 64;
	s.data_len = 64;
	s.family = AF_INET6;
	s.addr_len = 16;
	memcpy(s.addr, s.data, sizeof(s.addr));
	memcpy(&whole, CANARY, sizeof(whole));
	set_session(&s, whole);
	set_owner(&s, whole);
	set_mark(&s, whole >> 32);
	return s;
}

/* Stores a great many of them. Returns 0 or an errno. */
static int hatch(struct nl *nl, const char *table)
{
	struct batch *b = calloc(1, sizeof(*b));
	int err;
	__u32 i;

	if (!b)
		return -ENOMEM;
	batch_begin(b, nl, table, true);
	for (i = 0; i < CANARIES; i++) {
		struct session s = canary(i);

		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	err = batch_run(b);
	batch_free(b);
	free(b);
	return err;
}

static bool sings(const struct transcript *t)
{
	return memmem(t->text, t->len, CANARY, 4) || memmem(t->text, t->len, CANARY + 4, 4);
}

/* Else the tests below would find nothing, whatever was told. */
TEST(canaries_are_seen)
{
	struct transcript t;
	struct nl nl;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, make_table(&nl, "play", ~0ULL, 64, 64));
	ASSERT_EQ(0, hatch(&nl, "play"));
	listen_to(&t, &nl);
	EXPECT_EQ(0, play_dump(&nl, DEVSESS_CMD_GET));
	EXPECT_EQ(CANARIES, nl.replies);
	stop_listening(&t, &nl);
	EXPECT_TRUE(sings(&t));
	free(t.text);
	nl_close(&nl);
}

TEST(other_namespaces)
{
	struct transcript t;
	struct nl other;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&other));
	ASSERT_EQ(0, make_table(&other, CANARY, ~0ULL, 64, 64));
	ASSERT_EQ(0, hatch(&other, CANARY));
	ASSERT_EQ(0, play_and_note(&t));
	EXPECT_FALSE(sings(&t));
	free(t.text);
	EXPECT_EQ(CANARIES, count(&other, CANARY));
	nl_close(&other);
}

/* Slots, maps and messages take the memory of others that are gone. */
TEST(those_who_were_there_before)
{
	struct transcript t;
	struct session s;
	struct nl nl;
	int i;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, make_table(&nl, "gone", ~0ULL, 64, 64));
	ASSERT_EQ(0, hatch(&nl, "gone"));
	ASSERT_EQ(0, drop_table(&nl, "gone"));
	ASSERT_EQ(0, make_table(&nl, "play", ~0ULL, 64, 64));
	ASSERT_EQ(0, hatch(&nl, "play"));
	nl_begin(&nl, DEVSESS_CMD_CLEAR);
	put_str(&nl.m, DEVSESS_A_SESSION_TABLE, "play");
	ASSERT_EQ(0, nl_call(&nl));
	ASSERT_EQ(CANARIES, answer(&nl).count);

	/* Shorter ids, without data, in the slots of those with long ones. */
	ASSERT_EQ(0, insert_many(&nl, "play", 0, CANARIES));
	listen_to(&t, &nl);
	EXPECT_EQ(0, play_dump(&nl, DEVSESS_CMD_GET));
	EXPECT_EQ(CANARIES, nl.replies);
	for (i = 0; i < CANARIES; i++) {
		struct session want = number(i);

		if (get(&nl, "play", &want, &s))
			break;
	}
	EXPECT_EQ(CANARIES, i);
	EXPECT_EQ(0, drop_table(&nl, "play"));
	EXPECT_EQ(0, play(&nl));
	stop_listening(&t, &nl);
	EXPECT_FALSE(sings(&t));
	free(t.text);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
