// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/session.h. */
#include "../../module/session.h"

#include <kunit/test.h>
#include <linux/string.h>

#define POISON	0xa5

/* A session all of whose bytes differ, but what has fewer bits than a byte. */
static struct devsess_session sample(u32 key_len, u32 data_len)
{
	struct devsess_session s;
	u8 *byte = (u8 *)&s;
	u32 i;

	for (i = 0; i < sizeof(s); i++)
		byte[i] = i + 1;
	s.state &= STATE_MASK;
	s.flags &= FLAGS_MASK;
	s.key_len = key_len;
	s.data_len = data_len;
	return s;
}

static void expect_same(struct kunit *test, const struct devsess_session *a,
			const struct devsess_session *b)
{
	KUNIT_EXPECT_EQ(test, a->session, b->session);
	KUNIT_EXPECT_EQ(test, a->version, b->version);
	KUNIT_EXPECT_EQ(test, a->ttl_ms, b->ttl_ms);
	KUNIT_EXPECT_EQ(test, a->expires, b->expires);
	KUNIT_EXPECT_EQ(test, a->created, b->created);
	KUNIT_EXPECT_EQ(test, a->last_seen, b->last_seen);
	KUNIT_EXPECT_MEMEQ(test, &a->addr, &b->addr, sizeof(a->addr));
	KUNIT_EXPECT_EQ(test, a->owner, b->owner);
	KUNIT_EXPECT_EQ(test, a->mark, b->mark);
	KUNIT_EXPECT_EQ(test, (__force u16)a->port, (__force u16)b->port);
	KUNIT_EXPECT_EQ(test, a->family, b->family);
	KUNIT_EXPECT_EQ(test, a->state, b->state);
	KUNIT_EXPECT_EQ(test, a->flags, b->flags);
	KUNIT_EXPECT_EQ(test, a->weight, b->weight);
	KUNIT_ASSERT_EQ(test, a->key_len, b->key_len);
	KUNIT_ASSERT_EQ(test, a->data_len, b->data_len);
	KUNIT_EXPECT_MEMEQ(test, a->key, b->key, a->key_len);
	KUNIT_EXPECT_MEMEQ(test, a->data, b->data, a->data_len);
}

static bool untouched(const u8 *p, size_t from, size_t to)
{
	for (; from < to; from++)
		if (p[from] != POISON)
			return false;
	return true;
}

static void round_trip_of(struct kunit *test, const struct slot_layout *l, u32 key_len,
			  u32 data_len)
{
	struct devsess_session in = sample(key_len, data_len), out;
	u64 rec[REC_WORDS_MAX + 1];

	memset(rec, POISON, sizeof(rec));
	memset(&out, POISON, sizeof(out));
	session_pack(l, &in, in.data_len, rec);
	session_unpack(l, rec, &out);
	expect_same(test, &in, &out);
	/* Neither past the record nor past the lengths. */
	KUNIT_EXPECT_TRUE(test, untouched((u8 *)rec, l->rec_words * 8, sizeof(rec)));
	KUNIT_EXPECT_TRUE(test, untouched(out.key, key_len, sizeof(out.key)));
	KUNIT_EXPECT_TRUE(test, untouched(out.data, data_len, sizeof(out.data)));
}

static void round_trip(struct kunit *test)
{
	u32 key_max, data_max, key_len, data_len;

	for (key_max = 1; key_max <= DEVSESS_KEY_MAX; key_max += 3) {
		for (data_max = 0; data_max <= DEVSESS_DATA_MAX; data_max += 4) {
			struct slot_layout l = session_layout(key_max, data_max);

			for (key_len = 1; key_len <= key_max; key_len++)
				round_trip_of(test, &l, key_len, data_max);
			for (data_len = 0; data_len <= data_max; data_len++)
				round_trip_of(test, &l, key_max, data_len);
		}
	}
}

