// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input of requests on sessions and tables. Each refusal names the errno,
 * says a sentence, names the attribute that is to blame or that is missing, and
 * leaves everything as it was.
 */
#include <errno.h>
#include <sys/utsname.h>

#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

/* The table that requests are on: keys of up to 32 bytes, data of up to 16. */
#define TABLE	"t"

FIXTURE(refuse)
{
	struct nl nl;
	struct nl other;
	struct snapshot before;
};

FIXTURE_SETUP(refuse)
{
	struct session s = full("there", 6);

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, nl_open(&self->other));
	ASSERT_EQ(0, make_table(&self->nl, TABLE, 1000, 32, 16));
	set_data(&s, "data", 4);
	set_ttl(&s, 600000);
	ASSERT_EQ(0, insert(&self->nl, TABLE, &s));
	s = full("there-too", 8);
	ASSERT_EQ(0, insert(&self->nl, TABLE, &s));
	ASSERT_EQ(0, snapshot_take(&self->before, &self->nl, TABLE));
}

FIXTURE_TEARDOWN(refuse)
{
	snapshot_free(&self->before);
	nl_close(&self->other);
	nl_close(&self->nl);
}

/* Whether the table is as it was. */
static bool intact(struct nl *nl, const struct snapshot *before)
{
	struct snapshot after = { };
	bool ok;

	ok = !snapshot_take(&after, nl, TABLE) && snapshots_match(before, &after, unchanged);
	snapshot_free(&after);
	return ok;
}

/*
 * Whether a refusal of nl->m always names the attribute. Linux 6.1 has no extack
 * for the module where a dump begins, only a sentence at its end.
 */
static bool names_attribute(const struct nl *nl)
{
	struct utsname uts;

	return !(msg_header(&nl->m)->nlmsg_flags & NLM_F_DUMP) || uname(&uts) ||
	       strncmp(uts.release, "6.1.", 4);
}

/*
 * Sends nl->m, which is to be refused with @err and to blame the attribute at
 * @offset, or if that is 0 to say that one of @miss_type is missing, in the
 * nest at @miss_nest. With neither no attribute is to blame.
 */
static bool refusal(struct nl *nl, int err, size_t offset, int miss_type, size_t miss_nest)
{
	bool ok = true;

	nl_call(nl);
	if (!names_attribute(nl) && !nl->offset && !nl->miss_type) {
		offset = 0;
		miss_type = 0;
		miss_nest = 0;
	}
	ok &= nl->err == err && nl->offset == offset && nl->miss_type == miss_type;
	ok &= nl->miss_nest == miss_nest && nl->sentence[0] && !nl->replies;
	if (!ok)
		printf("# %d at %zu, missing %d in %zu: %s; not %d at %zu, missing %d in %zu\n",
		       nl->err, nl->offset, nl->miss_type, nl->miss_nest, nl->sentence, err, offset,
		       miss_type, miss_nest);
	return ok;
}

#define blames(nl, err, offset)		refusal(nl, err, offset, 0, 0)
#define misses(nl, type, nest)		refusal(nl, -EINVAL, 0, type, nest)

/* Begins a good request on the session @id, to which bad things are added. */
static void begin(struct nl *nl, __u8 cmd, const char *id)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE);
	if (id)
		put(&nl->m, DEVSESS_A_SESSION_DEVICE, id, strlen(id));
	if (cmd == DEVSESS_CMD_COMPARE_AND_SWAP || cmd == DEVSESS_CMD_COMPARE_AND_DELETE)
		put_u64(&nl->m, DEVSESS_A_SESSION_VERSION, 1);
}

/* All that name a session, and of them those that write one. */
static const __u8 on_session[] = {
	DEVSESS_CMD_INSERT, DEVSESS_CMD_STORE, DEVSESS_CMD_UPDATE, DEVSESS_CMD_GET_OR_INSERT,
	DEVSESS_CMD_SWAP, DEVSESS_CMD_COMPARE_AND_SWAP, DEVSESS_CMD_GET, DEVSESS_CMD_DELETE,
	DEVSESS_CMD_GET_AND_DELETE, DEVSESS_CMD_COMPARE_AND_DELETE, DEVSESS_CMD_TOUCH,
};

#define WRITES	6

/* With a filter. */
static const __u8 on_many[] = { DEVSESS_CMD_CLEAR, DEVSESS_CMD_COUNT };

