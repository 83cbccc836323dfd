// SPDX-License-Identifier: GPL-2.0
#include "line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel makes no reply that is larger but to large batches. */
#define PIECE		(64 * 1024)
#define PIECES		16

/* A burst that is longer may get replies that are longer too. */
#define LONG_BURST	(8 * 1024)

/* As many unread answers fit into any socket. */
#define NARROW		(4 * 1024 * 1024)

/*
 * Opens a socket in the network namespace of now, and a listener: in one that others have as well
 * events would tell of them. Returns 0 or an errno.
 */
int line_open(struct line *l, bool privileged, bool listens)
{
	socklen_t len = sizeof(int);
	int err, size = 0;

	*l = (struct line){ .privileged = privileged };
	err = nl_open_with(&l->nl, PIECE * PIECES);
	if (err)
		return err;
	getsockopt(l->nl.fd, SOL_SOCKET, SO_RCVBUF, &size, &len);
	l->narrow = size < NARROW;
	return listens ? ear_open(&l->ear) : 0;
}

/* With a dump under way, too. */
void line_close(struct line *l)
{
	nl_close(&l->nl);
	ear_close(&l->ear);
	msg_free(&l->dump_msg);
	l->dumping = false;
}

static struct sent *find_sent(struct line *l, struct burst *b, __u32 seq)
{
	__u32 first = b->found ? b->sent[0].seq : 0;

	if (l->dumping && seq == l->dump.seq)
		return &l->dump;
	if (seq - first < (__u32)b->found)
		return &b->sent[seq - first];
	return NULL;
}

/* Returns whether the barrier was among them. */
static bool take_datagram(struct line *l, struct burst *b, struct judge *j, const char *buf,
			  size_t len)
{
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)buf;
	static const struct sent nobody;
	bool barrier = false;

	for (; len; hdr = NLMSG_NEXT(hdr, len)) {
		struct sent *s;

		if (!NLMSG_OK(hdr, len)) {
			complain(j, &nobody, "%zu bytes that are no message", len);
			break;
		}
		s = find_sent(l, b, hdr->nlmsg_seq);
		if (!s) {
			complain(j, &nobody, "an answer to message %u, which is not there",
				 hdr->nlmsg_seq);
			break;
		}
		judge_answer(j, s, hdr, &l->nl, l->privileged);
		if (s == &l->dump && s->ends)
			l->dumping = false;
		barrier |= b->barrier && s == &b->sent[b->found - 1];
	}
	return barrier;
}

/*
 * Receives until the barrier has come or, if there is none or @drain, until
 * there is nothing more. Requests are worked while they are sent, so all that
 * is missing then will never come. Dumps go on with each call.
 */
static int receive(struct line *l, struct burst *b, struct judge *j, bool drain)
{
	unsigned int i, n = b->buf.len > LONG_BURST ? 1 : PIECES;
	struct mmsghdr msgs[PIECES];
	struct iovec iov[PIECES];
	bool barrier = false;
	int got;

	while (drain || !b->barrier || !barrier) {
		memset(msgs, 0, sizeof(msgs));
		for (i = 0; i < n; i++) {
			iov[i].iov_len = l->nl.in_size / n;
			iov[i].iov_base = l->nl.in + i * iov[i].iov_len;
			msgs[i].msg_hdr.msg_iov = &iov[i];
			msgs[i].msg_hdr.msg_iovlen = 1;
		}
		got = recvmmsg(l->nl.fd, msgs, n, MSG_DONTWAIT, NULL);
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (i = 0; i < (unsigned int)got; i++) {
			if (msgs[i].msg_hdr.msg_flags & MSG_TRUNC)
				return -EMSGSIZE;
			barrier |= take_datagram(l, b, j, iov[i].iov_base, msgs[i].msg_len);
		}
	}
	return 0;
}

/* The dump stays, for what comes after the next burst; its request too. */
static void keep_dump(struct line *l, const struct sent *s)
{
	msg_free(&l->dump_msg);
	msg_splice(&l->dump_msg, 0, 0, s->len);
	memcpy(l->dump_msg.buf, s->msg, s->len);
	l->dump = *s;
	l->dump.msg = l->dump_msg.buf;
	l->dumping = true;
}

static void judge_all(struct line *l, struct burst *b, struct judge *j, bool drained)
{
	int i;

	for (i = 0; i < b->found; i++) {
		struct sent *s = &b->sent[i];

		if (s->op && s->dump && !s->ends && !drained && !l->dumping)
			keep_dump(l, s);
		else
			judge_silence(j, s);
	}
	if (drained && l->dumping) {
		complain(j, &l->dump, "a dump that does not end");
		l->dumping = false;
	}
}

/**
 * line_exchange - send a burst and judge the answers
 * @l:     socket
 * @b:     burst, not sealed yet
 * @j:     judge
 * @drain: take all answers; else a dump may stay half read
 *
 * Return: 0, -EMSGSIZE if it is too large for the socket and was not sent, or
 * another errno if the answers could not be read.
 */
int line_exchange(struct line *l, struct burst *b, struct judge *j, bool drain)
{
	bool was_dumping = l->dumping;
	int i, err;

	burst_seal(b, l->nl.family, l->seq + 1);
	for (i = 0; was_dumping && i < b->found; i++)
		b->sent[i].late = true;
	err = nl_send(&l->nl, b->buf.buf, b->buf.len);
	if (err)
		return err;
	l->seq += b->found;
	err = receive(l, b, j, drain);
	if (err) {
		complain(j, &l->dump, "the answers cannot be read: %s", strerrorname_np(-err));
		return err;
	}
	judge_all(l, b, j, drain || !b->barrier);
	ear_listen(&l->ear, j);
	return 0;
}
