// SPDX-License-Identifier: GPL-2.0
/*
 * Resize: what keeps a shard's maps as large as they should be. Promotion
 * empties the dirty map into the read map; growth and shrinking replace the
 * read map; a shard that is as large as it may be is split, and two that are
 * small are merged. Memory is allocated with no lock held: see struct
 * resize_room.
 */
#include "resize.h"

#include <linux/lockdep.h>
#include <linux/sched/clock.h>

#include "map.h"

/* The last steps of promotion and growth: the sessions are in the read map now. */
static void dirty_moved(struct shard *sh, u32 written)
{
	struct slot_table *dirty = shard_dirty_map(sh);

	stats_inc(sh->stats, STAT_promotions);
	stats_add(sh->stats, STAT_promoted, dirty->used);
	stats_add(sh->stats, STAT_slots_written, written);
	smp_store_release(&sh->moves, sh->moves + 1); /* 1 before 2; slots_clear(): before 3 */
	slots_clear(dirty);
	shard_count_dirty(sh);
	WRITE_ONCE(sh->misses, 0);
}

/* Moves the dirty map's sessions into the read map, if they fit in. */
static bool promote(struct shard *sh, struct resize_room *room)
{
	struct slot_table *read = shard_read_map(sh), *dirty = shard_dirty_map(sh);
	u32 n = dirty->used;

	if (read->used + read->deleted + n > slots_room(read->groups))
		return false;
	slots_copy(read, dirty);
	dirty_moved(sh, n);
	room->moved += n;
	return true;
}

/* Puts a map in the place of another; see map_of(). */
static void install(struct shard *sh, struct slot_table __rcu **map, u32 *groups,
		    struct slot_table *t)
{
	struct slot_table *old = rcu_dereference_protected(*map, lockdep_is_held(&sh->lock));

	shard_account(sh, t, 1);
	shard_account(sh, old, -1);
	WRITE_ONCE(*groups, 0);
	rcu_assign_pointer(*map, t); /* after that */
	smp_store_release(groups, t->groups); /* after both */
	map_free_rcu(old);
}

/* Replaces the read map by one of another size, with the dirty map's sessions. */
static void rebuild(struct shard *sh, struct resize_room *room)
{
	struct slot_table *read = shard_read_map(sh), *dirty = shard_dirty_map(sh);
	u32 n = read->used + dirty->used;

	room->moved += dirty->used;
	slots_fill(room->read, read, 0, 0);
	slots_fill(room->read, dirty, 0, 0);
	stats_inc(sh->stats, room->bytes < read->bytes ? STAT_shrinks : STAT_grows);
	install(sh, &sh->read, &sh->read_groups, room->read);
	dirty_moved(sh, n);
	if (room->dirty->bytes != dirty->bytes) {
		install(sh, &sh->dirty, &sh->dirty_groups, room->dirty);
		room->dirty = NULL;
	}
	room->read = NULL;
	room->change = RESIZE_OK;
}

/* Replaces the dirty map by a larger one. The sessions stay in both: no move. */
static void enlarge_dirty(struct shard *sh, struct resize_room *room)
{
	struct slot_table *dirty = shard_dirty_map(sh);

	slots_fill(room->dirty, dirty, 0, 0);
	stats_inc(sh->stats, STAT_grows);
	stats_add(sh->stats, STAT_slots_written, dirty->used);
	install(sh, &sh->dirty, &sh->dirty_groups, room->dirty);
	room->dirty = NULL;
	room->change = RESIZE_OK;
}

/*
 * Makes the change if its memory is there. Returns 0 when it is made, 1 when
 * the caller has to split, -EAGAIN when memory is needed.
 */
static int change(struct shard *sh, struct resize_room *room, enum resize_change what, size_t bytes)
{
	if (!room->ready || room->change != what || room->bytes != bytes) {
		room->change = what;
		room->bytes = bytes;
		room->ready = false;
		return -EAGAIN;
	}
	switch (what) {
	case RESIZE_DIRTY:
		enlarge_dirty(sh, room);
		return 0;
	case RESIZE_READ:
		rebuild(sh, room);
		return 0;
	default:
		return 1;
	}
}

