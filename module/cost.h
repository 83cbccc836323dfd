/* SPDX-License-Identifier: GPL-2.0 */
/* Cost: what the sessions of a table weigh together, and its bound. See cost.c. */
#ifndef DEVSESS_COST_H
#define DEVSESS_COST_H

#include <linux/atomic.h>
#include <linux/types.h>

/* The lower bits hold the sum: of 2^32 sessions of weight 255, some of them counted twice. */
#define COST_BITS	44
#define COST_MASK	((1ULL << COST_BITS) - 1)

/**
 * struct cost - the weights of a table's sessions
 * @sum: their sum, taken before a session is stored; above it a count of the changes of @max
 * @max: bound of the sum, 0 for none
 */
struct cost {
	atomic64_t sum;
	atomic64_t max;
};

bool cost_take(struct cost *c, u32 weight);
bool cost_fits(const struct cost *c, u32 weight);
int cost_set_max(struct cost *c, u64 max);

/**
 * cost_give - count weights no more, now that the sessions are gone
 * @c:      cost
 * @weight: of all of them
 *
 * Context: Any.
 */
static inline void cost_give(struct cost *c, u64 weight)
{
	if (weight)
		atomic64_sub(weight, &c->sum);
}

/**
 * cost_sum - what the sessions weigh
 * @c: cost
 *
 * Context: Any.
 * Return: the sum.
 */
static inline u64 cost_sum(const struct cost *c)
{
	return atomic64_read(&c->sum) & COST_MASK;
}

/**
 * cost_max - the bound
 * @c: cost
 *
 * Context: Any.
 * Return: max_cost, 0 for none.
 */
static inline u64 cost_max(const struct cost *c)
{
	return atomic64_read(&c->max);
}

/**
 * cost_never - whether a weight is above the bound all by itself
 * @c:      cost
 * @weight: of a session
 *
 * Context: Any.
 * Return: whether no room can be made for it.
 */
static inline bool cost_never(const struct cost *c, u32 weight)
{
	u64 max = cost_max(c);

	return max && weight > max;
}

#endif /* DEVSESS_COST_H */
