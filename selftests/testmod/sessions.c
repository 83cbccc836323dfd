// SPDX-License-Identifier: GPL-2.0
#include "sessions.h"

#include <linux/hash.h>
#include <linux/socket.h>
#include <linux/string.h>

static u64 mix(u32 n, u32 generation, u32 salt)
{
	return hash_64((u64)generation << 32 | (n ^ salt * 0x9e3779b9), 64);
}

/**
 * session_id - device id of a test session
 * @id:   out: the id
 * @kind: name space of the ids
 * @n:    number
 */
void session_id(u8 id[ID_LEN], u32 kind, u32 n)
{
	u32 word[ID_LEN / 4] = { kind, n, ~n, 0 };

	memcpy(id, word, ID_LEN);
}

/**
 * session_fill - make a test session
 * @s:          out: the session
 * @kind:       name space of the ids
 * @n:          number
 * @generation: how often it has been changed
 */
void session_fill(struct devsess_session *s, u32 kind, u32 n, u32 generation)
{
	u64 *data = (u64 *)s->data;
	int i;

	memset(s, 0, sizeof(*s));
	s->key_len = ID_LEN;
	session_id(s->key, kind, n);
	s->owner = generation;
	s->mark = n;
	s->session = mix(n, generation, 0);
	s->family = AF_INET6;
	for (i = 0; i < 4; i++)
		s->addr.s6_addr32[i] = (__force __be32)mix(n, generation, 1 + i);
	s->port = (__force __be16)mix(n, generation, 5);
	s->state = generation % (DEVSESS_STATE_BLOCKED + 1);
	s->flags = generation & 1 ? DEVSESS_FLAG_PINNED : 0;
	s->data_len = DEVSESS_DATA_MAX;
	for (i = 0; i < DEVSESS_DATA_MAX / sizeof(u64); i++)
		data[i] = mix(n, generation, 6 + i);
}

/**
 * session_intact - whether a session is one that session_fill() made
 * @s:    session
 * @kind: name space of the ids
 * @n:    number
 *
 * Return: whether all fields are of one generation.
 */
bool session_intact(const struct devsess_session *s, u32 kind, u32 n)
{
	struct devsess_session want;

	session_fill(&want, kind, n, s->owner);
	return s->key_len == ID_LEN && !memcmp(s->key, want.key, ID_LEN) &&
	       s->mark == want.mark && s->session == want.session &&
	       s->family == want.family && s->port == want.port &&
	       !memcmp(&s->addr, &want.addr, sizeof(s->addr)) &&
	       s->state == want.state && s->flags == want.flags &&
	       s->data_len == want.data_len && !memcmp(s->data, want.data, s->data_len);
}

/**
 * session_insert - insert a test session of generation 0
 * @t:    table
 * @kind: name space of the ids
 * @n:    number
 * @gfp:  as for devsess_insert()
 *
 * Return: as devsess_insert().
 */
int session_insert(struct devsess_handle *t, u32 kind, u32 n, gfp_t gfp)
{
	struct devsess_session s;

	session_fill(&s, kind, n, 0);
	return devsess_insert(t, &s, gfp);
}

/**
 * session_lookup - look a test session up
 * @t:    table
 * @kind: name space of the ids
 * @n:    number
 * @s:    out: the session
 *
 * Return: as devsess_lookup().
 */
int session_lookup(struct devsess_handle *t, u32 kind, u32 n, struct devsess_session *s)
{
	u8 id[ID_LEN];

	session_id(id, kind, n);
	return devsess_lookup(t, id, sizeof(id), s);
}

/**
 * session_delete - delete a test session
 * @t:    table
 * @kind: name space of the ids
 * @n:    number
 *
 * Return: as devsess_delete().
 */
int session_delete(struct devsess_handle *t, u32 kind, u32 n)
{
	u8 id[ID_LEN];

	session_id(id, kind, n);
	return devsess_delete(t, id, sizeof(id));
}
