/* SPDX-License-Identifier: GPL-2.0 */
/* A map that the benchmark in user space measures. */
#ifndef BENCH_H
#define BENCH_H

#include <linux/types.h>

/**
 * struct map - a map from device ids of 16 bytes to sessions
 * @name:   in the results
 * @make:   make an empty map for so many sessions
 * @free:   free it
 * @hit:    copy the session of an id out, and its number to @session
 * @insert: a new session
 * @update: give a session new words
 * @remove: delete a session
 * @touch:  note that a device was heard, or NULL
 * @hits:   find so many sessions together, of ids one after the other, or NULL
 * @written: slots written so far, or NULL
 * @held:    longest hold of a lock since the last call, ns, or NULL
 *
 * The operations return whether the session was there, or for @insert whether it is now.
 */
struct map {
	const char *name;
	void (*make)(u64 sessions);
	void (*free)(void);
	bool (*hit)(const u64 *id, u64 *session);
	bool (*insert)(const u64 *id, u64 session);
	bool (*update)(const u64 *id, u64 session);
	bool (*remove)(const u64 *id);
	bool (*touch)(const u64 *id);
	bool (*hits)(const u64 *ids, unsigned int n);
	u64 (*written)(void);
	u64 (*held)(void);
};

/* Lookups of a batch. */
#define BATCH 16

/* Words of a session beside its id. */
#define RECORD_WORDS 9

extern const struct map map_devsess, map_lfht;

#endif /* BENCH_H */
