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

static struct slot_table *read_of(const struct shard *sh)
{
	return rcu_dereference_protected(sh->read, lockdep_is_held(&sh->lock));
}

static struct slot_table *dirty_of(const struct shard *sh)
{
	return rcu_dereference_protected(sh->dirty, lockdep_is_held(&sh->lock));
}

static size_t dirty_bytes(const struct slot_layout *layout, size_t read_bytes)
{
	return max(read_bytes >> DIRTY_SHIFT, slots_bytes(layout, 0));
}

static void account(struct shard *sh, const struct slot_table *t, int sign)
{
	atomic_long_add(sign * (long)t->bytes, &sh->stats->memory);
	atomic_long_add(sign * (long)slots_of(t->groups), &sh->stats->slots);
}

static void account_shard(struct shard *sh, int sign)
{
	account(sh, rcu_dereference_protected(sh->read, true), sign);
	account(sh, rcu_dereference_protected(sh->dirty, true), sign);
	atomic_long_add(sign * (long)sizeof(*sh), &sh->stats->memory);
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
	struct shard *sh = kzalloc(sizeof(*sh), gfp | __GFP_ACCOUNT | __GFP_NOWARN);
	struct slot_table *read = slots_alloc(layout, bytes, gfp);
	struct slot_table *dirty = slots_alloc(layout, dirty_bytes(layout, bytes), gfp);

	if (!sh || !read || !dirty) {
		slots_free(dirty);
		slots_free(read);
		kfree(sh);
		return NULL;
	}
	sh->layout = layout;
	sh->stats = stats;
	spin_lock_init(&sh->lock);
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
	slots_free(rcu_dereference_protected(sh->read, true));
	slots_free(rcu_dereference_protected(sh->dirty, true));
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
	slots_free_rcu(rcu_dereference_protected(sh->read, true));
	slots_free_rcu(rcu_dereference_protected(sh->dirty, true));
	kfree_rcu(sh, rcu);
}

/* Counts a miss. True if so many came that the dirty map should be promoted. */
static bool count_miss(struct shard *sh)
{
	u32 misses = READ_ONCE(sh->misses) + 1;

	WRITE_ONCE(sh->misses, misses);
	return misses >= READ_ONCE(sh->in_dirty);
}

/**
 * shard_read - find a session and copy its record out, without a lock
 * @sh:  shard
 * @key: key
 * @rec: out: the record, undefined on error
 * @due: out: set if the dirty map is due for promotion
 *
 * Context: Any, NMI included; RCU read lock held.
 * Return: 0 if the read map had it, 1 if the dirty map did (a miss), -ENOENT,
 * or -EAGAIN (NMI only).
 */
int shard_read(struct shard *sh, const struct slot_key *key, u64 *rec, bool *due)
{
	u32 moves;
	int err;

	do {
		moves = smp_load_acquire(&sh->moves); /* (a) before (b) */
		err = slots_read(rcu_dereference(sh->read), key, rec);
		if (err != -ENOENT)
			return err;
		if (!smp_load_acquire(&sh->in_dirty)) /* before (d) */
			continue;
		err = slots_read(rcu_dereference(sh->dirty), key, rec);
		if (!err) {
			*due = count_miss(sh);
			return 1;
		}
		if (err != -ENOENT)
			return err;
		smp_rmb(); /* (c) before (d) */
	} while (READ_ONCE(sh->moves) != moves);
	return -ENOENT;
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
	spot->map = read_of(sh);
	spot->i = slots_find(spot->map, key);
	if (spot->i >= 0)
		return true;
	spot->map = dirty_of(sh);
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
	stats_inc(sh->stats, STAT_slots_written);
}

/* Sessions in the dirty map, for lookups to see: after its tags, on the way up and down. */
static void set_in_dirty(struct shard *sh)
{
	/* After the tags that it counts, and after moves. */
	smp_store_release(&sh->in_dirty, dirty_of(sh)->used);
}

/**
 * shard_add - put a new session into the dirty map
 * @sh:   shard; shard_make_room() said 0 under the same hold of the lock
 * @hash: of its key, which is not in the shard
 * @rec:  the record
 *
 * Context: Shard lock held.
 */
void shard_add(struct shard *sh, u32 hash, const u64 *rec)
{
	lockdep_assert_held(&sh->lock);
	slots_insert(dirty_of(sh), hash, rec);
	set_in_dirty(sh);
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
	slots_remove(spot->map, spot->i);
	if (spot->map == dirty_of(sh))
		set_in_dirty(sh);
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
	return read_of(sh)->used + dirty_of(sh)->used;
}

