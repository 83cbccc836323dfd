// SPDX-License-Identifier: GPL-2.0
/*
 * Owners: how many sessions each owner of a table has, in all and by state, and how
 * many it may have. Whoever stores a session takes a place of its owner before, and
 * gives it back when the session has gone: so no owner ever has more sessions than
 * places were taken, whatever the CPUs do.
 *
 * An owner has an entry while it has a session or a limit. All entries are made with
 * the table, so that storing a session allocates nothing; if none is left, sessions of
 * further owners are refused. Each bucket has a lock of its own, and under it the
 * figures of an owner always fit together.
 */
#include "owner.h"

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>

#include "limits.h"

/**
 * struct owner_bucket - owners with the same hash
 * @lock: innermost but for owners.free_lock
 * @list: their entries; @lock
 */
struct owner_bucket {
	spinlock_t lock; /* see above */
	struct hlist_head list;
};

/**
 * struct owner - an entry
 * @node: in its bucket, or in owners.free
 * @home: its bucket, whose lock covers all of it; NULL while nobody uses it
 * @f:    figures
 */
struct owner {
	struct hlist_node node;
	struct owner_bucket *home;
	struct devsess_owner f;
};

/**
 * struct owners - of a table
 * @key:       random
 * @buckets:   how many, a power of two
 * @max:       entries
 * @bucket:    buckets
 * @free_lock: @free; innermost
 * @free:      entries that nobody uses
 * @entry:     all entries
 */
struct owners {
	hsiphash_key_t key;
	u32 buckets;
	u32 max;
	struct owner_bucket *bucket;
	spinlock_t free_lock; /* see above */
	struct hlist_head free;
	struct owner entry[];
};

/**
 * owner_alloc - make owners
 * @max: most of them, 1 to DEVSESS_OWNER_MAX
 *
 * Context: Process, may sleep.
 * Return: owners without any session, or NULL for want of memory.
 */
struct owners *owner_alloc(u32 max)
{
	struct owners *o = kvzalloc(struct_size(o, entry, max), GFP_KERNEL | GFP_MODEST);
	u32 i;

	if (!o)
		return NULL;
	get_random_bytes(&o->key, sizeof(o->key));
	o->max = max;
	o->buckets = roundup_pow_of_two(max);
	o->bucket = kvcalloc(o->buckets, sizeof(*o->bucket), GFP_KERNEL | GFP_MODEST);
	if (!o->bucket) {
		kvfree(o);
		return NULL;
	}
	for (i = 0; i < o->buckets; i++)
		spin_lock_init(&o->bucket[i].lock);
	spin_lock_init(&o->free_lock);
	for (i = 0; i < max; i++)
		hlist_add_head(&o->entry[i].node, &o->free);
	return o;
}

/**
 * owner_free - free owners
 * @o: owners that nobody uses any more, or NULL
 *
 * Context: Process, may sleep.
 */
void owner_free(struct owners *o)
{
	if (!o)
		return;
	kvfree(o->bucket);
	kvfree(o);
}

/**
 * owner_max - how many owners can be counted
 * @o: owners, or NULL
 *
 * Context: Any.
 * Return: how many, 0 if they are not counted.
 */
u32 owner_max(const struct owners *o)
{
	return o ? o->max : 0;
}

/**
 * owner_bytes - what owners occupy
 * @o: owners, or NULL
 *
 * Context: Any.
 * Return: bytes.
 */
size_t owner_bytes(const struct owners *o)
{
	return o ? struct_size(o, entry, o->max) + o->buckets * sizeof(*o->bucket) : 0;
}

/* Locks the bucket of an owner. */
static struct owner_bucket *lock_bucket(struct owners *o, u32 owner)
	__acquires(bucket_lock)
{
	u32 hash = hsiphash_1u32(owner, &o->key);
	struct owner_bucket *b = &o->bucket[hash & (o->buckets - 1)];

	spin_lock_bh(&b->lock);
	return b;
}

static void unlock_bucket(struct owner_bucket *b) __releases(bucket_lock)
{
	spin_unlock_bh(&b->lock);
}

static struct owner *find(const struct owner_bucket *b, u32 owner)
{
	struct owner *e;

	lockdep_assert_held(&b->lock);
	hlist_for_each_entry(e, &b->list, node)
		if (e->f.owner == owner)
			return e;
	return NULL;
}

static struct owner *take_free(struct owners *o)
{
	struct owner *e = NULL;

	spin_lock(&o->free_lock);
	if (!hlist_empty(&o->free)) {
		e = hlist_entry(o->free.first, struct owner, node);
		hlist_del(&e->node);
	}
	spin_unlock(&o->free_lock);
	return e;
}

/* The entry of an owner, or NULL if there is none and none is left. */
static struct owner *find_or_add(struct owners *o, struct owner_bucket *b, u32 owner)
{
	struct owner *e = find(b, owner);

