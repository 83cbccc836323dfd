// SPDX-License-Identifier: GPL-2.0
/*
 * Shard: a read map and a dirty map under one lock.
 *
 * The read map holds the established sessions. A new session goes to the
 * dirty map, which is a delta: it holds only what is new. Promotion moves the
 * delta into the read map, O(delta); growth replaces the read map by a larger
 * one and takes the delta along; a shard that is as large as it may be splits
 * by the next bit of the hash. No operation touches more than one shard, or
 * the two of a split or merge.
 *
 * Readers take no lock. Why they never miss a session that is there:
 *
 *	promotion				lookup
 *	1. publish in read			a. load moves
 *	2. raise moves				b. look in read
 *	3. clear in dirty			c. look in dirty
 *						d. moves changed: again
 *
 * A lookup that misses the session in (b) since it came before 1, and in (c)
 * since it came after 3, saw what 3 stored, so it sees the raised moves in
 * (d), since 2 is before 3. When it starts again from that value, it sees 1.
 * Growth is a promotion whose step 1 publishes a new read map. Each step
 * stores with release and each load is an acquire, or has a read barrier
 * behind it.
 *
 * Maps that growth has replaced, and shards that were split or merged away,
 * stay as they were until their readers have left. A lookup that is still in
 * one answers as of the time when it loaded the pointer.
 */
#include "shard.h"

#include <linux/lockdep.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>

#include "map.h"

/**
 * shard_dirty_bytes - size of a dirty map
 * @layout:     shape of the records
 * @read_bytes: size of its read map
 *
 * Context: Any.
 * Return: the size.
 */
size_t shard_dirty_bytes(const struct slot_layout *layout, size_t read_bytes)
{
	return max(min_t(size_t, read_bytes, DIRTY_BYTES), map_bytes(layout, 0));
}

/**
 * shard_account - count a map's memory and slots
 * @sh:   shard
 * @t:    map
 * @sign: 1 when it is put into the shard, -1 when it leaves
 *
 * Context: Any.
 */
void shard_account(struct shard *sh, const struct slot_table *t, int sign)
{
	atomic_long_add(sign * (long)t->bytes, &sh->stats->memory);
	atomic_long_add(sign * (long)slots_of(t->groups), &sh->stats->slots);
}

static void account_shard(struct shard *sh, int sign)
{
	shard_account(sh, rcu_dereference_protected(sh->read, true), sign);
	shard_account(sh, rcu_dereference_protected(sh->dirty, true), sign);
	atomic_long_add(sign * (long)(sizeof(*sh) + ghost_bytes(sh->ghost)), &sh->stats->memory);
	atomic_add(sign, &sh->stats->shards);
}

/**
 * shard_alloc - make an empty shard that covers all hashes
 * @layout: shape of the records
 * @stats:  counters of the table
 * @bytes:  size of the read map
 * @gfp:    allocation flags
 *
 * Context: As @gfp says.
 * Return: the shard or NULL.
 */
struct shard *shard_alloc(const struct slot_layout *layout, struct stats *stats, size_t bytes,
			  gfp_t gfp)
{
	struct shard *sh = kzalloc(sizeof(*sh), gfp | GFP_MODEST);
	struct slot_table *read = map_alloc(layout, bytes, gfp);
	struct slot_table *dirty = map_alloc(layout, shard_dirty_bytes(layout, bytes), gfp);

	if (!sh || !read || !dirty) {
		map_free(dirty);
		map_free(read);
		kfree(sh);
		return NULL;
	}
	sh->layout = layout;
	sh->stats = stats;
	spin_lock_init(&sh->lock);
	sh->read_groups = read->groups;
	sh->dirty_groups = dirty->groups;
	RCU_INIT_POINTER(sh->read, read);
	RCU_INIT_POINTER(sh->dirty, dirty);
	account_shard(sh, 1);
	return sh;
}

/**
 * shard_free - free a shard that nobody can see
 * @sh: shard or NULL
 *
 * Context: Process or softirq.
 */
void shard_free(struct shard *sh)
{
	if (!sh)
		return;
	account_shard(sh, -1);
	map_free(rcu_dereference_protected(sh->read, true));
	map_free(rcu_dereference_protected(sh->dirty, true));
	ghost_free(sh->ghost);
	kfree(sh);
}

/**
 * shard_free_rcu - free a retired shard when its readers have left
 * @sh: shard, unpublished
 *
 * Context: Process or softirq; no lock of the shard held. Its maps stay
 * where they are until then.
 */
