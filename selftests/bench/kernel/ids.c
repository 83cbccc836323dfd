// SPDX-License-Identifier: GPL-2.0
#include "ids.h"

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/math64.h>

u32 id_len = 16;

/* SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): one step of it. */
static u64 mix(u64 x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

void id_of(u64 number, u64 *id)
{
	id[0] = mix(number);
	id[1] = ror64(id[0], 23) * 0x9e3779b97f4a7c15ULL;
	id[2] = id[0] ^ id[1];
	id[3] = ~id[1];
}

u64 random_next(u64 *seed)
{
	*seed += 0x9e3779b97f4a7c15ULL;
	return mix(*seed);
}

u64 random_below(u64 *seed, u64 limit)
{
	return mul_u64_u64_shr(random_next(seed), limit, 64);
}

/* Ranks with a chance of 1/rank: each power of two as likely as the others. */
u64 zipf_below(u64 *seed, u64 limit)
{
	u64 rank;

	do {
		u64 r = random_next(seed);

		rank = 1ULL << reciprocal_scale((u32)r, ilog2(limit) + 1);
		rank += (r >> 32) & (rank - 1);
	} while (rank > limit);
	return rank - 1;
}
