// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/table.c and module/ops.c: what include/devsess.h promises. */
#include "../../module/table.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "../../module/clock.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define KEY_MAX		16
#define DATA_MAX	8
#define SESSIONS_MAX	100000
#define TTL_MS		400	/* long for a test, much longer than a tick */

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = SESSIONS_MAX, .key_max = KEY_MAX, .data_max = DATA_MAX,
	};
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		return PTR_ERR(t);
	test->priv = t;
	return 0;
}

static void cleanup(struct kunit *test)
{
	if (test->priv)
		table_free(test->priv);
}

static u64 counter(struct devsess_table *t, enum stat_id i)
{
	return stats_sum(&t->stats, i);
}

static struct devsess_session session(u32 id)
{
	struct devsess_session s = {
		.session = id * 11ULL, .owner = id * 3, .mark = id * 5,
		.state = DEVSESS_STATE_ACTIVE, .key_len = sizeof(id), .data_len = 3,
		.data = { id, id >> 8, id >> 16 },
	};

	memcpy(s.key, &id, sizeof(id));
	return s;
}

static int insert(struct devsess_table *t, u32 id)
{
	struct devsess_session s = session(id);

	return ops_insert(t, &s, GFP_KERNEL);
}

static int lookup(struct devsess_table *t, u32 id, struct devsess_session *s)
{
	return lookup_one(t, &id, sizeof(id), s);
}

static int remove_one(struct devsess_table *t, u32 id)
{
	return ops_delete(t, &id, sizeof(id));
}

static bool there(struct devsess_table *t, u32 id)
{
	struct devsess_session s;

	return !lookup(t, id, &s);
}

static void insert_many(struct kunit *test, u32 from, u32 to)
{
	for (; from < to; from++)
		KUNIT_ASSERT_EQ(test, insert(test->priv, from), 0);
}

static void insert_and_lookup(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(7), got;
	u64 before = clock_now();

	s.family = AF_INET;
	s.addr.s6_addr32[0] = 0x01020304;
	s.port = (__force __be16)99;
	s.flags = DEVSESS_FLAG_PINNED;
	memset(&got, 0xa5, sizeof(got));
	KUNIT_EXPECT_EQ(test, lookup(t, 7, &got), -ENOENT);
	KUNIT_EXPECT_EQ(test, got.session, 0xa5a5a5a5a5a5a5a5ULL);
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_GT(test, s.version, 0);
	KUNIT_EXPECT_GE(test, s.created, before);
	KUNIT_EXPECT_EQ(test, s.created, s.last_seen);
	KUNIT_EXPECT_EQ(test, s.expires, 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 7, &got), 0);
	KUNIT_EXPECT_EQ(test, got.session, 77);
	KUNIT_EXPECT_EQ(test, got.version, s.version);
	KUNIT_EXPECT_EQ(test, got.created, s.created);
	KUNIT_EXPECT_EQ(test, got.owner, 21);
	KUNIT_EXPECT_EQ(test, got.mark, 35);
	KUNIT_EXPECT_EQ(test, got.family, AF_INET);
	KUNIT_EXPECT_EQ(test, got.addr.s6_addr32[0], 0x01020304);
	KUNIT_EXPECT_EQ(test, (__force u16)got.port, 99);
	KUNIT_EXPECT_EQ(test, got.flags, DEVSESS_FLAG_PINNED);
	KUNIT_EXPECT_EQ(test, got.data_len, 3);
	KUNIT_EXPECT_EQ(test, got.data[0], 7);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);

	KUNIT_EXPECT_EQ(test, insert(t, 7), -EEXIST);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_inserts), 1);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_exists), 1);
}

/* A session without an address has neither address nor port. */
static void no_address(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1);

	s.addr.s6_addr32[2] = 5;
	s.port = (__force __be16)7;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &s), 0);
	KUNIT_EXPECT_EQ(test, s.addr.s6_addr32[2], 0);
	KUNIT_EXPECT_EQ(test, (__force u16)s.port, 0);
}