/**
 * shard_walk - call a function for each session of a shard
 * @sh:   shard
 * @from: skip sessions whose hash is below
 * @fn:   function; true frees the slot
 * @arg:  its second argument
 *
 * Context: Shard lock held.
 * Return: how many slots were freed.
 */
u32 shard_walk(struct shard *sh, u32 from, shard_fn fn, void *arg)
{
	struct slot_table *maps[2] = { read_of(sh), dirty_of(sh) };
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
			freed++;
		}
	}
	set_in_dirty(sh);
	stats_hold(sh->stats, local_clock() - begin);
	return freed;
}

/* The last steps of promotion and growth: the sessions are in the read map now. */
static void dirty_moved(struct shard *sh, u32 written)
{
	struct slot_table *dirty = dirty_of(sh);

	stats_inc(sh->stats, STAT_promotions);
	stats_add(sh->stats, STAT_promoted, dirty->used);
	stats_add(sh->stats, STAT_slots_written, written);
	smp_store_release(&sh->moves, sh->moves + 1); /* 1 before 2; slots_clear(): before 3 */
	slots_clear(dirty);
	set_in_dirty(sh);
	WRITE_ONCE(sh->misses, 0);
}

/* Moves the dirty map's sessions into the read map, if they fit in. */
static bool promote(struct shard *sh)
{
	struct slot_table *read = read_of(sh), *dirty = dirty_of(sh);
	u32 n = dirty->used;

	if (read->used + read->deleted + n > slots_room(read->groups))
		return false;
	slots_copy(read, dirty);
	dirty_moved(sh, n);
	return true;
}

static void install(struct shard *sh, struct slot_table __rcu **map, struct slot_table *t)
{
	struct slot_table *old = rcu_dereference_protected(*map, lockdep_is_held(&sh->lock));

	account(sh, t, 1);
	account(sh, old, -1);
	rcu_assign_pointer(*map, t);
	slots_free_rcu(old);
}

/* Replaces the read map by one of another size, with the dirty map's sessions. */
static void rebuild(struct shard *sh, struct shard_room *room)
{
	struct slot_table *read = read_of(sh), *dirty = dirty_of(sh);
	u32 n = read->used + dirty->used;

	slots_fill(room->read, read, 0, 0);
	slots_fill(room->read, dirty, 0, 0);
	stats_inc(sh->stats, room->bytes < read->bytes ? STAT_shrinks : STAT_grows);
	install(sh, &sh->read, room->read);
	dirty_moved(sh, n);
	if (room->dirty->bytes != dirty->bytes) {
		install(sh, &sh->dirty, room->dirty);
		room->dirty = NULL;
	}
	room->read = NULL;
	room->change = SHARD_OK;
}

/* Replaces the dirty map by a larger one. The sessions stay in both: no move. */
static void enlarge_dirty(struct shard *sh, struct shard_room *room)
{
	struct slot_table *dirty = dirty_of(sh);

	slots_fill(room->dirty, dirty, 0, 0);
	stats_inc(sh->stats, STAT_grows);
	stats_add(sh->stats, STAT_slots_written, dirty->used);
	install(sh, &sh->dirty, room->dirty);
	room->dirty = NULL;
	room->change = SHARD_OK;
}

/*
 * Makes the change if its memory is there. Returns 0 when it is made, 1 when
 * the caller has to split, -EAGAIN when memory is needed.
 */
static int change(struct shard *sh, struct shard_room *room, enum shard_change what, size_t bytes)
{
	if (!room->ready || room->change != what || room->bytes != bytes) {
		room->change = what;
		room->bytes = bytes;
		room->ready = false;
		return -EAGAIN;
	}
	switch (what) {
	case SHARD_DIRTY:
		enlarge_dirty(sh, room);
		return 0;
	case SHARD_READ:
		rebuild(sh, room);
		return 0;
	default:
		return 1;
	}
}

/*
 * Size of the read maps of two halves. Each gets about one half of the
 * sessions, but must be able to take all, should the bit not divide them.
 */
static size_t half_bytes(const struct shard *sh)
{
	size_t bytes = READ_BYTES_MAX;

	while (slots_limit(sh->layout, bytes) < shard_sessions(sh))
		bytes *= 2;
	return bytes;
}

