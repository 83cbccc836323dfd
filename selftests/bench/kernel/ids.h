/* SPDX-License-Identifier: GPL-2.0 */
/* Device ids: id number N is a function of N, so nothing has to keep them. */
#ifndef BENCH_IDS_H
#define BENCH_IDS_H

#include <linux/types.h>

#define ID_WORDS 4

/* One of several. */
struct id {
	u64 word[ID_WORDS];
};

/* Bytes of an id: 16 or 32. The same for all maps of a run. */
extern u32 id_len;

void id_of(u64 number, u64 *id);
u64 random_next(u64 *seed);
u64 random_below(u64 *seed, u64 limit);
u64 zipf_below(u64 *seed, u64 limit);

#endif /* BENCH_IDS_H */