static void keys(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u8 key[KEY_MAX + 1] = "a";
	struct devsess_session s;
	u32 len;

	/* One byte and zeros: all lengths are different devices. */
	for (len = 1; len <= KEY_MAX; len++) {
		s = session(len);
		memset(s.key, 0, sizeof(s.key));
		s.key[0] = 'a';
		s.key_len = len;
		KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	}
	KUNIT_EXPECT_EQ(test, table_count(t), KEY_MAX);
	for (len = 1; len <= KEY_MAX; len++) {
		KUNIT_ASSERT_EQ(test, lookup_one(t, key, len, &s), 0);
		KUNIT_EXPECT_EQ(test, s.key_len, len);
		KUNIT_EXPECT_EQ(test, s.session, len * 11);
	}
	KUNIT_EXPECT_EQ(test, ops_delete(t, key, 3), 0);
	KUNIT_EXPECT_EQ(test, lookup_one(t, key, 3, &s), -ENOENT);
	KUNIT_EXPECT_EQ(test, lookup_one(t, key, 2, &s), 0);
	KUNIT_EXPECT_EQ(test, lookup_one(t, key, 4, &s), 0);

	KUNIT_EXPECT_EQ(test, lookup_one(t, key, 0, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, lookup_one(t, key, KEY_MAX + 1, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, lookup_one(t, key, (size_t)1 << 32 | 1, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_delete(t, key, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_delete(t, key, KEY_MAX + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_touch(t, key, 0, 0, 0, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_get_and_delete(t, key, 0, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_compare_and_delete(t, key, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_invalid), 8);
}

/* @s is out of range: nobody takes it, and nothing changes. */
static void refused(struct kunit *test, const struct devsess_session *s)
{
	struct devsess_table *t = test->priv;
	struct devsess_session c, prev;

	c = *s;
	KUNIT_EXPECT_EQ(test, ops_insert(t, &c, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_store(t, &c, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_swap(t, &c, &prev, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &c, GFP_KERNEL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_update(t, &c, DEVSESS_F_ALL), -EINVAL);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &c, DEVSESS_F_ALL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, memcmp(&c, s, sizeof(c)), 0);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
}

static void out_of_range(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s, good = session(1);

	KUNIT_ASSERT_EQ(test, insert(t, 1), 0);
	s = good;
	s.key_len = 0;
	refused(test, &s);
	s.key_len = KEY_MAX + 1;
	refused(test, &s);
	s = good;
	s.data_len = DATA_MAX + 1;
	refused(test, &s);
	s = good;
	s.state = DEVSESS_STATE_BLOCKED + 1;
	refused(test, &s);
	s = good;
	s.flags = DEVSESS_FLAG_PINNED << 1;
	refused(test, &s);
	s = good;
	s.family = 1;
	refused(test, &s);
	s = good;
	s.ttl_ms = DEVSESS_TTL_MAX + 1;
	refused(test, &s);
	s = good;
	s.expires = clock_now();
	refused(test, &s);
	s.expires = clock_now() + (DEVSESS_TTL_MAX + 1000000) * NSEC_PER_MSEC;
	refused(test, &s);
	s = good;
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_ALL + 1), -EINVAL);

	/* What an update does not change may be anything. */
	s = good;
	s.data_len = 255;
	s.state = 255;
	s.flags = 255;
	s.family = 255;
	s.ttl_ms = U64_MAX;
	s.expires = 1;
	s.owner = 4711;
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_OWNER), 0);
	KUNIT_EXPECT_EQ(test, s.owner, 4711);
	KUNIT_EXPECT_EQ(test, s.data_len, good.data_len);
	KUNIT_EXPECT_EQ(test, s.state, good.state);
	KUNIT_EXPECT_EQ(test, s.ttl_ms, 0);
	KUNIT_EXPECT_EQ(test, s.expires, 0);
}

static void store_and_swap(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev;
	u64 version;

	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 0);
	version = s.version;
	s.owner = 50;
	s.created = 1;
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_ATOMIC), 1);
	KUNIT_EXPECT_GT(test, s.version, version);
	KUNIT_EXPECT_GT(test, s.created, 1);
	s = session(1);
	KUNIT_EXPECT_EQ(test, ops_swap(t, &s, &prev, GFP_ATOMIC), 1);
	KUNIT_EXPECT_EQ(test, prev.owner, 50);
	KUNIT_EXPECT_EQ(test, prev.session, 11);
	s = session(2);
	memset(&prev, 0, sizeof(prev));
	KUNIT_EXPECT_EQ(test, ops_swap(t, &s, &prev, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, prev.session, 0);
	KUNIT_EXPECT_EQ(test, table_count(t), 2);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_inserts), 2);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_updates), 2);
}

