// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/shard.c. */
#include "../../module/resize.h"

#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/map.h"
#include "../../module/session.h"

/* A shard of a table that has no directory. */
struct fixture {
	struct slot_layout layout;
	struct stats stats;
	struct shard *sh;
};

/* Ids are spread over all hashes, or as a test likes. */
static u32 spread(u64 id)
{
	return (u32)id * 0x9e3779b1U;
}

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	f->layout = session_layout(16, 0);
	if (stats_init(&f->stats))
		return -ENOMEM;
	f->sh = shard_alloc(&f->layout, &f->stats, map_bytes(&f->layout, 0), GFP_KERNEL);
	return f->sh ? 0 : -ENOMEM;
}

/* All that was accounted is given back. */
static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f || !f->stats.cpu)
		return;
	shard_free(f->sh);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&f->stats.memory), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&f->stats.slots), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->stats.shards), 0);
	stats_exit(&f->stats);
}

static u64 counter(struct fixture *f, enum stat_id i)
{
	return stats_sum(&f->stats, i);
}

static struct slot_key key_of(u32 hash, u64 id)
{
	struct slot_key key = { .hash = hash, .len = 8, .word = { id } };

	return key;
}

static void record_of(const struct fixture *f, u64 id, u64 *rec)
{
	memset(rec, 0, REC_WORDS_MAX * sizeof(u64));
	rec[0] = 8;
	rec[1] = id;
	rec[f->layout.rec_words - 1] = ~id;
}

static struct slot_table *map_of(struct slot_table __rcu **map)
{
	return rcu_dereference_protected(*map, true);
}

static size_t read_bytes(const struct fixture *f)
{
	return map_of(&f->sh->read)->bytes;
}

static size_t dirty_bytes(const struct fixture *f)
{
	return map_of(&f->sh->dirty)->bytes;
}

/* Puts one of the two halves in the shard's place, and frees the other. */
static void go_on_in_half(struct fixture *f, struct resize_room *room, u32 hash)
{
	u32 half = hash >> (31 - f->sh->depth) & 1;
	struct shard *old = f->sh;

	resize_split(old, room);
	f->sh = room->child[half];
	room->child[half] = NULL;
	spin_unlock_bh(&old->lock);
	shard_free_rcu(old);
}

/* Adds a session as table and directory do. Returns 0 or -ENOMEM. */
static int add_from(struct fixture *f, u32 hash, u64 id, bool atomic)
{
	struct resize_room room = { };
	u64 rec[REC_WORDS_MAX];
	int ret;

	record_of(f, id, rec);
	do {
		spin_lock_bh(&f->sh->lock);
		ret = resize_make_room(f->sh, &room, atomic);
		if (ret == 1) {
			go_on_in_half(f, &room, hash);
			room.change = RESIZE_OK;
			ret = -EAGAIN;
			continue;
		}
		if (!ret)
			shard_add(f->sh, hash, rec);
		spin_unlock_bh(&f->sh->lock);
		if (ret == -EAGAIN &&
		    resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL))
			break;
	} while (ret == -EAGAIN);
	resize_room_free(&room);
	return ret;
}

static int add(struct fixture *f, u32 hash, u64 id)
{
	return add_from(f, hash, id, false);
}

/* Tidies until there is nothing to do. Returns how often memory was asked for. */
static int tidy(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct resize_room room = { };
	int ret, asked = 0;

	do {
		spin_lock_bh(&f->sh->lock);
		ret = resize_tidy(f->sh, &room);
		spin_unlock_bh(&f->sh->lock);
		KUNIT_EXPECT_NE(test, ret, 1);
		if (ret == -EAGAIN) {
			asked++;
			ret = resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL);
			KUNIT_EXPECT_EQ(test, ret, 0);
			ret = ret ?: -EAGAIN;
		}
	} while (ret == -EAGAIN);
	resize_room_free(&room);
	return asked;
}

static bool wants_tidy(struct fixture *f)
{
	bool wants;

	spin_lock_bh(&f->sh->lock);
	wants = resize_wants_tidy(f->sh);
	spin_unlock_bh(&f->sh->lock);
	return wants;
}

static void remove_one(struct kunit *test, u32 hash, u64 id)
{
	struct fixture *f = test->priv;
	struct slot_key key = key_of(hash, id);
	struct spot spot;
	bool found;

	spin_lock_bh(&f->sh->lock);
	found = shard_find(f->sh, &key, &spot);
	if (found)
		shard_remove(f->sh, &spot);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_TRUE(test, found);
}

