// SPDX-License-Identifier: GPL-2.0
#include "msg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(struct msg *m, size_t len)
{
	if (len <= m->size)
		return;
	m->size = len * 2;
	m->buf = realloc(m->buf, m->size);
	if (!m->buf) {
		perror("a message");
		exit(1);
	}
}

static void *append(struct msg *m, size_t len)
{
	size_t at = m->len;

	msg_splice(m, at, 0, len);
	return m->buf + at;
}

/**
 * msg_begin - begin a message, in the memory of the last one
 * @m:     message, zeroed at first
 * @type:  of the message, the number of the family
 * @flags: NLM_F_*
 * @cmd:   the request
 */
void msg_begin(struct msg *m, __u16 type, __u16 flags, __u8 cmd)
{
	struct genlmsghdr *genl;
	struct nlmsghdr *hdr;

	m->len = 0;
	append(m, NLMSG_HDRLEN + GENL_HDRLEN);
	hdr = msg_header(m);
	hdr->nlmsg_type = type;
	hdr->nlmsg_flags = flags;
	genl = msg_genl(m);
	genl->cmd = cmd;
	genl->version = 1;
}

/**
 * msg_splice - make some bytes of a message more or fewer
 * @m:   message
 * @at:  offset of the first
 * @old: how many there are
 * @len: how many there will be; what comes in addition is zero
 */
void msg_splice(struct msg *m, size_t at, size_t old, size_t len)
{
	size_t kept = old < len ? old : len;

	grow(m, m->len - old + len);
	memmove(m->buf + at + len, m->buf + at + old, m->len - at - old);
	memset(m->buf + at + kept, 0, len - kept);
	m->len += len - old;
}

void msg_free(struct msg *m)
{
	free(m->buf);
	*m = (struct msg){ };
}

size_t put(struct msg *m, __u16 type, const void *data, size_t len)
{
	size_t at = m->len;
	char *a = append(m, NLA_ALIGN(NLA_HDRLEN + len));
	struct nlattr *head = (struct nlattr *)a;

	head->nla_type = type;
	head->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(a + NLA_HDRLEN, data, len);
	return at;
}

size_t put_u16(struct msg *m, __u16 type, __u16 value)
{
	return put(m, type, &value, sizeof(value));
}

size_t put_u32(struct msg *m, __u16 type, __u32 value)
{
	return put(m, type, &value, sizeof(value));
}

size_t put_u64(struct msg *m, __u16 type, __u64 value)
{
	return put(m, type, &value, sizeof(value));
}

size_t put_str(struct msg *m, __u16 type, const char *value)
{
	return put(m, type, value, strlen(value) + 1);
}

/* Begins a nest; end_nest() sets its length. */
size_t put_nest(struct msg *m, __u16 type)
{
	return put(m, type | NLA_F_NESTED, NULL, 0);
}

void end_nest(struct msg *m, size_t nest)
{
	msg_attr(m, nest)->nla_len = m->len - nest;
}

static const struct nlattr *whole(struct attrs attrs, const char *a)
{
	const struct nlattr *head = (const struct nlattr *)a;
	const char *end = (const char *)attrs.head + attrs.len;

	if (a + NLA_HDRLEN > end || head->nla_len < NLA_HDRLEN || a + head->nla_len > end)
		return NULL;
	return head;
}

/* The first attribute, or NULL. */
const struct nlattr *attr_first(struct attrs attrs)
{
	return whole(attrs, (const char *)attrs.head);
}

/* The one after @a, or NULL. */
const struct nlattr *attr_next(struct attrs attrs, const struct nlattr *a)
{
	return whole(attrs, (const char *)a + NLA_ALIGN(a->nla_len));
}

int attr_type(const struct nlattr *a)
{
	return a->nla_type & NLA_TYPE_MASK;
}

size_t attr_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

const void *attr_data(const struct nlattr *a)
{
	return (const char *)a + NLA_HDRLEN;
}

/* An unsigned integer of whatever size it has. */
__u64 attr_uint(const struct nlattr *a)
{
	__u64 u64 = 0;
	__u32 u32;
	__u16 u16;

	switch (attr_len(a)) {
	case sizeof(u16):
		memcpy(&u16, attr_data(a), sizeof(u16));
		return u16;
	case sizeof(u32):
		memcpy(&u32, attr_data(a), sizeof(u32));
		return u32;
	case sizeof(u64):
		memcpy(&u64, attr_data(a), sizeof(u64));
		return u64;
	}
	printf("# attribute %d has %zu bytes\n", attr_type(a), attr_len(a));
	return ~0ULL;
}

struct attrs attr_nest(const struct nlattr *a)
{
	return (struct attrs){ .head = attr_data(a), .len = attr_len(a) };
}

/* The first attribute of a type, or NULL. */
const struct nlattr *attr_find(struct attrs attrs, int type)
{
	const struct nlattr *a;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a))
		if (attr_type(a) == type)
			break;
	return a;
}

/*
 * Whether 8 bytes could be an address in the kernel, with four levels of pages
 * or five: its upper half, but for the part below its text where nothing is, and
 * small negative numbers.
 */
bool pointer_like(const void *at)
{
	__u64 v;

	memcpy(&v, at, sizeof(v));
	return v >= 0xff00000000000000 && v < 0xffffffffff000000 &&
	       (v < 0xffffffff00000000 || v >= 0xffffffff80000000);
}