/* A read map for all sessions and @more, or a split when it would be too large. */
static int resize(struct shard *sh, struct shard_room *room, u32 more)
{
	size_t bytes = slots_bytes(sh->layout, shard_sessions(sh) + more);

	if (bytes <= READ_BYTES_MAX || sh->depth == DIR_DEPTH_MAX)
		return change(sh, room, SHARD_READ, bytes);
	return change(sh, room, SHARD_SPLIT, half_bytes(sh));
}

static int enlarge_or_fail(struct shard *sh, struct shard_room *room)
{
	size_t bytes = dirty_of(sh)->bytes * 2;

	return bytes > READ_BYTES_MAX ? -ENOMEM : change(sh, room, SHARD_DIRTY, bytes);
}

/**
 * shard_make_room - make sure that the dirty map takes one more session
 * @sh:     shard
 * @room:   memory
 * @atomic: the caller cannot sleep: ask for as little memory as will do, and
 *          leave the rest to the worker
 *
 * Context: Shard lock held.
 * Return: 0; 1 if the caller must shard_split() and start again; -EAGAIN if it
 * must shard_room_alloc() and ask again; -ENOMEM if @atomic and the worker
 * has fallen far behind.
 */
int shard_make_room(struct shard *sh, struct shard_room *room, bool atomic)
{
	struct slot_table *dirty = dirty_of(sh);
	u64 begin;
	int ret = 0;

	lockdep_assert_held(&sh->lock);
	if (dirty->used + dirty->deleted < slots_room(dirty->groups))
		return 0;
	begin = local_clock();
	if (!promote(sh))
		ret = atomic ? enlarge_or_fail(sh, room) : resize(sh, room, 1);
	stats_hold(sh->stats, local_clock() - begin);
	return ret;
}

/**
 * shard_crowded - whether the reserve for writers that cannot sleep runs low
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: whether the dirty map is more than half full.
 */
bool shard_crowded(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	return dirty_of(sh)->used > slots_room(dirty_of(sh)->groups) / 2;
}

/* The read map is much too large for what the shard holds. */
static bool too_large(const struct shard *sh)
{
	size_t bytes = slots_bytes(sh->layout, shard_sessions(sh));

	return bytes <= read_of(sh)->bytes >> SHRINK_SHIFT;
}

static bool promotion_due(const struct shard *sh)
{
	return (sh->in_dirty && READ_ONCE(sh->misses) >= sh->in_dirty) || shard_crowded(sh);
}

/* Tombstones make lookups of absent ids longer. */
static bool worn(const struct slot_table *t)
{
	return t->deleted > slots_of(t->groups) >> TOMBSTONE_SHIFT;
}

static bool dirty_overgrown(const struct shard *sh)
{
	return dirty_of(sh)->bytes > dirty_bytes(sh->layout, read_of(sh)->bytes);
}

/**
 * shard_wants_tidy - whether shard_tidy() would find something to do
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: whether it would.
 */
bool shard_wants_tidy(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	return promotion_due(sh) || dirty_overgrown(sh) || too_large(sh) ||
	       worn(read_of(sh)) || worn(dirty_of(sh));
}

/**
 * shard_tidy - do what is due: promotion, shrinking, removing tombstones
 * @sh:   shard
 * @room: memory
 *
 * Context: Shard lock held.
 * Return: 0 when done; 1 if the caller must shard_split(); -EAGAIN if it must
 * shard_room_alloc() and ask again.
 */
int shard_tidy(struct shard *sh, struct shard_room *room)
{
	u64 begin = local_clock();
	int ret = 0;

	lockdep_assert_held(&sh->lock);
	if (dirty_overgrown(sh) || too_large(sh) || worn(read_of(sh)))
		ret = resize(sh, room, 0);
	else if ((promotion_due(sh) || worn(dirty_of(sh))) && !promote(sh))
		ret = resize(sh, room, 0);
	stats_hold(sh->stats, local_clock() - begin);
	return ret;
}

static int alloc_children(const struct slot_layout *layout, struct stats *stats,
			  struct shard_room *room, gfp_t gfp)
{
	int i;

	for (i = 0; i < 2; i++) {
		room->child[i] = shard_alloc(layout, stats, room->bytes, gfp);
		if (!room->child[i])
			return -ENOMEM;
	}
	return 0;
}

