// SPDX-License-Identifier: GPL-2.0
/*
 * Directory: extendible hashing (Fagin et al., TODS 1979). An array of 2^depth
 * entries, indexed by the upper bits of the hash, points to the shards; a
 * shard of a smaller depth has several entries. Splits and merges rewrite
 * only the entries of the shards concerned. The order of the shards is the
 * order of the hashes, and neither splits nor merges change it, which is what
 * walks rely on.
 *
 * When the deepest shard splits, the array doubles. That would take time
 * proportional to the number of shards, so it goes by chunks: the new array
 * is filled a chunk per hold of the lock, while splits and merges write to
 * both, and then takes the place of the old one.
 */
#include "directory.h"

#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "map.h"

static struct dir_array *array_alloc(u8 depth, gfp_t gfp)
{
	struct dir_array *a;

	a = kvzalloc(struct_size(a, shard, (size_t)1 << depth), gfp | GFP_MODEST);
	if (a)
		a->depth = depth;
	return a;
}

/* Points the entries of a shard to it. */
static void set_entries(struct dir_array *a, struct shard *sh)
{
	u32 i = dir_index(a->depth, sh->prefix);
	u32 n = 1U << (a->depth - sh->depth);

	while (n--)
		rcu_assign_pointer(a->shard[i++], sh);
}

static struct dir_array *array_of(const struct directory *d)
{
	return rcu_dereference_protected(d->array, lockdep_is_held(&d->lock) ||
					 lockdep_is_held(&d->resize));
}

/*
 * Makes a shard visible. A smaller array that is being filled may be too
 * small for it by now; then it is given up.
 */
static void publish(struct directory *d, struct shard *sh)
{
	lockdep_assert_held(&d->lock);
	set_entries(array_of(d), sh);
	if (d->next && sh->depth > d->next->depth) {
		kvfree_rcu(d->next, rcu);
		d->next = NULL;
	}
	if (d->next)
		set_entries(d->next, sh);
}

/**
 * dir_init - make the first shards
 * @d:      directory, zeroed
 * @layout: shape of the records
 * @stats:  counters of the table
 * @depth:  2^depth shards
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int dir_init(struct directory *d, const struct slot_layout *layout, struct stats *stats,
	     u8 depth)
{
	struct dir_array *a = array_alloc(depth, GFP_KERNEL);
	u32 i;

	if (!a)
		return -ENOMEM;
	d->layout = layout;
	d->stats = stats;
	d->min_depth = depth;
	spin_lock_init(&d->lock);
	mutex_init(&d->resize);
	RCU_INIT_POINTER(d->array, a);
	for (i = 0; i < 1U << depth; i++) {
		struct shard *sh = shard_alloc(layout, stats, map_bytes(layout, 0), GFP_KERNEL);

		if (!sh) {
			dir_exit(d);
			return -ENOMEM;
		}
		sh->depth = depth;
		sh->prefix = depth ? i << (32 - depth) : 0;
		RCU_INIT_POINTER(a->shard[i], sh);
	}
	return 0;
}

/**
 * dir_exit - free all shards
 * @d: directory that nobody uses any more, or that dir_init() left half made
 *
 * Context: Process, may sleep.
 */
void dir_exit(struct directory *d)
{
	struct dir_array *a = rcu_dereference_protected(d->array, true);
	u32 i = 0;

	while (a && i < 1U << a->depth) {
		struct shard *sh = rcu_dereference_protected(a->shard[i], true);

		if (!sh)
			break;
		i += 1U << (a->depth - sh->depth);
		shard_free(sh);
		cond_resched();
	}
	kvfree(a);
	RCU_INIT_POINTER(d->array, NULL);
}

/**
 * dir_bytes - memory of the directory itself
 * @d: directory
 *
 * Context: Any but NMI.
 * Return: bytes.
 */
size_t dir_bytes(struct directory *d)
{
	size_t bytes;

	rcu_read_lock();
	bytes = sizeof(struct dir_array) +
		(sizeof(struct shard *) << rcu_dereference(d->array)->depth);
	rcu_read_unlock();
	return bytes;
}

/**
 * dir_lock_shard - lock the shard of a hash for writing
 * @d:    directory
 * @hash: hash
 *
 * A shard that was split or merged while the caller waited for its lock is
 * retired; the directory has its successor by then.
 *
 * Context: Process or softirq. Returns with the RCU read lock and the shard's
 * lock held, softirqs off.
 * Return: the shard.
 */
