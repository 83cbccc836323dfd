// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/slots.c and map.c. */
#include "../../module/slots.h"

#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/map.h"
#include "../../module/session.h"

/* A table and the keys to fill it with. */
struct fixture {
	struct slot_layout layout;
	struct slot_table *t;
	u64 rec[REC_WORDS_MAX];
};

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->layout = session_layout(16, 0);
	f->t = map_alloc(&f->layout, SZ_16K, GFP_KERNEL);
	test->priv = f;
	return f->t ? 0 : -ENOMEM;
}

static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (f)
		map_free(f->t);
}

static struct slot_key make_key(u32 hash, u64 id)
{
	struct slot_key key = { .hash = hash, .len = 8, .word = { id } };

	return key;
}

/* A record whose words all tell the id. */
static const u64 *record(struct fixture *f, const struct slot_key *key)
{
	u32 i;

	for (i = 0; i < f->layout.rec_words; i++)
		f->rec[i] = key->word[0] * 1000 + i;
	f->rec[0] = key->len;
	for (i = 0; i < f->layout.key_words; i++)
		f->rec[1 + i] = key->word[i];
	return f->rec;
}

static void insert(struct fixture *f, u32 hash, u64 id)
{
	struct slot_key key = make_key(hash, id);

	slots_insert(f->t, hash, record(f, &key));
}

static int look(const struct slot_table *t, const struct slot_layout *layout,
		const struct slot_key *key, u64 *rec)
{
	return slots_read(t, layout, t->groups, key, rec);
}

/* Whether the lock-free search finds the record whole; the writer's must agree. */
static bool there(struct kunit *test, u32 hash, u64 id)
{
	struct fixture *f = test->priv;
	struct slot_key key = make_key(hash, id);
	u64 rec[REC_WORDS_MAX];
	int ret = look(f->t, &f->layout, &key, rec);

	KUNIT_EXPECT_EQ(test, slots_find(f->t, &key) >= 0, !ret);
	if (ret) {
		KUNIT_EXPECT_EQ(test, ret, -ENOENT);
		return false;
	}
	KUNIT_EXPECT_MEMEQ(test, rec, record(f, &key), f->layout.rec_words * sizeof(u64));
	return true;
}

static int find(struct fixture *f, u32 hash, u64 id)
{
	struct slot_key key = make_key(hash, id);

	return slots_find(f->t, &key);
}

static void insert_find_remove(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = slots_room(f->t->groups), i;

	for (i = 0; i < n; i++)
		insert(f, i * 0x9e3779b1U, i);
	KUNIT_EXPECT_EQ(test, f->t->used, n);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_TRUE(test, there(test, i * 0x9e3779b1U, i));
	KUNIT_EXPECT_FALSE(test, there(test, 5 * 0x9e3779b1U, n));
	for (i = 0; i < n; i += 2)
		slots_remove(f->t, find(f, i * 0x9e3779b1U, i));
	KUNIT_EXPECT_EQ(test, f->t->used, n / 2);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, there(test, i * 0x9e3779b1U, i), i % 2 == 1);
}

/* All ids have one hash: they fill group after group, and are told apart by content. */
static void same_hash(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = slots_of(f->t->groups) - 1, i;

	for (i = 0; i < n; i++)
		insert(f, 77, i);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_TRUE(test, there(test, 77, i));
	KUNIT_EXPECT_FALSE(test, there(test, 77, n));
}

/* Different hashes with the tag of another id. */
static void same_tag(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 100; i++)
		insert(f, i << 7 | 3, i);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_TRUE(test, there(test, i << 7 | 3, i));
		KUNIT_EXPECT_FALSE(test, there(test, i << 7 | 3, i + 1000));
	}
}

/* A hash whose home is group @g, by trial. */
static u32 hash_of_group(struct kunit *test, u32 g)
{
	struct fixture *f = test->priv;
	u32 hash;

	for (hash = 1; hash < 100000; hash++) {
		int i;

		insert(f, hash, ~0ULL);
		i = find(f, hash, ~0ULL);
		slots_remove(f->t, i);
		if (i / GROUP_SLOTS == g)
			return hash;
	}
	KUNIT_FAIL(test, "no hash has its home in group %u", g);
	return 0;
}