static void update(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), old, new;
	u32 bit;

	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_ALL), -ENOENT);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_absent), 1);
	KUNIT_ASSERT_EQ(test, insert(t, 1), 0);
	for (bit = 0; bit < 9; bit++) {
		KUNIT_ASSERT_EQ(test, lookup(t, 1, &old), 0);
		s = session(1000 + bit);
		memcpy(s.key, old.key, old.key_len);
		s.family = AF_INET6;
		s.addr.s6_addr32[0] = bit + 1;
		s.port = (__force __be16)(bit + 1);
		s.state = DEVSESS_STATE_NEW;
		s.flags = DEVSESS_FLAG_PINNED;
		s.ttl_ms = 100000 + bit;
		s.data_len = 7;
		s.weight = 9;
		KUNIT_EXPECT_EQ(test, ops_update(t, &s, 1U << bit), 0);
		KUNIT_ASSERT_EQ(test, lookup(t, 1, &new), 0);
		KUNIT_EXPECT_EQ(test, new.version, s.version);
		KUNIT_EXPECT_GT(test, new.version, old.version);
		KUNIT_EXPECT_EQ(test, new.created, old.created);
		KUNIT_EXPECT_EQ(test, new.last_seen, old.last_seen);
		KUNIT_EXPECT_EQ(test, new.session != old.session,
				1U << bit == DEVSESS_F_SESSION);
		KUNIT_EXPECT_EQ(test, new.family != old.family, 1U << bit == DEVSESS_F_ADDR);
		KUNIT_EXPECT_EQ(test, new.port != old.port, 1U << bit == DEVSESS_F_ADDR);
		KUNIT_EXPECT_EQ(test, new.owner != old.owner, 1U << bit == DEVSESS_F_OWNER);
		KUNIT_EXPECT_EQ(test, new.mark != old.mark, 1U << bit == DEVSESS_F_MARK);
		KUNIT_EXPECT_EQ(test, new.state != old.state, 1U << bit == DEVSESS_F_STATE);
		KUNIT_EXPECT_EQ(test, new.flags != old.flags, 1U << bit == DEVSESS_F_FLAGS);
		KUNIT_EXPECT_EQ(test, new.ttl_ms != old.ttl_ms, 1U << bit == DEVSESS_F_TTL);
		KUNIT_EXPECT_EQ(test, new.expires != old.expires, 1U << bit == DEVSESS_F_TTL);
		KUNIT_EXPECT_EQ(test, new.data_len != old.data_len, 1U << bit == DEVSESS_F_DATA);
		KUNIT_EXPECT_EQ(test, new.weight != old.weight, 1U << bit == DEVSESS_F_WEIGHT);
	}
}

static void get_or_insert(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1);

	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &s, GFP_KERNEL), 0);
	s = session(1);
	s.owner = 99;
	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, s.owner, 3);
	KUNIT_EXPECT_GT(test, s.version, 0);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
}

static void delete(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = { };
	u32 id = 5;

	KUNIT_EXPECT_EQ(test, remove_one(t, 5), -ENOENT);
	KUNIT_ASSERT_EQ(test, insert(t, 5), 0);
	KUNIT_EXPECT_EQ(test, remove_one(t, 5), 0);
	KUNIT_EXPECT_EQ(test, remove_one(t, 5), -ENOENT);
	KUNIT_EXPECT_EQ(test, table_count(t), 0);
	KUNIT_EXPECT_EQ(test, ops_get_and_delete(t, &id, sizeof(id), &s), -ENOENT);
	KUNIT_EXPECT_EQ(test, s.session, 0);
	KUNIT_ASSERT_EQ(test, insert(t, 5), 0);
	KUNIT_EXPECT_EQ(test, ops_get_and_delete(t, &id, sizeof(id), &s), 0);
	KUNIT_EXPECT_EQ(test, s.session, 55);
	KUNIT_EXPECT_FALSE(test, there(t, 5));
	KUNIT_EXPECT_EQ(test, counter(t, STAT_deletes), 2);
}

