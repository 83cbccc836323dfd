/* SPDX-License-Identifier: GPL-2.0 */
/* Multicast groups by their names, and the end of a family. */
#ifndef DEVSESS_KERN_GROUP_H
#define DEVSESS_KERN_GROUP_H

#include "kern_error.h"

struct nl_sock;
struct nlmsghdr;

/**
 * kern_group_find - the number of a multicast group
 * @sock:   connected; it has joined no group yet, since what comes of one would be taken for
 *          the answer
 * @family: generic netlink family
 * @name:   group
 * @group:  where the number goes
 * @e:      filled on error
 *
 * Return: 0; -EOPNOTSUPP if the family has no such group; -EPROTO if the kernel's answer is
 * not understood.
 */
int kern_group_find(struct nl_sock *sock, const char *family, const char *name, int *group,
		    struct kern_error *e);

/**
 * kern_group_is_end - whether a message says that a family is no more
 * @h:      message, of at least the generic header; who has joined the group "notify" of
 *          "nlctrl" gets one when a module is removed, and his other groups stay silent
 * @family: number of the family
 */
bool kern_group_is_end(struct nlmsghdr *h, int family);

/**
 * kern_group_gone - whether a family is no more, for who may have lost the message that says so
 * @family: number of the family
 *
 * Asks on a socket of its own: on one that has joined a group what comes of it would be taken
 * for the answer.
 */
bool kern_group_gone(int family);

#endif