TEST_F(refuse, device)
{
	static const char longest[DEVSESS_KEY_MAX + 1] = "a device id that is too long";
	struct nl *nl = &self->nl;
	size_t at;
	int c;

	for (c = 0; c < ARRAY_SIZE(on_session); c++) {
		__u8 cmd = on_session[c];

		begin(nl, cmd, NULL);
		EXPECT_TRUE(misses(nl, DEVSESS_A_SESSION_DEVICE, 0));
		EXPECT_STREQ("device is missing", nl->sentence);

		begin(nl, cmd, NULL);
		at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, "", 0);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("device is empty", nl->sentence);

		begin(nl, cmd, NULL);
		at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, longest, 65);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("device is longer than 64 bytes", nl->sentence);

		begin(nl, cmd, NULL);
		at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, longest, 33);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("device is longer than the table's key_max", nl->sentence);

		begin(nl, cmd, "there");
		at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, "there", 5);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, table_of_a_request)
{
	static const char too_long[] = "01234567890123456789012345678901";
	struct nl *nl = &self->nl;
	__u8 cmds[ARRAY_SIZE(on_session) + ARRAY_SIZE(on_many)];
	size_t at;
	int c;

	memcpy(cmds, on_session, sizeof(on_session));
	memcpy(cmds + sizeof(on_session), on_many, sizeof(on_many));
	for (c = 0; c < ARRAY_SIZE(cmds); c++) {
		__u8 cmd = cmds[c];

		nl_begin(nl, cmd);
		put_u64(&nl->m, DEVSESS_A_SESSION_VERSION, 1);
		if (cmd != DEVSESS_CMD_COMPARE_AND_SWAP && cmd != DEVSESS_CMD_COMPARE_AND_DELETE)
			nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "absent");
		EXPECT_TRUE(blames(nl, -ENOENT, at));
		EXPECT_STREQ("there is no table of that name", nl->sentence);

		nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE, too_long);
		EXPECT_TRUE(blames(nl, -EINVAL, at));

		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE, 1);
		EXPECT_TRUE(blames(nl, -EINVAL, at));

		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_SESSION_TABLE, "", 0);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	/* An empty name is not that of `default', nor is one with more behind its NUL. */
	for (c = 0; c < ARRAY_SIZE(on_many); c++) {
		__u8 cmd = on_many[c];

		nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "");
		EXPECT_TRUE(blames(nl, -ENOENT, at));
		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE "\0x", 4);
		EXPECT_TRUE(blames(nl, -ENOENT, at));
	}
	nl_begin(nl, DEVSESS_CMD_STATS_GET);
	at = put_str(&nl->m, DEVSESS_A_STATS_TABLE, "absent");
	EXPECT_TRUE(blames(nl, -ENOENT, at));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* An attribute of a session with a good value. */
static size_t put_good(struct msg *m, int type)
{
	static const __u8 addr[16] = { 192, 0, 2, 1 };

	switch (type) {
	case DEVSESS_A_SESSION_TABLE:
		return put_str(m, type, TABLE);
	case DEVSESS_A_SESSION_DEVICE:
		return put(m, type, "there", 5);
	case DEVSESS_A_SESSION_FAMILY:
		return put_u32(m, type, 2);
	case DEVSESS_A_SESSION_ADDR:
		return put(m, type, addr, 4);
	case DEVSESS_A_SESSION_PORT:
		return put_u16(m, type, 1);
	case DEVSESS_A_SESSION_DATA:
		return put(m, type, "x", 1);
	case DEVSESS_A_SESSION_SESSION:
	case DEVSESS_A_SESSION_TTL_MS:
	case DEVSESS_A_SESSION_EXPIRES_IN_MS:
	case DEVSESS_A_SESSION_VERSION:
		return put_u64(m, type, 1);
	default:
		return put_u32(m, type, 1);
	}
}

/* What a write takes beside table and device. */
static const int fields[] = {
	DEVSESS_A_SESSION_SESSION, DEVSESS_A_SESSION_FAMILY, DEVSESS_A_SESSION_ADDR,
	DEVSESS_A_SESSION_PORT, DEVSESS_A_SESSION_OWNER, DEVSESS_A_SESSION_MARK,
	DEVSESS_A_SESSION_STATE, DEVSESS_A_SESSION_FLAGS, DEVSESS_A_SESSION_TTL_MS,
	DEVSESS_A_SESSION_EXPIRES_IN_MS, DEVSESS_A_SESSION_DATA, DEVSESS_A_SESSION_WEIGHT,
};

