/* SPDX-License-Identifier: GPL-2.0 */
/* Shard: a read map and a dirty map under one lock. See shard.c. */
#ifndef DEVSESS_SHARD_H
#define DEVSESS_SHARD_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "ghost.h"
#include "slots.h"
#include "stats.h"

/**
 * struct shard - the sessions whose hashes begin with the same bits
 * @read:    read map; written under @lock
 * @dirty:   dirty map; written under @lock
 * @layout:  shape of the records
 * @stats:   counters of the table
 * @moves:   raised by a promotion between its publishing and its clearing
 * @in_dirty: sessions in the dirty map, a hint for counting misses; written under @lock
 * @prefix:  first hash of the shard
 * @read_groups: groups of the read map, or 0 while it is replaced; see map_of(); @lock
 * @dirty_groups: of the dirty map, too; @lock
 * @depth:   how many upper bits of the hash all its sessions share
 * @retired: split or merged away, no longer written; @lock
 * @filter:  a bit for each session in the dirty map, see shard_filter(), and some of
 *           those that have left it; written under @lock
 * @lock:    one writer at a time; any context but hard interrupts and NMI
 * @misses:  lookups that the dirty map served since the last promotion; a
 *           hint, counted without a lock
 * @next_expiry: no session of the shard expires before, 0 if none does; @lock
 * @version: highest version given out; @lock
 * @new:     sessions on probation; @lock
 * @hand:    where the search for one that can go is, among those; @lock
 * @clock:   the same, among the others; @lock
 * @ghost:   whom it sent away, or NULL; @lock
 * @stuck:   all were pinned when the last one was looked for, and none was written since; @lock
 * @rcu:     frees the shard when its readers have left
 *
 * The first line is what a lookup reads; only structural changes write it,
 * and a new session (@in_dirty, @filter).
 */
struct shard {
	struct slot_table __rcu *read;
	struct slot_table __rcu *dirty;
	const struct slot_layout *layout;
	struct stats *stats;
	u32 moves;
	u32 in_dirty;
	u32 prefix;
	u32 read_groups;
	u32 dirty_groups;
	u8 depth;
	bool retired;
	unsigned long filter;

	spinlock_t lock ____cacheline_aligned;
	u32 misses;
	u64 next_expiry;
	u64 version;
	u32 new;
	u32 hand;
	u32 clock;
	struct ghost *ghost;
	bool stuck;
	struct rcu_head rcu;
};

/**
 * struct spot - where a session is
 * @map: read or dirty map of the shard
 * @i:   index of its slot
 */
struct spot {
	struct slot_table *map;
	int i;
};

/* A function for each record of a walk; true frees its slot. Shard lock held. */
typedef bool (*shard_fn)(const u64 *rec, void *arg);

/* A function for each record whose slot a walk has freed. Shard lock held. */
typedef void (*shard_gone_fn)(const u64 *rec, void *arg);

struct shard *shard_alloc(const struct slot_layout *layout, struct stats *stats, size_t bytes,
			  gfp_t gfp);
void shard_free(struct shard *sh);
void shard_free_rcu(struct shard *sh);

int shard_read(struct shard *sh, const struct slot_key *key, u64 *rec, bool *due);
void shard_prefetch_found(const struct shard *sh, u32 hash);

bool shard_find(struct shard *sh, const struct slot_key *key, struct spot *spot);
void shard_write(struct shard *sh, const struct spot *spot, const u64 *rec);
void shard_add(struct shard *sh, u32 hash, const u64 *rec);
void shard_remove(struct shard *sh, const struct spot *spot);
u32 shard_sessions(const struct shard *sh);
u32 shard_walk(struct shard *sh, u32 from, shard_fn fn, shard_gone_fn gone, void *arg);

/*
 * The bit of a session in the filter. Of some twenty sessions in the dirty map one
 * lookup in four of something else finds its bit set (Bloom, CACM 1970, with one hash).
 */
static inline unsigned long shard_filter(u32 hash)
{
	return 1UL << (hash >> 7) % BITS_PER_LONG;
}

/* The maps, for who holds the lock. */
static inline struct slot_table *shard_read_map(const struct shard *sh)
{
	return rcu_dereference_protected(sh->read, lockdep_is_held(&sh->lock));
}

static inline struct slot_table *shard_dirty_map(const struct shard *sh)
{
	return rcu_dereference_protected(sh->dirty, lockdep_is_held(&sh->lock));
}

/**
 * shard_prefetch_tags - begin to load the tags that a lookup will look at
 * @sh:   shard
 * @hash: of the key
 *
 * Once they are there shard_prefetch_found() begins to load the slot that they name.
 *
 * Context: Any, NMI included; RCU read lock held.
 */
static __always_inline void shard_prefetch_tags(const struct shard *sh, u32 hash)
{
	slots_prefetch_tags(rcu_dereference(sh->read), READ_ONCE(sh->read_groups), hash);
}

/**
 * shard_prefetch - begin to load what a lookup will look at
 * @sh:     shard
 * @hash:   of the key
 * @absent: it is likely not there, so that its slot would be loaded in vain
 *
 * Context: Any, NMI included; RCU read lock held.
 */
static __always_inline void shard_prefetch(const struct shard *sh, u32 hash, bool absent)
{
	const struct slot_table *read = rcu_dereference(sh->read);
	u32 groups = READ_ONCE(sh->read_groups);

	slots_prefetch_tags(read, groups, hash);
	if (!absent)
		slots_prefetch_slot(read, sh->layout, groups, hash);
}

/**
 * shard_prefetch_write - begin to load what writing a session will look at
 * @sh:   shard
 * @hash: of the key
 * @new:  it is likely not there yet
 *
 * Context: Any, NMI included; RCU read lock held.
 */
static __always_inline void shard_prefetch_write(const struct shard *sh, u32 hash, bool new)
{
	const struct slot_table *dirty = rcu_dereference(sh->dirty);
	u32 groups = READ_ONCE(sh->dirty_groups);

	prefetchw(&sh->lock);
	prefetch(rcu_dereference(sh->read));
	shard_prefetch(sh, hash, new);
	if (new) {
		prefetch(dirty);
		slots_prefetch_tags(dirty, groups, hash);
		slots_prefetch_slot(dirty, sh->layout, groups, hash);
	}
}

void shard_account(struct shard *sh, const struct slot_table *t, int sign);
void shard_count_dirty(struct shard *sh);
size_t shard_dirty_bytes(const struct slot_layout *layout, size_t read_bytes);
bool shard_wants_ghost(const struct shard *sh);
struct ghost *shard_set_ghost(struct shard *sh, struct ghost *ghost);

#endif /* DEVSESS_SHARD_H */
