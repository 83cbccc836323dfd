// SPDX-License-Identifier: GPL-2.0
/*
 * Tables get other names.
 *
 * A swap lets two handles lead to each other's tables. A table is found by the handle's name,
 * which does not change then: so whoever looks for one finds the one table or the other,
 * never none.
 *
 * The grace periods are expedited: while a family of genetlink comes or goes, all others wait for
 * the end of a message, which may be of thousands of requests.
 */
#include "rename.h"

#include <linux/lockdep.h>

#include "deferred.h"
#include "names.h"
#include "net.h"

/* What happened under the old name is told under it. */
static void settle(struct devsess_table *t)
{
	deferred_drain(t);
	events_run(&t->events);
}

static void tell(struct devsess_table *t, u32 reason)
{
	events_tell(&t->events, DEVSESS_EVENT_KIND_TABLE, reason, NULL);
	events_kick(&t->events);
}

/**
 * rename_table - give a table another name
 * @net:   namespace
 * @name:  name
 * @other: the new one, valid
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT; -EEXIST if there is a table of the new name.
 */
int rename_table(struct net *net, const char *name, const char *other)
{
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *h;
	struct devsess_table *t;
	int err = 0;

	mutex_lock(&dn->lock);
	h = names_find(dn, name);
	if (!h)
		err = -ENOENT;
	else if (names_find(dn, other))
		err = -EEXIST;
	if (err)
		goto out;
	t = names_table(dn, h);
	settle(t);
	names_raise_generation(dn, t);
	names_note_generation(dn, t);
	name_set(&h->name, other);
	name_set(&t->name, other);
	tell(t, DEVSESS_EVENT_REASON_RENAME);
	synchronize_rcu_expedited(); /* who reads the old name, see name_set() */
out:
	mutex_unlock(&dn->lock);
	return err;
}

/* Lets a handle lead to a table. */
static void lead(struct devsess_handle *h, struct devsess_table *t, const char *name)
{
	rcu_assign_pointer(h->table, t);
	rcu_assign_pointer(t->handle, h);
	name_set(&t->name, name);
}

static void swap_tables(struct devsess_net *dn, struct devsess_handle *a, struct devsess_handle *b)
{
	struct devsess_table *ta = names_table(dn, a), *tb = names_table(dn, b);
	char name[2][DEVSESS_NAME_MAX + 1];

	lockdep_assert_held(&dn->lock);
	name_copy(&a->name, name[0]);
	name_copy(&b->name, name[1]);
	settle(ta);
	settle(tb);
	names_note_generation(dn, ta);
	names_note_generation(dn, tb);
	/* A table's is not raised before no name shows it that will show a lower one. */
	names_raise_generation(dn, ta);
	lead(b, ta, name[1]);
	/* Not to the same: a request under way may read that of the old one still. */
	dn->generation += GENERATION_STEP;
	names_raise_generation(dn, tb);
	lead(a, tb, name[0]);
	tell(ta, DEVSESS_EVENT_REASON_SWAP);
	tell(tb, DEVSESS_EVENT_REASON_SWAP);
	/* Calls that work on what they found before, see api.c; and who reads the names. */
	synchronize_rcu_expedited();
	/* What these have deferred. */
	deferred_drain(ta);
	deferred_drain(tb);
}

/**
 * rename_swap - let two tables change names
 * @net:   namespace
 * @name:  name of the one
 * @other: name of the other
 *
 * Whoever looks for either name finds one of the two all the time. Handles stay with the
 * names; sessions, options, figures, ids and events with the tables.
 *
 * Context: Process, may sleep.
 * Return: 0; -ENOENT if one is not there; -EINVAL if both are the same.
 */
int rename_swap(struct net *net, const char *name, const char *other)
{
	struct devsess_net *dn = net_state(net);
	struct devsess_handle *a, *b;
	int err = 0;

	mutex_lock(&dn->lock);
	a = names_find(dn, name);
	b = names_find(dn, other);
	if (!a || !b)
		err = -ENOENT;
	else if (a == b)
		err = -EINVAL;
	else
		swap_tables(dn, a, b);
	mutex_unlock(&dn->lock);
	return err;
}
