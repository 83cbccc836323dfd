/* SPDX-License-Identifier: GPL-2.0 */
/* Slot table: fixed-size records inline, found by tag groups. See slots.c. */
#ifndef DEVSESS_SLOTS_H
#define DEVSESS_SLOTS_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <uapi/linux/devsess.h>

#include "limits.h"

#define KEY_WORDS_MAX	(DEVSESS_KEY_MAX / 8)

/* Words of a record that is not key or data; their meaning is session.h's. */
#define FIXED_WORDS	9
#define REC_WORDS_MAX	(1 + KEY_WORDS_MAX + FIXED_WORDS + DEVSESS_DATA_MAX / 8)

/*
 * What word 0 has for eviction, of which a session's user knows nothing: whether the
 * session is on probation, and, in a byte of its own, how often it was used. Lookups
 * write that byte without a lock, though the slot may be another session's by then: a
 * count is lost or too high, and no harm done.
 */
#define WORD0_NEW	BIT_ULL(39)
#define USES_SHIFT	40
#define WORD0_USES	(0xffULL << USES_SHIFT)

/**
 * struct slot_layout - shape of a record, the same in all maps of a table
 * @key_words: 64-bit words that the longest key takes
 * @rec_words: words of a record: word 0 (key length in its low byte), key
 *             padded with zeros, payload
 * @slot_words: words from slot to slot, a multiple of a cache line
 * @uses: lookups count uses; not a matter of shape, but lookups look here anyway. Any time it
 *        may change
 */
struct slot_layout {
	u16 key_words;
	u16 rec_words;
	u16 slot_words;
	bool uses;
};

/**
 * struct slot_key - a key as it is searched for
 * @hash: keyed hash of the id
 * @len:  length of the id in bytes
 * @word: the id, padded with zeros to a full word
 */
struct slot_key {
	u32 hash;
	u32 len;
	u64 word[KEY_WORDS_MAX];
};

/**
 * struct slot - one record in its place
 * @seq:  odd while the rest is being written
 * @hash: of the record's key, so that a move need not hash again
 * @word: the record
 */
struct slot {
	u32 seq;
	u32 hash;
	u64 word[];
};

/**
 * struct slot_table - a map
 * @rcu:        frees it when its readers have left
 * @slots:      the first slot
 * @groups:     number of groups that fit into the allocation, at least 1
 * @slot_bytes: from slot to slot
 * @rec_words:  words of a record
 * @used:       slots in use; shard lock
 * @deleted:    tombstones; shard lock
 * @few:        with fewer sessions than these a smaller map would do; 0 if it is small
 * @bytes:      size of the allocation
 * @tags:       two words per group, a tag per slot
 *
 * One allocation holds it all: this header, the tags, the slots. A writer's search goes by
 * the header; a lookup is told what it needs of it.
 */
struct slot_table {
	struct rcu_head rcu;
	void *slots;
	u32 groups;
	u16 slot_bytes;
	u16 rec_words;
	u32 used;
	u32 deleted;
	u32 few;
	size_t bytes;
	u64 tags[] ____cacheline_aligned;
};

u32 slots_count(const struct slot_table *t, u32 bit);

int slots_read(const struct slot_table *t, const struct slot_layout *layout, u32 groups,
	       const struct slot_key *key, u64 *rec);

void slots_prefetch_found(const struct slot_table *t, const struct slot_layout *layout, u32 groups,
			  u32 hash);

int slots_find(const struct slot_table *t, const struct slot_key *key);
int slots_next(const struct slot_table *t, int i);
void slots_load(const struct slot_table *t, int i, u64 *rec);
void slots_write(struct slot_table *t, int i, const u64 *rec);
void slots_insert(struct slot_table *t, u32 hash, const u64 *rec);
void slots_remove(struct slot_table *t, int i);
void slots_clear(struct slot_table *t);
u32 slots_fill(struct slot_table *to, const struct slot_table *from, u32 bit, u32 value);
void slots_copy(struct slot_table *to, const struct slot_table *from);
u32 slots_hash(const struct slot_table *t, int i);
u64 slots_word(const struct slot_table *t, int i, u32 w);
void slots_note_use(struct slot_table *t, int i, u64 *rec);
void slots_set_uses(struct slot_table *t, int i, u8 uses);
void slots_admit(struct slot_table *t, int i);

/* Slots of a map of @groups groups, and how many of them may be in use. */
static inline u32 slots_of(u32 groups)
{
	return groups * GROUP_SLOTS;
}

static inline u32 slots_room(u32 groups)
{
	return groups * GROUP_SLOTS_USED;
}

/*
 * Bytes of the header and the tags of so many groups; the slots follow. Those of two lines begin
 * with an even one: the second often comes with the first, and is on the same page.
 */
static inline size_t slots_begin(u32 groups)
{
	return ALIGN(sizeof(struct slot_table) + groups * 2 * sizeof(u64), 2 * L1_CACHE_BYTES);
}

/*
 * The directory takes the upper bits of the hash and the tag its lowest seven.
 * Multiplying by 2^32 / phi (Knuth, TAOCP 6.4) spreads the bits in between over the
 * groups, of which there may be any number.
 */
static inline u32 slots_home_group(u32 groups, u32 hash)
{
	return reciprocal_scale(hash * 0x9e3779b9U, groups);
}

/*
 * Where in its group a record is if that slot was free: by other bits than the tag's, so
 * that the slot can be loaded together with the tags. About two of three are there.
 */
static inline u32 slots_home_slot(u32 hash)
{
	return hash >> 7 & (GROUP_SLOTS - 1);
}

/* Where slot @i is, for who knows @groups without a look at the header. */
static __always_inline void *slots_place(const struct slot_table *t,
					 const struct slot_layout *layout, u32 groups, u32 i)
{
	return (void *)t + slots_begin(groups) + (size_t)i * layout->slot_words * sizeof(u64);
}

/**
 * slots_prefetch_tags - begin to load where a search will begin
 * @t:      table
 * @groups: how many the table has; if it is another one's number, this is of no use
 * @hash:   of the key
 *
 * Context: Any, NMI included. Only addresses are computed.
 *
 * Always inline, since GCC 12 takes a call that only prefetches to have no effect.
 */
static __always_inline void slots_prefetch_tags(const struct slot_table *t, u32 groups, u32 hash)
{
	prefetch(&t->tags[2 * slots_home_group(groups, hash)]);
}

/* What a lookup reads of a slot with an id of up to 32 bytes. */
static __always_inline void slots_prefetch_lines(const void *slot)
{
	prefetch(slot);
	prefetch(slot + L1_CACHE_BYTES);
}

/**
 * slots_prefetch_slot - begin to load the home slot of a key
 * @t:      table
 * @layout: shape of the records
 * @groups: how many the table has; if it is another one's number, this is of no use
 * @hash:   of the key
 *
 * Context: as for slots_prefetch_tags().
 */
static __always_inline void slots_prefetch_slot(const struct slot_table *t,
						const struct slot_layout *layout, u32 groups,
						u32 hash)
{
	u32 i = slots_of(slots_home_group(groups, hash)) + slots_home_slot(hash);

	slots_prefetch_lines(slots_place(t, layout, groups, i));
}

#endif /* DEVSESS_SLOTS_H */
