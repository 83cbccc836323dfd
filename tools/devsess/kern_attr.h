/* SPDX-License-Identifier: GPL-2.0 */
/* Plain structs to attributes and back. For the kern*.c files only. */
#ifndef DEVSESS_KERN_ATTR_H
#define DEVSESS_KERN_ATTR_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "event.h"
#include "session.h"

/* Bytes of attributes that a session takes at most. */
#define KERN_SESSION_SIZE 512

/* The unused end of a message, where sessions are put one after the other. */
struct kern_room {
	struct nl_msg *msg;
	char *at;
	char *end;
	bool full;
};

/* Take @size bytes of @msg; at the end give back what is left. 0, or -EMSGSIZE. */
int kern_room_open(struct kern_room *room, struct nl_msg *msg, size_t size);
int kern_room_close(struct kern_room *room);

/* What @s has; with kern_put_item() in a nest, as an item of a batch. */
void kern_put_session(struct kern_room *room, const struct session *s);
void kern_put_item(struct kern_room *room, uint32_t op, const struct session *s);

/* The put functions return 0, or other than 0 if @msg is full. */
int kern_put_filter(struct nl_msg *msg, const struct filter *f);
int kern_put_table(struct nl_msg *msg, const struct table *t);

/* The get functions return 0, or -EBADMSG. */
int kern_get_session(const struct nlattr *attr, int left, struct session *s);
int kern_get_table(struct nlmsghdr *answer, struct table *t);
int kern_get_owner(struct nlmsghdr *answer, struct owner *o);
int kern_get_stats(struct nlmsghdr *answer, struct stats *s);
int kern_get_event(struct nlmsghdr *message, struct event *ev);

#endif
