/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record: what a session's words mean, and its time to live.
 *
 * Word 0 holds the small fields, and what eviction notes (see slots.h). The key
 * follows, padded to the table's key_words, then the fixed words below, then the
 * data. With keys of up to 16 bytes all that a packet's lookup needs is in the
 * first 64 bytes of a slot.
 */
#ifndef DEVSESS_SESSION_H
#define DEVSESS_SESSION_H

#include <linux/string.h>
#include <linux/time64.h>

#include "include/devsess.h"
#include "slots.h"

enum session_word {
	W_EXPIRES,
	W_SESSION,
	W_VERSION,
	W_OWNER_MARK,
	W_ADDR0,
	W_ADDR1,
	W_TTL,
	W_LAST_SEEN,
	W_CREATED,
	W_MAX,
};

static_assert(W_MAX == FIXED_WORDS);

static inline struct slot_layout session_layout(u32 key_max, u32 data_max)
{
	struct slot_layout l = { .key_words = DIV_ROUND_UP(key_max, 8) };

	l.rec_words = 1 + l.key_words + W_MAX + DIV_ROUND_UP(data_max, 8);
	/* Whole cache lines: a record then touches as few as it can. */
	l.slot_words = ALIGN(sizeof(struct slot) / 8 + l.rec_words, 64 / 8);
	return l;
}

static inline u64 *session_word(const struct slot_layout *l, u64 *rec, enum session_word w)
{
	return &rec[1 + l->key_words + w];
}

static inline u64 session_get(const struct slot_layout *l, const u64 *rec, enum session_word w)
{
	return rec[1 + l->key_words + w];
}

static inline bool session_expired(const struct slot_layout *l, const u64 *rec, u64 now)
{
	u64 expires = session_get(l, rec, W_EXPIRES);

	return expires && expires <= now;
}

static inline u32 session_owner(const struct slot_layout *l, const u64 *rec)
{
	return session_get(l, rec, W_OWNER_MARK) >> 32;
}

/* The third byte of word 0: the state, and the flags above it. */
#define STATE_MASK	0x3
#define FLAGS_SHIFT	2
#define FLAGS_MASK	0x3f

static inline u8 session_state(const u64 *rec)
{
	return rec[0] >> 16 & STATE_MASK;
}

static inline u8 session_flags(u64 word0)
{
	return word0 >> (16 + FLAGS_SHIFT) & FLAGS_MASK;
}

/* Of a session that is given. */
static inline u8 session_weight_of(const struct devsess_session *s)
{
	return s->weight ?: 1;
}

static inline u8 session_weight(const u64 *rec)
{
	return rec[0] >> 24;
}

/* When a time to live that starts now is over; 0 is never. */
static inline u64 session_expiry(u64 ttl_ms, u64 now)
{
	return ttl_ms ? now + ttl_ms * NSEC_PER_MSEC : 0;
}

/**
 * session_postpone - let a session that a request brings live at least until it is stored
 * @s:   session; its expiry was worked out when the request was parsed
 * @now: clock_now()
 *
 * A short time may be over since then, which is no error. See session_is_late().
 *
 * Context: Any.
 */
static inline void session_postpone(struct devsess_session *s, u64 now)
{
	if (s->expires)
		s->expires = max(s->expires, now + NSEC_PER_MSEC);
}

/**
 * session_is_late - whether a request was refused for what session_postpone() could not foresee
 * @s:   its session
 * @now: clock_now()
 * @ret: what it was answered
 *
 * Context: Any.
 * Return: true if it is to be tried again.
 */
static inline bool session_is_late(const struct devsess_session *s, u64 now, int ret)
{
	return ret == -EINVAL && s->expires && s->expires <= now;
}

/*
 * Bytes to words, padded with zeros, so that keys compare by whole words; @to has
 * room for them. Returns how many words they are.
 */
static __always_inline u32 session_bytes(u64 *to, const void *from, u32 len)
{
	u32 i;

	/* The usual length apart: of the loop GCC makes a call, which for 16 bytes costs more. */
	if (likely(len == 16)) {
		to[0] = get_unaligned((const u64 *)from);
		to[1] = get_unaligned((const u64 *)from + 1);
		return 2;
	}
	for (i = 0; i < len / 8; i++)
		to[i] = get_unaligned((const u64 *)from + i);
	if (len % 8) {
		to[i] = 0;
		memcpy(&to[i], from + i * 8, len % 8);
		i++;
	}
	return i;
}

/* As session_bytes(), and zeros up to so many words. */
static inline void session_pad(u64 *to, u32 words, const void *from, u32 len)
{
	u32 i = session_bytes(to, from, len);

	while (i < words)
		to[i++] = 0;
}

