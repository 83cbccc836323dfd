/* SPDX-License-Identifier: GPL-2.0 */
/* Tags of slots, compared eight at a time. See slots.c, which alone includes this. */
#ifndef DEVSESS_TAGS_H
#define DEVSESS_TAGS_H

#include <linux/bitops.h>
#include <linux/types.h>

#define TAG_EMPTY	0
#define TAG_DELETED	1
#define TAG_USED	0x80
#define BYTES(b)	((u64)(b) * 0x0101010101010101ULL)

static inline u8 tag_of(u32 hash)
{
	return TAG_USED | (hash & 0x7f);
}

/* The high bit of each byte of @tags that equals the byte repeated in @want. */
static inline u64 match(u64 tags, u64 want)
{
	u64 x = tags ^ want;

	return ~(((x & BYTES(0x7f)) + BYTES(0x7f)) | x | BYTES(0x7f));
}

/*
 * The high bits of two words' bytes in one, so that no branch, which could not be foreseen, asks
 * in which half of a group a slot is: bit 8 * n is for slot n of the first half, the bit above it
 * for that of the second.
 */
static __always_inline u64 both_halves(u64 first, u64 second)
{
	return first >> 7 | second >> 6;
}

/* The first slot in the group of both_halves(). */
static __always_inline u32 slot_in_group(u64 m)
{
	u32 bit = __ffs64(m);

	return bit % 8 * 8 + bit / 8;
}

/* As match(), for a group. */
static __always_inline u64 match_group(u64 first, u64 second, u64 want)
{
	return both_halves(match(first, want), match(second, want));
}

/* Not 0 if a tag of the word is TAG_EMPTY: borrows begin at one that is, if at all. */
static __always_inline u64 empty_in(u64 tags)
{
	return (tags - BYTES(1)) & ~tags & BYTES(0x80);
}

static __always_inline bool has_empty(u64 first, u64 second)
{
	return empty_in(first) | empty_in(second);
}

#endif /* DEVSESS_TAGS_H */