void shard_free_rcu(struct shard *sh)
{
	account_shard(sh, -1);
	map_free_rcu(rcu_dereference_protected(sh->read, true));
	map_free_rcu(rcu_dereference_protected(sh->dirty, true));
	ghost_free_rcu(sh->ghost); /* nobody looks at it once the shard is retired */
	kfree_rcu(sh, rcu);
}

/* Counts a miss. True if so many came that the dirty map should be promoted. */
static bool count_miss(struct shard *sh)
{
	u32 misses = READ_ONCE(sh->misses) + 1;

	WRITE_ONCE(sh->misses, misses);
	return misses >= READ_ONCE(sh->in_dirty);
}

/*
 * A map and its groups for who holds no lock, from the shard's first line alone. While
 * install() replaces the map its groups are 0, and the pointer differs before they are
 * those of another map: whoever finds the same pointer before and after has its groups,
 * since no map comes to the same place while he reads.
 */
static __always_inline const struct slot_table *map_of(struct slot_table __rcu * const *map,
						       const u32 *map_groups, u32 *groups)
{
	const struct slot_table *t = rcu_dereference(*map);

	smp_rmb(); /* the pointer, its groups, the pointer: pairs with install() */
	*groups = smp_load_acquire(map_groups);
	if (unlikely(!*groups || rcu_access_pointer(*map) != t))
		*groups = t->groups;
	return t;
}

/**
 * shard_read - find a session and copy its record out, without a lock
 * @sh:  shard
 * @key: key
 * @rec: out: the record, undefined on error
 * @due: out: set if the dirty map is due for promotion, else left as it is
 *
 * Context: Any, NMI included; RCU read lock held.
 * Return: 0 if the read map had it, 1 if the dirty map did (a miss), -ENOENT,
 * or -EAGAIN (NMI only).
 */
int shard_read(struct shard *sh, const struct slot_key *key, u64 *rec, bool *due)
{
	const struct slot_table *t;
	u32 moves, groups;
	int err;

	do {
		moves = smp_load_acquire(&sh->moves); /* (a) before (b) */
		t = map_of(&sh->read, &sh->read_groups, &groups);
		err = slots_read(t, sh->layout, groups, key, rec);
		if (err != -ENOENT)
			return err;
		if (!(smp_load_acquire(&sh->filter) & shard_filter(key->hash))) /* before (d) */
			continue;
		t = map_of(&sh->dirty, &sh->dirty_groups, &groups);
		err = slots_read(t, sh->layout, groups, key, rec);
		if (!err) {
			*due |= count_miss(sh);
			return 1;
		}
		if (err != -ENOENT)
			return err;
		smp_rmb(); /* (c) before (d) */
	} while (READ_ONCE(sh->moves) != moves);
	return -ENOENT;
}

/**
 * shard_prefetch_found - begin to load the slot that a lookup will look at first, if any
 * @sh:   shard
 * @hash: of the key
 *
 * A while after shard_prefetch_tags(): it waits for what that has begun to load.
 *
 * Context: Any, NMI included; RCU read lock held.
 */
void shard_prefetch_found(const struct shard *sh, u32 hash)
{
	u32 groups;
	const struct slot_table *t = map_of(&sh->read, &sh->read_groups, &groups);

	slots_prefetch_found(t, sh->layout, groups, hash);
}

/**
 * shard_find - find a session for a writer
 * @sh:   shard
 * @key:  key
 * @spot: out: where it is
 *
 * Context: Shard lock held.
 * Return: whether it is there.
 */
bool shard_find(struct shard *sh, const struct slot_key *key, struct spot *spot)
{
	lockdep_assert_held(&sh->lock);
	spot->map = shard_read_map(sh);
	spot->i = slots_find(spot->map, key);
	if (spot->i >= 0)
		return true;
	if (!(sh->filter & shard_filter(key->hash)))
		return false;
	spot->map = shard_dirty_map(sh);
	spot->i = slots_find(spot->map, key);
	return spot->i >= 0;
}

/**
 * shard_write - write a session in place
 * @sh:   shard
 * @spot: where shard_find() found it, under the same hold of the lock
 * @rec:  the record
 *
 * Context: Shard lock held.
 */
void shard_write(struct shard *sh, const struct spot *spot, const u64 *rec)
{
	lockdep_assert_held(&sh->lock);
	slots_write(spot->map, spot->i, rec);
	sh->stuck = false;
	stats_inc(sh->stats, STAT_slots_written);
}

