// SPDX-License-Identifier: GPL-2.0
#include "kern_miss.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/devsess.h>

#include "kern_error.h"
#include "kern_group.h"

/* A message is of some 2 KiB; what waits to be taken, of some thousands of ids. */
#define MESSAGE_SIZE 16384
#define RCVBUF (4 * 1024 * 1024)

struct kern_miss {
	struct nl_sock *sock;
	int family;
	bool behind; /* some were lost, and what came before is not all taken */
	char buf[MESSAGE_SIZE];
};

static int join(struct kern_miss *m, int group, struct kern_error *e)
{
	errno = 0;
	if (!nl_socket_add_membership(m->sock, group))
		return 0;
	return kern_error_set(e, errno ? errno : EPROTO, "the group cannot be joined");
}

static int open_socket(struct kern_miss *m, struct kern_error *e)
{
	int size = RCVBUF, miss, notify, ret;

	errno = 0;
	if (genl_connect(m->sock))
		return kern_error_set(e, errno ? errno : EPROTO, "no netlink socket");
	m->family = genl_ctrl_resolve(m->sock, DEVSESS_GENL_NAME);
	if (m->family < 0)
		return kern_error_set(e, ENOENT,
				      "the kernel module is not loaded (modprobe devsess)");
	/* Each is a wish; what is lost for want of it is told. */
	(void)setsockopt(nl_socket_get_fd(m->sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(nl_socket_get_fd(m->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			 sizeof(size));
	/* The controller tells when the family goes away. */
	ret = kern_group_find(m->sock, DEVSESS_GENL_NAME, DEVSESS_MCGRP_MISS, &miss, e) ?:
	      kern_group_find(m->sock, "nlctrl", "notify", &notify, e);
	return ret ?: join(m, miss, e) ?: join(m, notify, e);
}

int kern_miss_open(struct kern_miss **result, struct kern_error *e)
{
	struct kern_miss *m = calloc(1, sizeof(*m));
	int ret;

	if (!m)
		return kern_error_set(e, ENOMEM, "");
	m->sock = nl_socket_alloc();
	if (!m->sock) {
		free(m);
		return kern_error_set(e, ENOMEM, "");
	}
	ret = open_socket(m, e);
	if (ret)
		kern_miss_close(m);
	else
		*result = m;
	return ret;
}

void kern_miss_close(struct kern_miss *m)
{
	if (!m)
		return;
	nl_socket_free(m->sock);
	free(m);
}

int kern_miss_fd(const struct kern_miss *m)
{
	return nl_socket_get_fd(m->sock);
}

static void take_ids(struct nlmsghdr *h, const char *table, kern_miss_fn fn, void *arg)
{
	struct nlattr *name = nlmsg_find_attr(h, GENL_HDRLEN, DEVSESS_A_MISS_TABLE);
	struct nlattr *attr;
	int left;

	if (!name || strnlen(nla_data(name), nla_len(name)) == (size_t)nla_len(name) ||
	    strcmp(nla_get_string(name), table))
		return;
	nlmsg_for_each_attr(attr, h, GENL_HDRLEN, left) {
		struct id id = { .len = nla_len(attr) };

		if (nla_type(attr) != DEVSESS_A_MISS_DEVICE || !nla_len(attr) ||
		    nla_len(attr) > (int)sizeof(id.bytes))
			continue;
		memcpy(id.bytes, nla_data(attr), id.len);
		fn(&id, arg);
	}
}

static ssize_t receive(struct kern_miss *m)
{
	struct sockaddr_nl from = { 0 };
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(kern_miss_fd(m), m->buf, sizeof(m->buf), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &size);

	/* Anybody may send to the socket; only the kernel is believed. */
	return n > 0 && from.nl_pid ? 0 : n;
}

static int end(struct kern_error *e)
{
	return kern_error_set(e, ENODEV, "the kernel module was removed");
}

static int nothing(struct kern_miss *m, int code, struct kern_error *e)
{
	if (code == EINTR)
		return -EAGAIN;
	if (code == EAGAIN) {
		/* That the module went may be what was lost. */
		if (m->behind && kern_group_gone(m->family))
			return end(e);
		m->behind = false;
		return -EAGAIN;
	}
	if (code != ENOBUFS)
		return kern_error_set(e, code, "");
	m->behind = true;
	return kern_error_set(e, code, "miss upcalls were lost");
}

int kern_miss_take(struct kern_miss *m, const char *table, kern_miss_fn fn, void *arg,
		   struct kern_error *e)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m->buf;
	ssize_t n = receive(m);
	int left = n;

	if (n < 0)
		return nothing(m, errno, e);
	for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
		const struct genlmsghdr *g = nlmsg_data(h);

		if (nlmsg_datalen(h) < (int)GENL_HDRLEN)
			continue;
		if (kern_group_is_end(h, m->family))
			return end(e);
		if (h->nlmsg_type == m->family && g->cmd == DEVSESS_CMD_MISS)
			take_ids(h, table, fn, arg);
	}
	return 0;
}
