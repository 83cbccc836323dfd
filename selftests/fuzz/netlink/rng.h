/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that a seed decides. */
#ifndef DEVSESS_FUZZ_RNG_H
#define DEVSESS_FUZZ_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct rng {
	__u64 state;
};

void rng_seed(struct rng *r, __u64 seed, __u64 stream, __u64 number);
__u64 rng_next(struct rng *r);
__u64 rng_below(struct rng *r, __u64 n);
bool rng_one_in(struct rng *r, __u64 n);
void rng_fill(struct rng *r, void *buf, size_t len);

#endif
