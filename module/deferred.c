// SPDX-License-Identifier: GPL-2.0
/*
 * Deferred writes, for callers that must not wait for a lock, or that write in
 * bursts. A write is put into the ring of the caller's CPU, with interrupts off
 * while it is copied, and a worker does it later: see drain.c. Nobody waits: a full
 * ring refuses.
 */
#include "deferred.h"

#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include "drain.h"
#include "ops.h"
#include "queues.h"

/* Puts a write with the words of its record. Interrupts are off. */
static int put(struct deferred *d, const struct drain_entry *w, const u64 *rec, u32 words)
{
	struct drain_ring *r = &d->ring[smp_processor_id()];
	u32 head = r->head;
	struct drain_entry *e;

	/* Pairs with the release in drain_round(): the room is given back. */
	if (head - smp_load_acquire(&r->tail) == d->size)
		return -ENOBUFS;
	e = drain_entry(d, r, head);
	*e = *w;
	memcpy(e->rec, rec, words * sizeof(*rec));
	e->order = atomic64_inc_return(&drain_stripe(d, w->hash)->order);
	/* Pairs with the acquires in look(): the entry is whole. */
	smp_store_release(&r->head, head + 1);
	drain_wake(d, r, head + 1);
	return 0;
}

static int defer(struct devsess_table *t, const struct drain_entry *w, const u64 *rec, u32 words)
{
	int ret = -EOPNOTSUPP;
	unsigned long flags;
	struct deferred *d;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	rcu_read_lock();
	d = rcu_dereference(t->deferred);
	if (d) {
		local_irq_save(flags);
		ret = put(d, w, rec, words);
		local_irq_restore(flags);
	}
	rcu_read_unlock();
	if (ret)
		return stats_failure(&t->stats, ret);
	stats_inc(&t->stats, STAT_deferred);
	return 0;
}

static int defer_session(struct devsess_table *t, const struct devsess_session *s, u32 op,
			 u32 fields)
{
	struct drain_entry w = { .op = op, .fields = fields };
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct slot_key key __uninitialized;

	if (table_key(t, s->key, s->key_len, &key) || !ops_session_valid(t, s, fields))
		return stats_failure(&t->stats, -EINVAL);
	w.hash = key.hash;
	session_pack(&t->layout, s, fields & DEVSESS_F_DATA ? s->data_len : 0, rec);
	return defer(t, &w, rec, t->layout.rec_words);
}

int deferred_store(struct devsess_table *t, const struct devsess_session *s)
{
	return defer_session(t, s, DEVSESS_OP_STORE, DEVSESS_F_ALL);
}

int deferred_update(struct devsess_table *t, const struct devsess_session *s, u32 fields)
{
	return defer_session(t, s, DEVSESS_OP_UPDATE, fields);
}

/* A write that names a device. */
static int defer_key(struct devsess_table *t, struct drain_entry *w, const void *key,
		     size_t key_len, u64 ttl_ms)
{
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct slot_key k __uninitialized;

	if (table_key(t, key, key_len, &k))
		return stats_failure(&t->stats, -EINVAL);
	w->hash = k.hash;
	return defer(t, w, rec, drain_put_key(t, rec, key, key_len, ttl_ms));
}

int deferred_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		   u32 flags)
{
	struct drain_entry w = { .op = DEVSESS_OP_TOUCH, .touch_flags = flags };

	if (!ops_touch_valid(ttl_ms, flags))
		return stats_failure(&t->stats, -EINVAL);
	return defer_key(t, &w, key, key_len, ttl_ms);
}

int deferred_delete(struct devsess_table *t, const void *key, size_t key_len)
{
	struct drain_entry w = { .op = DEVSESS_OP_DELETE };

	return defer_key(t, &w, key, key_len, 0);
}

static struct deferred *rings(struct devsess_table *t)
{
	return rcu_dereference_protected(t->deferred, lockdep_is_held(&t->defer_lock));
}

int deferred_drain(struct devsess_table *t)
{
	struct deferred *d;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	mutex_lock(&t->defer_lock);
	d = rings(t);
	if (d)
		drain_round(d);
	mutex_unlock(&t->defer_lock);
	return d ? 0 : -EOPNOTSUPP;
}

/**
 * deferred_free - free rings
 * @d: rings that no table has, or NULL
 *
 * Context: Process, may sleep.
 */
void deferred_free(struct deferred *d)
{
	int cpu;

	if (!d)
		return;
	for_each_possible_cpu(cpu)
		kvfree(d->ring[cpu].entries);
	kvfree(d->ref);
	kvfree(d);
}

