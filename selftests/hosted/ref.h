/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reference map: what a table must hold, in a plain array with an entry
 * for each key of a fixed set. Each ref_ operation does its work on the table
 * and on the array, and compares all that comes back.
 */
#ifndef REF_H
#define REF_H

#include "../../module/batch.h"
#include "../../module/ops.h"
#include "../../module/table.h"
#include "../../module/walk.h"

/* Owners that sessions have. */
#define REF_OWNERS	8

/* Most lookups of a batch: several times what wait together. */
#define REF_BATCH	40

/**
 * struct ref_entry - what is known of a key
 * @s:       key, and the session while it is @stored
 * @stored:  has a slot, but may have expired
 * @version: the highest that was ever seen
 * @mark:    of ref_check()
 */
struct ref_entry {
	struct devsess_session s;
	bool stored;
	u64 version;
	u32 mark;
};

/**
 * struct ref - a table and its reference
 * @t:        the table
 * @limits:   with what it was made
 * @n:        number of keys
 * @e:        entries, sorted by key
 * @count:    how many are stored
 * @cost:     what they weigh
 * @kept_cost: what sessions of an atomic batch weighed more, until it is done
 * @owned:    stored sessions by owner and state
 * @kept:     and those of an atomic batch that have another owner until it is done
 * @limit:    of owners
 * @refused:  requests, for want of a place of the owner, or of an owner
 * @looked:   the owner whose figures were compared last
 * @may_fail: allocations are made to fail, so -ENOMEM is an answer
 * @gfp:      for operations that may allocate
 * @evicted:  a full table was to free expired sessions, some of which may still be there
 * @evictions: sessions that were evicted so far
 * @modest:   requests that create leave the places that are reserved
 * @created:  called, if not NULL, when an entry gets a session that had none
 * @worked:   called, if not NULL, when workers have run
 * @failed:   there was a difference; it was told by tap_note()
 */
struct ref {
	struct devsess_table *t;
	struct table_limits limits;
	u32 n;
	struct ref_entry *e;
	u64 count;
	u64 cost;
	u64 kept_cost;
	u32 owned[REF_OWNERS][DEVSESS_STATES];
	u32 kept[REF_OWNERS][DEVSESS_STATES];
	u32 limit[REF_OWNERS];
	u64 refused[2];
	u32 looked;
	bool may_fail;
	bool evicted;
	u64 evictions;
	bool modest;
	void (*created)(const struct ref_entry *e);
	void (*worked)(void);
	gfp_t gfp;
	bool failed;
};

/* Makes the keys; the table is made by ref_table(), which answers false for -ENOMEM. */
void ref_init(struct ref *r, const struct table_limits *limits, u32 n, u64 *random);
bool ref_table(struct ref *r);
/* Frees the table and forgets the sessions, or all. */
void ref_free_table(struct ref *r);
void ref_exit(struct ref *r);

/* A session for key @i, valid, all fields at random; one in @ttl_in has a time to live. */
struct devsess_session ref_session(const struct ref *r, u32 i, u32 ttl_in, u64 *random);

/* The entry of a session's key, or NULL. */
struct ref_entry *ref_find(struct ref *r, const struct devsess_session *s);
/* Whether all fields are the same. */
bool ref_same(const struct devsess_session *a, const struct devsess_session *b);

/* The reference alone, for who does a write to the table at another time. */

/* When a session that gets this ttl now expires, 0 never. */
u64 ref_expiry(u64 ttl_ms);
/* Whether a lookup finds it. */
bool ref_alive(const struct ref_entry *e);
/* Whether a write does; it frees what has expired. */
bool ref_found(struct ref *r, struct ref_entry *e);
/* Its session is over. */
void ref_forget(struct ref *r, struct ref_entry *e);
/* Its session from now on, the version being one that the key never had. */
void ref_adopt(struct ref *r, struct ref_entry *e, const struct devsess_session *s);
/* What the engine makes of a session that is stored now, but for the version. */
struct devsess_session ref_made(const struct ref *r, const struct devsess_session *given);
/* And what an update of @fields makes of @old. */
struct devsess_session ref_updated(const struct ref *r, const struct devsess_session *old,
				   const struct devsess_session *s, u32 fields);
/* A touch; returns what the engine does. */
int ref_touched(struct ref *r, struct ref_entry *e, u64 ttl_ms, u32 flags);

/* On both. */

int ref_lookup(struct ref *r, u32 i);
void ref_lookup_batch(struct ref *r, u32 i, u32 n);
int ref_insert(struct ref *r, u32 i, const struct devsess_session *s);
int ref_store(struct ref *r, u32 i, const struct devsess_session *s);
int ref_swap(struct ref *r, u32 i, const struct devsess_session *s);
int ref_get_or_insert(struct ref *r, u32 i, const struct devsess_session *s);
int ref_update(struct ref *r, u32 i, const struct devsess_session *s, u32 fields,
	       const u64 *version);
int ref_delete(struct ref *r, u32 i, const u64 *version, bool get);
int ref_touch(struct ref *r, u32 i, u64 ttl_ms, u32 flags);
int ref_batch(struct ref *r, struct batch_item *items, u32 *index, u32 n);
int ref_range(struct ref *r);
int ref_set_max(struct ref *r, u64 max);
/* Limits an owner; nothing if the table counts none. */
void ref_set_limit(struct ref *r, u32 owner, u32 limit);
int ref_set_max_cost(struct ref *r, u64 max);
void ref_set_reserve(struct ref *r, u32 reserve);
void ref_set_policy(struct ref *r, u32 policy);
void ref_set_ttl(struct ref *r, u64 ttl_ms);
void ref_clear(struct ref *r);
void ref_clear_owner(struct ref *r, u32 owner);
void ref_sweep(struct ref *r);
/* Lets work run that is due; whether a pass ran is the table's business. */
void ref_run_due(struct ref *r);

/* Compares everything: lookups, range, counts, counters. */
bool ref_check(struct ref *r);

#endif /* REF_H */