static void compare(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1);
	u64 version;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_ALL, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, ops_compare_and_delete(t, &id, sizeof(id), 1), -ENOENT);
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	version = s.version;
	s.owner = 8;
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_OWNER, version + 1),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_OWNER, 0), -ESTALE);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_OWNER, version), 0);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_OWNER, version), -ESTALE);
	KUNIT_EXPECT_EQ(test, ops_compare_and_delete(t, &id, sizeof(id), version), -ESTALE);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_version), 4);
	/* A touch does not raise it. */
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, ops_compare_and_delete(t, &id, sizeof(id), s.version), 0);
	KUNIT_EXPECT_FALSE(test, there(t, 1));
}

/* A version is never used twice, though shards split and merge meanwhile. */
static void versions(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 last = 0;
	u32 i;

	for (i = 0; i < 40; i++) {
		struct devsess_session s = session(0);

		KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
		KUNIT_EXPECT_GT(test, s.version, last);
		KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_OWNER), 0);
		KUNIT_EXPECT_GT(test, s.version, last + 1);
		last = s.version;
		KUNIT_ASSERT_EQ(test, remove_one(t, 0), 0);
		if (i % 8 == 1) {
			insert_many(test, 1, 24000);
		} else if (i % 8 == 5) {
			walk_clear(t, NULL, NULL);
			while (sweep_run(&t->sweep))
				;
		}
	}
	KUNIT_EXPECT_GT(test, counter(t, STAT_splits), 0);
	KUNIT_EXPECT_GT(test, counter(t, STAT_merges), 0);
}

static u64 expiry_of(struct kunit *test, u32 id)
{
	struct devsess_session s = { };

	KUNIT_EXPECT_EQ(test, lookup(test->priv, id, &s), 0);
	return s.expires;
}

static int touch(struct kunit *test, u64 ttl_ms, bool only_later, u64 *expires)
{
	u32 id = 1, flags = only_later ? DEVSESS_TOUCH_FLAG_ONLY_LATER : 0;
	int ret = ops_touch(test->priv, &id, sizeof(id), ttl_ms, flags, expires);

	KUNIT_EXPECT_EQ(test, *expires, expiry_of(test, id));
	return ret;
}

static void touch_rules(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), got;
	u64 expires = 1, before;
	u32 id = 1;

	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, &expires), -ENOENT);
	KUNIT_EXPECT_EQ(test, expires, 1);
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), DEVSESS_TTL_MAX + 1, 0, NULL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 2, NULL), -EINVAL);

	s.ttl_ms = 100000;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	before = s.expires;
	msleep(30);
	/* Its own time to live begins anew. */
	KUNIT_EXPECT_EQ(test, touch(test, 0, false, &expires), 0);
	KUNIT_EXPECT_GT(test, expires, before);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_GT(test, got.last_seen, s.last_seen);
	KUNIT_EXPECT_EQ(test, got.created, s.created);
	KUNIT_EXPECT_EQ(test, got.version, s.version);
	KUNIT_EXPECT_EQ(test, got.ttl_ms, 100000);
	/* A given one, also shorter, unless only a later end is wanted. */
	before = expires;
	KUNIT_EXPECT_EQ(test, touch(test, 200000, false, &expires), 0);
	KUNIT_EXPECT_GT(test, expires, before);
	before = expires;
	KUNIT_EXPECT_EQ(test, touch(test, 100000, true, &expires), 1);
	KUNIT_EXPECT_EQ(test, expires, before);
	KUNIT_EXPECT_EQ(test, touch(test, 300000, true, &expires), 0);
	KUNIT_EXPECT_GT(test, expires, before);
	KUNIT_EXPECT_EQ(test, touch(test, 50000, false, &expires), 0);
	KUNIT_EXPECT_LT(test, expires, before);
	/* Without a ttl of its own it goes on for ever, and nothing is later than that. */
	s.ttl_ms = 0;
	s.expires = 0;
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_TTL), 0);
	KUNIT_EXPECT_EQ(test, expiry_of(test, 1), 0);
	KUNIT_EXPECT_EQ(test, touch(test, 1000000, true, &expires), 1);
	KUNIT_EXPECT_EQ(test, expires, 0);
	KUNIT_EXPECT_EQ(test, touch(test, 1000000, false, &expires), 0);
	KUNIT_EXPECT_GT(test, expires, 0);
	KUNIT_EXPECT_EQ(test, touch(test, 0, true, &expires), 0);
	KUNIT_EXPECT_EQ(test, expires, 0);
}

