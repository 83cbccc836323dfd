/* SPDX-License-Identifier: GPL-2.0 */
/* Table: limits, directory, count. See table.c. */
#ifndef DEVSESS_TABLE_H
#define DEVSESS_TABLE_H

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/siphash.h>
#include <linux/workqueue.h>

#include "charge.h"
#include "cost.h"
#include "directory.h"
#include "events.h"
#include "name.h"
#include "owner.h"
#include "session.h"
#include "stats.h"
#include "sweep.h"
#include "watermark.h"

struct devsess_handle;
struct upcalls;

/**
 * struct upcall_options - when user space is asked for unknown ids
 * @upcall:          enum devsess_upcall
 * @interval_ms:     an id once in this time at the most, 1 to DEVSESS_UPCALL_TIME_MAX
 * @rate:            ids in a second at the most, 1 to DEVSESS_UPCALL_RATE_MAX
 * @negative_ttl_ms: an id that was asked for and not stored, or refused, not for this time,
 *                   0 to DEVSESS_UPCALL_TIME_MAX
 */
struct upcall_options {
	u32 upcall;
	u32 interval_ms;
	u32 rate;
	u32 negative_ttl_ms;
};

/**
 * struct devsess_table - a table
 * @dir:          its shards
 * @layout:       shape of its records
 * @hash_key:     random; a hash never leaves the engine
 * @key_max:      longest device id
 * @data_max:     most data
 * @policy:       enum devsess_policy; any time it may change
 * @dead:         it is deleted, or its namespace is gone: it takes no writes
 * @upcall:       enum devsess_upcall; any time it may change
 * @owners:       sessions by owner, NULL if they are not counted
 * @stats:        counters
 * @sweep:        worker
 * @events:       what is told of it
 * @fill:         max_sessions in the upper half, sessions in the lower one,
 *                reserved before they are stored: what changes either looks
 *                at both
 * @reserve:      places that only user space takes; any time it may change
 * @cost:         what the sessions weigh, reserved likewise
 * @peak:         most sessions at one time
 * @peak_at:      when, s since 1970 UTC
 * @watermark:    tells when it fills up
 * @name:         that by which it is found now
 * @handle:       by which modules have it now; NULL once it is deleted
 * @id:           unique in its namespace
 * @refs:         requests and calls under way, and one of @handle
 * @free_work:    frees it after a grace period
 * @deferred:     rings of deferred writes, or NULL; written under @defer_lock
 * @defer_lock:   one at a time empties the rings, or changes them
 * @atomic_lock:  one atomic batch at a time
 * @defer_ms:     how long deferred writes wait
 * @ttl_ms:       of sessions that are stored without one; any time it may change
 * @upcalls:      miss upcalls, or NULL; written under devsess_net.lock
 * @upcall_options: as the user wants them, also while there are none; likewise
 * @generation:   what table_generation() has more than its sum
 * @charge:       whose memory cgroup pays for what workers allocate
 *
 * What a lookup reads comes first. names.c and rename.c own the five from @name on, options.c
 * @ttl_ms, @policy and @upcall_options, which they write; deferred.c the three in between;
 * upcall.c @upcall and @upcalls.
 */
struct devsess_table {
	struct directory dir;
	struct slot_layout layout;
	hsiphash_key_t hash_key;
	u32 key_max;
	u32 data_max;
	u32 policy;
	bool dead;
	u8 upcall;
	struct owners *owners;
	struct stats stats;
	struct sweep sweep;
	struct events events;

	atomic64_t fill ____cacheline_aligned;
	u32 reserve;
	struct cost cost;
	atomic_long_t peak;
	time64_t peak_at;
	struct watermark watermark;

	struct table_name name;
	struct devsess_handle __rcu *handle;
	u32 id;
	refcount_t refs;
	struct rcu_work free_work;

	struct deferred __rcu *deferred;
	struct mutex defer_lock; /* see above */
	struct mutex atomic_lock; /* see above */
	u32 defer_ms;
	u64 ttl_ms;

	struct upcalls __rcu *upcalls;
	struct upcall_options upcall_options;
	atomic64_t generation;
	struct charge charge;
};