/* Sessions of the larger half, if the shard were split. */
static u32 larger_half(const struct shard *sh)
{
	u32 bit = 1U << (31 - sh->depth);
	u32 upper = slots_count(shard_read_map(sh), bit) + slots_count(shard_dirty_map(sh), bit);

	return max(upper, shard_sessions(sh) - upper);
}

/*
 * Size of the read maps of two halves. Each gets about one half of the sessions, which
 * is what is asked for; once there is memory it is seen whether it will do.
 */
static size_t half_bytes(const struct shard *sh, const struct resize_room *room)
{
	if (room->ready && room->change == RESIZE_SPLIT) {
		u32 n = larger_half(sh);

		return n <= map_room(sh->layout, room->bytes) ? room->bytes :
								     map_bytes(sh->layout, n);
	}
	return map_bytes(sh->layout, shard_sessions(sh) / 2);
}

/* A read map for all sessions and @more, or a split when it would be too large. */
static int resize(struct shard *sh, struct resize_room *room, u32 more)
{
	size_t bytes = map_bytes(sh->layout, shard_sessions(sh) + more);

	if (bytes <= READ_BYTES_MAX || sh->depth == DIR_DEPTH_MAX)
		return change(sh, room, RESIZE_READ, bytes);
	return change(sh, room, RESIZE_SPLIT, half_bytes(sh, room));
}

static int enlarge_or_fail(struct shard *sh, struct resize_room *room)
{
	size_t bytes = shard_dirty_map(sh)->bytes * 2;

	return bytes > READ_BYTES_MAX ? -ENOMEM : change(sh, room, RESIZE_DIRTY, bytes);
}

/**
 * resize_make_room - make sure that the dirty map takes one more session
 * @sh:     shard
 * @room:   memory
 * @atomic: the caller cannot sleep: ask for as little memory as will do, and
 *          leave the rest to the worker
 *
 * Context: Shard lock held.
 * Return: 0; 1 if the caller must resize_split() and start again; -EAGAIN if it
 * must resize_room_alloc() and ask again; -ENOMEM if @atomic and the worker
 * has fallen far behind.
 */
int resize_make_room(struct shard *sh, struct resize_room *room, bool atomic)
{
	struct slot_table *dirty = shard_dirty_map(sh);
	u64 begin;
	int ret = 0;

	lockdep_assert_held(&sh->lock);
	if (dirty->used + dirty->deleted < slots_room(dirty->groups))
		return 0;
	begin = local_clock();
	if (!promote(sh, room))
		ret = atomic ? enlarge_or_fail(sh, room) : resize(sh, room, 1);
	stats_hold(sh->stats, local_clock() - begin);
	return ret;
}

/**
 * resize_crowded - whether the reserve for writers that cannot sleep runs low
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: whether the dirty map is more than half full.
 */
bool resize_crowded(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	return shard_dirty_map(sh)->used > slots_room(shard_dirty_map(sh)->groups) / 2;
}

/* The read map is much too large for what the shard holds. */
static bool too_large(const struct shard *sh)
{
	return shard_sessions(sh) < shard_read_map(sh)->few;
}

static bool promotion_due(const struct shard *sh)
{
	return (sh->in_dirty && READ_ONCE(sh->misses) >= sh->in_dirty) || resize_crowded(sh);
}

/* Tombstones make lookups of absent ids longer. */
static bool worn(const struct slot_table *t)
{
	return t->deleted > slots_of(t->groups) >> TOMBSTONE_SHIFT;
}

static bool dirty_overgrown(const struct shard *sh)
{
	size_t bytes = shard_dirty_map(sh)->bytes, read_bytes = shard_read_map(sh)->bytes;

	/* shard_dirty_bytes() takes its time, and dirty maps are hardly ever larger than these. */
	return bytes > min_t(size_t, read_bytes, DIRTY_BYTES) &&
	       bytes > shard_dirty_bytes(sh->layout, read_bytes);
}

/**
 * resize_wants_tidy - whether resize_tidy() would find something to do
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: whether it would.
 */
bool resize_wants_tidy(const struct shard *sh)
{
	lockdep_assert_held(&sh->lock);
	return promotion_due(sh) || dirty_overgrown(sh) || too_large(sh) ||
	       worn(shard_read_map(sh)) || worn(shard_dirty_map(sh));
}

