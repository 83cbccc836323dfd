// SPDX-License-Identifier: GPL-2.0
#include "edit.h"

#include <string.h>

#include "gen.h"

#define HEADERS		(NLMSG_HDRLEN + GENL_HDRLEN)

/* As long as all this, a message of attributes that grow is left alone. */
#define LEN_MAX		(256 * 1024)

static void find(struct places *places, const char *buf, size_t at, size_t end,
		 const struct set_spec *set, int parent)
{
	while (at + NLA_HDRLEN <= end && places->n < PLACES_MAX) {
		const struct nlattr *a = (const struct nlattr *)(buf + at);
		const struct attr_spec *spec = spec_attr(set, a->nla_type & NLA_TYPE_MASK);
		int me = places->n;

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > end)
			return;
		places->p[me].at = at;
		places->p[me].parent = parent;
		places->p[me].set = set;
		places->p[me].spec = spec;
		places->n++;
		if (spec && spec->kind == KIND_NEST)
			find(places, buf, at + NLA_HDRLEN, at + a->nla_len, spec->nest, me);
		at += NLA_ALIGN(a->nla_len);
	}
}

/* Of a message of the family. */
void places_find(struct places *places, const char *buf, size_t len)
{
	const struct genlmsghdr *genl = (const struct genlmsghdr *)(buf + NLMSG_HDRLEN);
	const struct op_spec *op = len < HEADERS ? NULL : spec_op_of(genl->cmd);

	places->n = 0;
	if (op)
		find(places, buf, HEADERS, len, op->set, -1);
}

/* Whether an attribute begins there; if there are too many, it is believed. */
bool places_has(const struct places *places, size_t at)
{
	int i;

	for (i = 0; i < places->n; i++)
		if (places->p[i].at == at)
			return true;
	return places->n == PLACES_MAX;
}

/* @old bytes at @at become @len, and the nests around them grow accordingly. */
static void resize(struct msg *m, const struct places *places, int parent, size_t at, size_t old,
		   size_t len)
{
	for (; parent >= 0; parent = places->p[parent].parent)
		msg_attr(m, places->p[parent].at)->nla_len += len - old;
	msg_splice(m, at, old, len);
}

/* Bytes that an attribute takes up, at most what there is. */
static size_t extent(const struct msg *m, size_t at)
{
	size_t len = NLA_ALIGN(msg_attr(m, at)->nla_len);

	return at + len > m->len ? m->len - at : len;
}

static void edit_length(struct msg *m, struct rng *r, const struct places *places, int i)
{
	struct nlattr *a = msg_attr(m, places->p[i].at);
	const __u16 len[] = {
		0, 1, 3, NLA_HDRLEN, a->nla_len - 1, a->nla_len + 1, a->nla_len + 4,
		a->nla_len - 4, 0x7fff, 0xffff, rng_next(r),
	};

	a->nla_len = len[rng_below(r, ARRAY_SIZE(len))];
}

/* The attribute has another size, and all around it is as it should be. */
static void edit_size(struct msg *m, struct rng *r, const struct places *places, int i)
{
	static const __u16 sizes[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 128, 255, 1000,
	};
	size_t at = places->p[i].at, old = extent(m, at);
	size_t size = sizes[rng_below(r, ARRAY_SIZE(sizes))];
	size_t has = msg_attr(m, at)->nla_len - NLA_HDRLEN;

	resize(m, places, places->p[i].parent, at, old, NLA_ALIGN(NLA_HDRLEN + size));
	msg_attr(m, at)->nla_len = NLA_HDRLEN + size;
	if (size > has)
		rng_fill(r, m->buf + at + NLA_HDRLEN + has, size - has);
}

static void edit_type(struct msg *m, struct rng *r, const struct places *places, int i)
{
	const struct set_spec *set = places->p[i].set;
	struct nlattr *a = msg_attr(m, places->p[i].at);
	__u16 flags = a->nla_type & ~NLA_TYPE_MASK;

	switch (rng_below(r, 4)) {
	case 0:
		a->nla_type = flags | set->attrs[rng_below(r, set->n)].type;
		break;
	case 1:
		a->nla_type = flags | (set->attrs[set->n - 1].type + 1);
		break;
	case 2:
		a->nla_type ^= rng_one_in(r, 4) ? NLA_F_NET_BYTEORDER : NLA_F_NESTED;
		break;
	default:
		a->nla_type = rng_one_in(r, 2) ? rng_below(r, 70) : rng_next(r);
	}
}

/* Just within its range, at its edge, or just outside. */
static void edit_value(struct msg *m, struct rng *r, const struct places *places, int i)
{
	const struct attr_spec *spec = places->p[i].spec;
	struct nlattr *a = msg_attr(m, places->p[i].at);
	int size = spec ? spec_size(spec) : 0;

	if (size && a->nla_len == NLA_HDRLEN + size) {
		const __u64 values[] = {
			0, 1, spec->least - 1, spec->least, spec->most, spec->most + 1, ~0ULL,
			1ULL << 31, 1ULL << 32, 1ULL << 63, ~0ULL >> 1, ~0U, 0x7fffffff,
			gen_number(r, spec),
		};

		memcpy(a + 1, &values[rng_below(r, ARRAY_SIZE(values))], size);
	} else if (a->nla_len > NLA_HDRLEN) {
		((char *)a)[NLA_HDRLEN + rng_below(r, a->nla_len - NLA_HDRLEN)] = rng_next(r);
	}
}

static void edit_twice(struct msg *m, struct rng *r, const struct places *places, int i)
{
	size_t at = places->p[i].at, len = extent(m, at);

	resize(m, places, places->p[i].parent, at + len, 0, len);
	memcpy(m->buf + at + len, m->buf + at, len);
}

