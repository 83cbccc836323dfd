/* SPDX-License-Identifier: GPL-2.0 */
/* Caches that the simulation of hit ratios has beside the engine. */
#ifndef CACHES_H
#define CACHES_H

#include <linux/types.h>

/**
 * struct cache - a policy
 * @name: in the results
 * @make: an empty cache for so many sessions, which may be asked for ids below @ids
 * @free: free it
 * @use:  look an id up; if it is not there, insert it. Returns whether it was
 */
struct cache {
	const char *name;
	void (*make)(u32 capacity, u32 ids);
	void (*free)(void);
	bool (*use)(u32 id);
};

extern const struct cache cache_lru, cache_clock, cache_arc, cache_s3fifo;

#endif /* CACHES_H */
