// SPDX-License-Identifier: GPL-2.0
#include "nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/devsess.h>

#define IN_SIZE		(1024 * 1024)

/* Nothing that a test asks for takes so long, in seconds. */
#define ANSWER_TIMEOUT	60

/* A batch of 65536 items does not fit into a socket's usual buffer. */
#define SOCKET_BUFFER	(64 * 1024 * 1024)

/* Without CAP_NET_ADMIN the buffers stay as they are, which is enough then. */
static void set_options(int fd)
{
	struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT };
	int size = SOCKET_BUFFER, on = 1;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

/**
 * nl_open - open a socket in the network namespace of this process
 * @nl: out: the socket
 *
 * Return: 0 or an errno, -ENOENT if there is no such family.
 */
int nl_open(struct nl *nl)
{
	return nl_open_with(nl, IN_SIZE);
}

/*
 * The same with a buffer of another size to receive into, at least 8 KiB. A dump
 * comes in pieces of up to that size: smaller ones make it last longer.
 */
int nl_open_with(struct nl *nl, size_t in_size)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };

	*nl = (struct nl){ .in_size = in_size };
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	nl->in = malloc(nl->in_size);
	if (!nl->in || bind(nl->fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	set_options(nl->fd);
	return nl_call_family(nl, DEVSESS_GENL_NAME);
}

/* Uses a socket that another process has opened and bound. Returns 0 or an errno. */
int nl_adopt(struct nl *nl, int fd)
{
	*nl = (struct nl){ .fd = fd, .in_size = IN_SIZE, .in = malloc(IN_SIZE) };
	return nl->in ? nl_call_family(nl, DEVSESS_GENL_NAME) : -ENOMEM;
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
	free(nl->in);
	free(nl->reply);
	msg_free(&nl->m);
	*nl = (struct nl){ .fd = -1 };
}

/* What was learned of the last answer is forgotten. */
void nl_forget(struct nl *nl)
{
	nl->err = 0;
	nl->sentence[0] = '\0';
	nl->offset = 0;
	nl->miss_type = 0;
	nl->miss_nest = 0;
	nl->replies = 0;
	nl->attrs = (struct attrs){ };
	nl->intr = false;
}

/* Begins a request in nl->m. */
void nl_begin(struct nl *nl, __u8 cmd)
{
	msg_begin(&nl->m, nl->family, NLM_F_REQUEST | NLM_F_ACK, cmd);
}

void nl_begin_dump(struct nl *nl, __u8 cmd)
{
	msg_begin(&nl->m, nl->family, NLM_F_REQUEST | NLM_F_DUMP, cmd);
}

/* Sends bytes as they are. Returns 0 or an errno. */
int nl_send(struct nl *nl, const void *buf, size_t len)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };

	if (sendto(nl->fd, buf, len, 0, nl->unaddressed ? NULL : (struct sockaddr *)&addr,
		   nl->unaddressed ? 0 : sizeof(addr)) < 0)
		return -errno;
	return 0;
}

static int send_request(struct nl *nl)
{
	struct nlmsghdr *hdr = msg_header(&nl->m);

	nl_forget(nl);
	hdr->nlmsg_len = nl->m.len;
	hdr->nlmsg_seq = ++nl->seq;
	return nl_send(nl, nl->m.buf, nl->m.len);
}

/* The next message, or NULL and nl->err. */
static struct nlmsghdr *receive(struct nl *nl)
{
	struct nlmsghdr *hdr;
	ssize_t n;

	if (nl->in_at >= nl->in_len) {
		n = recv(nl->fd, nl->in, nl->in_size, MSG_TRUNC);
		if (n < 0 || n > nl->in_size) {
			nl->err = n < 0 ? -errno : -EMSGSIZE;
			return NULL;
		}
		if (nl->copy)
			fwrite(nl->in, n, 1, nl->copy);
		nl->in_len = n;
		nl->in_at = 0;
	}
	hdr = (struct nlmsghdr *)(nl->in + nl->in_at);
	if (!NLMSG_OK(hdr, nl->in_len - nl->in_at)) {
		printf("# the kernel sent %zu bytes that are no message\n",
		       nl->in_len - nl->in_at);
		nl->err = -EBADMSG;
		return NULL;
	}
	nl->in_at += NLMSG_ALIGN(hdr->nlmsg_len);
	return hdr;
}

/* Notes what stands behind the errno in NLMSG_ERROR or NLMSG_DONE. */
static void take_extack(struct nl *nl, const struct nlmsghdr *hdr, size_t at)
{
	struct attrs attrs = {
		.head = (const struct nlattr *)((const char *)hdr + at),
		.len = hdr->nlmsg_len - at,
	};
	const struct nlattr *a;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		switch (attr_type(a)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(nl->sentence, sizeof(nl->sentence), "%.*s", (int)attr_len(a),
				 (const char *)attr_data(a));
			break;
		case NLMSGERR_ATTR_OFFS:
			nl->offset = attr_uint(a);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			nl->miss_type = attr_uint(a);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			nl->miss_nest = attr_uint(a);
			break;
		}
	}
}

