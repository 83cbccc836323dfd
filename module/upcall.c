// SPDX-License-Identifier: GPL-2.0
/*
 * Miss upcalls of a table: the calls of lookups and writes, refusals, and their life. How
 * an id is asked for, and only once, is in asking.c.
 */
#include "upcall.h"

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "asking.h"
#include "clock.h"

/**
 * upcall_ask - ask user space for an id, unless it was asked a moment ago
 * @t:   table
 * @key: id that a lookup did not find
 *
 * Context: Any, NMI included. Takes no lock and allocates nothing.
 */
void upcall_ask(struct devsess_table *t, const struct slot_key *key)
{
	struct upcalls *u;
	u64 id, until;

	rcu_read_lock();
	u = rcu_dereference(t->upcalls);
	if (u) {
		id = asking_id(u, key);
		if (asking_find(u, id, clock_now(), &until))
			stats_inc(&t->stats, STAT_negative_hits);
		else if (!asking_put(u, key, id))
			stats_inc(&t->stats, STAT_upcalls_dropped);
	}
	rcu_read_unlock();
}

/* Takes what is left of a negative entry beyond the interval. */
static void shorten(struct upcalls *u, u64 id)
{
	struct asked *a;
	u64 until;

	a = asking_find(u, id, clock_now(), &until);
	/*
	 * Once. If the time has changed, that was another such call or a refusal. An entry
	 * cannot have got another id and the same time: its time was not over.
	 */
	if (a && !(until & ASKING_STORED) && asking_less(until))
		atomic64_try_cmpxchg(&a->until, (s64 *)&until, asking_until_stored(until));
}

/**
 * upcall_stored - note that an id has a session now
 * @t:   table
 * @key: id
 *
 * Should the session be gone soon, the id is not asked for within the interval, but its
 * negative entry is over.
 *
 * Context: Process or softirq.
 */
void upcall_stored(struct devsess_table *t, const struct slot_key *key)
{
	struct upcalls *u;

	rcu_read_lock();
	u = rcu_dereference(t->upcalls);
	if (u && u->less) {
		smp_mb(); /* the session before the entry: pairs with ask_for() */
		shorten(u, asking_id(u, key));
	}
	rcu_read_unlock();
}

/**
 * upcall_refuse - note that user space has no session for an id
 * @t:   table
 * @key: id
 *
 * It is not asked for during negative_ttl_ms from now; if it was not to be for longer
 * than that, it still is not.
 *
 * Context: Process.
 * Return: 0; -EOPNOTSUPP if the table has no upcalls; -ENOSPC if others need all entries
 * that the id may take.
 */
int upcall_refuse(struct devsess_table *t, const struct slot_key *key)
{
	u64 now = clock_now(), until, old;
	int ret = -EOPNOTSUPP;
	struct upcalls *u;
	struct asked *a;
	u64 id;

	rcu_read_lock();
	u = rcu_dereference(t->upcalls);
	if (u) {
		spin_lock(&u->lock);
		id = asking_id(u, key);
		until = asking_until(now + NSEC_PER_MSEC, u->options.negative_ttl_ms,
				     asking_less_ms(&u->options));
		a = asking_room(u, id, now);
		old = a && a->id == id ? atomic64_read(&a->until) : 0;
		/* Not as what is being sent has it: else take_back() would take this back. */
		if (old == u->until)
			old += BIT_ULL(ASKING_MS_SHIFT);
		if (a)
			asking_set(u, a, id, max(until, old));
		spin_unlock(&u->lock);
		ret = a ? 0 : -ENOSPC;
	}
	rcu_read_unlock();
	return ret;
}

/**
 * upcall_free - free upcalls
 * @u: upcalls that no table has, a grace period ago, or NULL
 *
 * Context: Process, may sleep.
 */
void upcall_free(struct upcalls *u)
{
	if (!u)
		return;
	irq_work_sync(&u->kick);
	cancel_delayed_work_sync(&u->work);
	kvfree(u->tag);
	kvfree(u->key);
	kvfree(u->asked);
	kvfree(u);
}

/*
 * As many ids can wait as may be asked for in a second, within bounds; and four times as
 * many are remembered as may be asked for while one is: with a quarter in use, hardly ever
 * are all entries of a set.
 */
static int alloc_arrays(struct upcalls *u)
{
	const struct upcall_options *o = &u->options;
	u64 asked = 4 * div_u64((u64)o->rate * asking_quiet_ms(o), MSEC_PER_SEC);

	u->slots = roundup_pow_of_two(clamp_t(u32, o->rate, UPCALL_SLOTS_MIN, UPCALL_SLOTS_MAX));
	u->entries = roundup_pow_of_two(clamp_t(u64, asked, UPCALL_ENTRIES_MIN,
						UPCALL_ENTRIES_MAX));
	u->tag = kvcalloc(u->slots, sizeof(*u->tag), GFP_KERNEL | GFP_MODEST);
	u->key = kvcalloc(u->slots, sizeof(*u->key), GFP_KERNEL | GFP_MODEST);
	u->asked = kvcalloc(u->entries, sizeof(*u->asked), GFP_KERNEL | GFP_MODEST);
	u->bytes = sizeof(*u) + u->slots * (sizeof(*u->tag) + sizeof(*u->key)) +
		   u->entries * sizeof(*u->asked);
	return u->tag && u->key && u->asked ? 0 : -ENOMEM;
}

