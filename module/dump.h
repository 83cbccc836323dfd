/* SPDX-License-Identifier: GPL-2.0 */
/* Dumps of sessions, tables and statistics. See dump.c. */
#ifndef DEVSESS_DUMP_H
#define DEVSESS_DUMP_H

struct netlink_callback;

int dump_start(struct netlink_callback *cb);
int dump_done(struct netlink_callback *cb);
int dump_start_all(struct netlink_callback *cb);

#endif /* DEVSESS_DUMP_H */
