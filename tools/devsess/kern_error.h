/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's reasons: extended acknowledgments. For the kern*.c files only. */
#ifndef DEVSESS_KERN_ERROR_H
#define DEVSESS_KERN_ERROR_H

#include <netlink/msg.h>

#include "kern.h"

/* Our own words for EPERM. */
#define KERN_ERROR_EPERM \
	"this needs CAP_NET_ADMIN in the namespace that owns the network namespace"

/* Fill @e in with an errno and our own words for it, if we have any; returns -@code. */
int kern_error_set(struct kern_error *e, int code, const char *text);

/* Fill @e in from an NLMSG_ERROR for @request; returns its errno, 0 for an ACK. */
int kern_error_read(struct kern_error *e, struct nlmsghdr *answer, struct nlmsghdr *request);

/* The same from the NLMSG_DONE that ends a dump. */
int kern_error_read_done(struct kern_error *e, struct nlmsghdr *answer, struct nlmsghdr *request);

#endif
