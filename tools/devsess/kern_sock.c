// SPDX-License-Identifier: GPL-2.0
#include "kern_sock.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <linux/devsess.h>

#include "kern_error.h"

/* The kernel makes the messages of a dump as large as the reader's buffer, up to 32 KiB. */
#define RECV_SIZE (64 * 1024)

#define RCVBUF (1024 * 1024)

struct kern {
	struct nl_sock *sock;
	int family;
	size_t sndbuf;
};

/* A request under way. */
struct talk {
	struct nlmsghdr *request;
	kern_answer_fn fn;
	void *arg;
	struct kern_error *e;
	bool dump;
	bool ack; /* an acknowledgment ends it, not the answer */
	bool interrupted;
	bool over;
};

static void set_option(struct kern *kern, int level, int option, int value)
{
	/* Each is a wish; what becomes of it shows where it matters. */
	(void)setsockopt(nl_socket_get_fd(kern->sock), level, option, &value, sizeof(value));
}

static int resolve(struct kern *kern, struct kern_error *e)
{
	kern->family = genl_ctrl_resolve(kern->sock, DEVSESS_GENL_NAME);
	if (kern->family >= 0)
		return 0;
	if (kern->family == -NLE_OBJ_NOTFOUND)
		return kern_error_set(e, ENOENT,
				      "the kernel module is not loaded (modprobe devsess)");
	return kern_error_set(e, EPROTO, nl_geterror(kern->family));
}

int kern_open(struct kern **result, struct kern_error *e)
{
	struct kern *kern = calloc(1, sizeof(*kern));
	int ret;

	if (!kern)
		return kern_error_set(e, ENOMEM, "");
	kern->sock = nl_socket_alloc();
	if (!kern->sock) {
		free(kern);
		return kern_error_set(e, ENOMEM, "");
	}
	errno = 0;
	if (genl_connect(kern->sock)) {
		ret = kern_error_set(e, errno ? errno : EPROTO, "no netlink socket");
		goto err_close;
	}
	ret = resolve(kern, e);
	if (ret)
		goto err_close;
	nl_socket_disable_auto_ack(kern->sock);
	nl_socket_set_msg_buf_size(kern->sock, RECV_SIZE);
	set_option(kern, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	set_option(kern, SOL_NETLINK, NETLINK_CAP_ACK, 1);
	set_option(kern, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
	set_option(kern, SOL_SOCKET, SO_RCVBUF, RCVBUF);
	set_option(kern, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF);
	*result = kern;
	return 0;

err_close:
	kern_close(kern);
	return ret;
}

void kern_close(struct kern *kern)
{
	if (!kern)
		return;
	nl_socket_free(kern->sock);
	free(kern);
}

size_t kern_make_room(struct kern *kern, size_t size)
{
	/* A message may have all of the buffer but 32 bytes. */
	const size_t more = NLMSG_HDRLEN + GENL_HDRLEN + 32;
	socklen_t len = sizeof(int);
	int sndbuf = 0;

	nl_socket_enable_msg_peek(kern->sock);
	if (size + more > kern->sndbuf) {
		set_option(kern, SOL_SOCKET, SO_SNDBUF, size + more);
		set_option(kern, SOL_SOCKET, SO_SNDBUFFORCE, size + more);
		if (!getsockopt(nl_socket_get_fd(kern->sock), SOL_SOCKET, SO_SNDBUF, &sndbuf, &len))
			kern->sndbuf = sndbuf;
	}
	return kern->sndbuf > more ? kern->sndbuf - more : 0;
}

struct nl_msg *kern_request(struct kern *kern, uint8_t cmd, int flags, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + size);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, kern->family, 0, NLM_F_REQUEST | flags,
			 cmd, DEVSESS_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* An answer; takes part in the result only until there is one. */
static int take(struct talk *t, struct nlmsghdr *h)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		t->over = true;
		return kern_error_read(t->e, h, t->request);
	case NLMSG_DONE:
		t->over = true;
		return kern_error_read_done(t->e, h, t->request);
	case NLMSG_NOOP:
		return 0;
	case NLMSG_OVERRUN:
		return kern_error_set(t->e, ENOBUFS, "the kernel's answer was lost");
	}
	if (!t->dump && !t->ack)
		t->over = true;
	if (!t->fn)
		return 0;
	if (nlmsg_datalen(h) < (int)GENL_HDRLEN)
		return kern_error_set(t->e, EBADMSG, "the kernel's answer is malformed");
	return t->fn(h, t->arg);
}

static int take_all(struct talk *t, unsigned char *buf, int len)
{
	struct nlmsghdr *h = (struct nlmsghdr *)buf;
	int ret = 0;

	for (; !ret && !t->over && nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		/* What is left of an earlier request has another number. */
		if (h->nlmsg_seq == t->request->nlmsg_seq)
			ret = take(t, h);
	}
	return ret;
}

static int receive_error(struct kern_error *e, int code)
{
	if (code == ENOBUFS)
		return kern_error_set(e, code,
				      "the kernel's answer was lost, the outcome is unknown");
	return kern_error_set(e, code ? code : EPROTO, "no answer from the kernel");
}

static int receive(struct kern *kern, struct talk *t)
{
	int ret = 0;

	while (!ret && !t->over) {
		struct sockaddr_nl from;
		unsigned char *buf = NULL;
		int len;

		errno = 0;
		len = nl_recv(kern->sock, &from, &buf, NULL);
		if (len <= 0)
			return receive_error(t->e, errno);
		if (!from.nl_pid)
			ret = take_all(t, buf, len);
		free(buf);
	}
	if (ret == -EBADMSG)
		return kern_error_set(t->e, EBADMSG, "the kernel's answer is malformed");
	if (ret < 0 && !t->e->code)
		t->e->code = -ret; /* of @fn, as for want of memory */
	if (!ret && t->interrupted)
		return kern_error_set(t->e, EINTR, "the table changed during the dump");
	return ret;
}

int kern_talk(struct kern *kern, struct nl_msg *msg, kern_answer_fn fn, void *arg,
	      struct kern_error *e)
{
	struct nlmsghdr *request = nlmsg_hdr(msg);
	struct talk t = { .request = request, .fn = fn, .arg = arg, .e = e };
	int ret;

	*e = (struct kern_error){ 0 };
	t.dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	t.ack = request->nlmsg_flags & NLM_F_ACK;
	errno = 0;
	if (nl_send_auto(kern->sock, msg) < 0)
		ret = kern_error_set(e, errno ? errno : EPROTO, "the request could not be sent");
	else
		ret = receive(kern, &t);
	nlmsg_free(msg);
	return ret;
}
