// SPDX-License-Identifier: GPL-2.0
/*
 * Handles on tables that user space makes and deletes while we look for them:
 * in the first namespace by name, and in namespaces that come and go the table
 * `default'. An actor takes a handle, stores a session of its own through it,
 * must find just that one again, and gives the handle back after some calls.
 *
 * While a handle is held the table cannot be deleted, so a session that is
 * gone, or is another one, means that the handle leads to a table that was
 * freed. A namespace does end under its handles. This module hears of it
 * before devsess does, as it was registered later, so an -ENODEV without that
 * is an error; once a call has answered -ENODEV all others must, and that has
 * to happen some time.
 */
#include "handles.h"

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

/**
 * struct place - a namespace, or none
 * @net:   namespace
 * @ends:  how many have ended here
 * @ended: when the last one did, jiffies
 */
struct place {
	struct net *net;
	unsigned int ends;
	unsigned long ended;
};

static struct place places[NETS_MAX];
static DEFINE_RAW_SPINLOCK(places_lock); /* hard interrupts take handles too */
static atomic_t taken, lacking, gone;

static int __net_init net_comes(struct net *net)
{
	unsigned long flags;
	int i;

	if (net == &init_net)
		return 0; /* its tables are looked for by other names */
	raw_spin_lock_irqsave(&places_lock, flags);
	for (i = 0; i < NETS_MAX && places[i].net; i++)
		;
	if (i < NETS_MAX)
		places[i].net = net;
	raw_spin_unlock_irqrestore(&places_lock, flags);
	return 0;
}

static void __net_exit net_goes(struct net *net)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&places_lock, flags);
	for (i = 0; i < NETS_MAX; i++) {
		if (places[i].net != net)
			continue;
		places[i].net = NULL;
		places[i].ended = jiffies;
		WRITE_ONCE(places[i].ends, places[i].ends + 1);
	}
	raw_spin_unlock_irqrestore(&places_lock, flags);
}

static struct pernet_operations net_ops = {
	.init = net_comes,
	.exit = net_goes,
};

/**
 * handles_init - hear of namespaces
 *
 * Return: 0 or an error.
 */
int handles_init(void)
{
	atomic_set(&taken, 0);
	atomic_set(&lacking, 0);
	atomic_set(&gone, 0);
	return register_pernet_subsys(&net_ops);
}

void handles_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}

/* The lock keeps the namespace: its end has to tell us first. */
static void take(struct actor *a, struct handle *h)
{
	unsigned int i = actor_random(a) % (COMING_TABLES + NETS_MAX);
	char name[] = "coming-0";
	unsigned long flags;

	h->counter = 0;
	h->seen_gone = false;
	h->calls = actor_random(a) % 64;
	if (i < COMING_TABLES) {
		name[sizeof(name) - 2] += i;
		h->place = NETS_MAX;
		h->t = devsess_table_get(&init_net, name);
	} else {
		h->place = i - COMING_TABLES;
		if (h->calls % 2)
			h->calls = UINT_MAX; /* till it is gone */
		raw_spin_lock_irqsave(&places_lock, flags);
		h->ends = places[h->place].ends;
		if (places[h->place].net)
			h->t = devsess_table_get(places[h->place].net, "default");
		raw_spin_unlock_irqrestore(&places_lock, flags);
	}
	atomic_inc(h->t ? &taken : &lacking);
}

/* Its namespace has ended, or is about to. */
static bool has_ended(const struct handle *h)
{
	smp_rmb(); /* after the call that said so */
	return h->place < NETS_MAX && READ_ONCE(places[h->place].ends) != h->ends;
}

/* Whether the answer of a call says that the namespace is gone; and rightly so. */
static bool says_gone(struct actor *a, struct handle *h, const char *call, int ret)
{
	if (ret == -ENODEV) {
		if (!has_ended(h))
			torture_error(a, HANDLE, "%s: %d, though the namespace is there", call,
				      ret);
		if (!h->seen_gone) {
			atomic_inc(&gone);
			h->calls = 4;
		}
		h->seen_gone = true;
		return true;
	}
	if (h->seen_gone)
		torture_error(a, HANDLE, "%s: %d, after the namespace was gone", call, ret);
	return false;
}

static void store(struct actor *a, struct handle *h)
{
	struct devsess_session s;
	int ret;

	content_fill(&s, HANDLED, a->number, ++h->stamp);
	ret = devsess_store(h->t, &s, actor_gfp(a));
	if (says_gone(a, h, "store", ret))
		return;
	/* Nobody else stores this id, but an earlier handle may have, of the same table. */
	if (h->counter && ret == 0)
		torture_error(a, HANDLE, "the session of counter %u is gone", h->counter);
	if (ret >= 0)
		h->counter = h->stamp;
	else if (ret != -ENOMEM || a->context == PROCESS)
		torture_error(a, ANSWER, "store through a handle: %d", ret);
}

static void look(struct actor *a, struct handle *h, u32 n)
{
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, HANDLED, n);
	struct devsess_session s;
	int err = devsess_lookup(h->t, key, len, &s);
	bool own = n == a->number && h->counter;

	if (says_gone(a, h, "lookup", err))
		return;
	if (err && err != -ENOENT)
		torture_error(a, ANSWER, "lookup through a handle: %d", err);
	else if (err && own)
		torture_error(a, HANDLE, "the session of counter %u is not found", h->counter);
	else if (!err && !content_intact(&s, HANDLED, n))
		torture_error(a, TORN, "through a handle: session %016llx", s.session);
	else if (!err && own && content_counter(&s) != h->counter)
		torture_error(a, HANDLE, "counter %u, not %u", content_counter(&s), h->counter);
}

/* Between two handles actors rest, or else no table could ever be deleted. */
static void give_back(struct actor *a, struct handle *h)
{
	devsess_table_put(h->t);
	h->t = NULL;
	h->rest = actor_random(a) % 16;
}

/* -ENODEV has to come; the handle is kept until it does. */
static bool waiting(struct actor *a, struct handle *h)
{
	unsigned long limit;

	if (h->seen_gone || !has_ended(h))
		return false;
	limit = READ_ONCE(places[h->place].ended) + STALL_SECONDS * HZ;
	if (time_before(jiffies, limit))
		return true;
	torture_error(a, HANDLE, "no -ENODEV, though the namespace has ended");
	return false;
}

void handles_run(struct actor *a)
{
	struct handle *h = a->memory;

	if (h->rest) {
		h->rest--;
		return;
	}
	if (!h->t)
		take(a, h);
	if (!h->t)
		return;
	if (a->context != HARDIRQ)
		store(a, h);
	look(a, h, a->number);
	look(a, h, actor_random(a) % 64);
	actor_did(a, 1);
	if (h->calls)
		h->calls--;
	else if (!waiting(a, h))
		give_back(a, h);
}

void handles_end(struct actor *a)
{
	give_back(a, a->memory);
}

int handles_report(char *page, int len)
{
	return sysfs_emit_at(page, len,
			     "figure handles_taken %d\nfigure handles_lacking %d\nfigure handles_gone %d\n",
			     atomic_read(&taken), atomic_read(&lacking), atomic_read(&gone));
}
