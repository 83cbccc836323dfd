/* SPDX-License-Identifier: GPL-2.0 */
/* Drain: the rings of deferred writes, and the worker that empties them. See drain.c. */
#ifndef DEVSESS_DRAIN_H
#define DEVSESS_DRAIN_H

#include "table.h"

/**
 * struct drain_entry - a write in a ring
 * @order:       the later of two of a stripe has the higher one
 * @hash:        of the device id
 * @op:          enum devsess_op
 * @touch_flags: of a touch
 * @done:        has been done already; the worker's
 * @fields:      of an update
 * @rec:         the session as in a slot; of a touch and a delete what
 *               drain_put_key() puts
 */
struct drain_entry {
	u64 order;
	u32 hash;
	u8 op;
	u8 touch_flags : 7;
	bool done : 1;
	u16 fields;
	u64 rec[];
};

/**
 * struct drain_ring - of a CPU
 * @entries: as many as the ring has, of as many words as an entry takes
 * @head:    entries ever put; written by the CPU
 * @tail:    entries taken out; written by the worker
 * @seen:    the worker's first look at @head
 */
struct drain_ring {
	u64 *entries;
	u32 head;
	u32 tail ____cacheline_aligned;
	u32 seen;
};

/**
 * struct drain_stripe - devices that share a counter
 * @order: of the last write
 * @seen:  highest order that the first look showed; the worker's
 */
struct drain_stripe {
	atomic64_t order ____cacheline_aligned;
	u64 seen;
};

/* Buckets for sorting, by the upper bits of the hash: a few entries each if a ring is full. */
#define DRAIN_BUCKET_BITS 10

/* Sorting so few by insertion takes less than calling sort() does. */
#define DRAIN_FEW	16

/* Steps of sorting after which others get the CPU, if they want it. */
#define DRAIN_REST	4096

/* An entry in the order of the work. */
struct drain_ref {
	u64 order;
	struct drain_entry *entry;
	u32 hash;
};

/**
 * struct drain_taken - writes to one device that are done together
 * @key:         of the device
 * @n:           how many
 * @has_write:   a write by @op comes to the same as they do,
 * @has_touch:   and after it a touch
 * @op:          enum devsess_op of the write
 * @touch_flags: of the touch
 * @fields:      of an update
 * @ttl_ms:      of the touch
 * @s:           of a store or an update
 */
struct drain_taken {
	struct slot_key key;
	u32 n;
	bool has_write;
	bool has_touch;
	u8 op;
	u8 touch_flags;
	u32 fields;
	u64 ttl_ms;
	struct devsess_session s;
};

/**
 * struct deferred - rings of a table
 * @table:  table
 * @size:   entries of a ring, a power of two
 * @words:  of an entry
 * @bytes:  that all of this takes
 * @work:   a round, @table's defer_ms after the first write
 * @taken:  the worker's
 * @ref:    entries of a round, and room to sort them; the worker's
 * @bucket: of these, where the entries end whose hashes begin with the same bits
 * @stripe: counters
 * @ring:   by CPU
 */
struct deferred {
	struct devsess_table *table;
	u32 size;
	u32 words;
	size_t bytes;
	struct delayed_work work;
	struct drain_taken taken;
	struct drain_ref *ref;
	u32 bucket[1 << DRAIN_BUCKET_BITS];
	struct drain_stripe stripe[DEFER_STRIPES];
	struct drain_ring ring[];
};

static inline struct drain_stripe *drain_stripe(struct deferred *d, u32 hash)
{
	return &d->stripe[hash % DEFER_STRIPES];
}

static inline struct drain_entry *drain_entry(const struct deferred *d,
					      const struct drain_ring *r, u32 i)
{
	return (struct drain_entry *)(r->entries + (size_t)(i & (d->size - 1)) * d->words);
}

/* A device id, and a ttl behind it. Returns how many words they are. */
static inline u32 drain_put_key(const struct devsess_table *t, u64 *rec, const void *key,
				size_t key_len, u64 ttl_ms)
{
	rec[0] = key_len;
	session_pad(rec + 1, t->layout.key_words, key, key_len);
	rec[1 + t->layout.key_words] = ttl_ms;
	return 2 + t->layout.key_words;
}

static inline u64 drain_ttl(const struct devsess_table *t, const struct drain_entry *e)
{
	return e->rec[1 + t->layout.key_words];
}

void drain_round(struct deferred *d);
void drain_wake(struct deferred *d, const struct drain_ring *r, u32 head);
void drain_work(struct work_struct *work);
u64 drain_waiting(const struct deferred *d);

#endif /* DEVSESS_DRAIN_H */