static void insert_mortal(struct kunit *test, u32 id)
{
	struct devsess_session s = session(id);

	s.ttl_ms = TTL_MS;
	KUNIT_ASSERT_EQ(test, ops_insert(test->priv, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, s.expires, s.created + TTL_MS * NSEC_PER_MSEC);
}

/* An expired session is absent for everybody, swept or not. */
static void expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev = { };
	u64 version;
	u32 id = 1, i;

	t->sweep.midway = true; /* the worker does not come by itself */
	for (i = 1; i <= 8; i++)
		insert_mortal(test, i);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &s), 0);
	version = s.version;
	msleep(TTL_MS / 4);
	for (i = 1; i <= 8; i++)
		KUNIT_EXPECT_TRUE(test, there(t, i));
	msleep(TTL_MS);
	for (i = 1; i <= 8; i++)
		KUNIT_EXPECT_FALSE(test, there(t, i));
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_OWNER), -ENOENT);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_OWNER, version), -ENOENT);
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, remove_one(t, 2), -ENOENT);
	KUNIT_EXPECT_EQ(test, insert(t, 3), 0);
	s = session(4);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 0);
	s = session(5);
	KUNIT_EXPECT_EQ(test, ops_swap(t, &s, &prev, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, prev.session, 0);
	s = session(6);
	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &s, GFP_KERNEL), 0);
	sweep_run(&t->sweep);
	KUNIT_EXPECT_EQ(test, table_count(t), 4);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_expired), 8);
}

static void expiry_given(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1);
	u64 expires = clock_now() + 3600 * NSEC_PER_SEC;

	s.expires = expires;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, expiry_of(test, 1), expires);
	s = session(1);
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_OWNER), 0);
	KUNIT_EXPECT_EQ(test, expiry_of(test, 1), expires);
	s = session(2);
	s.ttl_ms = DEVSESS_TTL_MAX;
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_GT(test, expiry_of(test, 2), expires);
	KUNIT_EXPECT_EQ(test, sweep_run(&t->sweep), false);
	KUNIT_EXPECT_EQ(test, table_count(t), 2);
}

/* A session that names no time to live gets the table's, as it is then. */
static void table_ttl(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), got;
	u64 now = clock_now();

	t->ttl_ms = 100000;
	s.ttl_ms = DEVSESS_TTL_TABLE;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, s.ttl_ms, 100000);
	KUNIT_EXPECT_GE(test, s.expires, now + 100000 * NSEC_PER_MSEC);
	KUNIT_ASSERT_EQ(test, insert(t, 2), 0);
	KUNIT_EXPECT_EQ(test, expiry_of(test, 2), 0);

	t->ttl_ms = 200000;
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.ttl_ms, 100000);
	KUNIT_EXPECT_EQ(test, got.expires, s.expires);
	KUNIT_ASSERT_EQ(test, ops_touch(t, s.key, s.key_len, 0, 0, NULL), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_LT(test, got.expires, clock_now() + 200000 * NSEC_PER_MSEC);
	s.ttl_ms = DEVSESS_TTL_TABLE;
	s.expires = 0;
	KUNIT_ASSERT_EQ(test, ops_update(t, &s, DEVSESS_F_TTL), 0);
	KUNIT_EXPECT_EQ(test, s.ttl_ms, 200000);
	KUNIT_EXPECT_GE(test, expiry_of(test, 1), now + 200000 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, ops_touch(t, s.key, s.key_len, DEVSESS_TTL_TABLE, 0, NULL),
			-EINVAL);

	t->ttl_ms = 0;
	s.ttl_ms = DEVSESS_TTL_TABLE;
	s.expires = 0;
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, s.ttl_ms, 0);
	KUNIT_EXPECT_EQ(test, expiry_of(test, 1), 0);
}