/* Packing pads key and data with zeros, whatever was there before. */
static void padding(struct kunit *test)
{
	struct slot_layout l = session_layout(DEVSESS_KEY_MAX, DEVSESS_DATA_MAX);
	struct devsess_session s = sample(3, 5);
	u64 rec[REC_WORDS_MAX];
	const u8 *key = (const u8 *)(rec + 1);
	const u8 *data = (const u8 *)(rec + 1 + KEY_WORDS_MAX + W_MAX);
	u32 i;

	memset(rec, POISON, sizeof(rec));
	session_pack(&l, &s, s.data_len, rec);
	for (i = 3; i < DEVSESS_KEY_MAX; i++)
		KUNIT_EXPECT_EQ(test, key[i], 0);
	for (i = 5; i < DEVSESS_DATA_MAX; i++)
		KUNIT_EXPECT_EQ(test, data[i], 0);
}

static void extremes(struct kunit *test)
{
	struct slot_layout l = session_layout(1, 0);
	struct devsess_session in, out;
	u64 rec[REC_WORDS_MAX];

	memset(&in, 0xff, sizeof(in));
	in.family = 0x7f; /* the bit above is WORD0_NEW */
	in.state = STATE_MASK;
	in.flags = FLAGS_MASK;
	in.key_len = 1;
	in.data_len = 0;
	session_pack(&l, &in, in.data_len, rec);
	session_unpack(&l, rec, &out);
	expect_same(test, &in, &out);

	memset(&in, 0, sizeof(in));
	in.key_len = 1;
	session_pack(&l, &in, in.data_len, rec);
	session_unpack(&l, rec, &out);
	in.weight = 1; /* as which 0 is stored */
	expect_same(test, &in, &out);
}

/* What an update does not change may be out of range, and spoils nothing else. */
static void out_of_range(struct kunit *test)
{
	struct devsess_session in = { .state = 0xff, .key_len = 1, .weight = 2 }, out;
	struct slot_layout l = session_layout(1, 0);
	u64 rec[REC_WORDS_MAX];

	session_pack(&l, &in, in.data_len, rec);
	session_unpack(&l, rec, &out);
	KUNIT_EXPECT_EQ(test, out.flags, 0);
	in = (struct devsess_session){ .flags = 0xff, .key_len = 1, .weight = 2 };
	session_pack(&l, &in, in.data_len, rec);
	session_unpack(&l, rec, &out);
	KUNIT_EXPECT_EQ(test, out.state, 0);
	KUNIT_EXPECT_EQ(test, out.weight, 2);
}

static void expiry(struct kunit *test)
{
	struct slot_layout l = session_layout(8, 0);
	u64 rec[REC_WORDS_MAX] = { };

	KUNIT_EXPECT_EQ(test, session_expiry(0, 1000), 0);
	KUNIT_EXPECT_EQ(test, session_expiry(1, 1000), 1000 + 1000000ULL);
	KUNIT_EXPECT_GT(test, session_expiry(DEVSESS_TTL_MAX, U64_MAX / 4), U64_MAX / 4);

	KUNIT_EXPECT_FALSE(test, session_expired(&l, rec, U64_MAX));
	*session_word(&l, rec, W_EXPIRES) = 500;
	KUNIT_EXPECT_FALSE(test, session_expired(&l, rec, 499));
	KUNIT_EXPECT_TRUE(test, session_expired(&l, rec, 500));
	KUNIT_EXPECT_TRUE(test, session_expired(&l, rec, 501));
}

/* With keys of up to 16 bytes, what a packet needs is in the first line of a slot. */
static void first_line(struct kunit *test)
{
	struct slot_layout l = session_layout(16, 0);

	KUNIT_EXPECT_LE(test, sizeof(struct slot) + 8 * (1 + l.key_words + W_OWNER_MARK + 1), 64);
	KUNIT_EXPECT_EQ(test, l.slot_words * 8, 128);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(round_trip),
	KUNIT_CASE(padding),
	KUNIT_CASE(extremes),
	KUNIT_CASE(out_of_range),
	KUNIT_CASE(expiry),
	KUNIT_CASE(first_line),
	{ }
};

static struct kunit_suite devsess_session_suite = {
	.name = "devsess_session",
	.test_cases = cases,
};

kunit_test_suite(devsess_session_suite);