static void each_group_is_a_home(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 g;

	for (g = 0; g < f->t->groups; g++)
		hash_of_group(test, g);
	KUNIT_EXPECT_EQ(test, f->t->used, 0);
	KUNIT_EXPECT_EQ(test, f->t->deleted, 0);
}

static void wrap_around(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 hash = hash_of_group(test, f->t->groups - 1), i;

	for (i = 0; i < 2 * GROUP_SLOTS; i++)
		insert(f, hash, i);
	KUNIT_EXPECT_EQ(test, find(f, hash, 0) / GROUP_SLOTS, (int)f->t->groups - 1);
	KUNIT_EXPECT_EQ(test, find(f, hash, GROUP_SLOTS) / GROUP_SLOTS, 0);
	for (i = 0; i < 2 * GROUP_SLOTS; i++)
		KUNIT_EXPECT_TRUE(test, there(test, hash, i));
	KUNIT_EXPECT_FALSE(test, there(test, hash, 99));
}

/* A group that has an empty slot leaves no tombstone; a full one must. */
static void tombstones(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < GROUP_SLOTS - 1; i++)
		insert(f, 1, i);
	slots_remove(f->t, find(f, 1, 3));
	KUNIT_EXPECT_EQ(test, f->t->deleted, 0);

	insert(f, 1, 3);
	insert(f, 1, 100);
	insert(f, 1, 101); /* the group is full: this one is in the next */
	KUNIT_EXPECT_NE(test, find(f, 1, 101) / GROUP_SLOTS, find(f, 1, 100) / GROUP_SLOTS);
	slots_remove(f->t, find(f, 1, 100));
	KUNIT_EXPECT_EQ(test, f->t->deleted, 1);
	KUNIT_EXPECT_TRUE(test, there(test, 1, 101));
	KUNIT_EXPECT_FALSE(test, there(test, 1, 100));

	insert(f, 1, 102); /* takes the tombstone's place */
	KUNIT_EXPECT_EQ(test, f->t->deleted, 0);
	KUNIT_EXPECT_EQ(test, find(f, 1, 102) / GROUP_SLOTS, find(f, 1, 0) / GROUP_SLOTS);

	for (i = 0; i < GROUP_SLOTS - 1; i++)
		slots_remove(f->t, find(f, 1, i));
	KUNIT_EXPECT_EQ(test, f->t->deleted, GROUP_SLOTS - 1);
	KUNIT_EXPECT_TRUE(test, there(test, 1, 101));
	KUNIT_EXPECT_TRUE(test, there(test, 1, 102));
}

/* A search in a map without an empty slot ends all the same. */
static void only_tombstones(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = slots_of(f->t->groups), i;

	for (i = 0; i < n; i++)
		insert(f, i * 0x9e3779b1U, i);
	for (i = 0; i < n; i++)
		slots_remove(f->t, find(f, i * 0x9e3779b1U, i));
	KUNIT_EXPECT_EQ(test, f->t->used, 0);
	KUNIT_EXPECT_EQ(test, f->t->deleted, n);
	KUNIT_EXPECT_FALSE(test, there(test, 1, 1));
	KUNIT_EXPECT_EQ(test, slots_next(f->t, 0), -ENOENT);
	insert(f, 7, 7);
	KUNIT_EXPECT_TRUE(test, there(test, 7, 7));
	KUNIT_EXPECT_EQ(test, f->t->deleted, n - 1);
}

static void clear(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 40; i++)
		insert(f, 1, i);
	for (i = 0; i < 10; i++)
		slots_remove(f->t, find(f, 1, i));
	slots_clear(f->t);
	KUNIT_EXPECT_EQ(test, f->t->used, 0);
	KUNIT_EXPECT_EQ(test, f->t->deleted, 0);
	KUNIT_EXPECT_EQ(test, slots_next(f->t, 0), -ENOENT);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_FALSE(test, there(test, 1, i));
	insert(f, 1, 5);
	KUNIT_EXPECT_TRUE(test, there(test, 1, 5));
}

