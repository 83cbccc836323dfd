/* SPDX-License-Identifier: GPL-2.0 */
/* Requests about owners; genl.h has the handlers. See owner_nl.c. */
#ifndef DEVSESS_OWNER_NL_H
#define DEVSESS_OWNER_NL_H

#include "genl.h"

int owner_nl_start(struct netlink_callback *cb);
int owner_nl_done(struct netlink_callback *cb);

#endif /* DEVSESS_OWNER_NL_H */
