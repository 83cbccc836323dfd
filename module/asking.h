/* SPDX-License-Identifier: GPL-2.0 */
/* Asking: ids that wait for a miss upcall and ids that were asked for. See asking.c. */
#ifndef DEVSESS_ASKING_H
#define DEVSESS_ASKING_H

#include <linux/kernel.h>
#include <linux/mutex.h>

#include "table.h"

struct net;

/* Most ids that are handed to a sender at a time. */
#define ASKING_IDS	32

/* Most slots that are looked at under one hold of the lock, for which refusals wait. */
#define ASKING_LOOKS	256

/*
 * Sends ids to who listens in a namespace; may sleep. Returns 0, or a negative errno if
 * none of them was heard.
 */
typedef int (*asking_sender)(struct net *net, const char *table, const struct slot_key *ids,
			     u32 n);

/*
 * A time until which an id is not asked for, in one word, so that it changes as a whole: the ms of
 * CLOCK_BOOTTIME; by how many of these it is sooner once the id is stored, by the options as they
 * were when it was asked for, an hour at most; and whether it was stored, see upcall_stored().
 */
#define ASKING_STORED		1ULL
#define ASKING_LESS_SHIFT	1
#define ASKING_MS_SHIFT		23

/**
 * struct asked - an id that is not asked for again for a while
 * @id:    its fingerprint
 * @until: as above; over if it is not in the future
 */
struct asked {
	u64 id;
	atomic64_t until;
};

/**
 * struct upcalls - miss upcalls of a table
 * @table:    table
 * @net:      its namespace; NULL once that or the table's name is gone, or the table has
 *            other upcalls: then none is sent, and what waits stays; @sending
 * @options:  what the user wants
 * @hash_key: random; of the lower half of fingerprints
 * @slots:    of the waiting, a power of two
 * @entries:  of the asked, a power of two
 * @tag:      of each slot: 0, or the fingerprint of an id that waits, with TAG_*
 * @key:      of each slot: the id
 * @asked:    the asked
 * @lock:     writes of @asked
 * @sending:  held while some are sent
 * @kicked:   the worker has been called, and has not begun
 * @kick:     calls the worker from contexts that cannot
 * @work:     the worker
 * @less:     no entry has more than this
 * @bytes:    that all of this takes
 *
 * The worker's alone:
 * @paid:     what has been asked for is paid for until then, by the rate; ns
 * @at:       the next slot to look at
 * @again:    an id was half written
 * @starved:  the rate allows no more now
 * @until:    of what is being sent
 * @n:        ids that are being sent
 * @id:       these
 * @entry:    their entries
 */
struct upcalls {
	struct devsess_table *table;
	struct net *net;
	struct upcall_options options;
	hsiphash_key_t hash_key;
	u32 slots;
	u32 entries;
	atomic64_t *tag;
	struct slot_key *key;
	struct asked *asked;
	spinlock_t lock; /* see above */
	struct mutex sending; /* likewise */
	bool kicked;
	struct irq_work kick;
	struct delayed_work work;
	u32 less;
	size_t bytes;

	u64 paid;
	u32 at;
	bool again;
	bool starved;
	u64 until;
	u32 n;
	struct slot_key id[ASKING_IDS];
	struct asked *entry[ASKING_IDS];
};

static inline bool asking_over(u64 until, u64 now)
{
	return (until >> ASKING_MS_SHIFT) * NSEC_PER_MSEC <= now;
}

static inline u64 asking_less(u64 until)
{
	return until >> ASKING_LESS_SHIFT & (BIT_ULL(ASKING_MS_SHIFT - ASKING_LESS_SHIFT) - 1);
}

/* A time of now, ns, and so many ms later. */
static inline u64 asking_until(u64 now, u32 ms, u32 less)
{
	return (DIV_ROUND_UP_ULL(now, NSEC_PER_MSEC) + ms) << ASKING_MS_SHIFT |
	       (u64)less << ASKING_LESS_SHIFT;
}

/* It once the id is stored. */
static inline u64 asking_until_stored(u64 until)
{
	u64 less = min(asking_less(until), until >> ASKING_MS_SHIFT);

	return (until - (less << ASKING_MS_SHIFT)) | ASKING_STORED;
}

/* For so long an id that was asked for is not asked for again, in ms. */
static inline u32 asking_quiet_ms(const struct upcall_options *o)
{
	return max(o->interval_ms, o->negative_ttl_ms);
}

/* Once it is stored, and its session has gone, it is asked for when the interval is over. */
static inline u32 asking_less_ms(const struct upcall_options *o)
{
	return asking_quiet_ms(o) - o->interval_ms;
}

u64 asking_id(const struct upcalls *u, const struct slot_key *key);
struct asked *asking_find(const struct upcalls *u, u64 id, u64 now, u64 *until);
struct asked *asking_room(struct upcalls *u, u64 id, u64 now);
void asking_set(struct upcalls *u, struct asked *a, u64 id, u64 until);
bool asking_put(struct upcalls *u, const struct slot_key *key, u64 id);

void asking_init(struct upcalls *u);
void asking_cut(struct upcalls *u);
void asking_set_sender(asking_sender sender);

#endif /* DEVSESS_ASKING_H */