/**
 * shard_count_dirty - tell lookups what the dirty map has left
 * @sh: shard; the dirty map's tags are as they shall be
 *
 * Context: Shard lock held.
 */
void shard_count_dirty(struct shard *sh)
{
	u32 used = shard_dirty_map(sh)->used;

	WRITE_ONCE(sh->in_dirty, used);
	if (!used)
		smp_store_release(&sh->filter, 0); /* after the tags that are gone, and moves */
}

/**
 * shard_add - put a new session into the dirty map
 * @sh:   shard; resize_make_room() said 0 under the same hold of the lock
 * @hash: of its key, which is not in the shard
 * @rec:  the record
 *
 * Context: Shard lock held.
 */
void shard_add(struct shard *sh, u32 hash, const u64 *rec)
{
	struct slot_table *dirty = shard_dirty_map(sh);

	lockdep_assert_held(&sh->lock);
	/* Before the tag: a lookup must not skip the map when another has found it there. */
	WRITE_ONCE(sh->filter, sh->filter | shard_filter(hash));
	WRITE_ONCE(sh->in_dirty, dirty->used + 1);
	slots_insert(dirty, hash, rec);
	sh->new += !!(rec[0] & WORD0_NEW);
	sh->stuck = false;
	stats_inc(sh->stats, STAT_slots_written);
}

/**
 * shard_remove - free a session's slot
 * @sh:   shard
 * @spot: where shard_find() found it, under the same hold of the lock
 *
 * Context: Shard lock held.
 */
void shard_remove(struct shard *sh, const struct spot *spot)
{
	lockdep_assert_held(&sh->lock);
	sh->new -= !!(slots_word(spot->map, spot->i, 0) & WORD0_NEW);
	slots_remove(spot->map, spot->i);
	if (spot->map == shard_dirty_map(sh))
		shard_count_dirty(sh);
}

/**
 * shard_sessions - number of sessions in a shard
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: the number.
 */
u32 shard_sessions(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	return shard_read_map(sh)->used + shard_dirty_map(sh)->used;
}

/**
 * shard_walk - call a function for each session of a shard
 * @sh:   shard
 * @from: skip sessions whose hash is below
 * @fn:   function; true frees the slot
 * @gone: function for each record whose slot was freed, after that; or NULL
 * @arg:  second argument of both
 *
 * Context: Shard lock held.
 * Return: how many slots were freed.
 */
u32 shard_walk(struct shard *sh, u32 from, shard_fn fn, shard_gone_fn gone, void *arg)
{
	struct slot_table *maps[2] = { shard_read_map(sh), shard_dirty_map(sh) };
	u64 rec[REC_WORDS_MAX], begin = local_clock();
	u32 freed = 0;
	int m, i;

	lockdep_assert_held(&sh->lock);
	for (m = 0; m < 2; m++) {
		for (i = slots_next(maps[m], 0); i >= 0; i = slots_next(maps[m], i + 1)) {
			if (slots_hash(maps[m], i) < from)
				continue;
			slots_load(maps[m], i, rec);
			if (!fn(rec, arg))
				continue;
			slots_remove(maps[m], i);
			sh->new -= !!(rec[0] & WORD0_NEW);
			freed++;
			if (gone)
				gone(rec, arg);
		}
	}
	shard_count_dirty(sh);
	stats_hold(sh->stats, local_clock() - begin);
	return freed;
}

/**
 * shard_wants_ghost - whether the shard should have another ghost, or none
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: whether it should.
 */
bool shard_wants_ghost(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	if (!READ_ONCE(sh->layout->uses) || !shard_sessions(sh))
		return sh->ghost;
	return !ghost_fits(sh->ghost, shard_sessions(sh));
}

/**
 * shard_set_ghost - give a shard another ghost
 * @sh:    shard
 * @ghost: empty, or NULL for none
 *
 * Context: Shard lock held.
 * Return: the old one, whose content has gone into the new one; the caller frees it.
 */
struct ghost *shard_set_ghost(struct shard *sh, struct ghost *ghost)
{
	struct ghost *old = sh->ghost;

	lockdep_assert_held(&sh->lock);
	if (ghost && old)
		ghost_copy(ghost, old);
	atomic_long_add((long)ghost_bytes(ghost) - (long)ghost_bytes(old), &sh->stats->memory);
	sh->ghost = ghost;
	return old;
}