struct shard *dir_lock_shard(const struct directory *d, u32 hash)
	__acquires(RCU) __acquires(shard_lock)
{
	struct shard *sh;

	rcu_read_lock();
	for (;;) {
		sh = dir_shard(d, hash);
		spin_lock_bh(&sh->lock);
		if (!sh->retired)
			return sh;
		spin_unlock_bh(&sh->lock);
	}
}

/**
 * dir_lock_to_write - as dir_lock_shard(), and begin to load what a write will wait for
 * @d:    directory
 * @hash: hash
 * @new:  of a session that is likely not there yet
 *
 * Context: As dir_lock_shard().
 * Return: the shard.
 */
struct shard *dir_lock_to_write(const struct directory *d, u32 hash, bool new)
	__acquires(RCU) __acquires(shard_lock)
{
	struct shard *sh;

	rcu_read_lock();
	sh = dir_shard(d, hash);
	shard_prefetch_write(sh, hash, new);
	spin_lock_bh(&sh->lock);
	if (likely(!sh->retired))
		return sh;
	spin_unlock_bh(&sh->lock);
	sh = dir_lock_shard(d, hash);
	rcu_read_unlock();
	return sh;
}

/**
 * dir_unlock_shard - undo dir_lock_shard()
 * @sh: shard
 *
 * Context: As dir_lock_shard() left it. @sh must not be used any more.
 */
void dir_unlock_shard(struct shard *sh) __releases(shard_lock) __releases(RCU)
{
	spin_unlock_bh(&sh->lock);
	rcu_read_unlock();
}

/**
 * dir_after - where the shard after this one begins
 * @sh: shard
 *
 * Context: Any.
 * Return: its first hash, or 2^32 if @sh is the last shard.
 */
u64 dir_after(const struct shard *sh)
{
	return sh->prefix + (1ULL << (32 - sh->depth));
}

/**
 * dir_split - put two shards in the place of one
 * @d:    directory
 * @sh:   shard, its lock held; it is unlocked in any case
 * @room: memory that is ready for a split
 *
 * Context: As dir_lock_shard() left it; drops the shard's lock and RCU.
 * Return: 0, or -EAGAIN if the directory has to dir_grow() first.
 */
int dir_split(struct directory *d, struct shard *sh, struct resize_room *room)
	__releases(shard_lock) __releases(RCU)
{
	bool deep;

	spin_lock(&d->lock);
	deep = sh->depth == array_of(d)->depth;
	d->splits += !deep;
	spin_unlock(&d->lock);
	if (deep) {
		dir_unlock_shard(sh);
		return -EAGAIN;
	}
	resize_split(sh, room);
	spin_lock(&d->lock);
	publish(d, room->child[0]);
	publish(d, room->child[1]);
	d->splits--;
	spin_unlock(&d->lock);
	room->child[0] = NULL;
	room->child[1] = NULL;
	room->change = RESIZE_OK;
	spin_unlock_bh(&sh->lock);
	shard_free_rcu(sh);
	rcu_read_unlock();
	return 0;
}

/* Fills a chunk of the next array. False if it was given up, or has to be. */
static bool fill_chunk(struct directory *d, u32 from, u32 to)
{
	const struct dir_array *a;
	struct dir_array *next;
	bool ok = false;

	spin_lock_bh(&d->lock);
	a = array_of(d);
	next = d->next;
	for (; next && from < to; from++) {
		u32 hash = next->depth ? from << (32 - next->depth) : 0;
		struct shard *sh;

		sh = rcu_dereference_protected(a->shard[dir_index(a->depth, hash)],
					       lockdep_is_held(&d->lock));
		if (sh->depth > next->depth)
			break;
		rcu_assign_pointer(next->shard[from], sh);
	}
	ok = from == to;
	spin_unlock_bh(&d->lock);
	return ok;
}

/* Puts the next array in the place of the array, or frees it if it is of no use. */
static bool finish_resize(struct directory *d, bool filled)
{
	struct dir_array *old;
	bool ok;

	spin_lock_bh(&d->lock);
	old = d->next;
	/* A split that has looked at the depth relies on it. */
	ok = filled && old && (old->depth > array_of(d)->depth || !d->splits);
	if (ok)
		old = rcu_replace_pointer(d->array, old, lockdep_is_held(&d->lock));
	d->next = NULL;
	spin_unlock_bh(&d->lock);
	if (old)
		kvfree_rcu(old, rcu);
	return ok;
}

