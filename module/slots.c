// SPDX-License-Identifier: GPL-2.0
/*
 * Slot table: the one data structure of the engine. A shard's read map and
 * its dirty map are both instances of it.
 *
 * A table is G groups of 16 slots. Each slot has a tag byte: 0 empty, 1
 * deleted (a tombstone), 0x80 | 7 bits of the hash when it is used. The tags
 * of all groups lie together, apart from the slots, so that most of them stay
 * in the cache; the slots are fixed-size records inline. The tags of a group
 * are compared 8 at a time in a 64-bit word. A search starts at the group that
 * the hash names and goes on to the next one as long as the group has no
 * empty slot. Slots never move within a table.
 *
 * The scheme is that of Abseil's "Swiss tables" (Kulukundis, CppCon 2017) with
 * 64-bit words for SIMD registers, and without moving anything: growth makes
 * a new table.
 *
 * Ordering
 *
 * Writers hold the lock of the shard. Readers hold nothing but the RCU read
 * lock, which keeps the table itself; they copy a record out and never get a
 * pointer to it.
 *
 * 1. A tag is published with release after its slot is written, and a reader
 *    loads tags with acquire before it looks into a slot. So a reader that
 *    sees a tag sees the record that it was set for, or a later one.
 * 2. A record is written under the slot's sequence count: odd, write barrier,
 *    words, release, even. A reader that copied the words checks that the
 *    count is even and did not change; otherwise it copies again. An update in
 *    place never changes the key words.
 * 3. A tag is cleared before its slot is written for another key. A reader
 *    that still holds the old tag finds another key there, possibly half
 *    written. It need not check the sequence count to call that a mismatch:
 *    its own key has left this slot at some time during the search.
 * 4. The count of a new record is made even only when its tag is set. A reader
 *    that still has the tag of an earlier life of the same key waits for that:
 *    else it would find the session before all others can.
 * 5. Removing leaves an empty tag where the group has an empty slot already,
 *    since no search goes past such a group; else a tombstone.
 *
 * A write must not be cut short on its CPU, where a reader in an interrupt
 * (or on PREEMPT_RT one of a higher priority) would wait for the even count
 * for ever. So records are written with interrupts off. Only an NMI can still
 * see an odd count of its own CPU: it tries NMI_RETRIES times. A kprobe, whose BPF program may
 * look the key up, would be another way in; so there must be none at all.
 */
#include "slots.h"

#include <linux/bitops.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>

#include "tags.h"

static struct slot *slot_at(const struct slot_table *t, u32 i)
{
	return t->slots + (size_t)i * t->slot_bytes;
}

static u8 get_tag(const struct slot_table *t, u32 i)
{
	return t->tags[i / 8] >> (i % 8 * 8);
}

/* Tags change by whole words, so that readers load what writers stored. */
static __always_inline void set_tag(struct slot_table *t, u32 i, u8 tag)
{
	u64 word = t->tags[i / 8];
	u32 shift = i % 8 * 8;

	word = (word & ~(0xffULL << shift)) | (u64)tag << shift;
	smp_store_release(&t->tags[i / 8], word); /* rule 1 */
}

/* Reads words that may change meanwhile; four at a time, as it is most of a lookup. */
static __always_inline void read_words(u64 *to, const u64 *from, size_t words)
{
	size_t i;

	for (i = 0; i + 4 <= words; i += 4) {
		to[i] = READ_ONCE(from[i]);
		to[i + 1] = READ_ONCE(from[i + 1]);
		to[i + 2] = READ_ONCE(from[i + 2]);
		to[i + 3] = READ_ONCE(from[i + 3]);
	}
	for (; i < words; i++)
		to[i] = READ_ONCE(from[i]);
}

/* Writes words that may be read meanwhile; of word 0 a lookup may change a byte meanwhile. */
static __always_inline void write_words(u64 *to, const u64 *from, size_t words)
{
	size_t i;

	WRITE_ONCE(to[0], READ_ONCE(from[0]));
	for (i = 1; i + 4 <= words; i += 4) {
		WRITE_ONCE(to[i], from[i]);
		WRITE_ONCE(to[i + 1], from[i + 1]);
		WRITE_ONCE(to[i + 2], from[i + 2]);
		WRITE_ONCE(to[i + 3], from[i + 3]);
	}
	for (; i < words; i++)
		WRITE_ONCE(to[i], from[i]);
}

