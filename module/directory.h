/* SPDX-License-Identifier: GPL-2.0 */
/* Directory: from the upper bits of a hash to its shard. See directory.c. */
#ifndef DEVSESS_DIRECTORY_H
#define DEVSESS_DIRECTORY_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "resize.h"

/**
 * struct dir_array - the entries
 * @rcu:   for kvfree_rcu()
 * @depth: it has 2^depth entries
 * @shard: entry i covers the hashes that begin with the @depth bits of i
 */
struct dir_array {
	struct rcu_head rcu;
	u8 depth;
	struct shard __rcu *shard[];
};

/**
 * struct directory - the shards of a table
 * @array:  the entries that lookups use; @lock
 * @next:   a larger or smaller array that is being filled, or NULL; @lock
 * @layout: shape of the records
 * @stats:  counters of the table
 * @splits: splits under way that have looked at the array's depth; @lock
 * @min_depth: depth at the start; merges stop there
 * @lock:   writes of entries; nests inside a shard's lock
 * @resize: one change of size at a time; taken before any other lock
 */
struct directory {
	struct dir_array __rcu *array;
	struct dir_array *next;
	const struct slot_layout *layout;
	struct stats *stats;
	u32 splits;
	u8 min_depth;
	spinlock_t lock; /* see above */
	struct mutex resize; /* see above */
};

/* The entry of a hash in an array of 2^@depth. */
static inline u32 dir_index(u8 depth, u32 hash)
{
	return depth ? hash >> (32 - depth) : 0;
}

/**
 * dir_shard - the shard of a hash
 * @d:    directory
 * @hash: hash
 *
 * Context: Any, NMI included; RCU read lock held.
 * Return: the shard.
 */
static inline struct shard *dir_shard(const struct directory *d, u32 hash)
{
	const struct dir_array *a = rcu_dereference(d->array);

	return rcu_dereference(a->shard[dir_index(a->depth, hash)]);
}

int dir_init(struct directory *d, const struct slot_layout *layout, struct stats *stats,
	     u8 depth);
void dir_exit(struct directory *d);
size_t dir_bytes(struct directory *d);

struct shard *dir_lock_shard(const struct directory *d, u32 hash)
	__acquires(RCU) __acquires(shard_lock);
struct shard *dir_lock_to_write(const struct directory *d, u32 hash, bool new)
	__acquires(RCU) __acquires(shard_lock);
void dir_unlock_shard(struct shard *sh) __releases(shard_lock) __releases(RCU);
u64 dir_after(const struct shard *sh);

int dir_split(struct directory *d, struct shard *sh, struct resize_room *room)
	__releases(shard_lock) __releases(RCU);
int dir_grow(struct directory *d, u8 depth);
int dir_merge(struct directory *d, u32 hash);
int dir_shrink(struct directory *d, u8 depth);

#endif /* DEVSESS_DIRECTORY_H */