/* Takes an end of an answer. Returns whether it is one. */
bool nl_take_end(struct nl *nl, const struct nlmsghdr *hdr)
{
	const int *err = NLMSG_DATA(hdr);

	if (hdr->nlmsg_type != NLMSG_ERROR && hdr->nlmsg_type != NLMSG_DONE)
		return false;
	nl->err = *err;
	/* With NETLINK_CAP_ACK an error repeats the header of the request only. */
	take_extack(nl, hdr, NLMSG_HDRLEN + (hdr->nlmsg_type == NLMSG_DONE ? sizeof(int) :
					     sizeof(struct nlmsgerr)));
	return true;
}

static void set_attrs(struct nl *nl, const void *msg, size_t len)
{
	const size_t headers = NLMSG_HDRLEN + GENL_HDRLEN;

	nl->attrs.head = (const struct nlattr *)((const char *)msg + headers);
	nl->attrs.len = len > headers ? len - headers : 0;
}

static void keep_reply(struct nl *nl, const struct nlmsghdr *hdr)
{
	if (hdr->nlmsg_len > nl->reply_size) {
		nl->reply_size = hdr->nlmsg_len;
		nl->reply = realloc(nl->reply, nl->reply_size);
		if (!nl->reply) {
			perror("a reply");
			exit(1);
		}
	}
	memcpy(nl->reply, hdr, hdr->nlmsg_len);
	set_attrs(nl, nl->reply, hdr->nlmsg_len);
	nl->replies++;
}

/**
 * nl_call - send nl->m and wait for the answer
 * @nl: socket
 *
 * Return: 0 or the errno with which the request was refused, as nl->err;
 * -EAGAIN if there was no answer in time.
 */
int nl_call(struct nl *nl)
{
	struct nlmsghdr *hdr;

	nl->err = send_request(nl);
	if (nl->err)
		return nl->err;
	while ((hdr = receive(nl))) {
		if (hdr->nlmsg_seq != nl->seq)
			continue;
		if (nl_take_end(nl, hdr))
			break;
		keep_reply(nl, hdr);
	}
	return nl->err;
}

/* Asks for the number of a family. Returns 0 or an errno. */
int nl_call_family(struct nl *nl, const char *name)
{
	const struct nlattr *id;

	msg_begin(&nl->m, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, CTRL_CMD_GETFAMILY);
	put_str(&nl->m, CTRL_ATTR_FAMILY_NAME, name);
	if (nl_call(nl))
		return nl->err;
	id = attr_find(nl->attrs, CTRL_ATTR_FAMILY_ID);
	if (!id)
		return -ENOENT;
	nl->family = attr_uint(id);
	return 0;
}

/* Sends nl->m, a dump; then nl_next() until it says that it is over. */
int nl_dump(struct nl *nl)
{
	nl->err = send_request(nl);
	nl->dumping = !nl->err;
	return nl->err;
}

/**
 * nl_next - the next message of a dump
 * @nl: socket
 *
 * Return: true, with the message in nl->attrs until the next call; false at the
 * end, with nl->err 0 or why the dump is not whole.
 */
bool nl_next(struct nl *nl)
{
	struct nlmsghdr *hdr;

	while (nl->dumping && (hdr = receive(nl))) {
		if (hdr->nlmsg_seq != nl->seq)
			continue;
		nl->intr |= !!(hdr->nlmsg_flags & NLM_F_DUMP_INTR);
		if (nl_take_end(nl, hdr))
			break;
		set_attrs(nl, hdr, hdr->nlmsg_len);
		nl->replies++;
		return true;
	}
	nl->dumping = false;
	return false;
}

/* Joins a group of the family. Returns 0 or an errno, -ENOENT if there is none. */
int nl_join(struct nl *nl, const char *group)
{
	const struct nlattr *groups, *a = NULL;
	int id = 0;

	if (nl_call_family(nl, DEVSESS_GENL_NAME))
		return nl->err;
	groups = attr_find(nl->attrs, CTRL_ATTR_MCAST_GROUPS);
	if (groups)
		a = attr_first(attr_nest(groups));
	for (; a && !id; a = attr_next(attr_nest(groups), a)) {
		struct attrs attrs = attr_nest(a);

		if (!strcmp(attr_data(attr_find(attrs, CTRL_ATTR_MCAST_GRP_NAME)), group))
			id = attr_uint(attr_find(attrs, CTRL_ATTR_MCAST_GRP_ID));
	}
	if (!id)
		return -ENOENT;
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		return -errno;
	return 0;
}

/**
 * nl_hear - take an event that has come
 * @nl: socket that has joined a group and is asked for nothing
 *
 * Return: 0, with the event in nl->attrs until the next call; -EAGAIN if there is none now;
 * -ENOBUFS if some were lost.
 */
int nl_hear(struct nl *nl)
{
	const struct nlmsghdr *hdr = (const struct nlmsghdr *)nl->in;
	ssize_t n = recv(nl->fd, nl->in, nl->in_size, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (!NLMSG_OK(hdr, n) || hdr->nlmsg_type != nl->family || hdr->nlmsg_len != n ||
	    ((const struct genlmsghdr *)NLMSG_DATA(hdr))->cmd != DEVSESS_CMD_EVENT)
		return -EBADMSG;
	set_attrs(nl, hdr, n);
	return 0;
}
