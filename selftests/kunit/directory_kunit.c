// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/directory.c. */
#include "../../module/directory.h"

#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/session.h"

#define DEPTH	2

struct fixture {
	struct slot_layout layout;
	struct stats stats;
	struct directory dir;
};

static int init(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	test->priv = f;
	f->layout = session_layout(16, 0);
	if (stats_init(&f->stats))
		return -ENOMEM;
	return dir_init(&f->dir, &f->layout, &f->stats, DEPTH);
}

static void cleanup(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f || !f->stats.cpu)
		return;
	dir_exit(&f->dir);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&f->stats.memory), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&f->stats.slots), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->stats.shards), 0);
	stats_exit(&f->stats);
}

static u32 depth_of(struct fixture *f)
{
	u32 depth;

	rcu_read_lock();
	depth = rcu_dereference(f->dir.array)->depth;
	rcu_read_unlock();
	return depth;
}

static void add(struct fixture *f, u32 hash)
{
	u64 rec[REC_WORDS_MAX] = { 8, hash };
	struct shard *sh = dir_lock_shard(&f->dir, hash);

	shard_add(sh, hash, rec);
	dir_unlock_shard(sh);
}

static bool there(struct fixture *f, u32 hash)
{
	struct slot_key key = { .hash = hash, .len = 8, .word = { hash } };
	u64 rec[REC_WORDS_MAX];
	bool due;
	int ret;

	rcu_read_lock();
	ret = shard_read(dir_shard(&f->dir, hash), &key, rec, &due);
	rcu_read_unlock();
	return ret >= 0 && rec[1] == hash;
}

/* Splits the shard of a hash, if the directory is deep enough. */
static int split(struct fixture *f, u32 hash)
{
	struct resize_room room = { .change = RESIZE_SPLIT, .bytes = SZ_16K };
	int ret = resize_room_alloc(&f->layout, &f->stats, &room, GFP_KERNEL);

	if (!ret)
		ret = dir_split(&f->dir, dir_lock_shard(&f->dir, hash), &room);
	resize_room_free(&room);
	return ret;
}

static int split_or_grow(struct fixture *f, u32 hash)
{
	int ret = split(f, hash);

	if (ret != -EAGAIN)
		return ret;
	return dir_grow(&f->dir, depth_of(f) + 1) ?: split(f, hash);
}

/*
 * Each hash belongs to one shard, and the shards follow one another without a
 * gap. Returns how many there are.
 */
static u32 check(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 n = 0, depth = depth_of(f);
	u64 hash = 0;

	while (hash <= U32_MAX) {
		struct shard *sh = dir_lock_shard(&f->dir, hash);
		u64 after = dir_after(sh);

		KUNIT_EXPECT_EQ(test, sh->prefix, hash);
		KUNIT_EXPECT_GT(test, after, hash);
		KUNIT_EXPECT_LE(test, sh->depth, depth);
		KUNIT_EXPECT_PTR_EQ(test, dir_shard(&f->dir, after - 1), sh);
		KUNIT_EXPECT_PTR_EQ(test, dir_shard(&f->dir, hash + (after - hash) / 2), sh);
		dir_unlock_shard(sh);
		if (after <= hash)
			break;
		hash = after;
		n++;
	}
	KUNIT_EXPECT_EQ(test, hash, 1ULL << 32);
	KUNIT_EXPECT_EQ(test, n, atomic_read(&f->stats.shards));
	return n;
}

static void first_shards(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, depth_of(f), DEPTH);
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
	KUNIT_EXPECT_GE(test, dir_bytes(&f->dir), sizeof(void *) << DEPTH);
}

static void one_shard(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct directory *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	KUNIT_ASSERT_EQ(test, dir_init(d, &f->layout, &f->stats, 0), 0);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, dir_shard(d, 0), dir_shard(d, U32_MAX));
	KUNIT_EXPECT_EQ(test, dir_after(dir_shard(d, 0)), 1ULL << 32);
	rcu_read_unlock();
	KUNIT_EXPECT_FALSE(test, dir_merge(d, 0));
	KUNIT_EXPECT_EQ(test, dir_grow(d, 3), 0);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, dir_shard(d, 0), dir_shard(d, U32_MAX));
	rcu_read_unlock();
	dir_exit(d);
}

static void split_needs_depth(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, split(f, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
	KUNIT_EXPECT_EQ(test, dir_grow(&f->dir, DEPTH + 1), 0);
	KUNIT_EXPECT_EQ(test, depth_of(f), DEPTH + 1);
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
	KUNIT_EXPECT_EQ(test, split(f, 0), 0);
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 1);
	KUNIT_EXPECT_EQ(test, split(f, U32_MAX), 0);
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 2);
	KUNIT_EXPECT_EQ(test, split(f, 0), -EAGAIN);
	/* Growing to a depth that is there does nothing. */
	KUNIT_EXPECT_EQ(test, dir_grow(&f->dir, DEPTH), 0);
	KUNIT_EXPECT_EQ(test, depth_of(f), DEPTH + 1);
}