/**
 * shard_room_alloc - allocate what a change needs
 * @layout: shape of the records
 * @stats:  counters of the table
 * @room:   what shard_make_room() or shard_tidy() asked for
 * @gfp:    allocation flags
 *
 * Context: As @gfp says; no shard lock held.
 * Return: 0, also if nothing is needed, or -ENOMEM.
 */
int shard_room_alloc(const struct slot_layout *layout, struct stats *stats,
		     struct shard_room *room, gfp_t gfp)
{
	struct shard_room want = { .change = room->change, .bytes = room->bytes };
	int err = 0;

	if (want.change == SHARD_OK || room->ready)
		return 0;
	shard_room_free(room);
	*room = want;
	if (room->change == SHARD_SPLIT) {
		err = alloc_children(layout, stats, room, gfp);
	} else if (room->change == SHARD_DIRTY) {
		room->dirty = slots_alloc(layout, room->bytes, gfp);
		err = room->dirty ? 0 : -ENOMEM;
	} else {
		room->read = slots_alloc(layout, room->bytes, gfp);
		room->dirty = slots_alloc(layout, dirty_bytes(layout, room->bytes), gfp);
		err = room->read && room->dirty ? 0 : -ENOMEM;
	}
	room->ready = !err;
	if (err)
		shard_room_free(room);
	return err;
}

/**
 * shard_room_free - free what a change did not use
 * @room: memory
 *
 * Context: Process or softirq.
 */
void shard_room_free(struct shard_room *room)
{
	if (!room->bytes)
		return; /* most writes need no memory */
	slots_free(room->read);
	slots_free(room->dirty);
	shard_free(room->child[0]);
	shard_free(room->child[1]);
	*room = (struct shard_room){ };
}

static void adopt(struct shard *child, const struct shard *sh, u32 bit, u32 value)
{
	struct slot_table *to = rcu_dereference_protected(child->read, true);

	slots_fill(to, read_of(sh), bit, value);
	slots_fill(to, dirty_of(sh), bit, value);
	child->version = max(child->version, sh->version);
	if (sh->next_expiry)
		child->next_expiry = min_not_zero(child->next_expiry, sh->next_expiry);
}

/**
 * shard_split - fill the two shards that take the place of one
 * @sh:   shard, retired by this
 * @room: memory; the caller publishes @room->child, then frees @sh by RCU
 *
 * Context: Lock of @sh held.
 */
void shard_split(struct shard *sh, struct shard_room *room)
{
	u32 bit = 1U << (31 - sh->depth), i;
	u64 begin = local_clock();

	lockdep_assert_held(&sh->lock);
	for (i = 0; i < 2; i++) {
		room->child[i]->depth = sh->depth + 1;
		room->child[i]->prefix = sh->prefix | (i ? bit : 0);
		adopt(room->child[i], sh, bit, i ? bit : 0);
	}
	sh->retired = true;
	stats_inc(sh->stats, STAT_splits);
	stats_add(sh->stats, STAT_slots_written, shard_sessions(sh));
	stats_hold(sh->stats, local_clock() - begin);
}

/**
 * shard_merged_bytes - size of the read map if two shards were one
 * @a: shard
 * @b: the other half of the same prefix
 *
 * Context: Locks of both held.
 * Return: the size, or 0 if they hold too much to be merged: more than half of
 * what makes a shard split, so that they don't split again soon.
 */
size_t shard_merged_bytes(const struct shard *a, const struct shard *b)
{
	size_t bytes = slots_bytes(a->layout, shard_sessions(a) + shard_sessions(b));

	return bytes <= READ_BYTES_MAX / 2 ? bytes : 0;
}

/**
 * shard_merge - fill the shard that takes the place of two
 * @a:    shard, retired by this
 * @b:    the other half of the same prefix, retired by this
 * @into: an empty shard of shard_merged_bytes(), unpublished
 *
 * Context: Locks of @a and @b held.
 */
void shard_merge(struct shard *a, struct shard *b, struct shard *into)
{
	u64 begin = local_clock();

	lockdep_assert_held(&a->lock);
	lockdep_assert_held(&b->lock);
	into->depth = a->depth - 1;
	into->prefix = a->prefix;
	adopt(into, a, 0, 0);
	adopt(into, b, 0, 0);
	a->retired = true;
	b->retired = true;
	stats_inc(a->stats, STAT_merges);
	stats_add(a->stats, STAT_slots_written, shard_sessions(a) + shard_sessions(b));
	stats_hold(a->stats, local_clock() - begin);
}
