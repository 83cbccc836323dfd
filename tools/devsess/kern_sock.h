/* SPDX-License-Identifier: GPL-2.0 */
/* Send a request, receive all that answers it. For the kern*.c files only. */
#ifndef DEVSESS_KERN_SOCK_H
#define DEVSESS_KERN_SOCK_H

#include <netlink/msg.h>
#include <stddef.h>
#include <stdint.h>

#include "kern.h"

/* Called for each answer; other than 0 ends the request with that result. */
typedef int (*kern_answer_fn)(struct nlmsghdr *answer, void *arg);

/* A request with room for @size bytes of attributes; NULL without memory. */
struct nl_msg *kern_request(struct kern *kern, uint8_t cmd, int flags, size_t size);

/*
 * Send @msg and free it; receive what answers it. @fn may be NULL where only
 * an acknowledgment is due (NLM_F_ACK in the flags of kern_request()). -EINTR
 * for a dump that may be incomplete, -EBADMSG if @fn found an answer malformed.
 */
int kern_talk(struct kern *kern, struct nl_msg *msg, kern_answer_fn fn, void *arg,
	      struct kern_error *e);

/*
 * Make room for sending @size bytes of attributes in one message, and for receiving large
 * answers. Returns how many there may be: fewer where net.core.wmem_max is in the way, which
 * only CAP_NET_ADMIN over the first network namespace gets past.
 */
size_t kern_make_room(struct kern *kern, size_t size);

#endif