/* A write with all fields. */
static void begin_whole(struct nl *nl, __u8 cmd)
{
	int i;

	begin(nl, cmd, "there");
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		put_good(&nl->m, fields[i]);
}

TEST_F(refuse, attributes_given_twice)
{
	struct nl *nl = &self->nl;
	size_t at;
	int i, c;

	for (c = 0; c < WRITES; c++) {
		__u8 cmd = on_session[c];

		for (i = 0; i < ARRAY_SIZE(fields); i++) {
			begin_whole(nl, cmd);
			at = put_good(&nl->m, fields[i]);
			EXPECT_TRUE(blames(nl, -EINVAL, at));
			EXPECT_STREQ("the attribute is given twice", nl->sentence);
		}
		begin_whole(nl, cmd);
		at = put_good(&nl->m, DEVSESS_A_SESSION_TABLE);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	begin(nl, DEVSESS_CMD_COMPARE_AND_DELETE, "there");
	at = put_u64(&nl->m, DEVSESS_A_SESSION_VERSION, 1);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, 1000);
	at = put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, 1000);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	put_u32(&nl->m, DEVSESS_A_SESSION_TOUCH_FLAGS, 1);
	at = put_u32(&nl->m, DEVSESS_A_SESSION_TOUCH_FLAGS, 1);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, attributes_of_a_wrong_size)
{
	static const struct {
		int type;
		size_t size;
	} sizes[] = {
		{ DEVSESS_A_SESSION_SESSION, 0 }, { DEVSESS_A_SESSION_SESSION, 4 },
		{ DEVSESS_A_SESSION_SESSION, 9 }, { DEVSESS_A_SESSION_FAMILY, 2 },
		{ DEVSESS_A_SESSION_FAMILY, 8 }, { DEVSESS_A_SESSION_PORT, 1 },
		{ DEVSESS_A_SESSION_PORT, 4 }, { DEVSESS_A_SESSION_OWNER, 0 },
		{ DEVSESS_A_SESSION_OWNER, 3 }, { DEVSESS_A_SESSION_OWNER, 8 },
		{ DEVSESS_A_SESSION_MARK, 2 }, { DEVSESS_A_SESSION_MARK, 5 },
		{ DEVSESS_A_SESSION_STATE, 1 }, { DEVSESS_A_SESSION_STATE, 8 },
		{ DEVSESS_A_SESSION_FLAGS, 1 }, { DEVSESS_A_SESSION_FLAGS, 8 },
		{ DEVSESS_A_SESSION_TTL_MS, 4 }, { DEVSESS_A_SESSION_TTL_MS, 16 },
		{ DEVSESS_A_SESSION_EXPIRES_IN_MS, 4 }, { DEVSESS_A_SESSION_EXPIRES_IN_MS, 0 },
	};
	static const char zero[16];
	struct nl *nl = &self->nl;
	size_t at;
	int i, c;

	for (c = 0; c < WRITES; c++) {
		__u8 cmd = on_session[c];

		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			begin(nl, cmd, "there");
			at = put(&nl->m, sizes[i].type, zero, sizes[i].size);
			EXPECT_TRUE(blames(nl, -EINVAL, at));
		}
	}
	nl_begin(nl, DEVSESS_CMD_COMPARE_AND_DELETE);
	at = put_u32(&nl->m, DEVSESS_A_SESSION_VERSION, 1);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	at = put_u32(&nl->m, DEVSESS_A_SESSION_TTL_MS, 1000);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	at = put_u64(&nl->m, DEVSESS_A_SESSION_TOUCH_FLAGS, 0);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, values_out_of_range)
{
	struct nl *nl = &self->nl;
	size_t at;
	int c;

	for (c = 0; c < WRITES; c++) {
		__u8 cmd = on_session[c];

		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_STATE, 4);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_STATE, ~0U);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_FLAGS, 2);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_FLAGS, 0x80000001);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_WEIGHT, 0);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_WEIGHT, 256);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		at = put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, DEVSESS_TTL_MAX + 1);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		at = put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, ~0ULL);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, 1000);
		at = put_u64(&nl->m, DEVSESS_A_SESSION_EXPIRES_IN_MS, 0);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
		begin(nl, cmd, "there");
		put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, 1000);
		at = put_u64(&nl->m, DEVSESS_A_SESSION_EXPIRES_IN_MS, DEVSESS_TTL_MAX + 1);
		EXPECT_TRUE(blames(nl, -ERANGE, at));
	}
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	at = put_u64(&nl->m, DEVSESS_A_SESSION_TTL_MS, DEVSESS_TTL_MAX + 1);
	EXPECT_TRUE(blames(nl, -ERANGE, at));
	begin(nl, DEVSESS_CMD_TOUCH, "there");
	at = put_u32(&nl->m, DEVSESS_A_SESSION_TOUCH_FLAGS, 2);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, addresses)
{
	static const __u8 addr[17] = { 192, 0, 2, 1 };
	static const struct {
		__u32 family;
		size_t size;
		bool family_is_bad;
	} pairs[] = {
		{ 2, 16, false }, { 10, 4, false }, { 2, 0, false }, { 2, 3, false },
		{ 2, 5, false }, { 10, 15, false }, { 10, 17, false }, { 0, 4, true },
		{ 1, 4, true }, { 3, 4, true }, { 11, 16, true }, { ~0U, 16, true },
	};
	size_t family, at;
	struct nl *nl = &self->nl;
	int i, c;

	for (c = 0; c < WRITES; c++) {
		__u8 cmd = on_session[c];

		for (i = 0; i < ARRAY_SIZE(pairs); i++) {
			begin(nl, cmd, "there");
			family = put_u32(&nl->m, DEVSESS_A_SESSION_FAMILY, pairs[i].family);
			at = put(&nl->m, DEVSESS_A_SESSION_ADDR, addr, pairs[i].size);
			EXPECT_TRUE(blames(nl, -EINVAL, pairs[i].family_is_bad ? family : at));
		}
		begin(nl, cmd, "there");
		put(&nl->m, DEVSESS_A_SESSION_ADDR, addr, 4);
		EXPECT_TRUE(misses(nl, DEVSESS_A_SESSION_FAMILY, 0));
		begin(nl, cmd, "there");
		at = put_u32(&nl->m, DEVSESS_A_SESSION_FAMILY, 2);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		begin(nl, cmd, "there");
		at = put_u16(&nl->m, DEVSESS_A_SESSION_PORT, 1);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("port needs addr", nl->sentence);
		begin(nl, cmd, "there");
		put_u32(&nl->m, DEVSESS_A_SESSION_FAMILY, 2);
		at = put_u16(&nl->m, DEVSESS_A_SESSION_PORT, 1);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, what_does_not_go_together)
{
	static const char data[65];
	struct nl *nl = &self->nl;
	size_t at;
	int c;

	for (c = 0; c < WRITES; c++) {
		__u8 cmd = on_session[c];

		begin(nl, cmd, "there");
		at = put_u64(&nl->m, DEVSESS_A_SESSION_EXPIRES_IN_MS, 1000);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("expires_in_ms needs a ttl_ms", nl->sentence);
		begin(nl, cmd, "there");
		at = put(&nl->m, DEVSESS_A_SESSION_DATA, data, 17);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		EXPECT_STREQ("data is longer than the table's data_max", nl->sentence);
		begin(nl, cmd, "there");
		at = put(&nl->m, DEVSESS_A_SESSION_DATA, data, 65);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	/* The table `default' takes no data at all. */
	nl_begin(nl, DEVSESS_CMD_STORE);
	put(&nl->m, DEVSESS_A_SESSION_DEVICE, "x", 1);
	at = put(&nl->m, DEVSESS_A_SESSION_DATA, data, 1);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	EXPECT_EQ(0, count(nl, NULL));

	nl_begin(nl, DEVSESS_CMD_COMPARE_AND_SWAP);
	put(&nl->m, DEVSESS_A_SESSION_DEVICE, "x", 1);
	EXPECT_TRUE(misses(nl, DEVSESS_A_SESSION_VERSION, 0));
	nl_begin(nl, DEVSESS_CMD_COMPARE_AND_DELETE);
	put(&nl->m, DEVSESS_A_SESSION_DEVICE, "x", 1);
	EXPECT_TRUE(misses(nl, DEVSESS_A_SESSION_VERSION, 0));
	begin(nl, DEVSESS_CMD_GET, "there");
	at = put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* Whether a request takes an attribute, by the spec. */
static bool takes(__u8 cmd, int type)
{
	int i;

	if (type == DEVSESS_A_SESSION_TABLE)
		return true;
	if (cmd == DEVSESS_CMD_CLEAR || cmd == DEVSESS_CMD_COUNT)
		return type == DEVSESS_A_SESSION_FILTER;
	if (type == DEVSESS_A_SESSION_DEVICE)
		return true;
	if (type == DEVSESS_A_SESSION_VERSION)
		return cmd == DEVSESS_CMD_COMPARE_AND_SWAP || cmd == DEVSESS_CMD_COMPARE_AND_DELETE;
	if (cmd == DEVSESS_CMD_GET)
		return type == DEVSESS_A_SESSION_FILTER;
	if (cmd == DEVSESS_CMD_TOUCH)
		return type == DEVSESS_A_SESSION_TTL_MS || type == DEVSESS_A_SESSION_TOUCH_FLAGS;
	if (cmd == DEVSESS_CMD_DELETE || cmd == DEVSESS_CMD_GET_AND_DELETE ||
	    cmd == DEVSESS_CMD_COMPARE_AND_DELETE)
		return false;
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (type == fields[i])
			return true;
	return false;
}

/* Unknown ones, those of replies, and those of other requests. */
TEST_F(refuse, attributes_that_a_request_does_not_take)
{
	__u8 cmds[ARRAY_SIZE(on_session) + ARRAY_SIZE(on_many)];
	struct nl *nl = &self->nl;
	int type, refused = 0, c;
	size_t at;

	memcpy(cmds, on_session, sizeof(on_session));
	memcpy(cmds + sizeof(on_session), on_many, sizeof(on_many));
	for (c = 0; c < ARRAY_SIZE(cmds); c++) {
		__u8 cmd = cmds[c];

		for (type = 0; type <= DEVSESS_A_SESSION_MAX + 3; type++) {
			if (takes(cmd, type))
				continue;
			nl_begin(nl, cmd);
			at = put_good(&nl->m, type);
			EXPECT_TRUE(blames(nl, -EINVAL, at));
			refused++;
		}
		nl_begin(nl, cmd);
		at = put_u32(&nl->m, 1000, 0);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		/* A plain attribute that says it is a nest. */
		nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE | NLA_F_NESTED, TABLE);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	EXPECT_GT(refused, 100);
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, what_is_not_as_expected)
{
	struct session s = device("there"), absent = device("absent");
	struct nl *nl = &self->nl;
	size_t at;
	int c;

	begin(nl, DEVSESS_CMD_INSERT, NULL);
	at = put_good(&nl->m, DEVSESS_A_SESSION_DEVICE);
	EXPECT_TRUE(blames(nl, -EEXIST, at));
	EXPECT_STREQ("the device has a session already", nl->sentence);
	for (c = 0; c < ARRAY_SIZE(on_session); c++) {
		__u8 cmd = on_session[c];

		if (cmd == DEVSESS_CMD_INSERT || cmd == DEVSESS_CMD_STORE ||
		    cmd == DEVSESS_CMD_GET_OR_INSERT || cmd == DEVSESS_CMD_SWAP)
			continue;
		begin(nl, cmd, NULL);
		at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, absent.device, absent.device_len);
		EXPECT_TRUE(blames(nl, -ENOENT, at));
		EXPECT_STREQ("the device has no session", nl->sentence);
	}
	set_version(&s, 1ULL << 50);
	nl_begin(nl, DEVSESS_CMD_COMPARE_AND_DELETE);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE);
	at = nl->m.len;
	put_session(&nl->m, &s);
	EXPECT_TRUE(blames(nl, -ESTALE, at));
	EXPECT_STREQ("the session has another version", nl->sentence);
	EXPECT_TRUE(intact(&self->other, &self->before));
	/* A table that is full. */
	ASSERT_EQ(0, make_table(nl, "one", 1, ~0, ~0));
	ASSERT_EQ(0, insert(nl, "one", &absent));
	nl_begin(nl, DEVSESS_CMD_INSERT);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "one");
	at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, "there", 5);
	EXPECT_TRUE(blames(nl, -ENOSPC, at));
	EXPECT_STREQ("the table is full: it holds max_sessions", nl->sentence);
}

