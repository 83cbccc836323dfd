/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a network namespace. See net.c. */
#ifndef DEVSESS_NET_H
#define DEVSESS_NET_H

#include "handle.h"

struct devsess_net;
struct net;

/**
 * struct table_naming - a table's name
 * @name:   padded with zeros
 * @users:  modules that hold it
 * @number: of the name, for BPF programs
 */
struct table_naming {
	char name[DEVSESS_NAME_MAX + 1];
	u32 users;
	u32 number;
};

int net_init(void);
void net_exit(void);

struct devsess_net *net_state(const struct net *net);
struct devsess_table *net_table_get(struct net *net, const char *name);
struct devsess_table *net_table_next(struct net *net, unsigned long *id);
void net_table_put(struct devsess_table *t);

int net_table_new(struct net *net, const char *name, const struct table_limits *limits);
int net_table_set(struct net *net, const char *name, struct table_limits *limits, u32 which);
int net_table_del(struct net *net, const char *name);
void net_table_naming(const struct devsess_table *t, struct table_naming *n);
struct devsess_handle *net_handle(const struct net *net, u32 number);

#endif /* DEVSESS_NET_H */