/* As a reader; the writer's search must agree. 0: read map, 1: dirty map. */
static int look(struct kunit *test, u32 hash, u64 id, bool *due)
{
	struct fixture *f = test->priv;
	struct slot_key key = key_of(hash, id);
	u64 rec[REC_WORDS_MAX];
	struct spot spot;
	bool found;
	int ret;

	*due = false;
	rcu_read_lock();
	ret = shard_read(f->sh, &key, rec, due);
	rcu_read_unlock();
	spin_lock_bh(&f->sh->lock);
	found = shard_find(f->sh, &key, &spot);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_EQ(test, found, ret >= 0);
	if (ret >= 0) {
		KUNIT_EXPECT_EQ(test, rec[1], id);
		KUNIT_EXPECT_EQ(test, rec[f->layout.rec_words - 1], ~id);
		KUNIT_EXPECT_PTR_EQ(test, spot.map,
				    map_of(ret ? &f->sh->dirty : &f->sh->read));
	}
	return ret;
}

static int where(struct kunit *test, u32 hash, u64 id)
{
	bool due;

	return look(test, hash, id, &due);
}

static void add_find_remove(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, where(test, 1, 1), -ENOENT);
	KUNIT_ASSERT_EQ(test, add(f, 1, 1), 0);
	KUNIT_ASSERT_EQ(test, add(f, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, where(test, 1, 1), 1);
	KUNIT_EXPECT_EQ(test, where(test, 1, 2), 1);
	KUNIT_EXPECT_EQ(test, where(test, 1, 3), -ENOENT);
	remove_one(test, 1, 1);
	KUNIT_EXPECT_EQ(test, where(test, 1, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, where(test, 1, 2), 1);
	KUNIT_EXPECT_EQ(test, f->sh->in_dirty, 1);
}

/* As many lookups served by the dirty map as it has sessions, and it is promoted. */
static void misses(struct kunit *test)
{
	struct fixture *f = test->priv;
	bool due;
	u32 i;

	for (i = 0; i < 5; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, look(test, spread(i), i, &due), 1);
		KUNIT_EXPECT_FALSE(test, due);
		KUNIT_EXPECT_FALSE(test, wants_tidy(f));
	}
	KUNIT_EXPECT_EQ(test, look(test, spread(9), 9, &due), -ENOENT);
	KUNIT_EXPECT_FALSE(test, due);
	KUNIT_EXPECT_EQ(test, look(test, spread(4), 4, &due), 1);
	KUNIT_EXPECT_TRUE(test, due);
	KUNIT_EXPECT_TRUE(test, wants_tidy(f));

	KUNIT_EXPECT_EQ(test, tidy(test), 0);
	KUNIT_EXPECT_FALSE(test, wants_tidy(f));
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i), 0);
	KUNIT_EXPECT_EQ(test, f->sh->in_dirty, 0);
	KUNIT_EXPECT_EQ(test, f->sh->misses, 0);
	KUNIT_EXPECT_EQ(test, counter(f, STAT_promotions), 1);
}

