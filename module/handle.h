/* SPDX-License-Identifier: GPL-2.0 */
/* What leads from a name to a table. */
#ifndef DEVSESS_HANDLE_H
#define DEVSESS_HANDLE_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "table.h"

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

#endif /* DEVSESS_HANDLE_H */