/* And back: no byte past @len is written. */
static __always_inline void session_unpad(void *to, const u64 *from, u32 len)
{
	u32 i;

	if (likely(len == 16)) {
		put_unaligned(from[0], (u64 *)to);
		put_unaligned(from[1], (u64 *)to + 1);
		return;
	}
	for (i = 0; i < len / 8; i++)
		put_unaligned(from[i], (u64 *)to + i);
	if (len % 8)
		memcpy(to + i * 8, &from[i], len % 8);
}

/* @data_len: of its data, which fit in: of an update s->data_len may be anything. */
static inline void session_pack(const struct slot_layout *l, const struct devsess_session *s,
				u8 data_len, u64 *rec)
{
	u64 *fixed = session_word(l, rec, 0);

	/* An update has no more than its own fields in range. */
	rec[0] = s->key_len | (u64)data_len << 8 | (u64)(s->state & STATE_MASK) << 16 |
		 (u64)(s->flags & FLAGS_MASK) << (16 + FLAGS_SHIFT) |
		 (u64)session_weight_of(s) << 24 | (u64)s->family << 32 |
		 (u64)(__force u16)s->port << 48;
	session_pad(rec + 1, l->key_words, s->key, s->key_len);
	fixed[W_EXPIRES] = s->expires;
	fixed[W_SESSION] = s->session;
	fixed[W_VERSION] = s->version;
	fixed[W_OWNER_MARK] = (u64)s->owner << 32 | s->mark;
	session_bytes(&fixed[W_ADDR0], &s->addr, sizeof(s->addr));
	fixed[W_TTL] = s->ttl_ms;
	fixed[W_LAST_SEEN] = s->last_seen;
	fixed[W_CREATED] = s->created;
	session_pad(fixed + W_MAX, l->rec_words - 1 - l->key_words - W_MAX, s->data, data_len);
}

/* But for the id and the data, of which only the lengths are set. */
static __always_inline void session_unpack_fixed(const struct slot_layout *l, const u64 *rec,
						 struct devsess_session *s)
{
	const u64 *fixed = rec + 1 + l->key_words;

	s->key_len = rec[0];
	s->data_len = rec[0] >> 8;
	s->state = session_state(rec);
	s->flags = session_flags(rec[0]);
	s->weight = session_weight(rec);
	s->family = rec[0] >> 32 & 0x7f; /* above it is WORD0_NEW */
	s->port = (__force __be16)(rec[0] >> 48);
	s->expires = fixed[W_EXPIRES];
	s->session = fixed[W_SESSION];
	s->version = fixed[W_VERSION];
	s->owner = fixed[W_OWNER_MARK] >> 32;
	s->mark = fixed[W_OWNER_MARK];
	session_unpad(&s->addr, &fixed[W_ADDR0], sizeof(s->addr));
	s->ttl_ms = fixed[W_TTL];
	s->last_seen = fixed[W_LAST_SEEN];
	s->created = fixed[W_CREATED];
}

/* Copies the data out, if there are any. */
static inline void session_unpack_data(const struct slot_layout *l, const u64 *rec, u8 *data)
{
	u8 len = rec[0] >> 8;

	if (len)
		session_unpad(data, rec + 1 + l->key_words + W_MAX, len);
}

static inline void session_unpack(const struct slot_layout *l, const u64 *rec,
				  struct devsess_session *s)
{
	session_unpack_fixed(l, rec, s);
	session_unpad(s->key, rec + 1, s->key_len);
	session_unpack_data(l, rec, s->data);
}

/* Copies a set of enum devsess_fields. */
static inline void session_copy_fields(struct devsess_session *to,
				       const struct devsess_session *from, u32 fields)
{
	if (fields & DEVSESS_F_SESSION)
		to->session = from->session;
	if (fields & DEVSESS_F_ADDR) {
		to->family = from->family;
		to->addr = from->addr;
		to->port = from->port;
	}
	if (fields & DEVSESS_F_OWNER)
		to->owner = from->owner;
	if (fields & DEVSESS_F_MARK)
		to->mark = from->mark;
	if (fields & DEVSESS_F_STATE)
		to->state = from->state;
	if (fields & DEVSESS_F_FLAGS)
		to->flags = from->flags;
	if (fields & DEVSESS_F_TTL) {
		to->ttl_ms = from->ttl_ms;
		to->expires = from->expires;
	}
	if (fields & DEVSESS_F_WEIGHT)
		to->weight = from->weight;
	if (fields & DEVSESS_F_DATA) {
		to->data_len = from->data_len;
		memcpy(to->data, from->data, from->data_len);
	}
}

#endif /* DEVSESS_SESSION_H */
