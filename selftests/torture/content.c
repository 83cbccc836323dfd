// SPDX-License-Identifier: GPL-2.0
/*
 * The session id of a torture session is its counter and a checksum of all the
 * rest, so any mixture of two records shows, whatever fields they differ in.
 * Ids and data are of many lengths, so that no part of a slot stays unused.
 */
#include "content.h"

#include <linux/jhash.h>
#include <linux/socket.h>
#include <linux/string.h>

/* Ids are a letter, the number in hex, and up to 22 bytes more. */
#define ID_LEN_MIN	9
#define ID_LEN_SPREAD	23

static u32 checksum(const struct devsess_session *s)
{
	u32 word[] = {
		s->owner, s->mark, (__force u16)s->port, s->family, s->state, s->flags,
		s->key_len, s->data_len, content_counter(s), s->ttl_ms, s->weight,
	};
	u32 sum = jhash2(word, ARRAY_SIZE(word), 0);

	sum = jhash(&s->addr, sizeof(s->addr), sum);
	sum = jhash(s->key, s->key_len, sum);
	return jhash(s->data, s->data_len, sum);
}

static void seal(struct devsess_session *s, u32 counter)
{
	s->session = (u64)counter << 32;
	s->session |= checksum(s);
}

/**
 * content_key - device id of a torture session
 * @key:  out: the id, of up to DEVSESS_KEY_MAX bytes
 * @kind: what it is for
 * @n:    number
 *
 * Printable, since user space looks for it in what it dumps.
 *
 * Return: its length.
 */
u8 content_key(u8 *key, enum kind kind, u32 n)
{
	u8 len = ID_LEN_MIN + n % ID_LEN_SPREAD, i;

	key[0] = "?kpchw"[kind];
	for (i = 1; i < ID_LEN_MIN; i++)
		key[i] = "0123456789abcdef"[n >> (32 - 4 * i) & 15];
	memset(key + i, 'x', len - i);
	return len;
}

/* The part of the content that all sessions have; those of small tables have no data. */
static void fill_data(struct devsess_session *s, u32 counter)
{
	u32 i;

	s->data_len = 0;
	if (s->owner == HANDLED)
		return;
	s->data_len = (s->mark + counter) % (DEVSESS_DATA_MAX + 1);
	for (i = 0; i < s->data_len; i++)
		s->data[i] = counter + i;
}

/**
 * content_fill - make a torture session
 * @s:       out: the session
 * @kind:    what it is for
 * @n:       number
 * @counter: how often it has been changed
 */
void content_fill(struct devsess_session *s, enum kind kind, u32 n, u32 counter)
{
	u32 i;

	memset(s, 0, sizeof(*s));
	s->key_len = content_key(s->key, kind, n);
	s->owner = kind;
	s->mark = n;
	s->family = AF_INET6;
	for (i = 0; i < 4; i++)
		s->addr.s6_addr32[i] = (__force __be32)(counter * 0x9e3779b9 + i);
	s->port = (__force __be16)counter;
	s->state = counter % (DEVSESS_STATE_BLOCKED + 1);
	s->flags = kind == KEPT ? DEVSESS_FLAG_PINNED : 0;
	s->weight = 1 + (n + counter) % 255;
	fill_data(s, counter);
	seal(s, counter);
}

/**
 * content_change_data - give a session that was read new data, and nothing else
 * @s:       session
 * @counter: its new counter
 */
void content_change_data(struct devsess_session *s, u32 counter)
{
	fill_data(s, counter);
	seal(s, counter);
}

/**
 * content_seal - make a session whole again after a change of a field
 * @s: session
 */
void content_seal(struct devsess_session *s)
{
	seal(s, content_counter(s));
}

/**
 * content_expire - give a session that was filled a time to live
 * @s:      session
 * @ttl_ms: time to live
 */
void content_expire(struct devsess_session *s, u32 ttl_ms)
{
	s->ttl_ms = ttl_ms;
	content_seal(s);
}

/**
 * content_intact - whether a session is one that was stored
 * @s:    session
 * @kind: what it must be for
 * @n:    its number
 *
 * Return: whether it is that session, all of it from one write.
 */
bool content_intact(const struct devsess_session *s, enum kind kind, u32 n)
{
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, kind, n);

	return s->key_len == len && !memcmp(s->key, key, len) && s->owner == kind &&
	       s->mark == n && s->data_len <= DEVSESS_DATA_MAX &&
	       (u32)s->session == checksum(s);
}