/* What a promotion writes does not depend on what the read map holds. */
static void promotion_moves_the_delta(struct kunit *test)
{
	struct fixture *f = test->priv;
	u64 written, promoted;
	bool due;
	u32 i;

	for (i = 0; i < 500; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	while (wants_tidy(f))
		tidy(test);
	for (i = 0; f->sh->in_dirty && i < 500; i++)
		look(test, spread(i), i, &due);
	tidy(test);
	KUNIT_ASSERT_EQ(test, f->sh->in_dirty, 0);

	for (i = 500; i < 507; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	written = counter(f, STAT_slots_written);
	promoted = counter(f, STAT_promoted);
	for (i = 500; i < 507; i++)
		look(test, spread(i), i, &due);
	tidy(test);
	KUNIT_EXPECT_EQ(test, counter(f, STAT_slots_written) - written, 7);
	KUNIT_EXPECT_EQ(test, counter(f, STAT_promoted) - promoted, 7);
	KUNIT_EXPECT_EQ(test, f->sh->in_dirty, 0);
	for (i = 0; i < 507; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i), 0);
}

static void growth(struct kunit *test)
{
	struct fixture *f = test->priv;
	size_t bytes = read_bytes(f);
	u32 i, j;

	for (i = 0; i < 600; i++) {
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
		if (read_bytes(f) == bytes)
			continue;
		KUNIT_EXPECT_EQ(test, read_bytes(f), map_bytes(&f->layout, i + 1));
		KUNIT_EXPECT_GT(test, read_bytes(f), bytes);
		KUNIT_EXPECT_LE(test, read_bytes(f), 2 * bytes);
		KUNIT_EXPECT_EQ(test, dirty_bytes(f), min_t(size_t, read_bytes(f), DIRTY_BYTES));
		bytes = read_bytes(f);
		for (j = 0; j <= i; j++)
			KUNIT_EXPECT_GE(test, where(test, spread(j), j), 0);
	}
	KUNIT_EXPECT_GE(test, counter(f, STAT_grows), 4);
	KUNIT_EXPECT_LE(test, read_bytes(f), READ_BYTES_MAX);
}

/* From softirq, the dirty map grows instead, up to a limit; then there is no more memory. */
static void atomic_growth(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = 0, i;
	int ret;

	do {
		ret = add_from(f, spread(n), n, true);
		n += !ret;
	} while (!ret && n < 10000);
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	KUNIT_EXPECT_EQ(test, dirty_bytes(f), READ_BYTES_MAX);
	KUNIT_EXPECT_EQ(test, read_bytes(f), map_bytes(&f->layout, 0));
	KUNIT_EXPECT_GT(test, n, 800);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_GE(test, where(test, spread(i), i), 0);

	/* The worker makes room again. */
	KUNIT_EXPECT_TRUE(test, wants_tidy(f));
	for (; n > 500; n--)
		remove_one(test, spread(n - 1), n - 1);
	tidy(test);
	KUNIT_EXPECT_FALSE(test, wants_tidy(f));
	KUNIT_EXPECT_LE(test, dirty_bytes(f), SZ_16K);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i), 0);
	KUNIT_EXPECT_EQ(test, add_from(f, spread(n), n, true), 0);
}

static void crowded(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, room = slots_room(map_of(&f->sh->dirty)->groups);
	bool is;

	for (i = 0; i < room; i++) {
		spin_lock_bh(&f->sh->lock);
		is = resize_crowded(f->sh);
		spin_unlock_bh(&f->sh->lock);
		KUNIT_EXPECT_EQ(test, is, i > room / 2);
		KUNIT_ASSERT_EQ(test, add_from(f, spread(i), i, true), 0);
	}
}

static void shrink(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 700; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	KUNIT_EXPECT_GE(test, read_bytes(f), 700 * sizeof(u64) * f->layout.slot_words);
	for (i = 0; i < 700; i++)
		if (i % 20)
			remove_one(test, spread(i), i);
	KUNIT_EXPECT_TRUE(test, wants_tidy(f));
	tidy(test);
	KUNIT_EXPECT_FALSE(test, wants_tidy(f));
	KUNIT_EXPECT_LE(test, read_bytes(f), SZ_8K);
	KUNIT_EXPECT_GE(test, counter(f, STAT_shrinks), 1);
	for (i = 0; i < 700; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i), i % 20 ? -ENOENT : 0);
}

/* Churn in a full map leaves tombstones; a pass takes them away. */
static void tombstones(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	/* One hash: full groups, so that each removal leaves one. */
	for (i = 0; i < 200; i++)
		KUNIT_ASSERT_EQ(test, add(f, 1, i), 0);
	for (i = 0; i < 100; i++)
		remove_one(test, 1, i);
	KUNIT_EXPECT_TRUE(test, wants_tidy(f));
	tidy(test);
	KUNIT_EXPECT_EQ(test, map_of(&f->sh->read)->deleted, 0);
	KUNIT_EXPECT_EQ(test, map_of(&f->sh->dirty)->deleted, 0);
	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_EQ(test, where(test, 1, i), i < 100 ? -ENOENT : 0);
}