static void write_in_place(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct slot_key key = make_key(9, 9);
	u64 rec[REC_WORDS_MAX], got[REC_WORDS_MAX];
	int i;

	insert(f, 9, 9);
	i = slots_find(f->t, &key);
	slots_load(f->t, i, rec);
	KUNIT_EXPECT_MEMEQ(test, rec, record(f, &key), f->layout.rec_words * sizeof(u64));
	KUNIT_EXPECT_EQ(test, slots_hash(f->t, i), 9);
	rec[f->layout.rec_words - 1] = 4711;
	slots_write(f->t, i, rec);
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &key, got), 0);
	KUNIT_EXPECT_MEMEQ(test, got, rec, f->layout.rec_words * sizeof(u64));
	KUNIT_EXPECT_EQ(test, f->t->used, 1);
}

static void next_visits_each_once(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 seen[2] = { }, rec[REC_WORDS_MAX];
	int i;

	for (i = 0; i < 64; i++)
		insert(f, i * 0x9e3779b1U, i);
	for (i = 0; i < 64; i += 3)
		slots_remove(f->t, find(f, i * 0x9e3779b1U, i));
	for (i = slots_next(f->t, 0); i >= 0; i = slots_next(f->t, i + 1)) {
		slots_load(f->t, i, rec);
		KUNIT_ASSERT_LT(test, rec[1], 64);
		KUNIT_EXPECT_FALSE(test, seen[0] >> rec[1] & 1);
		seen[0] |= 1ULL << rec[1];
	}
	for (i = 0; i < 64; i++)
		KUNIT_EXPECT_EQ(test, seen[0] >> i & 1, i % 3 ? 1 : 0);
}

static void copy_by_bit(struct kunit *test)
{
	struct fixture *f = test->priv, half[2] = { *f, *f };
	u32 bit = 1U << 31, i, b;

	for (i = 0; i < 80; i++)
		insert(f, i * 0x9e3779b1U, i);
	for (b = 0; b < 2; b++) {
		half[b].t = map_alloc(&f->layout, SZ_16K, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, half[b].t);
		slots_fill(half[b].t, f->t, bit, b ? bit : 0);
	}
	KUNIT_EXPECT_EQ(test, half[0].t->used + half[1].t->used, 80);
	for (i = 0; i < 80; i++) {
		u32 hash = i * 0x9e3779b1U;

		KUNIT_EXPECT_GE(test, find(&half[hash >> 31], hash, i), 0);
		KUNIT_EXPECT_EQ(test, find(&half[!(hash >> 31)], hash, i), -ENOENT);
	}
	map_free(half[0].t);
	map_free(half[1].t);
}

/* "a" and "a\0" are two ids with the same words. */
static void length_counts(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct slot_key a = { .hash = 1, .len = 1, .word = { 'a' } };
	struct slot_key a0 = { .hash = 1, .len = 2, .word = { 'a' } };
	u64 rec[REC_WORDS_MAX];

	slots_insert(f->t, 1, record(f, &a));
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &a, rec), 0);
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &a0, rec), -ENOENT);
	slots_insert(f->t, 1, record(f, &a0));
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &a0, rec), 0);
	KUNIT_EXPECT_EQ(test, rec[0], 2);
	slots_remove(f->t, slots_find(f->t, &a));
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &a, rec), -ENOENT);
	KUNIT_EXPECT_EQ(test, look(f->t, &f->layout, &a0, rec), 0);
}

/* Each length of a key, each of whose bytes counts. */
static void each_length(struct kunit *test)
{
	struct slot_layout layout = session_layout(DEVSESS_KEY_MAX, DEVSESS_DATA_MAX);
	struct slot_table *t = map_alloc(&layout, SZ_128K, GFP_KERNEL);
	u64 rec[REC_WORDS_MAX] = { };
	u32 len, at;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (len = 1; len <= DEVSESS_KEY_MAX; len++) {
		struct slot_key key = { .hash = 5, .len = len };

		memset(key.word, 0xee, len);
		rec[0] = len;
		memcpy(rec + 1, key.word, sizeof(key.word));
		slots_insert(t, key.hash, rec);
	}
	for (len = 1; len <= DEVSESS_KEY_MAX; len++) {
		struct slot_key key = { .hash = 5, .len = len };

		memset(key.word, 0xee, len);
		KUNIT_EXPECT_EQ(test, look(t, &layout, &key, rec), 0);
		KUNIT_EXPECT_EQ(test, rec[0], len);
		for (at = 0; at < len; at++) {
			((u8 *)key.word)[at] ^= 1;
			KUNIT_EXPECT_EQ(test, look(t, &layout, &key, rec), -ENOENT);
			KUNIT_EXPECT_EQ(test, slots_find(t, &key), -ENOENT);
			((u8 *)key.word)[at] ^= 1;
		}
	}
	map_free(t);
}