/* Begins a request with a filter; returns the nest. */
static size_t begin_filter(struct nl *nl, __u8 cmd)
{
	nl_begin(nl, cmd);
	if (cmd == DEVSESS_CMD_GET)
		nl_begin_dump(nl, cmd);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE);
	return put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
}

/* Clear, count, and a dump. */
static const __u8 filtering[] = { DEVSESS_CMD_CLEAR, DEVSESS_CMD_COUNT, DEVSESS_CMD_GET };

TEST_F(refuse, filters_with_bad_attributes)
{
	static const struct {
		int type;
		size_t size;
		__u64 value;
		int err;
	} bad[] = {
		{ DEVSESS_A_FILTER_OWNER, 2, 0, -EINVAL },
		{ DEVSESS_A_FILTER_STATE, 4, 4, -ERANGE },
		{ DEVSESS_A_FILTER_STATE, 1, 0, -EINVAL },
		{ DEVSESS_A_FILTER_MARK, 8, 0, -EINVAL },
		{ DEVSESS_A_FILTER_MARK_MASK, 2, 0, -EINVAL },
		{ DEVSESS_A_FILTER_PREFIX, 0, 0, -EINVAL },
		{ DEVSESS_A_FILTER_PREFIX, 65, 0, -EINVAL },
		{ DEVSESS_A_FILTER_NET_LEN, 4, 129, -ERANGE },
		{ DEVSESS_A_FILTER_IDLE_MS, 8, DEVSESS_TTL_MAX + 1, -ERANGE },
		{ DEVSESS_A_FILTER_IDLE_MS, 4, 0, -EINVAL },
		{ DEVSESS_A_FILTER_PAD, 0, 0, -EINVAL },
		{ DEVSESS_A_FILTER_UNSPEC, 4, 0, -EINVAL },
		{ DEVSESS_A_FILTER_MAX + 1, 4, 0, -EINVAL },
	};
	struct nl *nl = &self->nl;
	char value[80] = { };
	size_t nest, at;
	int i, c;

	for (c = 0; c < ARRAY_SIZE(filtering); c++) {
		__u8 cmd = filtering[c];

		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			nest = begin_filter(nl, cmd);
			memcpy(value, &bad[i].value, sizeof(bad[i].value));
			at = put(&nl->m, bad[i].type, value, bad[i].size);
			end_nest(&nl->m, nest);
			EXPECT_TRUE(blames(nl, bad[i].err, at));
		}
		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_OWNER, 1);
		at = put_u32(&nl->m, DEVSESS_A_FILTER_OWNER, 1);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		/* Two filters. */
		nest = begin_filter(nl, cmd);
		end_nest(&nl->m, nest);
		at = put_nest(&nl->m, DEVSESS_A_SESSION_FILTER);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		/* A filter that does not say it is a nest. */
		nest = begin_filter(nl, cmd);
		msg_attr(&nl->m, nest)->nla_type = DEVSESS_A_SESSION_FILTER;
		put_u32(&nl->m, DEVSESS_A_FILTER_OWNER, 1);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(blames(nl, -EINVAL, nest));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, filters_that_lack_something)
{
	static const __u8 net[16] = { 10 };
	struct nl *nl = &self->nl;
	size_t nest, at;
	int c;

	for (c = 0; c < ARRAY_SIZE(filtering); c++) {
		__u8 cmd = filtering[c];

		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_MARK_MASK, 1);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(misses(nl, DEVSESS_A_FILTER_MARK, nest));
		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_FAMILY, 2);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(misses(nl, DEVSESS_A_FILTER_NET, nest));
		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_NET_LEN, 2);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(misses(nl, DEVSESS_A_FILTER_NET, nest));
		nest = begin_filter(nl, cmd);
		put(&nl->m, DEVSESS_A_FILTER_NET, net, 4);
		put_u32(&nl->m, DEVSESS_A_FILTER_NET_LEN, 8);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(misses(nl, DEVSESS_A_FILTER_FAMILY, nest));
		nest = begin_filter(nl, cmd);
		put(&nl->m, DEVSESS_A_FILTER_NET, net, 4);
		put_u32(&nl->m, DEVSESS_A_FILTER_FAMILY, 2);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(misses(nl, DEVSESS_A_FILTER_NET_LEN, nest));
		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_FAMILY, 2);
		put(&nl->m, DEVSESS_A_FILTER_NET, net, 4);
		at = put_u32(&nl->m, DEVSESS_A_FILTER_NET_LEN, 33);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nest = begin_filter(nl, cmd);
		put_u32(&nl->m, DEVSESS_A_FILTER_FAMILY, 10);
		at = put(&nl->m, DEVSESS_A_FILTER_NET, net, 4);
		put_u32(&nl->m, DEVSESS_A_FILTER_NET_LEN, 8);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nest = begin_filter(nl, cmd);
		at = put_u32(&nl->m, DEVSESS_A_FILTER_FAMILY, 7);
		put(&nl->m, DEVSESS_A_FILTER_NET, net, 4);
		put_u32(&nl->m, DEVSESS_A_FILTER_NET_LEN, 8);
		end_nest(&nl->m, nest);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, dumps)
{
	struct nl *nl = &self->nl;
	size_t at;

	nl_begin_dump(nl, DEVSESS_CMD_GET);
	at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE, "absent");
	EXPECT_TRUE(blames(nl, -ENOENT, at));
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	at = put(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE "\0x", 4);
	EXPECT_TRUE(blames(nl, -ENOENT, at));
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	at = put(&nl->m, DEVSESS_A_SESSION_DEVICE, "there", 5);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	put_str(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE);
	at = put_str(&nl->m, DEVSESS_A_SESSION_TABLE, TABLE);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	at = put_u32(&nl->m, DEVSESS_A_SESSION_OWNER, 1);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	nl_begin_dump(nl, DEVSESS_CMD_TABLE_GET);
	at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
	nl_begin_dump(nl, DEVSESS_CMD_STATS_GET);
	at = put_str(&nl->m, DEVSESS_A_STATS_TABLE, TABLE);
	EXPECT_TRUE(blames(nl, -EINVAL, at));
}