/* A byte of word 0, of those that are changed alone. */
static void set_byte(struct slot *s, u32 shift, u8 value)
{
	u8 *byte = (u8 *)&s->word[0];

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	shift = 56 - shift;
#endif
	WRITE_ONCE(byte[shift / 8], value);
}

/* Counts a use of the record whose word 0 was @word; writes nothing once it is used much. */
static void note_use(struct slot *s, u64 word)
{
	u8 uses = word >> USES_SHIFT;

	if (uses < USES_MAX)
		set_byte(s, USES_SHIFT, uses + 1);
}

static __always_inline bool key_equal(const struct slot *s, const struct slot_key *key)
{
	u32 i;

	if ((READ_ONCE(s->word[0]) & 0xff) != key->len)
		return false;
	if (likely(key->len == 16))
		return !((READ_ONCE(s->word[1]) ^ key->word[0]) |
			 (READ_ONCE(s->word[2]) ^ key->word[1]));
	for (i = 0; i < DIV_ROUND_UP(key->len, 8); i++)
		if (READ_ONCE(s->word[1 + i]) != key->word[i])
			return false;
	return true;
}

/*
 * Copies the record out if it is that of @key. Returns 0, -ENOENT, or -EAGAIN
 * if this NMI interrupted the writer.
 */
static int read_slot(const struct slot *s, const struct slot_key *key, u64 *rec, u32 words)
{
	u32 retries = 0, seq;

	for (;;) {
		seq = smp_load_acquire(&s->seq); /* rule 2 */
		if (!(seq & 1)) {
			if (!key_equal(s, key))
				return -ENOENT;
			read_words(rec, s->word, words);
			smp_rmb(); /* rule 2: the words before the second look at seq */
			if (READ_ONCE(s->seq) == seq)
				return 0;
		}
		if (in_nmi() && ++retries == NMI_RETRIES)
			return -EAGAIN;
		cpu_relax();
	}
}

/**
 * slots_read - find a record and copy it out
 * @t:      table
 * @layout: shape of its records
 * @groups: how many it has
 * @key:    key
 * @rec:    out: the record; undefined unless 0 is returned
 *
 * Does not look at the table's header, which would be one more line to wait for.
 *
 * Context: Any, NMI included; RCU read lock held.
 * Return: 0, -ENOENT, or -EAGAIN (NMI only).
 */
int slots_read(const struct slot_table *t, const struct slot_layout *layout, u32 groups,
	       const struct slot_key *key, u64 *rec)
{
	const u64 want = BYTES(tag_of(key->hash));
	u32 g = slots_home_group(groups, key->hash), n;

	for (n = 0; n < groups; n++) {
		const u64 *tags = &t->tags[2 * (size_t)g];
		u64 first = smp_load_acquire(&tags[0]); /* rule 1 */
		u64 second = smp_load_acquire(&tags[1]);
		u64 m;

		for (m = match_group(first, second, want); m; m &= m - 1) {
			u32 i = slots_of(g) + slot_in_group(m);
			struct slot *s = slots_place(t, layout, groups, i);
			int err = read_slot(s, key, rec, layout->rec_words);

			if (!err && READ_ONCE(layout->uses))
				note_use(s, rec[0]);
			if (err != -ENOENT)
				return err;
		}
		if (has_empty(first, second))
			break;
		if (++g == groups)
			g = 0;
	}
	return -ENOENT;
}

/**
 * slots_prefetch_found - begin to load the slot that a search will look at first, if any
 * @t:      table
 * @layout: shape of its records
 * @groups: how many it has
 * @hash:   of the key
 *
 * Looks at tags, which should be there by now: see slots_prefetch_tags().
 *
 * Context: Any, NMI included; RCU read lock held.
 */
void slots_prefetch_found(const struct slot_table *t, const struct slot_layout *layout, u32 groups,
			  u32 hash)
{
	u32 g = slots_home_group(groups, hash);
	const u64 *tags = &t->tags[2 * (size_t)g];
	u64 m = match_group(READ_ONCE(tags[0]), READ_ONCE(tags[1]), BYTES(tag_of(hash)));
	const void *slot;

	if (!m)
		return;
	slot = slots_place(t, layout, groups, slots_of(g) + slot_in_group(m));
	slots_prefetch_lines(slot);
}

/**
 * slots_find - find the slot of a key
 * @t:   table
 * @key: key
 *
 * Context: Shard lock held.
 * Return: the slot's index, or -ENOENT.
 */
