// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "kern_event.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kern_attr.h"
#include "kern_error.h"
#include "kern_group.h"

/* An event is a message of its own, and a small one. */
#define RECV_SIZE 8192

/* Most that one system call takes. */
#define RECV_COUNT 64

union piece {
	struct nlmsghdr hdr;
	char bytes[RECV_SIZE];
};

struct kern_events {
	struct nl_sock *sock;
	int fd;
	int family;
	uint32_t drops;
	bool gone; /* the family */
	int count, at; /* messages received, and the next one that is to be taken */
	struct mmsghdr msgs[RECV_COUNT];
	struct iovec iov[RECV_COUNT];
	struct sockaddr_nl from[RECV_COUNT];
	union piece in[RECV_COUNT];
};

static int join(struct kern_events *k, int group, struct kern_error *e)
{
	if (!setsockopt(k->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return 0;
	return kern_error_set(e, errno, errno == EPERM ? KERN_ERROR_EPERM :
			      "the group of the events cannot be joined");
}

static void set_buffer(struct kern_events *k, int size)
{
	size /= 2; /* the kernel doubles it */
	/* Wishes; without them more is lost, which shows. */
	(void)setsockopt(k->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(k->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
}

/* Most messages that may have come in between. */
#define EARLY_MAX 65536

/* What came when only one of the groups was joined is not all that happened. */
static void drop_early(struct kern_events *k)
{
	bool more = true;
	char c;

	for (int i = 0; i < EARLY_MAX && more; i++)
		more = recv(k->fd, &c, 1, MSG_DONTWAIT) >= 0 || errno == ENOBUFS;
	(void)kern_events_lost(k);
}

static int connect_and_join(struct kern_events *k, bool updates, int buffer,
			    struct kern_error *e)
{
	int group, updates_group, notify, ret;

	errno = 0;
	if (genl_connect(k->sock))
		return kern_error_set(e, errno ? errno : EPROTO, "no netlink socket");
	k->fd = nl_socket_get_fd(k->sock);
	k->family = genl_ctrl_resolve(k->sock, DEVSESS_GENL_NAME);
	if (k->family < 0)
		return kern_error_set(e, EPROTO, nl_geterror(k->family));
	set_buffer(k, buffer);
	/* All before one is joined: an event would be taken for the answer. */
	ret = kern_group_find(k->sock, DEVSESS_GENL_NAME, DEVSESS_MCGRP_EVENTS, &group, e) ?:
	      kern_group_find(k->sock, DEVSESS_GENL_NAME, DEVSESS_MCGRP_UPDATES, &updates_group,
			      e) ?:
	      kern_group_find(k->sock, "nlctrl", "notify", &notify, e);
	ret = ret ?: join(k, notify, e) ?: join(k, group, e);
	if (!ret && updates) {
		ret = join(k, updates_group, e);
		drop_early(k);
	}
	return ret;
}

int kern_events_open(struct kern_events **result, bool updates, int buffer,
		     struct kern_error *e)
{
	struct kern_events *k = calloc(1, sizeof(*k));
	int ret;

	if (!k)
		return kern_error_set(e, ENOMEM, "");
	k->sock = nl_socket_alloc();
	if (!k->sock) {
		free(k);
		return kern_error_set(e, ENOMEM, "");
	}
	ret = connect_and_join(k, updates, buffer, e);
	if (ret) {
		kern_events_close(k);
		return ret;
	}
	*result = k;
	return 0;
}

void kern_events_close(struct kern_events *k)
{
	if (!k)
		return;
	nl_socket_free(k->sock);
	free(k);
}

/* Where the kernel's messages have what a filter looks at; see the spec. */
enum { AT_TYPE = 4, AT_KIND = 24, AT_TABLE_ID = 32, AT_OWNER = 40 };

/* A classic BPF program that is being written; 4 instructions a kind, and few more. */
struct program {
	unsigned short len;
	struct sock_filter code[64];
};

static void add(struct program *p, struct sock_filter instruction)
{
	p->code[p->len++] = instruction;
}

static void load(struct program *p, uint32_t at)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at));
}

static void leave(struct program *p, bool meant)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, meant ? UINT32_MAX : 0));
}

/* If what was loaded, which BPF takes as big endian, is @value: that is the answer. */
static void if_is(struct program *p, uint32_t value, bool meant)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(value), 0, 1));
	leave(p, meant);
}

