// SPDX-License-Identifier: GPL-2.0
/*
 * Ghost: the sessions that a shard has sent away from probation, as many as it holds. One that
 * comes back while it is remembered is no newcomer. Only hashes are kept, in small buckets, each
 * in the order in which they came, so that neither call looks at more than one bucket.
 */
#include "ghost.h"

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "limits.h"

static u32 buckets_for(u32 sessions)
{
	return DIV_ROUND_UP(max(sessions, 1U), GHOST_BUCKET);
}

/**
 * ghost_alloc - make an empty ghost
 * @sessions: how many the shard holds
 * @gfp:      allocation flags
 *
 * Context: As @gfp says.
 * Return: the ghost, or NULL. Free it with ghost_free().
 */
struct ghost *ghost_alloc(u32 sessions, gfp_t gfp)
{
	u32 buckets = buckets_for(sessions);
	struct ghost *g;

	g = kvzalloc(struct_size(g, hash, (size_t)buckets * GHOST_BUCKET), gfp | GFP_MODEST);
	if (g)
		g->buckets = buckets;
	return g;
}

/**
 * ghost_free - free a ghost that nobody uses
 * @g: ghost or NULL
 *
 * Context: Process, may sleep, or softirq.
 */
void ghost_free(struct ghost *g)
{
	kvfree(g);
}

/**
 * ghost_free_rcu - likewise, where the caller may not sleep
 * @g: ghost or NULL
 *
 * Context: Process or softirq, under RCU or not.
 */
void ghost_free_rcu(struct ghost *g)
{
	if (g)
		kvfree_rcu(g, rcu);
}

/**
 * ghost_bytes - memory of a ghost
 * @g: ghost or NULL
 *
 * Context: Any.
 * Return: bytes.
 */
size_t ghost_bytes(const struct ghost *g)
{
	return g ? struct_size(g, hash, (size_t)g->buckets * GHOST_BUCKET) : 0;
}

/**
 * ghost_fits - whether a ghost has about the right size
 * @g:        ghost or NULL
 * @sessions: how many the shard holds
 *
 * Context: Shard lock held.
 * Return: whether it remembers as many, or nearly, and not many times more.
 */
bool ghost_fits(const struct ghost *g, u32 sessions)
{
	u32 want = buckets_for(sessions);

	return g && want <= g->buckets + g->buckets / 4 && want >= g->buckets / 2;
}

static u32 *bucket_of(struct ghost *g, u32 hash)
{
	/* As slots_home_group(): the upper bits are the same for all of the shard. */
	return g->hash + reciprocal_scale(hash * 0x9e3779b9U, g->buckets) * GHOST_BUCKET;
}

/**
 * ghost_add - remember a session
 * @g:    ghost
 * @hash: of its key
 *
 * Context: Shard lock held.
 */
void ghost_add(struct ghost *g, u32 hash)
{
	u32 *bucket = bucket_of(g, hash);

	memmove(bucket + 1, bucket, (GHOST_BUCKET - 1) * sizeof(*bucket));
	bucket[0] = hash ?: 1;
}

/**
 * ghost_take - forget a session
 * @g:    ghost
 * @hash: of its key
 *
 * Context: Shard lock held.
 * Return: whether it was remembered. Another one of the same hash may have been.
 */
bool ghost_take(struct ghost *g, u32 hash)
{
	u32 *bucket = bucket_of(g, hash), i;

	for (i = 0; i < GHOST_BUCKET; i++)
		if (bucket[i] == (hash ?: 1))
			break;
	if (i == GHOST_BUCKET)
		return false;
	memmove(bucket + i, bucket + i + 1, (GHOST_BUCKET - 1 - i) * sizeof(*bucket));
	bucket[GHOST_BUCKET - 1] = 0;
	return true;
}

/**
 * ghost_copy - remember what another one does
 * @to:   ghost
 * @from: ghost
 *
 * Context: Shard lock held.
 */
void ghost_copy(struct ghost *to, const struct ghost *from)
{
	u32 i = from->buckets * GHOST_BUCKET;

	/* Backwards: the latest of a bucket comes last. */
	while (i--)
		if (from->hash[i])
			ghost_add(to, from->hash[i]);
}
