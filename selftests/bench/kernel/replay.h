/* SPDX-License-Identifier: GPL-2.0 */
/* Hit ratios of maps that push sessions out. */
#ifndef BENCH_REPLAY_H
#define BENCH_REPLAY_H

#include <linux/types.h>

/**
 * replay() - print the hit ratios of all such maps under a load
 * @path:     file of the ids that are asked for, a u32 each
 * @load:     its name in the results
 * @sessions: that a map has room for
 *
 * Return: 0 or an errno.
 */
int replay(const char *path, const char *load, u64 sessions);

#endif /* BENCH_REPLAY_H */
