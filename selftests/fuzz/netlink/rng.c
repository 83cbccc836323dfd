// SPDX-License-Identifier: GPL-2.0
#include "rng.h"

/* splitmix64: a counter and a mixer, so that any seed is a good one. */
__u64 rng_next(struct rng *r)
{
	__u64 z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* Each number of each stream has a sequence of its own. */
void rng_seed(struct rng *r, __u64 seed, __u64 stream, __u64 number)
{
	r->state = seed;
	r->state = rng_next(r) + stream;
	r->state = rng_next(r) + number;
	rng_next(r);
}

/* Below @n, which is not 0. */
__u64 rng_below(struct rng *r, __u64 n)
{
	return rng_next(r) % n;
}

bool rng_one_in(struct rng *r, __u64 n)
{
	return !rng_below(r, n);
}

void rng_fill(struct rng *r, void *buf, size_t len)
{
	__u8 *at = buf;

	while (len--)
		*at++ = rng_next(r) >> 24;
}
