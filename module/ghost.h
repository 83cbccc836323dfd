/* SPDX-License-Identifier: GPL-2.0 */
/* Ghost: the sessions that a shard has sent away. See ghost.c. */
#ifndef DEVSESS_GHOST_H
#define DEVSESS_GHOST_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/* Hashes of a bucket, 32 bytes: half a cache line. */
#define GHOST_BUCKET	8

/**
 * struct ghost - hashes of sessions that were evicted
 * @rcu:     to free it
 * @buckets: how many
 * @hash:    GHOST_BUCKET hashes for each, the latest first; 0 is none
 */
struct ghost {
	struct rcu_head rcu;
	u32 buckets;
	u32 hash[];
};

struct ghost *ghost_alloc(u32 sessions, gfp_t gfp);
void ghost_free(struct ghost *g);
void ghost_free_rcu(struct ghost *g);
size_t ghost_bytes(const struct ghost *g);
bool ghost_fits(const struct ghost *g, u32 sessions);
void ghost_add(struct ghost *g, u32 hash);
bool ghost_take(struct ghost *g, u32 hash);
void ghost_copy(struct ghost *to, const struct ghost *from);

#endif /* DEVSESS_GHOST_H */