/* All that the tables of this namespace are. */
static bool tables_intact(struct nl *nl)
{
	int n = 0;

	nl_begin_dump(nl, DEVSESS_CMD_TABLE_GET);
	nl_dump(nl);
	while (nl_next(nl)) {
		const char *name = attr_data(attr_find(nl->attrs, DEVSESS_A_TABLE_NAME));
		__u64 max = attr_uint(attr_find(nl->attrs, DEVSESS_A_TABLE_MAX_SESSIONS));

		n += !strcmp(name, TABLE) && max == 1000;
		n += !strcmp(name, "default") && max == 1 << 20;
		n += strcmp(name, "default") && strcmp(name, TABLE) ? 100 : 0;
	}
	if (n != 2)
		printf("# the tables are not what they were\n");
	return !nl->err && n == 2;
}

static const __u8 on_table[] = {
	DEVSESS_CMD_TABLE_NEW, DEVSESS_CMD_TABLE_SET, DEVSESS_CMD_TABLE_DEL, DEVSESS_CMD_TABLE_GET,
};

TEST_F(refuse, table_names)
{
	static const char * const names[] = {
		"", ".", "-", ".hidden", "-option", "a/b", "a b", "a\n", "caf\xc3\xa9", "\xff",
		"a\x7f", "a:b", "*", "default ", "..",
	};
	static const char too_long[] = "01234567890123456789012345678901";
	struct nl *nl = &self->nl;
	size_t at;
	int i, c;

	for (c = 0; c < ARRAY_SIZE(on_table); c++) {
		__u8 cmd = on_table[c];

		nl_begin(nl, cmd);
		EXPECT_TRUE(misses(nl, DEVSESS_A_TABLE_NAME, 0));
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			nl_begin(nl, cmd);
			at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, names[i]);
			EXPECT_TRUE(blames(nl, -EINVAL, at));
		}
		nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, too_long);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_TABLE_NAME, "x", 1);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_TABLE_NAME, TABLE "\0x", 4);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nl_begin(nl, cmd);
		at = put(&nl->m, DEVSESS_A_TABLE_NAME, "", 0);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		nl_begin(nl, cmd);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "x");
		at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, "y");
		EXPECT_TRUE(blames(nl, -EINVAL, at));
		if (cmd == DEVSESS_CMD_TABLE_NEW)
			continue;
		nl_begin(nl, cmd);
		at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, "absent");
		if (cmd == DEVSESS_CMD_TABLE_SET)
			put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 1);
		EXPECT_TRUE(blames(nl, -ENOENT, at));
	}
	EXPECT_TRUE(tables_intact(&self->other));
}

