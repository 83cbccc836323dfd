/* SPDX-License-Identifier: GPL-2.0 */
/* What a namespace knows its tables by. See names.c. */
#ifndef DEVSESS_NAMES_H
#define DEVSESS_NAMES_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "handle.h"

/* Changes that writers may make while a table changes names, and many more. */
#define GENERATION_STEP	BIT_ULL(20)

/**
 * struct devsess_net - state of a namespace
 * @lock:   one creation, change or deletion at a time
 * @handles: by number; written under @lock, read under RCU
 * @recent: some of them, each in the place that its number names; likewise
 * @tables: by id; likewise
 * @next:   number of the next handle; @lock
 * @seq:    highest number of an event of a table that was deleted; @lock
 * @generation: above what any name that was deleted or led elsewhere has shown; @lock
 */
struct devsess_net {
	struct mutex lock; /* see above */
	struct xarray handles;
	struct devsess_handle __rcu *recent[HANDLES_RECENT];
	struct xarray tables;
	u32 next;
	u64 seq;
	u64 generation;
};

void names_init(struct devsess_net *dn);
void names_exit(struct devsess_net *dn);

bool names_valid(const char *name);
struct devsess_handle *names_find(struct devsess_net *dn, const char *name);
int names_enter(struct devsess_net *dn, struct devsess_handle *h, struct devsess_table *t);
void names_leave(struct devsess_net *dn, struct devsess_handle *h);
void names_note_generation(struct devsess_net *dn, const struct devsess_table *t);
void names_raise_generation(struct devsess_net *dn, struct devsess_table *t);

/* The table that a handle leads to, for who holds the lock. */
static inline struct devsess_table *names_table(struct devsess_net *dn, struct devsess_handle *h)
{
	return rcu_dereference_protected(h->table, lockdep_is_held(&dn->lock));
}

/**
 * names_handle - find a handle by its number
 * @dn:     namespace
 * @number: number
 *
 * A walk of the xarray takes some hundred instructions; most numbers need none.
 *
 * Context: Any, NMI included; RCU read lock held, which keeps the handle.
 * Return: the handle or NULL.
 */
static inline struct devsess_handle *names_handle(struct devsess_net *dn, u32 number)
{
	struct devsess_handle *h = rcu_dereference(dn->recent[number % HANDLES_RECENT]);

	return h && h->number == number ? h : xa_load(&dn->handles, number);
}

#endif /* DEVSESS_NAMES_H */
