/* SPDX-License-Identifier: GPL-2.0 */
/* Tables get other names. See rename.c. */
#ifndef DEVSESS_RENAME_H
#define DEVSESS_RENAME_H

struct net;

int rename_table(struct net *net, const char *name, const char *other);
int rename_swap(struct net *net, const char *name, const char *other);

#endif /* DEVSESS_RENAME_H */