/* Splits a shard of @n sessions and checks that each is in the right half. */
static void split_of(struct kunit *test, u32 n, u32 (*hash_of)(u64 id))
{
	struct fixture *f = test->priv;
	struct resize_room room = { .change = RESIZE_SPLIT, .bytes = READ_BYTES_MAX };
	struct shard *old = f->sh;
	u32 i, in[2] = { };

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, add(f, hash_of(i), i), 0);
	KUNIT_ASSERT_PTR_EQ(test, f->sh, old);
	f->sh->version = 77;
	f->sh->next_expiry = 88;
	KUNIT_ASSERT_EQ(test, resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL), 0);
	spin_lock_bh(&old->lock);
	resize_split(old, &room);
	spin_unlock_bh(&old->lock);
	KUNIT_EXPECT_TRUE(test, old->retired);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, room.child[i]->depth, 1);
		KUNIT_EXPECT_EQ(test, room.child[i]->prefix, i << 31);
		KUNIT_EXPECT_EQ(test, room.child[i]->version, 77);
		KUNIT_EXPECT_EQ(test, room.child[i]->next_expiry, 88);
		KUNIT_EXPECT_EQ(test, room.child[i]->in_dirty, 0);
	}
	for (i = 0; i < n; i++) {
		u32 half = hash_of(i) >> 31;

		/* A reader that is still in the old shard finds it, too. */
		f->sh = old;
		KUNIT_EXPECT_GE(test, where(test, hash_of(i), i), 0);
		f->sh = room.child[half];
		KUNIT_EXPECT_EQ(test, where(test, hash_of(i), i), 0);
		f->sh = room.child[!half];
		KUNIT_EXPECT_EQ(test, where(test, hash_of(i), i), -ENOENT);
		in[half]++;
	}
	for (i = 0; i < 2; i++) {
		spin_lock_bh(&room.child[i]->lock);
		KUNIT_EXPECT_EQ(test, shard_sessions(room.child[i]), in[i]);
		spin_unlock_bh(&room.child[i]->lock);
	}
	f->sh = old;
	resize_room_free(&room);
}

static void split(struct kunit *test)
{
	split_of(test, 700, spread);
}

static u32 low(u64 id)
{
	return spread(id) >> 1;
}

static u32 high(u64 id)
{
	return spread(id) | 1U << 31;
}

static void split_to_one_side(struct kunit *test)
{
	split_of(test, 700, low);
}

static void split_to_the_other_side(struct kunit *test)
{
	split_of(test, 700, high);
}

/* Ids that no bit tells apart: splits do not help, but all find their place. */
static void one_hash(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, n = 3000;

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, add(f, 0x80000001U, i), 0);
	KUNIT_EXPECT_GT(test, f->sh->depth, 0);
	KUNIT_EXPECT_LE(test, f->sh->depth, DIR_DEPTH_MAX);
	KUNIT_EXPECT_GT(test, read_bytes(f), READ_BYTES_MAX);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_GE(test, where(test, 0x80000001U, i), 0);
	KUNIT_EXPECT_EQ(test, where(test, 0x80000001U, n), -ENOENT);
}

static void merge(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct resize_room room = { .change = RESIZE_SPLIT, .bytes = READ_BYTES_MAX };
	struct shard *old = f->sh, *into;
	size_t bytes;
	u32 i;

	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	KUNIT_ASSERT_EQ(test, resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL), 0);
	spin_lock_bh(&old->lock);
	resize_split(old, &room);
	spin_unlock_bh(&old->lock);
	room.child[0]->version = 5;
	room.child[1]->version = 9;
	room.child[0]->next_expiry = 0;
	room.child[1]->next_expiry = 44;
	f->sh = room.child[1];
	KUNIT_ASSERT_EQ(test, add(f, 1U << 31, 1000), 0); /* is in the dirty map */

	spin_lock_bh(&room.child[0]->lock);
	spin_lock_nested(&room.child[1]->lock, SINGLE_DEPTH_NESTING);
	bytes = resize_merged_bytes(room.child[0], room.child[1]);
	spin_unlock(&room.child[1]->lock);
	spin_unlock_bh(&room.child[0]->lock);
	KUNIT_ASSERT_GT(test, bytes, 0);

	into = shard_alloc(&f->layout, &f->stats, bytes, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, into);
	spin_lock_bh(&room.child[0]->lock);
	spin_lock_nested(&room.child[1]->lock, SINGLE_DEPTH_NESTING);
	resize_merge(room.child[0], room.child[1], into);
	spin_unlock(&room.child[1]->lock);
	spin_unlock_bh(&room.child[0]->lock);
	KUNIT_EXPECT_TRUE(test, room.child[0]->retired && room.child[1]->retired);
	KUNIT_EXPECT_EQ(test, into->depth, 0);
	KUNIT_EXPECT_EQ(test, into->prefix, 0);
	KUNIT_EXPECT_EQ(test, into->version, 9);
	KUNIT_EXPECT_EQ(test, into->next_expiry, 44);
	f->sh = into;
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i), 0);
	KUNIT_EXPECT_EQ(test, where(test, 1U << 31, 1000), 0);
	shard_free(into);
	f->sh = old;
	resize_room_free(&room);
}

