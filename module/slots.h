/* SPDX-License-Identifier: GPL-2.0 */
/* Slot table: fixed-size records inline, found by tag groups. See slots.c. */
#ifndef DEVSESS_SLOTS_H
#define DEVSESS_SLOTS_H

#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <uapi/linux/devsess.h>

#include "limits.h"

#define KEY_WORDS_MAX	(DEVSESS_KEY_MAX / 8)

/* Words of a record that is not key or data; their meaning is session.h's. */
#define FIXED_WORDS	9
#define REC_WORDS_MAX	(1 + KEY_WORDS_MAX + FIXED_WORDS + DEVSESS_DATA_MAX / 8)

/**
 * struct slot_layout - shape of a record, the same in all maps of a table
 * @key_words: 64-bit words that the longest key takes
 * @rec_words: words of a record: word 0 (key length in its low byte), key
 *             padded with zeros, payload
 * @slot_words: words from slot to slot, a multiple of a cache line
 */
struct slot_layout {
	u16 key_words;
	u16 rec_words;
	u16 slot_words;
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
 * @rcu:      for kvfree_rcu()
 * @layout:   shape of the records
 * @slots:    the first slot
 * @bytes:    size of the allocation, a power of two
 * @groups:   number of groups that fit into it, at least 1
 * @used:     slots in use; shard lock
 * @deleted:  tombstones; shard lock
 * @tags:     two words per group, a tag per slot
 *
 * One allocation holds it all: this header, the tags, the slots.
 */
struct slot_table {
	struct rcu_head rcu;
	const struct slot_layout *layout;
	void *slots;
	size_t bytes;
	u32 groups;
	u32 used;
	u32 deleted;
	u64 tags[] ____cacheline_aligned;
};

struct slot_table *slots_alloc(const struct slot_layout *layout, size_t bytes, gfp_t gfp);
void slots_free(struct slot_table *t);
void slots_free_rcu(struct slot_table *t);
size_t slots_bytes(const struct slot_layout *layout, u32 sessions);
u32 slots_limit(const struct slot_layout *layout, size_t bytes);

int slots_read(const struct slot_table *t, const struct slot_key *key, u64 *rec);

int slots_find(const struct slot_table *t, const struct slot_key *key);
int slots_next(const struct slot_table *t, int i);
void slots_load(const struct slot_table *t, int i, u64 *rec);
void slots_write(struct slot_table *t, int i, const u64 *rec);
void slots_insert(struct slot_table *t, u32 hash, const u64 *rec);
void slots_remove(struct slot_table *t, int i);
void slots_clear(struct slot_table *t);
void slots_fill(struct slot_table *to, const struct slot_table *from, u32 bit, u32 value);
void slots_copy(struct slot_table *to, const struct slot_table *from);
u32 slots_hash(const struct slot_table *t, int i);

/* Slots of a map of @groups groups, and how many of them may be in use. */
static inline u32 slots_of(u32 groups)
{
	return groups * GROUP_SLOTS;
}

static inline u32 slots_room(u32 groups)
{
	return groups * GROUP_SLOTS_USED;
}

#endif /* DEVSESS_SLOTS_H */