static bool fill_next(struct directory *d, struct dir_array *next)
{
	u32 i, n = 1U << next->depth;

	spin_lock_bh(&d->lock);
	d->next = next;
	spin_unlock_bh(&d->lock);
	for (i = 0; i < n; i += DIR_COPY_CHUNK) {
		if (!fill_chunk(d, i, min(n, i + DIR_COPY_CHUNK)))
			return finish_resize(d, false);
		cond_resched();
	}
	return finish_resize(d, true);
}

/**
 * dir_grow - make the array deep enough
 * @d:     directory
 * @depth: at least so deep, up to DIR_DEPTH_MAX
 *
 * Context: Process, may sleep; no shard lock held.
 * Return: 0 or -ENOMEM.
 */
int dir_grow(struct directory *d, u8 depth)
{
	struct dir_array *next;
	int err = 0;

	mutex_lock(&d->resize);
	if (array_of(d)->depth < depth) {
		next = array_alloc(depth, GFP_KERNEL);
		if (next)
			fill_next(d, next);
		else
			err = -ENOMEM;
	}
	mutex_unlock(&d->resize);
	return err;
}

/**
 * dir_shrink - give an array back that is deeper than it has to be
 * @d:     directory
 * @depth: of the deepest shard, as far as the caller knows
 *
 * Context: Process, may sleep; no shard lock held.
 * Return: 1 if the array is smaller now, 0 if not, -ENOMEM.
 */
int dir_shrink(struct directory *d, u8 depth)
{
	struct dir_array *next;
	int ret = 0;

	mutex_lock(&d->resize);
	depth = max(depth, d->min_depth);
	/* One level is kept in reserve, so that it does not double again soon. */
	if (array_of(d)->depth > depth + 1) {
		next = array_alloc(depth + 1, GFP_KERNEL);
		ret = next ? fill_next(d, next) : -ENOMEM;
	}
	mutex_unlock(&d->resize);
	return ret;
}

static u32 buddy_bit(const struct shard *sh)
{
	return 1U << (32 - sh->depth);
}

/* The two halves of one prefix, one of them the shard of a hash, if both are there. */
static bool find_halves(struct directory *d, u32 hash, struct shard **a, struct shard **b)
{
	const struct shard *sh = dir_shard(d, hash);

	if (sh->depth <= d->min_depth)
		return false;
	*a = dir_shard(d, sh->prefix & ~buddy_bit(sh));
	*b = dir_shard(d, sh->prefix | buddy_bit(sh));
	return (*a)->depth == sh->depth && (*b)->depth == sh->depth;
}

/*
 * Merges two halves into *@into if its size fits, else returns the size that
 * would; 0 if they cannot be merged or now are. The lower half is locked first.
 */
static size_t try_merge(struct directory *d, u32 hash, struct shard **into, size_t bytes)
{
	struct shard *a, *b;
	bool merged = false;
	size_t fits = 0;

	rcu_read_lock();
	if (!find_halves(d, hash, &a, &b)) {
		rcu_read_unlock();
		return 0;
	}
	spin_lock_bh(&a->lock);
	spin_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
	if (!a->retired && !b->retired)
		fits = resize_merged_bytes(a, b);
	if (fits && *into && fits == bytes) {
		resize_merge(a, b, *into);
		spin_lock(&d->lock);
		publish(d, *into);
		spin_unlock(&d->lock);
		*into = NULL;
		merged = true;
		fits = 0;
	}
	spin_unlock(&b->lock);
	spin_unlock_bh(&a->lock);
	if (merged) {
		shard_free_rcu(a);
		shard_free_rcu(b);
	}
	rcu_read_unlock();
	return fits;
}

/**
 * dir_merge - make one shard of two halves that are nearly empty
 * @d:    directory
 * @hash: of one of them
 *
 * Context: Process, may sleep; no shard lock held.
 * Return: 1 if they were merged, 0 if not, -ENOMEM.
 */
int dir_merge(struct directory *d, u32 hash)
{
	struct shard *into = NULL;
	size_t bytes;
	bool merged;

	bytes = try_merge(d, hash, &into, 0);
	if (!bytes)
		return 0;
	into = shard_alloc(d->layout, d->stats, bytes, GFP_KERNEL);
	if (!into)
		return -ENOMEM;
	try_merge(d, hash, &into, bytes);
	merged = !into;
	shard_free(into);
	return merged;
}
