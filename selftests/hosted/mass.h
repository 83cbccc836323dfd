/* SPDX-License-Identifier: GPL-2.0 */
/* What is done to millions of sessions: their keys, and the time that it takes. */
#ifndef MASS_H
#define MASS_H

#include <time.h>

#include "shim.h"

/* Key number @i. Mixed, so that keys are random and need not be stored. */
static inline void key_of(u64 i, u64 *key)
{
	u64 state = i;

	key[0] = shim_random(&state);
	key[1] = shim_random(&state);
}

static inline double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

#endif /* MASS_H */