/* Of a request on a table, u32. */
static const struct {
	int type;
	__u32 value;
	int err;
} bad_limits[] = {
	{ DEVSESS_A_TABLE_KEY_MAX, 0, -ERANGE }, { DEVSESS_A_TABLE_KEY_MAX, 65, -ERANGE },
	{ DEVSESS_A_TABLE_KEY_MAX, ~0U, -ERANGE }, { DEVSESS_A_TABLE_DATA_MAX, 65, -ERANGE },
	{ DEVSESS_A_TABLE_DATA_MAX, ~0U, -ERANGE }, { DEVSESS_A_TABLE_POLICY, 3, -ERANGE },
	{ DEVSESS_A_TABLE_DEFER_RING, 65537, -ERANGE },
	{ DEVSESS_A_TABLE_DEFER_RING, ~0U, -ERANGE },
	{ DEVSESS_A_TABLE_DEFER_INTERVAL_MS, 0, -ERANGE },
	{ DEVSESS_A_TABLE_DEFER_INTERVAL_MS, 60001, -ERANGE },
	{ DEVSESS_A_TABLE_OWNER_MAX, 65537, -ERANGE },
	/* Of replies, or unknown. */
	{ DEVSESS_A_TABLE_ID, 7, -EINVAL }, { DEVSESS_A_TABLE_USERS, 7, -EINVAL },
	{ DEVSESS_A_TABLE_SESSIONS, 7, -EINVAL }, { DEVSESS_A_TABLE_MAX + 1, 7, -EINVAL },
	{ DEVSESS_A_TABLE_COST, 7, -EINVAL }, { DEVSESS_A_TABLE_BPF_ID, 7, -EINVAL },
	{ DEVSESS_A_TABLE_UNSPEC, 7, -EINVAL }, { DEVSESS_A_TABLE_PAD, 7, -EINVAL },
	/* Of another size. */
	{ DEVSESS_A_TABLE_MAX_SESSIONS, 7, -EINVAL }, { DEVSESS_A_TABLE_TTL_MS, 7, -EINVAL },
	{ DEVSESS_A_TABLE_MAX_COST, 7, -EINVAL },
};