/**
 * upcall_alloc - make upcalls
 * @t:       table that they are for
 * @net:     namespace in which they are sent; upcall_cut() when it goes
 * @options: valid options, not off
 *
 * Context: Process, may sleep.
 * Return: upcalls for upcall_install() or upcall_free(), or NULL for want of memory.
 */
struct upcalls *upcall_alloc(struct devsess_table *t, struct net *net,
			     const struct upcall_options *options)
{
	struct upcalls *u = kvzalloc(sizeof(*u), GFP_KERNEL | GFP_MODEST);

	if (!u)
		return NULL;
	u->table = t;
	u->net = net;
	u->options = *options;
	u->less = asking_less_ms(options);
	get_random_bytes(&u->hash_key, sizeof(u->hash_key));
	asking_init(u);
	if (!alloc_arrays(u))
		return u;
	upcall_free(u);
	return NULL;
}

/* Takes an entry over, or what became of it since. */
static void remember_one(struct upcalls *u, const struct asked *old, u64 now)
{
	/* Pairs with the barriers in asking_set(): the id that the time belongs to. */
	u64 until = atomic64_read_acquire(&old->until), id = READ_ONCE(old->id), was;
	bool over = asking_over(until, now);
	struct asked *a;

	if (over && !(until & ASKING_STORED))
		return;
	spin_lock(&u->lock);
	a = over ? asking_find(u, id, now, &was) : asking_room(u, id, now);
	was = a && a->id == id ? atomic64_read(&a->until) : 0;
	/* It was taken over before it was stored. */
	if (until & ASKING_STORED && was && asking_until_stored(was) == until)
		asking_set(u, a, id, until);
	else if (!over && a && was < until && !(was & ASKING_STORED))
		asking_set(u, a, id, until);
	spin_unlock(&u->lock);
}

/* What the old ones remember the new ones do, too, as far as they have room. */
static void remember(struct upcalls *u, const struct upcalls *old)
{
	u64 now = clock_now();
	u32 i;

	for (i = 0; i < old->entries; i++) {
		remember_one(u, &old->asked[i], now);
		cond_resched();
	}
}

static u32 count_waiting(const struct upcalls *u)
{
	u32 i, n = 0;

	for (i = 0; i < u->slots; i++)
		n += !!atomic64_read(&u->tag[i]);
	return n;
}

/**
 * upcall_install - give a table other upcalls
 * @t:       table
 * @u:       upcalls, or NULL for none
 * @options: what @u was made with
 *
 * Ids that wait in the old ones are dropped, and counted.
 *
 * Context: Process, may sleep. One at a time for a table.
 */
void upcall_install(struct devsess_table *t, struct upcalls *u,
		    const struct upcall_options *options)
{
	struct upcalls *old = rcu_dereference_protected(t->upcalls, true);

	if (u)
		atomic_long_add(u->bytes, &t->stats.memory);
	if (old)
		asking_cut(old); /* else it asks for what the new ones do not know of */
	if (u && old) {
		u->hash_key = old->hash_key;
		u->paid = old->paid;
		u->less = max(u->less, old->less);
		remember(u, old);
	}
	WRITE_ONCE(t->upcall, u ? options->upcall : DEVSESS_UPCALL_OFF);
	rcu_assign_pointer(t->upcalls, u);
	if (!old)
		return;
	synchronize_rcu_expedited(); /* who is asking through the old ones, or refusing */
	irq_work_sync(&old->kick);
	cancel_delayed_work_sync(&old->work);
	if (u)
		remember(u, old); /* what was refused meanwhile */
	stats_add(&t->stats, STAT_upcalls_dropped, count_waiting(old));
	atomic_long_sub(old->bytes, &t->stats.memory);
	upcall_free(old);
}

/**
 * upcall_cut - send no more for a table
 * @t: table that loses its name
 *
 * When it returns nobody uses the namespace any more.
 *
 * Context: Process, may sleep; not at the same time as upcall_install().
 */
void upcall_cut(struct devsess_table *t)
{
	struct upcalls *u = rcu_dereference_protected(t->upcalls, true);

	if (u)
		asking_cut(u);
}

/**
 * upcall_exit - free the upcalls of a table
 * @t: table that nobody uses any more, a grace period ago
 *
 * Context: Process, may sleep.
 */
void upcall_exit(struct devsess_table *t)
{
	upcall_free(rcu_dereference_protected(t->upcalls, true));
}