int slots_find(const struct slot_table *t, const struct slot_key *key)
{
	const u64 want = BYTES(tag_of(key->hash));
	u32 g = slots_home_group(t->groups, key->hash), n;

	for (n = 0; n < t->groups; n++) {
		const u64 *tags = &t->tags[2 * (size_t)g];
		u64 m;

		for (m = match_group(tags[0], tags[1], want); m; m &= m - 1) {
			u32 i = slots_of(g) + slot_in_group(m);

			if (key_equal(slot_at(t, i), key))
				return i;
		}
		if (has_empty(tags[0], tags[1]))
			break;
		if (++g == t->groups)
			g = 0;
	}
	return -ENOENT;
}

/**
 * slots_next - the next slot in use
 * @t: table
 * @i: index to start from
 *
 * Context: Shard lock held, or @t not published yet.
 * Return: the first index from @i on whose slot is in use, or -ENOENT.
 */
int slots_next(const struct slot_table *t, int i)
{
	while (i < slots_of(t->groups)) {
		u64 m = t->tags[i / 8] & BYTES(TAG_USED);

		m &= ~0ULL << (i % 8 * 8);
		if (m)
			return round_down(i, 8) + __ffs64(m) / 8;
		i = round_down(i, 8) + 8;
	}
	return -ENOENT;
}

/**
 * slots_load - copy a record out
 * @t:   table
 * @i:   index of a slot in use
 * @rec: out: the record
 *
 * Context: Shard lock held.
 */
void slots_load(const struct slot_table *t, int i, u64 *rec)
{
	read_words(rec, slot_at(t, i)->word, t->rec_words);
}

/**
 * slots_hash - hash of a record's key
 * @t: table
 * @i: index of a slot in use
 *
 * Context: Shard lock held.
 * Return: the hash.
 */
u32 slots_hash(const struct slot_table *t, int i)
{
	return slot_at(t, i)->hash;
}

/**
 * slots_word - one word of a record
 * @t: table
 * @i: index of a slot in use
 * @w: which word
 *
 * Context: Shard lock held.
 * Return: the word.
 */
u64 slots_word(const struct slot_table *t, int i, u32 w)
{
	return READ_ONCE(slot_at(t, i)->word[w]);
}

/**
 * slots_note_use - count a use by a writer
 * @t:   table
 * @i:   index of a slot in use
 * @rec: its record, in which the use is counted, too
 *
 * Context: Shard lock held.
 */
void slots_note_use(struct slot_table *t, int i, u64 *rec)
{
	note_use(slot_at(t, i), rec[0]);
	rec[0] = (rec[0] & ~WORD0_USES) | (slots_word(t, i, 0) & WORD0_USES);
}

/**
 * slots_set_uses - say how often a session was used
 * @t:    table
 * @i:    index of a slot in use
 * @uses: how often, up to USES_MAX
 *
 * Context: Shard lock held.
 */
void slots_set_uses(struct slot_table *t, int i, u8 uses)
{
	set_byte(slot_at(t, i), USES_SHIFT, uses);
}

/**
 * slots_admit - end a session's probation
 * @t: table
 * @i: index of a slot in use
 *
 * Readers that copy the record meanwhile need not try again: it says nothing to them.
 *
 * Context: Shard lock held.
 */
void slots_admit(struct slot_table *t, int i)
{
	u64 word = slots_word(t, i, 0) & ~WORD0_NEW;

	set_byte(slot_at(t, i), 32, word >> 32);
	slots_set_uses(t, i, 0);
}

/* Writes a record, and then, if it is a new one, its @tag. */
static nokprobe_inline void write_slot(struct slot_table *t, u32 i, const u64 *rec, u8 tag)
{
	struct slot *s = slot_at(t, i);
	unsigned long flags;
	u32 seq = s->seq | 1; /* of a slot that was never used it may be anything */

	local_irq_save(flags);
	WRITE_ONCE(s->seq, seq);
	smp_wmb(); /* rule 2: odd before the words */
	write_words(s->word, rec, t->rec_words);
	if (tag)
		set_tag(t, i, tag);
	smp_store_release(&s->seq, seq + 1); /* rule 2: even after the words; 4: after the tag */
	local_irq_restore(flags);
}

/**
 * slots_write - write a record in place
 * @t:   table
 * @i:   index of a slot in use
 * @rec: the record
 *
 * Context: Shard lock held.
 */
void slots_write(struct slot_table *t, int i, const u64 *rec)
{
	write_slot(t, i, rec, 0);
}

NOKPROBE_SYMBOL(slots_write);