/* More entries than are copied per hold of the lock, and shards with many entries each. */
static void grow_by_chunks(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 8; i++)
		add(f, i << 29);
	KUNIT_EXPECT_EQ(test, split_or_grow(f, 1U << 31), 0);
	KUNIT_EXPECT_EQ(test, dir_grow(&f->dir, 12), 0);
	KUNIT_EXPECT_EQ(test, depth_of(f), 12);
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 1);
	KUNIT_EXPECT_EQ(test, split(f, 0), 0);
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 2);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_TRUE(test, there(f, i << 29));
}

/* One place is split again and again. */
static void deep_split(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 hash = 0xabcdef01U, i;

	add(f, hash);
	for (i = DEPTH; i < 14; i++) {
		KUNIT_ASSERT_EQ(test, split_or_grow(f, hash), 0);
		KUNIT_EXPECT_EQ(test, depth_of(f), i + 1);
		KUNIT_EXPECT_TRUE(test, there(f, hash));
	}
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 14 - DEPTH);
}

static void merge_and_shrink(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 32; i++)
		add(f, i << 27);
	for (i = 0; i < 64; i++)
		KUNIT_ASSERT_EQ(test, split_or_grow(f, i % 4 << 30 | i << 24), 0);
	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_TRUE(test, there(f, i << 27));

	/* From the deepest: passes from left to right, as the sweep does them. */
	for (i = 0; i < 32 && check(test) > 1 << DEPTH; i++) {
		u64 hash = 0;

		while (hash <= U32_MAX) {
			struct shard *sh;

			while (dir_merge(&f->dir, hash))
				;
			sh = dir_lock_shard(&f->dir, hash);
			hash = dir_after(sh);
			dir_unlock_shard(sh);
		}
	}
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_TRUE(test, there(f, i << 27));
	/* Not below the first shards. */
	KUNIT_EXPECT_FALSE(test, dir_merge(&f->dir, 0));

	KUNIT_EXPECT_TRUE(test, dir_shrink(&f->dir, DEPTH));
	KUNIT_EXPECT_EQ(test, depth_of(f), DEPTH + 1);
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
	KUNIT_EXPECT_FALSE(test, dir_shrink(&f->dir, DEPTH));
	KUNIT_EXPECT_FALSE(test, dir_shrink(&f->dir, 0));
	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_TRUE(test, there(f, i << 27));
}

/* Either half names a pair; halves of different depth are none. */
static void no_pair(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 half = 1U << (31 - DEPTH);

	KUNIT_ASSERT_EQ(test, split_or_grow(f, 0), 0);
	KUNIT_EXPECT_TRUE(test, dir_merge(&f->dir, half));
	KUNIT_EXPECT_FALSE(test, dir_merge(&f->dir, half));
	KUNIT_ASSERT_EQ(test, split_or_grow(f, 0), 0);
	KUNIT_ASSERT_EQ(test, split_or_grow(f, half), 0);
	KUNIT_EXPECT_FALSE(test, dir_merge(&f->dir, 0));
	KUNIT_EXPECT_TRUE(test, dir_merge(&f->dir, half));
	KUNIT_EXPECT_TRUE(test, dir_merge(&f->dir, 0));
	KUNIT_EXPECT_FALSE(test, dir_merge(&f->dir, 0));
	KUNIT_EXPECT_EQ(test, check(test), 1 << DEPTH);
}

/* A directory that is too small for its shards by now is not put in place. */
static void shrink_too_far(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, split_or_grow(f, 0), 0);
	KUNIT_ASSERT_EQ(test, split_or_grow(f, 0), 0);
	KUNIT_ASSERT_EQ(test, split_or_grow(f, 0), 0);
	KUNIT_ASSERT_EQ(test, depth_of(f), DEPTH + 3);
	KUNIT_EXPECT_FALSE(test, dir_shrink(&f->dir, DEPTH));
	KUNIT_EXPECT_EQ(test, depth_of(f), DEPTH + 3);
	KUNIT_EXPECT_EQ(test, check(test), (1 << DEPTH) + 3);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_shards),
	KUNIT_CASE(one_shard),
	KUNIT_CASE(split_needs_depth),
	KUNIT_CASE(grow_by_chunks),
	KUNIT_CASE(deep_split),
	KUNIT_CASE(merge_and_shrink),
	KUNIT_CASE(no_pair),
	KUNIT_CASE(shrink_too_far),
	{ }
};

static struct kunit_suite devsess_directory_suite = {
	.name = "devsess_directory",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_directory_suite);