/**
 * struct table_limits - what a table is created with
 * @max_sessions: bound, 1 to 2^32 - 1
 * @key_max:      1 to DEVSESS_KEY_MAX
 * @data_max:     0 to DEVSESS_DATA_MAX
 * @policy:       enum devsess_policy
 * @defer_ring:   deferred writes that can wait per CPU; 0 none, to DEVSESS_DEFER_RING_MAX
 * @defer_ms:     how long they wait, 1 to DEVSESS_DEFER_INTERVAL_MAX; 0: DEFER_MS
 * @ttl_ms:       of sessions that are stored without one, 0 (for ever) to DEVSESS_TTL_MAX
 * @upcalls:      miss upcalls; 0 as interval_ms: UPCALL_INTERVAL_MS, as rate: UPCALL_RATE
 * @owner_max:    owners whose sessions are counted; 0 none, to DEVSESS_OWNER_MAX
 * @watermark_high: per cent of @max_sessions or of @max_cost, 1 to 100; 0 none
 * @watermark_low: per cent, below @watermark_high
 * @reserve:      places that only user space takes, below @max_sessions
 * @max_cost:     bound of what the sessions weigh, 0 none
 * @unclaimed:    who uses it first pays for it, see charge.c
 *
 * net.c looks after the deferred writes and the upcalls, so table_alloc() does not.
 */
struct table_limits {
	u64 max_sessions;
	u32 key_max;
	u32 data_max;
	u32 policy;
	u32 defer_ring;
	u32 defer_ms;
	u64 ttl_ms;
	struct upcall_options upcalls;
	u32 owner_max;
	u32 watermark_high;
	u32 watermark_low;
	u64 reserve;
	u64 max_cost;
	bool unclaimed;
};

/* Whether a value of devsess_table.fill leaves no places but those @kept for others. */
static inline bool table_is_full(u64 fill, u32 kept)
{
	return (u64)lower_32_bits(fill) + kept >= upper_32_bits(fill);
}

/**
 * table_full - is there no place for another session?
 * @t:    table
 * @kept: places that are not for it
 *
 * Context: Any. The answer may be old already; table_reserve() decides.
 * Return: true if the table holds max_sessions, less those that are kept.
 */
static inline bool table_full(const struct devsess_table *t, u32 kept)
{
	return table_is_full(atomic64_read(&t->fill), kept);
}

/**
 * table_key - make an id what it is searched for as
 * @t:   table
 * @id:  device id
 * @len: its length
 * @key: out: the key; only as many words as the id takes are set
 *
 * Context: Any.
 * Return: 0, or -EINVAL if @len is 0 or above the table's key_max.
 */
static inline int table_key(const struct devsess_table *t, const void *id, size_t len,
			    struct slot_key *key)
{
	if (!len || len > t->key_max)
		return -EINVAL;
	key->len = len;
	session_bytes(key->word, id, len);
	/* The same value, by a function without loops, for the usual length. */
	key->hash = len != 16 ? hsiphash(key->word, len, &t->hash_key) :
		hsiphash_4u32(lower_32_bits(key->word[0]), upper_32_bits(key->word[0]),
			      lower_32_bits(key->word[1]), upper_32_bits(key->word[1]),
			      &t->hash_key);
	return 0;
}

struct devsess_table *table_alloc(const struct table_limits *limits);
void table_free(struct devsess_table *t);
u64 table_sessions_max(u32 key_max, u32 data_max);
int table_set_max(struct devsess_table *t, u32 max_sessions);
u64 table_memory(struct devsess_table *t);
u64 table_count(const struct devsess_table *t);
u64 table_generation(const struct devsess_table *t);
int table_limit_owner(struct devsess_table *t, u32 owner, u32 limit);
u32 table_max(const struct devsess_table *t);
void table_set_policy(struct devsess_table *t, u32 policy);
bool table_reserve(struct devsess_table *t, u32 kept);
void table_forget(struct devsess_table *t, u32 sessions);

#endif /* DEVSESS_TABLE_H */