/* Index of a slot that is free for @hash, its home if that is; there is one, says the caller. */
static u32 free_slot(const struct slot_table *t, u32 hash)
{
	u32 g = slots_home_group(t->groups, hash), slot = slots_home_slot(hash);
	const u64 home = 1ULL << (slot % 8 * 8 + slot / 8);

	for (;;) {
		const u64 *tags = &t->tags[2 * (size_t)g];
		u64 m = both_halves(~tags[0] & BYTES(TAG_USED), ~tags[1] & BYTES(TAG_USED));

		if (m)
			return slots_of(g) + slot_in_group(m & home ?: m);
		if (++g == t->groups)
			g = 0;
	}
}

/**
 * slots_insert - put a record into a free slot
 * @t:    table, with fewer than slots_of() slots in use
 * @hash: of the record's key, which is not in the table
 * @rec:  the record
 *
 * Context: Shard lock held.
 */
void slots_insert(struct slot_table *t, u32 hash, const u64 *rec)
{
	u32 i = free_slot(t, hash);

	if (get_tag(t, i) == TAG_DELETED)
		t->deleted--;
	slot_at(t, i)->hash = hash;
	write_slot(t, i, rec, tag_of(hash));
	WRITE_ONCE(t->used, t->used + 1);
}

NOKPROBE_SYMBOL(slots_insert);

/**
 * slots_remove - free a slot
 * @t: table
 * @i: index of a slot in use
 *
 * Context: Shard lock held.
 */
void slots_remove(struct slot_table *t, int i)
{
	const u64 *tags = &t->tags[i / GROUP_SLOTS * 2];
	bool empty = has_empty(tags[0], tags[1]);

	set_tag(t, i, empty ? TAG_EMPTY : TAG_DELETED);
	t->deleted += !empty;
	WRITE_ONCE(t->used, t->used - 1);
}

/**
 * slots_clear - free all slots
 * @t: table
 *
 * Context: Shard lock held.
 */
void slots_clear(struct slot_table *t)
{
	u32 w;

	for (w = 0; w < t->groups * 2; w++)
		smp_store_release(&t->tags[w], 0); /* after what the caller stored */
	WRITE_ONCE(t->used, 0);
	t->deleted = 0;
}

/* As slots_insert() into a table that nobody has seen yet: no reader to mind. */
static void insert_unseen(struct slot_table *t, u32 hash, const u64 *rec)
{
	u32 i = free_slot(t, hash);
	struct slot *s = slot_at(t, i);

	s->seq = 0;
	s->hash = hash;
	write_words(s->word, rec, t->rec_words);
	set_tag(t, i, tag_of(hash));
	t->used++;
}

/**
 * slots_fill - insert a table's records, or half of them, into a new one
 * @to:    table with room for them, not published yet
 * @from:  table
 * @bit:   of the hash, or 0 for all records
 * @value: records are copied if their hash has this value at @bit
 *
 * Context: The lock of @from's shard held.
 * Return: how many of them are on probation.
 */
u32 slots_fill(struct slot_table *to, const struct slot_table *from, u32 bit, u32 value)
{
	u32 new = 0, w;

	for (w = 0; w < 2 * from->groups; w++) {
		u64 m = from->tags[w] & BYTES(TAG_USED);

		for (; m; m &= m - 1) {
			const struct slot *s = slot_at(from, 8 * w + __ffs64(m) / 8);

			if ((s->hash & bit) != value)
				continue;
			insert_unseen(to, s->hash, s->word);
			new += !!(READ_ONCE(s->word[0]) & WORD0_NEW);
		}
	}
	return new;
}

/**
 * slots_copy - insert a table's records into another
 * @to:   table with room for them, and none of them
 * @from: table
 *
 * Context: The locks of both tables' shards held.
 */
void slots_copy(struct slot_table *to, const struct slot_table *from)
{
	u32 w;

	for (w = 0; w < 2 * from->groups; w++) {
		u64 m = from->tags[w] & BYTES(TAG_USED);

		for (; m; m &= m - 1) {
			const struct slot *s = slot_at(from, 8 * w + __ffs64(m) / 8);

			slots_insert(to, s->hash, s->word);
		}
	}
}

/**
 * slots_count - count the records whose hashes have a bit
 * @t:   table
 * @bit: the bit
 *
 * Context: Shard lock held.
 * Return: how many.
 */
u32 slots_count(const struct slot_table *t, u32 bit)
{
	u32 n = 0;
	int i;

	for (i = slots_next(t, 0); i >= 0; i = slots_next(t, i + 1))
		n += !!(slots_hash(t, i) & bit);
	return n;
}