static void capacity(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s, prev;
	u32 i;

	KUNIT_ASSERT_EQ(test, table_set_max(t, 100), 0);
	insert_many(test, 0, 100);
	KUNIT_EXPECT_EQ(test, insert(t, 100), -ENOSPC);
	s = session(100);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ops_swap(t, &s, &prev, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &s, GFP_KERNEL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_full), 4);
	/* What is there may still change. */
	s = session(50);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_ALL), 0);
	KUNIT_EXPECT_EQ(test, remove_one(t, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 100), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 7), -ENOSPC);

	KUNIT_EXPECT_EQ(test, table_set_max(t, 99), -EBUSY);
	KUNIT_EXPECT_EQ(test, insert(t, 7), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_set_max(t, 101), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 7), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 101), -ENOSPC);
	for (i = 0; i < 51; i++)
		KUNIT_EXPECT_EQ(test, remove_one(t, i), 0);
	KUNIT_EXPECT_EQ(test, table_set_max(t, 50), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, table_count(t), 50);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&t->peak), 101);
}

/* The place of an expired session of the same device is free at once. */
static void capacity_and_expiry(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	KUNIT_ASSERT_EQ(test, table_set_max(t, 2), 0);
	insert_mortal(test, 1);
	insert_mortal(test, 2);
	KUNIT_EXPECT_EQ(test, insert(t, 3), -ENOSPC);
	msleep(TTL_MS + TTL_MS / 2);
	KUNIT_EXPECT_EQ(test, insert(t, 1), 0);
	sweep_run(&t->sweep);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
	KUNIT_EXPECT_EQ(test, insert(t, 3), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 2), -ENOSPC);
}

static int stop(const struct devsess_session *s, void *arg)
{
	return 1;
}

/* The table is deleted: who has it still can read it to the end, and write no more. */
static void dead(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev;
	u32 id = 1;

	KUNIT_ASSERT_EQ(test, insert(t, 1), 0);
	t->dead = true;
	KUNIT_EXPECT_EQ(test, lookup(t, 1, &s), 0);
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_swap(t, &s, &prev, GFP_KERNEL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_get_or_insert(t, &s, GFP_KERNEL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_ALL), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_compare_and_swap(t, &s, DEVSESS_F_ALL, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, remove_one(t, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_get_and_delete(t, &id, sizeof(id), &s), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_compare_and_delete(t, &id, sizeof(id), 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), -ENODEV);
	KUNIT_EXPECT_EQ(test, walk_range(t, stop, NULL), 1);
	KUNIT_EXPECT_EQ(test, table_count(t), 1);
}

/* A softirq inserts without allocating, as long as the dirty map has free slots. */
static void atomic_insert(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i, failed = 0;

	for (i = 0; i < 2000; i++) {
		struct devsess_session s = session(i);
		int ret = ops_insert(t, &s, GFP_ATOMIC);

		failed += ret == -ENOMEM;
		if (ret != -ENOMEM)
			KUNIT_EXPECT_EQ(test, ret, 0);
	}
	KUNIT_EXPECT_EQ(test, table_count(t), 2000 - failed);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_fail_memory), failed);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_splits), 0);
}

/* Sessions leave, and after some passes so does their memory. */
static void memory_returns(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 first = table_memory(t), full, passes = 0;
	u32 i, shards = atomic_read(&t->stats.shards);

	/* No worker, which may merge in the middle of a pass of ours, that then is the last. */
	t->sweep.midway = true;
	insert_many(test, 0, 40000);
	full = table_memory(t);
	KUNIT_EXPECT_GT(test, full, 40000 * 128);
	KUNIT_EXPECT_LT(test, full, 40000 * 400);
	for (i = 0; i < 40000; i++)
		if (i % 20)
			KUNIT_ASSERT_EQ(test, remove_one(t, i), 0);
	while (sweep_run(&t->sweep))
		passes++;
	KUNIT_EXPECT_LT(test, passes, 20);
	KUNIT_EXPECT_LT(test, table_memory(t), full / 8);
	for (i = 0; i < 40000; i++)
		KUNIT_EXPECT_EQ(test, there(t, i), i % 20 == 0);
	for (i = 0; i < 40000; i += 20)
		KUNIT_ASSERT_EQ(test, remove_one(t, i), 0);
	while (sweep_run(&t->sweep))
		;
	KUNIT_EXPECT_EQ(test, atomic_read(&t->stats.shards), shards);
	/* But for the level that the directory keeps in reserve. */
	KUNIT_EXPECT_LE(test, table_memory(t), first + dir_bytes(&t->dir));
}