/* Two halves that would soon split again are not merged. */
static void no_merge(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct shard *a = f->sh, *b;
	size_t bytes;
	u32 i;

	b = shard_alloc(&f->layout, &f->stats, SZ_128K, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b);
	for (i = 0; i < 600; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	f->sh = b;
	for (i = 0; i < 600; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	f->sh = a;
	spin_lock_bh(&a->lock);
	spin_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
	bytes = resize_merged_bytes(a, b);
	spin_unlock(&b->lock);
	spin_unlock_bh(&a->lock);
	KUNIT_EXPECT_EQ(test, bytes, 0);
	shard_free(b);
}

struct walked {
	u32 visited;
	u32 gone;
};

static bool odd(const u64 *rec, void *arg)
{
	struct walked *w = arg;

	w->visited++;
	return rec[1] & 1;
}

static void note_gone(const u64 *rec, void *arg)
{
	struct walked *w = arg;

	w->gone++;
}

static void walk(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, freed, from = 1U << 31, want = 0, gone = 0;
	struct walked w = { };

	for (i = 0; i < 300; i++) {
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
		want += spread(i) >= from;
		gone += spread(i) >= from && i % 2;
	}
	spin_lock_bh(&f->sh->lock);
	freed = shard_walk(f->sh, from, odd, note_gone, &w);
	KUNIT_EXPECT_EQ(test, shard_sessions(f->sh), 300 - gone);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_EQ(test, w.visited, want);
	KUNIT_EXPECT_EQ(test, freed, gone);
	KUNIT_EXPECT_EQ(test, w.gone, gone);
	for (i = 0; i < 300; i++)
		KUNIT_EXPECT_EQ(test, where(test, spread(i), i) < 0,
				spread(i) >= from && i % 2);
}

/* At the greatest depth of a directory, a shard grows instead of splitting. */
static void greatest_depth(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, n = 3000;

	f->sh->depth = DIR_DEPTH_MAX;
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	KUNIT_EXPECT_EQ(test, f->sh->depth, DIR_DEPTH_MAX);
	KUNIT_EXPECT_GT(test, read_bytes(f), READ_BYTES_MAX);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_GE(test, where(test, spread(i), i), 0);
}

/* Memory for one change is not taken for another. */
static void another_change(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct resize_room room = { };
	u32 i, n = slots_room(map_of(&f->sh->dirty)->groups);
	u64 rec[REC_WORDS_MAX];
	int ret;

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	/* The first time, dirty fits into read; the second, it does not. */
	KUNIT_ASSERT_EQ(test, add(f, spread(n), n), 0);
	for (i = n + 1; i < 2 * n; i++)
		KUNIT_ASSERT_EQ(test, add(f, spread(i), i), 0);
	spin_lock_bh(&f->sh->lock);
	ret = resize_make_room(f->sh, &room, true);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_EQ(test, ret, -EAGAIN);
	KUNIT_EXPECT_EQ(test, room.change, RESIZE_DIRTY);
	KUNIT_ASSERT_EQ(test, resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL), 0);
	/* Asked for by another context meanwhile. */
	spin_lock_bh(&f->sh->lock);
	ret = resize_make_room(f->sh, &room, false);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_EQ(test, ret, -EAGAIN);
	KUNIT_EXPECT_EQ(test, room.change, RESIZE_READ);
	KUNIT_ASSERT_EQ(test, resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL), 0);
	spin_lock_bh(&f->sh->lock);
	ret = resize_make_room(f->sh, &room, false);
	record_of(f, 2 * n, rec);
	if (!ret)
		shard_add(f->sh, spread(2 * n), rec);
	spin_unlock_bh(&f->sh->lock);
	KUNIT_EXPECT_EQ(test, ret, 0);
	resize_room_free(&room);
	for (i = 0; i <= 2 * n; i++)
		KUNIT_EXPECT_GE(test, where(test, spread(i), i), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_find_remove),
	KUNIT_CASE(misses),
	KUNIT_CASE(promotion_moves_the_delta),
	KUNIT_CASE(growth),
	KUNIT_CASE(atomic_growth),
	KUNIT_CASE(crowded),
	KUNIT_CASE(shrink),
	KUNIT_CASE(tombstones),
	KUNIT_CASE(split),
	KUNIT_CASE(split_to_one_side),
	KUNIT_CASE(split_to_the_other_side),
	KUNIT_CASE(one_hash),
	KUNIT_CASE(greatest_depth),
	KUNIT_CASE(merge),
	KUNIT_CASE(no_merge),
	KUNIT_CASE(walk),
	KUNIT_CASE(another_change),
	{ }
};

static struct kunit_suite devsess_shard_suite = {
	.name = "devsess_shard",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_shard_suite);
