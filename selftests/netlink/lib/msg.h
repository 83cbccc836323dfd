/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages, built by hand so that malformed ones can be built too. Everything
 * that appends an attribute returns its offset from the start of the message,
 * which is what the kernel names an attribute by when it refuses one.
 */
#ifndef DEVSESS_TEST_MSG_H
#define DEVSESS_TEST_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/types.h>

/**
 * struct msg - a message
 * @buf:  its bytes; grows
 * @len:  how many
 * @size: of @buf
 */
struct msg {
	char *buf;
	size_t len;
	size_t size;
};

static inline struct nlmsghdr *msg_header(const struct msg *m)
{
	return (struct nlmsghdr *)m->buf;
}

static inline struct genlmsghdr *msg_genl(const struct msg *m)
{
	return (struct genlmsghdr *)(m->buf + NLMSG_HDRLEN);
}

static inline struct nlattr *msg_attr(const struct msg *m, size_t at)
{
	return (struct nlattr *)(m->buf + at);
}

void msg_begin(struct msg *m, __u16 type, __u16 flags, __u8 cmd);
void msg_splice(struct msg *m, size_t at, size_t old, size_t len);
void msg_free(struct msg *m);

size_t put(struct msg *m, __u16 type, const void *data, size_t len);
size_t put_u16(struct msg *m, __u16 type, __u16 value);
size_t put_u32(struct msg *m, __u16 type, __u32 value);
size_t put_u64(struct msg *m, __u16 type, __u64 value);
size_t put_str(struct msg *m, __u16 type, const char *value);
size_t put_nest(struct msg *m, __u16 type);
void end_nest(struct msg *m, size_t nest);

/**
 * struct attrs - attributes of a message or nest that was received
 * @head: the first
 * @len:  bytes of them
 */
struct attrs {
	const struct nlattr *head;
	size_t len;
};

const struct nlattr *attr_first(struct attrs attrs);
const struct nlattr *attr_next(struct attrs attrs, const struct nlattr *a);
int attr_type(const struct nlattr *a);
size_t attr_len(const struct nlattr *a);
const void *attr_data(const struct nlattr *a);
__u64 attr_uint(const struct nlattr *a);
struct attrs attr_nest(const struct nlattr *a);
const struct nlattr *attr_find(struct attrs attrs, int type);

bool pointer_like(const void *at);

#endif
