/* SPDX-License-Identifier: GPL-2.0 */
/* Plain structs to attributes and back. For the kern*.c files only. */
#ifndef DEVSESS_KERN_ATTR_H
#define DEVSESS_KERN_ATTR_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "session.h"

/* Bytes of attributes that a session takes at most. */
#define KERN_SESSION_SIZE 512

/* The put functions return 0, or other than 0 if @msg is full. */
int kern_put_session(struct nl_msg *msg, const struct session *s);
int kern_put_id(struct nl_msg *msg, const struct id *id);
int kern_put_filter(struct nl_msg *msg, const struct filter *f);
int kern_put_table(struct nl_msg *msg, const struct table *t);

/* What a session's attributes may hold; for nla_parse() up to DEVSESS_A_SESSION_MAX. */
extern struct nla_policy kern_session_policy[];

/* The get functions return 0, or -EBADMSG. */
int kern_get_session(struct nlattr **tb, struct session *s);
int kern_get_table(struct nlmsghdr *answer, struct table *t);
int kern_get_stats(struct nlmsghdr *answer, struct stats *s);

#endif