TEST_F(refuse, limits_of_a_new_table)
{
	struct nl *nl = &self->nl;
	size_t at;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad_limits); i++) {
		nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "new");
		at = put_u32(&nl->m, bad_limits[i].type, bad_limits[i].value);
		EXPECT_TRUE(blames(nl, bad_limits[i].err, at));
	}
	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	at = put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
	EXPECT_TRUE(blames(nl, -EEXIST, at));
	EXPECT_STREQ("there is a table of that name", nl->sentence);
	EXPECT_TRUE(tables_intact(&self->other));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

/* A table is changed in its limit only. */
TEST_F(refuse, changes_of_a_table)
{
	static const __u8 deaf[] = {
		DEVSESS_CMD_TABLE_DEL, DEVSESS_CMD_TABLE_GET, DEVSESS_CMD_TABLE_DRAIN,
	};
	struct nl *nl = &self->nl;
	size_t at;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad_limits); i++) {
		bool taken = bad_limits[i].type == DEVSESS_A_TABLE_POLICY ||
			     bad_limits[i].type == DEVSESS_A_TABLE_DEFER_RING ||
			     bad_limits[i].type == DEVSESS_A_TABLE_DEFER_INTERVAL_MS;

		nl_begin(nl, DEVSESS_CMD_TABLE_SET);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
		at = put_u32(&nl->m, bad_limits[i].type, bad_limits[i].value);
		EXPECT_TRUE(blames(nl, taken ? -ERANGE : -EINVAL, at));
	}
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
	EXPECT_TRUE(misses(nl, DEVSESS_A_TABLE_MAX_SESSIONS, 0));
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
	at = put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 1);
	EXPECT_TRUE(blames(nl, -EBUSY, at));
	for (i = 0; i < ARRAY_SIZE(deaf); i++) {
		nl_begin(nl, deaf[i]);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, TABLE);
		at = put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 1);
		EXPECT_TRUE(blames(nl, -EINVAL, at));
	}
	EXPECT_TRUE(tables_intact(&self->other));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_F(refuse, limits_beyond_memory)
{
	static const struct {
		__u8 cmd;
		const char *name;
	} requests[] = { { DEVSESS_CMD_TABLE_NEW, "new" }, { DEVSESS_CMD_TABLE_SET, TABLE } };
	/* The last is more than memory allows, but not by much: no slot is so small. */
	const __u64 max[] = {
		0, ~0ULL, 1ULL << 63, 1ULL << 40, memory_total() * 1024ULL / 64,
	};
	struct nl *nl = &self->nl;
	size_t at;
	int i, r;

	for (r = 0; r < ARRAY_SIZE(requests); r++) {
		for (i = 0; i < ARRAY_SIZE(max); i++) {
			nl_begin(nl, requests[r].cmd);
			put_str(&nl->m, DEVSESS_A_TABLE_NAME, requests[r].name);
			at = put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, max[i]);
			EXPECT_TRUE(blames(nl, i ? -ERANGE : -EINVAL, at));
		}
	}
	EXPECT_TRUE(tables_intact(&self->other));
	EXPECT_TRUE(intact(&self->other, &self->before));
}

TEST_HARNESS_MAIN