static void edit_remove(struct msg *m, struct rng *r, const struct places *places, int i)
{
	size_t at = places->p[i].at;

	resize(m, places, places->p[i].parent, at, extent(m, at), 0);
}

/* The attribute in a nest of its own type, in one more, and so on. */
static void edit_nest(struct msg *m, struct rng *r, const struct places *places, int i)
{
	size_t at = places->p[i].at, len = extent(m, at);
	__u16 type = msg_attr(m, at)->nla_type | NLA_F_NESTED;
	int depth = 1 + rng_below(r, rng_one_in(r, 4) ? 200 : 4);

	resize(m, places, places->p[i].parent, at, 0, depth * NLA_HDRLEN);
	for (; depth; depth--, at += NLA_HDRLEN) {
		msg_attr(m, at)->nla_len = depth * NLA_HDRLEN + len;
		msg_attr(m, at)->nla_type = type;
	}
}

/* The first becomes the last of the message, wherever it was. */
static void edit_move(struct msg *m, struct rng *r, const struct places *places, int i)
{
	size_t at = places->p[i].at, len = extent(m, at);
	char copy[256];

	if (len > sizeof(copy))
		return;
	memcpy(copy, m->buf + at, len);
	resize(m, places, places->p[i].parent, at, len, 0);
	msg_splice(m, m->len, 0, len);
	memcpy(m->buf + m->len - len, copy, len);
}

static void edit_cut(struct msg *m, struct rng *r)
{
	m->len = NLMSG_HDRLEN + rng_below(r, m->len - NLMSG_HDRLEN + 1);
}

static void edit_append(struct msg *m, struct rng *r)
{
	size_t at = m->len, n = 1 + rng_below(r, rng_one_in(r, 4) ? 600 : 7);

	msg_splice(m, at, 0, n);
	rng_fill(r, m->buf + at, n);
}

static void edit_flip(struct msg *m, struct rng *r)
{
	size_t i, n = 1 + rng_below(r, 6);

	for (i = 0; i < n && m->len > HEADERS; i++)
		m->buf[HEADERS + rng_below(r, m->len - HEADERS)] = rng_next(r) >> 13;
}

static void edit_flags(struct msg *m, struct rng *r)
{
	static const __u16 flags[] = {
		NLM_F_ECHO, NLM_F_DUMP, NLM_F_ROOT, NLM_F_MATCH, NLM_F_ATOMIC, NLM_F_CREATE,
		NLM_F_EXCL, NLM_F_REPLACE, NLM_F_APPEND, NLM_F_MULTI, NLM_F_ACK, NLM_F_REQUEST,
		NLM_F_DUMP_INTR, NLM_F_DUMP_FILTERED, 0x8000,
	};

	msg_header(m)->nlmsg_flags ^= flags[rng_below(r, ARRAY_SIZE(flags))];
}

static void edit_header(struct msg *m, struct rng *r)
{
	struct nlmsghdr *hdr = msg_header(m);
	struct genlmsghdr *genl = msg_genl(m);

	switch (rng_below(r, 8)) {
	case 0:
		hdr->nlmsg_pid = rng_next(r) >> 40;
		break;
	case 1:
		/* Control messages, and a family that there is not. */
		hdr->nlmsg_type = rng_one_in(r, 2) ? rng_below(r, NLMSG_MIN_TYPE) : 0xfff0;
		break;
	case 2:
	case 3:
		if (m->len >= HEADERS)
			genl->cmd = rng_one_in(r, 2) ? rng_below(r, 24) : rng_next(r);
		break;
	case 4:
		if (m->len >= HEADERS)
			genl->version = rng_next(r);
		break;
	case 5:
		if (m->len >= HEADERS)
			genl->reserved = rng_next(r);
		break;
	default:
		edit_flags(m, r);
	}
}

/* The length that a message claims; the others are what they claim. */
static void edit_claim(struct msg *m, struct rng *r)
{
	const __u32 len[] = {
		0, 1, NLMSG_HDRLEN - 1, NLMSG_HDRLEN, NLMSG_HDRLEN + 3, m->len - 1, m->len + 1,
		m->len + 16, m->len + 40, ~0U, 0x7fffffff, 0x80000000, rng_below(r, 2000),
	};

	msg_header(m)->nlmsg_len = len[rng_below(r, ARRAY_SIZE(len))];
}

static void edit_attr(struct msg *m, struct rng *r)
{
	static void (* const edits[])(struct msg *m, struct rng *r, const struct places *places,
				      int i) = {
		edit_length, edit_size, edit_size, edit_type, edit_type, edit_value, edit_value,
		edit_twice, edit_remove, edit_nest, edit_move,
	};
	struct places places;

	places_find(&places, m->buf, m->len);
	if (places.n && m->len < LEN_MAX)
		edits[rng_below(r, ARRAY_SIZE(edits))](m, r, &places, rng_below(r, places.n));
}

/**
 * edit - spoil a request
 * @m: message, of at least a header; its nlmsg_len is what it claims afterwards
 * @r: decides how
 */
void edit(struct msg *m, struct rng *r)
{
	int i, n = 1 + rng_below(r, rng_one_in(r, 3) ? 5 : 1);

	for (i = 0; i < n; i++) {
		unsigned int what = rng_below(r, 20);

		if (what < 14)
			edit_attr(m, r);
		else if (what < 16)
			edit_flip(m, r);
		else if (what < 18)
			edit_header(m, r);
		else if (what == 18)
			edit_append(m, r);
		else
			edit_cut(m, r);
	}
	msg_header(m)->nlmsg_len = m->len;
	if (rng_one_in(r, 100))
		edit_claim(m, r);
}
