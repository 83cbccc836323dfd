// SPDX-License-Identifier: GPL-2.0
/*
 * Cost: the sum of the weights of a table's sessions. It is counted whether or not it is
 * bounded, so that a bound can come at any time: one more atomic operation per session that
 * comes or goes, on a line that is written for the count of sessions anyway.
 *
 * The bound is exact while it changes, too. cost_take() reads the sum, then the bound, and adds
 * to the sum unless that has changed meanwhile. cost_set_max() writes the bound, then the
 * count of changes, which stands in the same word as the sum: what was compared with the old
 * bound either came before that, and was looked at, or is compared again.
 */
#include "cost.h"

#include <linux/errno.h>

static bool fits(u64 sum, u64 max, u32 weight)
{
	return !max || (sum & COST_MASK) + weight <= max;
}

/**
 * cost_take - count the weight of a session that is about to be stored
 * @c:      cost
 * @weight: its weight, or by how much that rises
 *
 * Context: Any.
 * Return: false if the sum would be above the bound.
 */
bool cost_take(struct cost *c, u32 weight)
{
	s64 sum = atomic64_read(&c->sum);

	if (!weight)
		return true;
	do {
		smp_rmb(); /* the sum before the bound: pairs with cost_set_max() */
		if (!fits(sum, cost_max(c), weight))
			return false;
	} while (!atomic64_try_cmpxchg(&c->sum, &sum, sum + weight));
	return true;
}

/**
 * cost_fits - is there room for a weight?
 * @c:      cost
 * @weight: the weight
 *
 * Context: Any. The answer may be old already; cost_take() decides.
 * Return: true if there is.
 */
bool cost_fits(const struct cost *c, u32 weight)
{
	return fits(cost_sum(c), cost_max(c), weight);
}

/**
 * cost_set_max - change the bound
 * @c:   cost
 * @max: new bound, 0 for none
 *
 * A write that comes while the sum turns out to be above it may be refused by it.
 *
 * Context: Any; one at a time.
 * Return: 0, or -EBUSY if the sum is above it; the bound is then as it was.
 */
int cost_set_max(struct cost *c, u64 max)
{
	s64 old = atomic64_read(&c->max), sum = atomic64_read(&c->sum);

	if (!fits(sum, max, 0))
		return -EBUSY;
	atomic64_set(&c->max, max);
	do {
		if (!fits(sum, max, 0)) {
			atomic64_set(&c->max, old);
			return -EBUSY;
		}
		/* Fully ordered: the bound before the count of changes. */
	} while (!atomic64_try_cmpxchg(&c->sum, &sum, (u64)sum + COST_MASK + 1));
	return 0;
}
