// SPDX-License-Identifier: GPL-2.0
#include "burst.h"

#include <stddef.h>
#include <string.h>

void burst_begin(struct burst *b)
{
	b->buf.len = 0;
	b->n = 0;
	b->found = 0;
}

/* Adds a message, whatever it claims its length to be. */
void burst_add(struct burst *b, const void *msg, size_t len)
{
	size_t at = b->buf.len;

	msg_splice(&b->buf, at, 0, NLMSG_ALIGN(len));
	memcpy(b->buf.buf + at, msg, len);
	b->at[b->n++] = at;
}

/* So that such an address in an answer is not one that we have sent. */
static void remove_pointers(struct msg *m)
{
	size_t i;

	for (i = 0; i + 8 <= m->len; i++)
		if ((__u8)m->buf[i + 7] == 0xff && pointer_like(m->buf + i))
			m->buf[i + 7] = 0x7f;
}

static void describe(struct sent *s, __u16 family, bool late)
{
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)s->msg;
	const struct genlmsghdr *genl = (const struct genlmsghdr *)(s->msg + NLMSG_HDRLEN);

	s->len = hdr->nlmsg_len;
	s->seq = hdr->nlmsg_seq;
	s->type = hdr->nlmsg_type;
	s->flags = hdr->nlmsg_flags;
	if (s->type == family && s->len >= NLMSG_HDRLEN + GENL_HDRLEN &&
	    s->flags & NLM_F_REQUEST)
		s->op = spec_op_of(genl->cmd);
	s->dump = s->op && (s->flags & NLM_F_DUMP) == NLM_F_DUMP;
	if (s->op && !(s->dump ? s->op->has_dump : s->op->has_do))
		s->op = NULL;
	s->late = late;
}

/* As netlink_rcv_skb() does. Numbers what it finds. */
static void walk(struct burst *b, __u16 family, __u32 seq)
{
	size_t at = 0, len;
	bool late = false;
	int number = 0;

	while (b->buf.len - at >= NLMSG_HDRLEN && b->found < SENT_MAX) {
		struct nlmsghdr *hdr = (struct nlmsghdr *)(b->buf.buf + at);
		struct sent *s = &b->sent[b->found];

		len = hdr->nlmsg_len;
		if (len < NLMSG_HDRLEN || len > b->buf.len - at)
			return;
		hdr->nlmsg_seq = seq++;
		/* All but the outcome, which is long. */
		memset(s, 0, offsetof(struct sent, outcome) + 1);
		s->msg = b->buf.buf + at;
		while (number < b->n && b->at[number] < at)
			number++;
		s->number = number < b->n && b->at[number] == at ? number : -1;
		describe(s, family, late);
		late |= s->dump && s->op;
		b->found++;
		at += NLMSG_ALIGN(len);
		if (at >= b->buf.len)
			return;
	}
}

/**
 * burst_seal - make a burst ready to be sent
 * @b:      burst
 * @family: number of the family
 * @seq:    number of the first message
 *
 * A message of type NLMSG_NOOP at the end asks for an answer. If the burst is
 * not read to its end, there will be none.
 */
void burst_seal(struct burst *b, __u16 family, __u32 seq)
{
	struct nlmsghdr last = {
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = NLMSG_NOOP,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	size_t at = b->buf.len;

	msg_splice(&b->buf, at, 0, sizeof(last));
	memcpy(b->buf.buf + at, &last, sizeof(last));
	remove_pointers(&b->buf);
	walk(b, family, seq);
	b->barrier = b->found && b->sent[b->found - 1].msg == b->buf.buf + at;
}

/* Bytes of the message that was put in as number @i, with padding. */
size_t burst_len(const struct burst *b, int i)
{
	size_t end = i + 1 < b->n ? b->at[i + 1] : b->buf.len - NLMSG_HDRLEN;

	return end - b->at[i];
}
