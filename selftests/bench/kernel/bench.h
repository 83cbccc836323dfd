/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of devsess_bench share. */
#ifndef BENCH_H
#define BENCH_H

#include <linux/types.h>

#include "ids.h"

/**
 * struct impl - a map from device ids to sessions
 * @name:   in the results
 * @map:    what the others get as their first argument: two of a kind share functions
 * @make:   make an empty map for so many sessions; 0 or an errno
 * @free:   free it with all that it holds
 * @hit:    copy the session of an id out, and its number to @session
 * @batch:  as @hit for BATCH ids, to as many numbers; NULL: by @hit
 * @insert: a new session
 * @update: give a session new words, as users of the map do
 * @touch:  note that a device was heard
 * @remove: delete a session
 * @finish: do what writes have left to be done later, or NULL
 * @mortal: a new session that ends at a time, ns of CLOCK_BOOTTIME, or NULL
 * @count:  how many there are; with @mortal
 * @written: entries of maps that were written so far, copies included, or NULL
 * @stale:  lookups may find what was there before: they are not measured
 * @lazy:   works over what is new only after as many lookups
 * @slow:   each write takes as long as the map is large: don't delete most
 * @fill:   make the map hold the sessions of ids 0 to @sessions - 1, if @insert
 *          would take for ever
 *
 * One map at a time; the operations return whether the session was there, or
 * for @insert whether it is there now.
 */
struct impl {
	const char *name;
	void *map;
	int (*make)(void *map, u64 sessions);
	void (*free)(void *map);
	bool (*hit)(void *map, const u64 *id, u64 *session);
	void (*batch)(void *map, const struct id *ids, u64 *sessions);
	bool (*insert)(void *map, const u64 *id, u64 session);
	bool (*update)(void *map, const u64 *id, u64 session);
	bool (*touch)(void *map, const u64 *id);
	bool (*remove)(void *map, const u64 *id);
	bool (*fill)(void *map, u64 sessions);
	void (*finish)(void *map);
	bool (*mortal)(void *map, const u64 *id, u64 expires);
	u64 (*count)(void *map);
	u64 (*written)(void *map);
	bool stale;
	bool lazy;
	bool slow;
};

extern const struct impl impl_devsess, impl_deferred, impl_rhashtable, impl_rhashtable_keyed,
			 impl_bpf_hash, impl_bpf_lru, impl_rwlock, impl_sharded, impl_cow,
			 impl_syncmap, impl_limit;

/* With room for so many sessions and no more; these do not take part in the measurements. */
extern const struct impl impl_bpf_lru_full, impl_bpf_lru_percpu;

/* Ids of a batch. */
#define BATCH 16

/* What a lookup that finds nothing leaves in its place of a batch. */
#define NO_SESSION U64_MAX

/**
 * struct state - of the measurements of one implementation
 * @impl:     it
 * @sessions: how many it holds
 * @first:    their ids are those of the numbers from here on
 * @seed:     of the random numbers
 * @wrong:    operations that went wrong
 * @turn:     operations so far, where they take turns
 * @writes:   updates and inserts so far
 * @burst:  number of the first of the few that a burst is for
 */
struct state {
	const struct impl *impl;
	u64 sessions;
	u64 first;
	u64 seed;
	u64 wrong;
	u64 turn;
	u64 writes;
	u64 burst;
};

/**
 * struct workload - what is measured
 * @name:   in the results
 * @op:     an operation; returns how many ids it served
 * @percent: of lookups in a mix, or of new ids and ends of old ones among writes
 * @zipf:   few ids get most of the operations
 * @looks:  some of them are lookups
 * @asked:  only measured if it is asked for
 */
struct workload {
	const char *name;
	u32 (*op)(struct state *s, const struct workload *w);
	u32 percent;
	bool zipf;
	bool looks;
	bool asked;
};

extern const struct workload workloads[], limit_workload;
extern const unsigned int workloads_count;

#endif /* BENCH_H */
