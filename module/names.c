// SPDX-License-Identifier: GPL-2.0
/*
 * The names, numbers and ids that the tables of a namespace are found by.
 *
 * A name is a handle, and so is its number; a table keeps its id when it changes names.
 */
#include "names.h"

#include <linux/ctype.h>
#include <linux/lockdep.h>
#include <linux/string.h>

/**
 * names_valid - whether a table may have this name
 * @name: name
 *
 * Context: Any.
 * Return: true for 1 to DEVSESS_NAME_MAX bytes of A-Z a-z 0-9 _ . and -, not
 * beginning with . or -.
 */
bool names_valid(const char *name)
{
	size_t i;

	if (!*name || *name == '.' || *name == '-')
		return false;
	for (i = 0; name[i]; i++)
		if (!(isascii(name[i]) && isalnum(name[i])) && !strchr("_.-", name[i]))
			return false;
	return i <= DEVSESS_NAME_MAX;
}

/**
 * names_find - find a handle by its name
 * @dn:   namespace
 * @name: name
 *
 * Context: Any but NMI. The handle is kept by the RCU read lock or by @dn->lock, of which the
 * caller has one.
 * Return: the handle or NULL.
 */
struct devsess_handle *names_find(struct devsess_net *dn, const char *name)
{
	struct devsess_handle *h;
	unsigned long number;

	rcu_read_lock();
	xa_for_each(&dn->handles, number, h)
		if (!strcmp(name_get(&h->name), name))
			break;
	rcu_read_unlock();
	return h;
}

/**
 * names_note_generation - a table's name is about to stand for something else
 * @dn: namespace
 * @t:  the table that has it
 *
 * Context: Process; @dn->lock held.
 */
void names_note_generation(struct devsess_net *dn, const struct devsess_table *t)
{
	lockdep_assert_held(&dn->lock);
	dn->generation = max(dn->generation, table_generation(t) + GENERATION_STEP);
}

/**
 * names_raise_generation - a name is about to stand for this table
 * @dn: namespace
 * @t:  table
 *
 * What the name has shown before does not come again.
 *
 * Context: Process; @dn->lock held.
 */
void names_raise_generation(struct devsess_net *dn, struct devsess_table *t)
{
	u64 now = table_generation(t);

	lockdep_assert_held(&dn->lock);
	if (now < dn->generation)
		atomic64_add(dn->generation - now, &t->generation);
}

/* Where names_handle() looks first. */
static struct devsess_handle __rcu **recent_place(struct devsess_net *dn, u32 number)
{
	return &dn->recent[number % HANDLES_RECENT];
}

/**
 * names_enter - let everybody find a table
 * @dn: namespace
 * @h:  handle that leads to it; out: its number
 * @t:  table; out: its id
 *
 * Context: Process, may sleep; @dn->lock held.
 * Return: 0; -ENFILE if the namespace has TABLES_MAX tables; -EBUSY if all numbers of handles are
 * taken; -ENOMEM.
 */
int names_enter(struct devsess_net *dn, struct devsess_handle *h, struct devsess_table *t)
{
	const gfp_t gfp = GFP_KERNEL | GFP_MODEST;
	int err;

	lockdep_assert_held(&dn->lock);
	/* A number does not soon come again: a BPF program may go on using it. */
	err = xa_alloc_cyclic(&dn->handles, &h->number, NULL, XA_LIMIT(1, HANDLES_MAX), &dn->next,
			      gfp);
	if (err < 0)
		return err;
	names_raise_generation(dn, t); /* before anybody sees it: it never falls */
	err = xa_alloc(&dn->tables, &t->id, t, XA_LIMIT(1, TABLES_MAX), gfp);
	if (err) {
		xa_erase(&dn->handles, h->number);
		return err == -EBUSY ? -ENFILE : err;
	}
	xa_store(&dn->handles, h->number, h, gfp); /* there is a place for it */
	rcu_assign_pointer(*recent_place(dn, h->number), h);
	return 0;
}

/**
 * names_leave - let nobody find a table any more
 * @dn: namespace
 * @h:  its handle
 *
 * Context: Process; @dn->lock held.
 */
void names_leave(struct devsess_net *dn, struct devsess_handle *h)
{
	lockdep_assert_held(&dn->lock);
	if (rcu_access_pointer(*recent_place(dn, h->number)) == h)
		RCU_INIT_POINTER(*recent_place(dn, h->number), NULL);
	xa_erase(&dn->handles, h->number);
	xa_erase(&dn->tables, names_table(dn, h)->id);
}

/**
 * names_init - begin without any
 * @dn: namespace
 *
 * Context: Process.
 */
void names_init(struct devsess_net *dn)
{
	mutex_init(&dn->lock);
	xa_init_flags(&dn->handles, XA_FLAGS_ALLOC1);
	xa_init_flags(&dn->tables, XA_FLAGS_ALLOC1);
}

/**
 * names_exit - undo names_init()
 * @dn: namespace, all of whose tables have left
 *
 * Context: Process.
 */
void names_exit(struct devsess_net *dn)
{
	xa_destroy(&dn->handles);
	xa_destroy(&dn->tables);
}
