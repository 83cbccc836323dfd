// SPDX-License-Identifier: GPL-2.0
#include "stats.h"

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>

#include "limits.h"

/**
 * stats_init - allocate the counters
 * @s: counters, zeroed
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int stats_init(struct stats *s)
{
	s->cpu = alloc_percpu_gfp(struct stats_cpu, GFP_KERNEL | GFP_MODEST);
	return s->cpu ? 0 : -ENOMEM;
}

/**
 * stats_exit - free the counters
 * @s: counters that nobody counts any more
 *
 * Context: Process or softirq.
 */
void stats_exit(struct stats *s)
{
	free_percpu(s->cpu);
}

/**
 * stats_sum - a counter over all CPUs
 * @s: counters
 * @i: which one
 *
 * Context: Any. Not a snapshot: CPUs go on counting.
 * Return: the sum.
 */
u64 stats_sum(const struct stats *s, enum stat_id i)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(s->cpu, cpu)->v[i]);
	return sum;
}

/**
 * stats_hold - note how long a shard lock was held
 * @s:  counters
 * @ns: how long
 *
 * Context: Any but NMI.
 */
void stats_hold(struct stats *s, u64 ns)
{
	s64 old = atomic64_read(&s->lock_hold_max);

	while (ns > old && !atomic64_try_cmpxchg(&s->lock_hold_max, &old, ns))
		;
}

/**
 * stats_failure - count a failure by its reason
 * @s:   counters
 * @err: negative errno
 *
 * Context: Any.
 * Return: @err.
 */
int stats_failure(struct stats *s, int err)
{
	switch (err) {
	case -EEXIST:
		stats_inc(s, STAT_fail_exists);
		break;
	case -ENOENT:
		stats_inc(s, STAT_fail_absent);
		break;
	case -ESTALE:
		stats_inc(s, STAT_fail_version);
		break;
	case -ENOSPC:
		stats_inc(s, STAT_fail_full);
		break;
	case -ENOMEM:
		stats_inc(s, STAT_fail_memory);
		break;
	case -EINVAL:
		stats_inc(s, STAT_fail_invalid);
		break;
	case -ENOBUFS:
		stats_inc(s, STAT_fail_ring);
		break;
	case -EDQUOT:
		stats_inc(s, STAT_fail_quota);
		break;
	case -EUSERS:
		stats_inc(s, STAT_fail_owners);
		break;
	}
	return err;
}