/* A record is in its home slot if that is free. */
static void home(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct slot_key key;
	u32 slot;

	for (slot = 0; slot < GROUP_SLOTS; slot++) {
		slots_clear(f->t);
		key = make_key(slot << 7, slot);
		KUNIT_ASSERT_EQ(test, slots_home_slot(key.hash), slot);
		insert(f, key.hash, slot);
		KUNIT_EXPECT_EQ(test, slots_find(f->t, &key) % GROUP_SLOTS, slot);
		/* And another one of that home is not. */
		key = make_key(slot << 7, slot + 100);
		insert(f, key.hash, slot + 100);
		KUNIT_EXPECT_NE(test, slots_find(f->t, &key) % GROUP_SLOTS, slot);
	}
}

/* The sizes that the engine asks for hold what they promise, in each layout. */
static void sizes(struct kunit *test)
{
	u32 key_max, data_max, n;

	for (key_max = 1; key_max <= DEVSESS_KEY_MAX; key_max++) {
		for (data_max = 0; data_max <= DEVSESS_DATA_MAX; data_max++) {
			struct slot_layout l = session_layout(key_max, data_max);

			KUNIT_ASSERT_LE(test, l.rec_words, REC_WORDS_MAX);
			KUNIT_ASSERT_GE(test, l.slot_words * 8, l.rec_words * 8 + 8);
			KUNIT_ASSERT_EQ(test, l.slot_words % 8, 0);
			KUNIT_ASSERT_GE(test, l.key_words * 8, key_max);
		}
	}
	for (key_max = 1; key_max <= DEVSESS_KEY_MAX; key_max += 7) {
		struct slot_layout l = session_layout(key_max, key_max - 1);

		for (n = 0; n < 3000; n = n * 2 + 1) {
			size_t bytes = map_bytes(&l, n);
			struct slot_table *t = map_alloc(&l, bytes, GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, t);
			KUNIT_EXPECT_EQ(test, t->bytes, bytes);
			KUNIT_EXPECT_GE(test, t->groups, 1);
			KUNIT_EXPECT_GT(test, slots_room(t->groups), n);
			KUNIT_EXPECT_EQ(test, (unsigned long)t->slots % (2 * L1_CACHE_BYTES), 0);
			map_free(t);
		}
	}
}

/* The last slot of the last group is inside the allocation: for KASAN and ASan. */
static void last_slot(struct kunit *test)
{
	struct slot_layout l = session_layout(DEVSESS_KEY_MAX, DEVSESS_DATA_MAX);
	struct slot_table *t = map_alloc(&l, map_bytes(&l, 0), GFP_KERNEL);
	u64 rec[REC_WORDS_MAX];
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	memset(rec, 0x11, sizeof(rec));
	for (i = 0; i < slots_of(t->groups); i++) {
		rec[1] = i;
		slots_insert(t, i * 0x9e3779b1U, rec);
	}
	memset(rec, 0, sizeof(rec));
	slots_load(t, slots_of(t->groups) - 1, rec);
	KUNIT_EXPECT_EQ(test, rec[REC_WORDS_MAX - 1], 0x1111111111111111ULL);
	map_free(t);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(insert_find_remove),
	KUNIT_CASE(same_hash),
	KUNIT_CASE(same_tag),
	KUNIT_CASE(each_group_is_a_home),
	KUNIT_CASE(wrap_around),
	KUNIT_CASE(tombstones),
	KUNIT_CASE(only_tombstones),
	KUNIT_CASE(clear),
	KUNIT_CASE(write_in_place),
	KUNIT_CASE(next_visits_each_once),
	KUNIT_CASE(copy_by_bit),
	KUNIT_CASE(length_counts),
	KUNIT_CASE(each_length),
	KUNIT_CASE(home),
	KUNIT_CASE(sizes),
	KUNIT_CASE(last_slot),
	{ }
};

static struct kunit_suite devsess_slots_suite = {
	.name = "devsess_slots",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_slots_suite);
