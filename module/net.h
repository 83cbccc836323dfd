/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a network namespace. See net.c. */
#ifndef DEVSESS_NET_H
#define DEVSESS_NET_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "table.h"

struct net;

/**
 * struct devsess_handle - what a name stands for, and what other modules hold
 * @table: the one that has the name, with a reference; changed under devsess_net.lock
 * @dead:  its namespace is gone
 * @users: how many modules hold it; -1 once the name is deleted
 * @refs:  @users, and one while there is the name
 * @name:  unique in its namespace
 * @number: likewise
 * @rcu:   frees it
 *
 * What a call reads comes first, in one line that hardly anybody writes.
 */
struct devsess_handle {
	struct devsess_table __rcu *table;
	bool dead;
	atomic_t users;
	refcount_t refs;
	struct table_name name;
	u32 number;
	struct rcu_head rcu;
};

int net_init(void);
void net_exit(void);

bool net_name_valid(const char *name);
struct devsess_table *net_table_get(struct net *net, const char *name);
struct devsess_table *net_table_next(struct net *net, unsigned long *id);
void net_table_put(struct devsess_table *t);

int net_table_new(struct net *net, const char *name, const struct table_limits *limits);
int net_table_set(struct net *net, const char *name, struct table_limits *limits, u32 which);
int net_table_del(struct net *net, const char *name);
int net_table_rename(struct net *net, const char *name, const char *other);
int net_table_swap(struct net *net, const char *name, const char *other);
u32 net_table_users(const struct devsess_table *t);
u32 net_table_number(const struct devsess_table *t);
struct devsess_handle *net_handle(const struct net *net, u32 number);

#endif /* DEVSESS_NET_H */