static void counters(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	insert_many(test, 0, 5000);
	for (i = 0; i < 5000; i++)
		there(t, i);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_read_hits) + counter(t, STAT_dirty_hits), 5000);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_not_found), 0);
	there(t, 5000);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_not_found), 1);
	for (i = 0; i < 1000; i++)
		remove_one(t, i);
	KUNIT_EXPECT_EQ(test, counter(t, STAT_inserts) - counter(t, STAT_deletes) -
			counter(t, STAT_expired), table_count(t));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&t->peak), 5000);
	KUNIT_EXPECT_GE(test, counter(t, STAT_slots_written),
			counter(t, STAT_inserts) + counter(t, STAT_promoted));
	KUNIT_EXPECT_GT(test, atomic64_read(&t->stats.lock_hold_max), 0);
	KUNIT_EXPECT_GE(test, atomic_long_read(&t->stats.slots), 4000);
}

/* Undo: everything is as it was, but for the version and what came meanwhile. */
static void restore(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev, written, got;
	u64 version = 0;
	u32 id = 1;

	s.ttl_ms = 100000;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	written = session(1);
	written.owner = 99;
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_OWNER, NULL, &prev, false,
					      GFP_KERNEL),
			0);
	KUNIT_EXPECT_EQ(test, prev.owner, 3);
	KUNIT_ASSERT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.owner, 3);
	KUNIT_EXPECT_EQ(test, got.expires, s.expires);
	KUNIT_EXPECT_GT(test, got.version, written.version);
	/* Not if it has changed since. */
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), -ESTALE);
	/* A touch that came meanwhile stays. */
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_OWNER, &version, &prev, false,
					      GFP_KERNEL),
			-ESTALE);
	version = got.version;
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_OWNER, &version, &prev, false,
					      GFP_KERNEL),
			0);
	msleep(20);
	KUNIT_ASSERT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, NULL), 0);
	KUNIT_ASSERT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.owner, 3);
	KUNIT_EXPECT_GT(test, got.expires, s.expires);
	KUNIT_EXPECT_GT(test, got.last_seen, s.last_seen);
	KUNIT_ASSERT_EQ(test, remove_one(t, 1), 0);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), -ENOENT);
}

/*
 * What touches that come between a write of the time to live and its undoing leave: the touch,
 * by the time to live that was there before.
 */
static void restore_ttl_to(struct kunit *test, u64 ttl_ms, u32 flags)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev, written, got;
	u32 id = 1;

	s.ttl_ms = 100000;
	KUNIT_ASSERT_EQ(test, ops_store(t, &s, GFP_KERNEL) < 0, false);
	written = session(1);
	written.ttl_ms = ttl_ms;
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_TTL, NULL, &prev, false,
					      GFP_KERNEL),
			0);
	msleep(20);
	KUNIT_ASSERT_GE(test, ops_touch(t, &id, sizeof(id), 0, flags, NULL), 0);
	KUNIT_ASSERT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.ttl_ms, 100000);
	KUNIT_EXPECT_GT(test, got.last_seen, written.last_seen);
	KUNIT_EXPECT_EQ(test, got.expires, got.last_seen + 100000 * NSEC_PER_MSEC);
}

static void restore_ttl(struct kunit *test)
{
	static const u64 ttls_ms[] = { 0, 50000, 200000 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ttls_ms); i++) {
		restore_ttl_to(test, ttls_ms[i], 0);
		restore_ttl_to(test, ttls_ms[i], DEVSESS_TOUCH_FLAG_ONLY_LATER);
	}
}