/* Allocates what the rings consist of; what is there after a failure is freed with them. */
static int alloc_entries(struct deferred *d)
{
	size_t bytes = d->size * d->words * sizeof(u64);
	int cpu;

	for_each_possible_cpu(cpu) {
		d->ring[cpu].entries = kvmalloc_node(bytes, GFP_KERNEL | GFP_MODEST,
						     cpu_to_node(cpu));
		if (!d->ring[cpu].entries)
			return -ENOMEM;
		d->bytes += bytes;
	}
	bytes = 2 * nr_cpu_ids * d->size * sizeof(*d->ref);
	d->ref = kvmalloc(bytes, GFP_KERNEL | GFP_MODEST);
	d->bytes += bytes;
	return d->ref ? 0 : -ENOMEM;
}

/**
 * deferred_alloc - make rings
 * @t:    table that they are for
 * @ring: writes per CPU, 1 to DEVSESS_DEFER_RING_MAX; rounded up to a power of two
 *
 * Context: Process, may sleep.
 * Return: rings for deferred_install() or deferred_free(), or NULL for want of memory.
 */
struct deferred *deferred_alloc(struct devsess_table *t, u32 ring)
{
	size_t bytes = sizeof(struct deferred) + nr_cpu_ids * sizeof(struct drain_ring);
	struct deferred *d = kvzalloc(bytes, GFP_KERNEL | GFP_MODEST);

	if (!d)
		return NULL;
	d->table = t;
	d->size = roundup_pow_of_two(ring);
	d->words = sizeof(struct drain_entry) / sizeof(u64) + t->layout.rec_words;
	d->bytes = bytes;
	INIT_DELAYED_WORK(&d->work, drain_work);
	if (!alloc_entries(d))
		return d;
	deferred_free(d);
	return NULL;
}

/**
 * deferred_install - give a table other rings
 * @t: table
 * @d: rings, or NULL for none
 *
 * What waits in those that it had is done before anything that is put from now on.
 *
 * Context: Process, may sleep. One at a time for a table.
 */
void deferred_install(struct devsess_table *t, struct deferred *d)
{
	struct deferred *old;

	mutex_lock(&t->defer_lock);
	old = rings(t);
	rcu_assign_pointer(t->deferred, d);
	if (old) {
		synchronize_rcu_expedited(); /* who is putting into the old ones */
		drain_round(old);
	}
	mutex_unlock(&t->defer_lock);
	if (d)
		atomic_long_add(d->bytes, &t->stats.memory);
	if (!old)
		return;
	atomic_long_sub(old->bytes, &t->stats.memory);
	cancel_delayed_work_sync(&old->work);
	deferred_free(old);
}

/**
 * deferred_set_interval - change how long writes wait
 * @t:  table
 * @ms: how long at the most, 1 to DEVSESS_DEFER_INTERVAL_MAX
 *
 * What waits is done at once: then nothing waits longer than it was told when it was put, however
 * often this is called.
 *
 * Context: Process, may sleep.
 */
void deferred_set_interval(struct devsess_table *t, u32 ms)
{
	struct deferred *d;

	mutex_lock(&t->defer_lock);
	WRITE_ONCE(t->defer_ms, ms);
	smp_mb(); /* pairs with drain_wake(): who queues after this goes by the new one */
	d = rings(t);
	/* Also if nothing waits: the worker may be due later for what was drained. */
	if (d)
		mod_delayed_work(queue_tidy, &d->work, 0);
	mutex_unlock(&t->defer_lock);
}

/**
 * deferred_exit - free the rings of a table, and what waits in them
 * @t: table that nobody uses any more, a grace period ago
 *
 * Context: Process, may sleep.
 */
void deferred_exit(struct devsess_table *t)
{
	struct deferred *d = rcu_dereference_protected(t->deferred, true);

	if (d)
		cancel_delayed_work_sync(&d->work);
	deferred_free(d);
}

/**
 * deferred_ring - how many writes can wait per CPU
 * @t: table
 *
 * Context: Any but NMI.
 * Return: how many, 0 if the table has no rings.
 */
u32 deferred_ring(const struct devsess_table *t)
{
	struct deferred *d;
	u32 size;

	rcu_read_lock();
	d = rcu_dereference(t->deferred);
	size = d ? d->size : 0;
	rcu_read_unlock();
	return size;
}

/**
 * deferred_waiting - how many writes wait
 * @t: table
 *
 * Context: Any but NMI.
 * Return: how many, on all CPUs.
 */
u64 deferred_waiting(const struct devsess_table *t)
{
	struct deferred *d;
	u64 n;

	rcu_read_lock();
	d = rcu_dereference(t->deferred);
	n = d ? drain_waiting(d) : 0;
	rcu_read_unlock();
	return n;
}
