/* SPDX-License-Identifier: GPL-2.0 */
/* A histogram of times, of which a share can be asked for. */
#ifndef HIST_H
#define HIST_H

#include <linux/types.h>

/* So many steps to each power of two. */
#define HIST_STEPS	16

struct hist {
	u64 n[64 * HIST_STEPS];
	u64 most;
};

static inline void hist_add(struct hist *h, u64 ns)
{
	u64 log = ns < HIST_STEPS ? 0 : 63 - __builtin_clzll(ns / HIST_STEPS);

	h->n[log * HIST_STEPS + (ns >> log) % (HIST_STEPS * 2)]++;
	if (ns > h->most)
		h->most = ns;
}

/* Adds another one. */
static inline void hist_sum(struct hist *to, const struct hist *from)
{
	size_t i;

	for (i = 0; i < 64 * HIST_STEPS; i++)
		to->n[i] += from->n[i];
	if (from->most > to->most)
		to->most = from->most;
}

static inline u64 hist_count(const struct hist *h)
{
	u64 all = 0;
	size_t i;

	for (i = 0; i < 64 * HIST_STEPS; i++)
		all += h->n[i];
	return all;
}

/* The time, to a step, that this share of them does not exceed; 1: all of them. */
static inline u64 hist_at(const struct hist *h, double share)
{
	u64 all = hist_count(h), sum = 0;
	size_t i;

	for (i = 0; i < 64 * HIST_STEPS; i++) {
		u64 log = i / HIST_STEPS;

		sum += h->n[i];
		if (sum && sum >= all * share)
			return (log ? HIST_STEPS + i % HIST_STEPS : i) << (log ? log - 1 : 0);
	}
	return h->most;
}

#endif /* HIST_H */