/* A time of its own that a touch came with is not the write's. */
static void restore_own_ttl(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev, written, got;
	u32 id = 1;

	s.ttl_ms = 100000;
	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	written = session(1);
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_TTL, NULL, &prev, false,
					      GFP_KERNEL),
			0);
	KUNIT_ASSERT_EQ(test, ops_touch(t, &id, sizeof(id), 7000, 0, NULL), 0);
	KUNIT_ASSERT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.expires, got.last_seen + 7000 * NSEC_PER_MSEC);
}

/* A time to live that is over before it is taken back: the session had another one. */
static void restore_expired(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev, written, got;

	KUNIT_ASSERT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	t->sweep.midway = true; /* the worker does not come */
	written = session(1);
	written.ttl_ms = 1;
	KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_TTL, NULL, &prev, true,
					      GFP_KERNEL),
			0);
	msleep(20);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), -ENOENT);
	KUNIT_EXPECT_EQ(test, ops_restore(t, &prev, &written), 0);
	KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
	KUNIT_EXPECT_EQ(test, got.expires, s.expires);
	KUNIT_EXPECT_EQ(test, got.ttl_ms, s.ttl_ms);
	t->sweep.midway = false;
}

/* A touch of the same tick as what is undone, be it a store, a touch or an update. */
static void restore_same_tick(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session(1), prev, written, got;
	u32 id = 1, what;
	u64 expires;

	for (what = 0; what < 3; what++) {
		s = session(1);
		s.ttl_ms = 100000;
		KUNIT_ASSERT_GE(test, ops_store(t, &s, GFP_KERNEL), 0);
		msleep(20);
		written = session(1);
		written.ttl_ms = 100000;
		if (what == 0)
			KUNIT_ASSERT_EQ(test, ops_swap_full(t, &written, &prev, true, GFP_KERNEL),
					1);
		else if (what == 1)
			KUNIT_ASSERT_EQ(test, ops_touch_full(t, &id, sizeof(id), 0, 0, NULL, &prev,
							     &written, true),
					0);
		else
			KUNIT_ASSERT_EQ(test, ops_update_full(t, &written, DEVSESS_F_MARK, NULL,
							      &prev, true, GFP_KERNEL),
					0);
		KUNIT_ASSERT_EQ(test, ops_touch(t, &id, sizeof(id), 0, 0, &expires), 0);
		KUNIT_ASSERT_EQ(test, ops_restore(t, &prev, &written), 0);
		KUNIT_ASSERT_EQ(test, lookup(t, 1, &got), 0);
		KUNIT_EXPECT_EQ(test, got.expires, expires);
		KUNIT_EXPECT_GT(test, got.last_seen, s.last_seen);
	}
}

static void sessions_max(struct kunit *test)
{
	u64 small = table_sessions_max(1, 0);
	u64 large = table_sessions_max(DEVSESS_KEY_MAX, DEVSESS_DATA_MAX);

	KUNIT_EXPECT_GT(test, small, 100000);
	KUNIT_EXPECT_LE(test, small, U32_MAX);
	KUNIT_EXPECT_TRUE(test, small == U32_MAX || large <= small / 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(insert_and_lookup),
	KUNIT_CASE(no_address),
	KUNIT_CASE(keys),
	KUNIT_CASE(out_of_range),
	KUNIT_CASE(store_and_swap),
	KUNIT_CASE(update),
	KUNIT_CASE(get_or_insert),
	KUNIT_CASE(delete),
	KUNIT_CASE(compare),
	KUNIT_CASE(versions),
	KUNIT_CASE(touch_rules),
	KUNIT_CASE(expired),
	KUNIT_CASE(expiry_given),
	KUNIT_CASE(table_ttl),
	KUNIT_CASE(capacity),
	KUNIT_CASE(capacity_and_expiry),
	KUNIT_CASE(dead),
	KUNIT_CASE(atomic_insert),
	KUNIT_CASE(memory_returns),
	KUNIT_CASE(counters),
	KUNIT_CASE(restore),
	KUNIT_CASE(restore_ttl),
	KUNIT_CASE(restore_own_ttl),
	KUNIT_CASE(restore_expired),
	KUNIT_CASE(restore_same_tick),
	KUNIT_CASE(sessions_max),
	{ }
};

static struct kunit_suite devsess_table_suite = {
	.name = "devsess_table",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_table_suite);