	if (e)
		return e;
	e = take_free(o);
	if (!e)
		return NULL;
	e->f = (struct devsess_owner){ .owner = owner };
	WRITE_ONCE(e->home, b);
	hlist_add_head(&e->node, &b->list);
	return e;
}

/* Gives an entry back that has neither a session nor a limit any more. */
static void drop_unused(struct owners *o, struct owner *e)
{
	lockdep_assert_held(&e->home->lock);
	if (e->f.sessions || e->f.limit)
		return;
	hlist_del(&e->node);
	WRITE_ONCE(e->home, NULL);
	spin_lock(&o->free_lock);
	hlist_add_head(&e->node, &o->free);
	spin_unlock(&o->free_lock);
}

/* owner_take(), if owners are counted. */
int owner_take_place(struct owners *o, u32 owner, u32 state)
{
	struct owner_bucket *b = lock_bucket(o, owner);
	struct owner *e = find_or_add(o, b, owner);
	int err = 0;

	if (!e) {
		err = -EUSERS;
	} else if (e->f.limit && e->f.sessions >= e->f.limit) {
		e->f.refused++;
		err = -EDQUOT;
	} else {
		e->f.sessions++;
		e->f.state[state]++;
	}
	unlock_bucket(b);
	return err;
}

/* owner_give(), if owners are counted. */
void owner_give_place(struct owners *o, u32 owner, u32 state)
{
	struct owner_bucket *b = lock_bucket(o, owner);
	struct owner *e = find(b, owner);

	if (!WARN_ON_ONCE(!e)) {
		e->f.sessions--;
		e->f.state[state]--;
		drop_unused(o, e);
	}
	unlock_bucket(b);
}

/**
 * owner_change_state - count a session in another state
 * @o:     owners, not NULL
 * @owner: its owner
 * @from:  state in which it was counted
 * @to:    state that it has now
 *
 * Context: Process or softirq.
 */
void owner_change_state(struct owners *o, u32 owner, u32 from, u32 to)
{
	struct owner_bucket *b;
	struct owner *e;

	if (from == to)
		return;
	b = lock_bucket(o, owner);
	e = find(b, owner);
	if (!WARN_ON_ONCE(!e)) {
		e->f.state[from]--;
		e->f.state[to]++;
	}
	unlock_bucket(b);
}

/**
 * owner_set - limit an owner
 * @o:     owners, not NULL
 * @owner: its number
 * @limit: most sessions, 0 for any number; those that it has beyond stay
 *
 * Context: Process or softirq.
 * Return: 0, or -EUSERS if the owner is another one and there are as many as can be
 * counted.
 */
int owner_set(struct owners *o, u32 owner, u32 limit)
{
	struct owner_bucket *b = lock_bucket(o, owner);
	struct owner *e = limit ? find_or_add(o, b, owner) : find(b, owner);

	if (e) {
		e->f.limit = limit;
		drop_unused(o, e);
	}
	unlock_bucket(b);
	return e || !limit ? 0 : -EUSERS;
}

/**
 * owner_get - the figures of an owner
 * @o:     owners, not NULL
 * @owner: its number
 * @f:     out: figures, of one moment; all 0 if it has neither a session nor a limit
 *
 * Context: Process or softirq.
 */
void owner_get(struct owners *o, u32 owner, struct devsess_owner *f)
{
	struct owner_bucket *b = lock_bucket(o, owner);
	const struct owner *e = find(b, owner);

	*f = e ? e->f : (struct devsess_owner){ .owner = owner };
	unlock_bucket(b);
}

/* Copies the figures of an entry; false if nobody uses it. */
static bool copy_used(const struct owner *e, struct devsess_owner *f)
{
	struct owner_bucket *b = READ_ONCE(e->home);
	bool used;

	if (!b)
		return false;
	spin_lock_bh(&b->lock);
	/* Else another owner has it by now, or nobody. */
	used = READ_ONCE(e->home) == b;
	if (used)
		*f = e->f;
	spin_unlock_bh(&b->lock);
	return used;
}

/* Those with the most sessions first. */
static int compare(const void *a, const void *b)
{
	const struct devsess_owner *x = a, *y = b;

	cond_resched(); /* there may be many */
	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return x->owner < y->owner ? -1 : x->owner > y->owner;
}

/**
 * owner_list - the figures of all owners that have a session or a limit
 * @o:    owners, not NULL
 * @list: out: figures, those with the most sessions first; room for owner_max()
 *
 * The figures of each owner are of one moment, those of different owners of different
 * ones. One that has a session or a limit all the time is in the list once; one that
 * comes or goes meanwhile at most once for each time that it came.
 *
 * Context: Process, may sleep.
 * Return: how many there are.
 */
u32 owner_list(struct owners *o, struct devsess_owner *list)
{
	u32 i, n = 0;

	for (i = 0; i < o->max; i++) {
		n += copy_used(&o->entry[i], &list[n]);
		if (i % OWNER_LIST_CHUNK == 0)
			cond_resched();
	}
	sort(list, n, sizeof(*list), compare, NULL);
	return n;
}