/**
 * resize_tidy - do what is due: promotion, shrinking, removing tombstones
 * @sh:   shard
 * @room: memory
 *
 * Context: Shard lock held.
 * Return: 0 when done; 1 if the caller must resize_split(); -EAGAIN if it must
 * resize_room_alloc() and ask again.
 */
int resize_tidy(struct shard *sh, struct resize_room *room)
{
	u64 begin = local_clock();
	int ret = 0;

	lockdep_assert_held(&sh->lock);
	if (dirty_overgrown(sh) || too_large(sh) || worn(shard_read_map(sh)))
		ret = resize(sh, room, 0);
	else if ((promotion_due(sh) || worn(shard_dirty_map(sh))) && !promote(sh, room))
		ret = resize(sh, room, 0);
	stats_hold(sh->stats, local_clock() - begin);
	return ret;
}

static int alloc_children(const struct slot_layout *layout, struct stats *stats,
			  struct resize_room *room, gfp_t gfp)
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
 * resize_room_alloc - allocate what a change needs
 * @layout: shape of the records
 * @stats:  counters of the table
 * @room:   what resize_make_room() or resize_tidy() asked for
 * @gfp:    allocation flags
 *
 * Context: As @gfp says; no shard lock held.
 * Return: 0, also if nothing is needed, or -ENOMEM.
 */
int resize_room_alloc(const struct slot_layout *layout, struct stats *stats,
		      struct resize_room *room, gfp_t gfp)
{
	struct resize_room want = {
		.change = room->change, .bytes = room->bytes, .moved = room->moved,
	};
	int err = 0;

	if (want.change == RESIZE_OK || room->ready)
		return 0;
	resize_room_free(room);
	*room = want;
	if (room->change == RESIZE_SPLIT) {
		err = alloc_children(layout, stats, room, gfp);
	} else if (room->change == RESIZE_DIRTY) {
		room->dirty = map_alloc(layout, room->bytes, gfp);
		err = room->dirty ? 0 : -ENOMEM;
	} else {
		room->read = map_alloc(layout, room->bytes, gfp);
		room->dirty = map_alloc(layout, shard_dirty_bytes(layout, room->bytes), gfp);
		err = room->read && room->dirty ? 0 : -ENOMEM;
	}
	room->ready = !err;
	if (err)
		resize_room_free(room);
	return err;
}

/**
 * resize_room_free - free what a change did not use
 * @room: memory
 *
 * Context: Process or softirq.
 */
void resize_room_free(struct resize_room *room)
{
	if (!room->bytes)
		return; /* most writes need no memory */
	map_free(room->read);
	map_free(room->dirty);
	shard_free(room->child[0]);
	shard_free(room->child[1]);
	*room = (struct resize_room){ .moved = room->moved };
}

static void adopt(struct shard *child, const struct shard *sh, u32 bit, u32 value)
{
	struct slot_table *to = rcu_dereference_protected(child->read, true);

	child->new += slots_fill(to, shard_read_map(sh), bit, value);
	child->new += slots_fill(to, shard_dirty_map(sh), bit, value);
	child->version = max(child->version, sh->version);
	if (sh->next_expiry)
		child->next_expiry = min_not_zero(child->next_expiry, sh->next_expiry);
}

/**
 * resize_split - fill the two shards that take the place of one
 * @sh:   shard, retired by this
 * @room: memory; the caller publishes @room->child, then frees @sh by RCU
 *
 * Context: Lock of @sh held.
 */
void resize_split(struct shard *sh, struct resize_room *room)
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
 * resize_merged_bytes - size of the read map if two shards were one
 * @a: shard
 * @b: the other half of the same prefix
 *
 * Context: Locks of both held.
 * Return: the size, or 0 if they hold too much to be merged: more than half of
 * what makes a shard split, so that they don't split again soon.
 */
size_t resize_merged_bytes(const struct shard *a, const struct shard *b)
{
	size_t bytes = map_bytes(a->layout, shard_sessions(a) + shard_sessions(b));

	return bytes <= READ_BYTES_MAX / 2 ? bytes : 0;
}

/**
 * resize_merge - fill the shard that takes the place of two
 * @a:    shard, retired by this
 * @b:    the other half of the same prefix, retired by this
 * @into: an empty shard of resize_merged_bytes(), unpublished
 *
 * Context: Locks of @a and @b held.
 */
void resize_merge(struct shard *a, struct shard *b, struct shard *into)
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