static void unless_is(struct program *p, uint32_t value, bool meant)
{
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(value), 1, 0));
	leave(p, meant);
}

static void write_program(struct program *p, const struct event_filter *f)
{
	add(p, (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_TYPE));
	add(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(GENL_ID_CTRL), 0, 1));
	leave(p, true);
	load(p, AT_KIND);
	if (f->table_id) {
		/* Of other tables, too: one may have got the name. */
		if_is(p, DEVSESS_EVENT_KIND_TABLE, true);
		if_is(p, DEVSESS_EVENT_KIND_OVERRUN, true);
	}
	for (uint32_t kind = 0; f->kinds && kind < DEVSESS_EVENT_KIND_OVERRUN; kind++) {
		if (!(f->kinds & 1u << kind))
			if_is(p, kind, false);
	}
	if (f->table_id) {
		load(p, AT_TABLE_ID);
		unless_is(p, f->table_id, false);
	}
	if (f->has_owner) {
		load(p, AT_KIND);
		if_is(p, DEVSESS_EVENT_KIND_OVERRUN, true);
		load(p, AT_OWNER);
		unless_is(p, f->owner, false);
	}
	leave(p, true);
}

int kern_events_filter(struct kern_events *k, const struct event_filter *f, struct kern_error *e)
{
	struct program p = { 0 };
	struct sock_fprog prog = { .filter = p.code };

	write_program(&p, f);
	prog.len = p.len;
	if (!setsockopt(k->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)))
		return 0;
	return kern_error_set(e, errno, "the filter cannot be set");
}

void kern_events_wait(struct kern_events *k, int ms)
{
	struct pollfd p = { .fd = k->fd, .events = POLLIN };

	if (k->at == k->count)
		(void)poll(&p, 1, ms);
}

static void take_all(struct kern_events *k, struct nlmsghdr *h, int len, kern_event_fn fn,
		     void *arg)
{
	struct event ev;

	for (; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		struct genlmsghdr *genl = nlmsg_data(h);

		if (nlmsg_datalen(h) < (int)GENL_HDRLEN)
			continue;
		k->gone |= kern_group_is_end(h, k->family);
		if (h->nlmsg_type == k->family && genl->cmd == DEVSESS_CMD_EVENT &&
		    !kern_get_event(h, &ev))
			fn(&ev, arg);
	}
}

/* Takes messages out of the socket. Returns 0 or an errno. */
static int receive(struct kern_events *k)
{
	int n;

	for (int i = 0; i < RECV_COUNT; i++) {
		k->iov[i] = (struct iovec){ &k->in[i], sizeof(k->in[i]) };
		k->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &k->from[i], .msg_namelen = sizeof(k->from[i]),
			.msg_iov = &k->iov[i], .msg_iovlen = 1,
		};
	}
	n = recvmmsg(k->fd, k->msgs, RECV_COUNT, MSG_DONTWAIT, NULL);
	k->at = 0;
	k->count = n < 0 ? 0 : n;
	return n < 0 ? -errno : 0;
}

int kern_events_read(struct kern_events *k, kern_event_fn fn, void *arg, struct kern_error *e)
{
	int ret = 0, i;

	if (k->gone)
		return kern_error_set(e, ENODEV, "the kernel module was removed");
	if (k->at == k->count)
		ret = receive(k);
	if (ret == -EAGAIN || ret == -EINTR)
		return -EAGAIN;
	if (ret == -ENOBUFS)
		return ret;
	if (ret)
		return kern_error_set(e, -ret, "events cannot be received");
	i = k->at++;
	/* Anybody may send to the socket; only the kernel is believed. */
	if (!k->from[i].nl_pid)
		take_all(k, &k->in[i].hdr, k->msgs[i].msg_len, fn, arg);
	return 0;
}

bool kern_events_gone(struct kern_events *k)
{
	k->gone |= kern_group_gone(k->family);
	return k->gone;
}

uint64_t kern_events_lost(struct kern_events *k)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 }, lost;
	socklen_t size = sizeof(info);

	if (getsockopt(k->fd, SOL_SOCKET, SO_MEMINFO, info, &size))
		return 0;
	lost = info[SK_MEMINFO_DROPS] - k->drops;
	k->drops = info[SK_MEMINFO_DROPS];
	return lost;
}
