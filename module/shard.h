/* SPDX-License-Identifier: GPL-2.0 */
/* Shard: a read map and a dirty map under one lock. See shard.c. */
#ifndef DEVSESS_SHARD_H
#define DEVSESS_SHARD_H

#include <linux/spinlock.h>

#include "slots.h"
#include "stats.h"

/**
 * struct shard - the sessions whose hashes begin with the same bits
 * @read:    read map; written under @lock
 * @dirty:   dirty map; written under @lock
 * @layout:  shape of the records
 * @stats:   counters of the table
 * @moves:   raised by a promotion between its publishing and its clearing
 * @in_dirty: sessions in the dirty map; written under @lock
 * @prefix:  first hash of the shard
 * @depth:   how many upper bits of the hash all its sessions share
 * @retired: split or merged away, no longer written; @lock
 * @lock:    one writer at a time; any context but hard interrupts and NMI
 * @misses:  lookups that the dirty map served since the last promotion; a
 *           hint, counted without a lock
 * @next_expiry: no session of the shard expires before, 0 if none does; @lock
 * @version: highest version given out; @lock
 * @rcu:     frees the shard when its readers have left
 *
 * The first line is what a lookup reads; only structural changes write it,
 * and a new session (@in_dirty).
 */
struct shard {
	struct slot_table __rcu *read;
	struct slot_table __rcu *dirty;
	const struct slot_layout *layout;
	struct stats *stats;
	u32 moves;
	u32 in_dirty;
	u32 prefix;
	u8 depth;
	bool retired;

	spinlock_t lock ____cacheline_aligned;
	u32 misses;
	u64 next_expiry;
	u64 version;
	struct rcu_head rcu;
};

/**
 * enum shard_change - what a shard needs before it can take one more session
 * @SHARD_OK:    nothing
 * @SHARD_DIRTY: a larger dirty map
 * @SHARD_READ:  a read map of another size, and an empty dirty map to match
 * @SHARD_SPLIT: two shards in its place
 */
enum shard_change { SHARD_OK, SHARD_DIRTY, SHARD_READ, SHARD_SPLIT };

/**
 * struct shard_room - memory for a change, allocated outside the lock
 * @change: which one
 * @bytes:  size of the read maps (SHARD_DIRTY: of the dirty map)
 * @ready:  the memory is there
 * @read:   read map
 * @dirty:  dirty map
 * @child:  the two shards of SHARD_SPLIT, their maps in place
 *
 * Zero it, pass it to shard_make_room() or shard_tidy(), and while they
 * answer -EAGAIN, unlock, shard_room_alloc(), lock and ask again. In the end
 * shard_room_free() takes what was not used.
 */
struct shard_room {
	enum shard_change change;
	size_t bytes;
	bool ready;
	struct slot_table *read;
	struct slot_table *dirty;
	struct shard *child[2];
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

struct shard *shard_alloc(const struct slot_layout *layout, struct stats *stats, size_t bytes,
			  gfp_t gfp);
void shard_free(struct shard *sh);
void shard_free_rcu(struct shard *sh);

int shard_read(struct shard *sh, const struct slot_key *key, u64 *rec, bool *due);

bool shard_find(struct shard *sh, const struct slot_key *key, struct spot *spot);
void shard_write(struct shard *sh, const struct spot *spot, const u64 *rec);
void shard_add(struct shard *sh, u32 hash, const u64 *rec);
void shard_remove(struct shard *sh, const struct spot *spot);
u32 shard_sessions(const struct shard *sh);
u32 shard_walk(struct shard *sh, u32 from, shard_fn fn, void *arg);

int shard_make_room(struct shard *sh, struct shard_room *room, bool atomic);
int shard_tidy(struct shard *sh, struct shard_room *room);
int shard_room_alloc(const struct slot_layout *layout, struct stats *stats,
		     struct shard_room *room, gfp_t gfp);
void shard_room_free(struct shard_room *room);
void shard_split(struct shard *sh, struct shard_room *room);

bool shard_crowded(const struct shard *sh);
bool shard_wants_tidy(const struct shard *sh);
size_t shard_merged_bytes(const struct shard *a, const struct shard *b);
void shard_merge(struct shard *a, struct shard *b, struct shard *into);

#endif /* DEVSESS_SHARD_H */
