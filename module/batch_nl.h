/* SPDX-License-Identifier: GPL-2.0 */
/* Batches through netlink. See batch_nl.c. */
#ifndef DEVSESS_BATCH_NL_H
#define DEVSESS_BATCH_NL_H

struct devsess_table;
struct genl_info;

int batch_nl_run(struct devsess_table *t, struct genl_info *info);

#endif /* DEVSESS_BATCH_NL_H */
