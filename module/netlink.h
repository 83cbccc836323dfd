/* SPDX-License-Identifier: GPL-2.0 */
/* The door for user space: generic netlink family `devsess'. See netlink.c. */
#ifndef DEVSESS_NETLINK_H
#define DEVSESS_NETLINK_H

int netlink_init(void);
void netlink_exit(void);

#endif /* DEVSESS_NETLINK_H */
