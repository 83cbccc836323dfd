// SPDX-License-Identifier: GPL-2.0
/*
 * Drain: the worker of deferred writes. In a round it takes what is in the rings of
 * all CPUs, sorts it by hash, which is by shard, makes one write of several to a
 * device where that comes to the same, and does them.
 *
 * Order. Writes to one device are done in the order in which they were put, also
 * from several CPUs, if one was put after the other had returned. Each gets a
 * number under which it is sorted, from a counter that it shares with the devices
 * of its stripe only. A number alone is not enough, since the worker looks at one
 * ring after the other: it may find a write in one and have missed, in a ring
 * seen before, the one that it follows. So it looks at the heads of all rings
 * twice. All that the first look shows is done, and of what only the second one
 * shows, the writes with lower numbers than one of the same stripe that the first
 * look showed: whatever those follow had been put before the second look began.
 * What is done early stays in its ring, marked, until the next round takes it out.
 *
 * Waking. Who finds that his write is alone in the ring sees to it that the
 * worker comes; the worker, once it has given room back, looks whether there is
 * more. Between what each writes and reads is a barrier, so one sees the other.
 */
#include "drain.h"

#include <linux/kernel.h>
#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "charge.h"
#include "queues.h"
#include "write.h"

static int do_write(struct devsess_table *t, struct drain_taken *taken)
{
	struct write_request req = { .key = &taken->key, .gfp = GFP_KERNEL };

	switch (taken->op) {
	case DEVSESS_OP_STORE:
		req.found = write_replace;
		req.create = true;
		req.modest = true;
		req.s = &taken->s;
		break;
	case DEVSESS_OP_UPDATE:
		req.found = write_update;
		req.fields = taken->fields;
		req.s = &taken->s;
		break;
	default:
		req.found = write_delete;
	}
	return write_run(t, &req);
}

static int do_touch(struct devsess_table *t, const struct drain_taken *taken)
{
	struct write_request req = {
		.key = &taken->key, .found = write_touch, .ttl_ms = taken->ttl_ms,
		.flags = taken->touch_flags, .gfp = GFP_KERNEL,
	};

	return write_run(t, &req);
}

/* Does what was taken together. */
static void do_taken(struct deferred *d)
{
	struct drain_taken *taken = &d->taken;
	struct devsess_table *t = d->table;

	if (taken->has_write && do_write(t, taken) < 0)
		stats_inc(&t->stats, STAT_deferred_failed);
	if (taken->has_touch && do_touch(t, taken) < 0)
		stats_inc(&t->stats, STAT_deferred_failed);
	stats_add(&t->stats, STAT_merged, taken->n - taken->has_write - taken->has_touch);
	taken->n = 0;
	taken->has_write = false;
	taken->has_touch = false;
}

static bool same_device(const struct deferred *d, const struct drain_entry *e)
{
	const struct slot_key *key = &d->taken.key;

	return e->hash == key->hash && (u8)e->rec[0] == key->len &&
	       !memcmp(e->rec + 1, key->word, d->table->layout.key_words * sizeof(u64));
}

/*
 * Whether a write is refused for its owner exactly if what it would be taken together
 * with is. Else what one by one is done in part would not be done at all.
 */
static bool owner_goes_with(const struct deferred *d, const struct drain_entry *e)
{
	const struct drain_taken *taken = &d->taken;
	u32 sets = taken->op == DEVSESS_OP_DELETE ? 0 : taken->fields & DEVSESS_F_OWNER;

	if (!d->table->owners || (e->op != DEVSESS_OP_STORE && e->op != DEVSESS_OP_UPDATE))
		return true;
	if (taken->has_touch && e->op == DEVSESS_OP_STORE)
		return false;
	if (!taken->has_write)
		return true;
	if (sets != (e->fields & DEVSESS_F_OWNER))
		return false;
	return !sets || taken->s.owner == session_owner(&d->table->layout, e->rec);
}

/* The same, for its weight. A bound that comes meanwhile may find them together already. */
static bool weight_goes_with(const struct deferred *d, const struct drain_entry *e)
{
	const struct drain_taken *taken = &d->taken;
	u32 sets = taken->op == DEVSESS_OP_DELETE ? 0 : taken->fields & DEVSESS_F_WEIGHT;

	if (!cost_max(&d->table->cost) || (e->op != DEVSESS_OP_STORE && e->op != DEVSESS_OP_UPDATE))
		return true;
	if (taken->has_touch && e->op == DEVSESS_OP_STORE)
		return false;
	if (!taken->has_write)
		return true;
	if (sets != (e->fields & DEVSESS_F_WEIGHT))
		return false;
	return !sets || taken->s.weight == session_weight(e->rec);
}

static bool gives_expiry(const struct drain_taken *taken)
{
	return taken->has_write && taken->fields & DEVSESS_F_TTL && taken->s.expires;
}

/*
 * Whether a write to the same device can be taken together with the others. Not if
 * they would then be refused where one by one they are not, or have another ttl.
 */
static bool goes_with(const struct deferred *d, const struct drain_entry *e)
{
	const struct drain_taken *taken = &d->taken;
	u32 op = taken->has_write ? taken->op : DEVSESS_OP_GET;

	if (!owner_goes_with(d, e) || !weight_goes_with(d, e))
		return false;
	switch (e->op) {
	case DEVSESS_OP_STORE:
		return true;
	case DEVSESS_OP_DELETE:
		return op != DEVSESS_OP_STORE;
	case DEVSESS_OP_UPDATE:
		/* A session whose expiry was given may be over by now, and is not found again. */
		return op != DEVSESS_OP_DELETE &&
		       !((taken->has_touch || gives_expiry(taken)) && e->fields & DEVSESS_F_TTL);
	default:
		if (op == DEVSESS_OP_DELETE)
			return false;
		return !taken->has_touch || !e->touch_flags ||
		       (e->touch_flags == taken->touch_flags &&
			drain_ttl(d->table, e) == taken->ttl_ms);
	}
}

static void take_touch(struct deferred *d, const struct drain_entry *e)
{
	struct drain_taken *taken = &d->taken;

	taken->has_touch = true;
	taken->touch_flags = e->touch_flags;
	taken->ttl_ms = drain_ttl(d->table, e);
}

static void take_update(struct deferred *d, const struct drain_entry *e)
{
	struct devsess_session s __uninitialized;
	struct drain_taken *taken = &d->taken;

	if (taken->has_write) {
		session_unpack(&d->table->layout, e->rec, &s);
		session_copy_fields(&taken->s, &s, e->fields);
		taken->fields |= e->fields;
		return;
	}
	session_unpack(&d->table->layout, e->rec, &taken->s);
	taken->has_write = true;
	taken->op = DEVSESS_OP_UPDATE;
	taken->fields = e->fields;
}

/* A store or a delete: what came before it does not matter. */
static void take_whole(struct deferred *d, const struct drain_entry *e)
{
	struct drain_taken *taken = &d->taken;

	if (e->op == DEVSESS_OP_STORE)
		session_unpack(&d->table->layout, e->rec, &taken->s);
	taken->has_write = true;
	taken->has_touch = false;
	taken->op = e->op;
	taken->fields = DEVSESS_F_ALL;
}

static void take(struct deferred *d, struct drain_entry *e)
{
	struct drain_taken *taken = &d->taken;

	if (taken->n && (!same_device(d, e) || !goes_with(d, e)))
		do_taken(d);
	if (!taken->n++) {
		taken->key.hash = e->hash;
		taken->key.len = (u8)e->rec[0];
		memcpy(taken->key.word, e->rec + 1, d->table->layout.key_words * sizeof(u64));
	}
	if (e->op == DEVSESS_OP_TOUCH)
		take_touch(d, e);
	else if (e->op == DEVSESS_OP_UPDATE)
		take_update(d, e);
	else
		take_whole(d, e);
	e->done = true;
}

/* Begins to load what the next writes will look at, all of them together. */
static void prefetch_some(struct deferred *d, const struct drain_ref *ref, u32 n)
{
	const struct shard *shard[LOOKUPS_TOGETHER];
	u32 i;

	rcu_read_lock();
	for (i = 0; i < n; i++) {
		shard[i] = dir_shard(&d->table->dir, ref[i].hash);
		prefetch(shard[i]);
		prefetch(ref[i].entry);
	}
	/* Of what is stored some is new, and is looked for in both maps. */
	for (i = 0; i < n; i++)
		shard_prefetch_write(shard[i], ref[i].hash,
				     ref[i].entry->op == DEVSESS_OP_STORE);
	for (i = 0; i < n; i++)
		shard_prefetch_found(shard[i], ref[i].hash);
	rcu_read_unlock();
}

static u32 bucket_of(u32 hash)
{
	return hash >> (32 - DRAIN_BUCKET_BITS);
}

static int compare(const void *a, const void *b)
{
	const struct drain_ref *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Now and then others get the CPU: a bucket may have all that the rings hold. */
static int compare_and_rest(const void *a, const void *b)
{
	const struct drain_ref *x = a;

	if (!(x->order % DRAIN_REST))
		cond_resched();
	return compare(a, b);
}

/* Entries of a bucket. Few, or in order already, or else whatever somebody has sent. */
static void sort_bucket(struct drain_ref *ref, u32 n)
{
	u32 i, j;

	for (i = 1; i < n && compare(&ref[i - 1], &ref[i]) < 0; i++)
		;
	if (n > DRAIN_FEW && i < n) {
		sort(ref, n, sizeof(*ref), compare_and_rest, NULL);
		return;
	}
	for (; i < n; i++) {
		struct drain_ref r = ref[i];

		for (j = i; j && compare(&r, &ref[j - 1]) < 0; j--)
			ref[j] = ref[j - 1];
		ref[j] = r;
	}
}

/* By hash and order. Returns where they are then. */
static struct drain_ref *sort_refs(struct deferred *d, u32 n)
{
	struct drain_ref *to = d->ref + (size_t)nr_cpu_ids * d->size;
	u32 begin = 0, sum = 0, i;

	memset(d->bucket, 0, sizeof(d->bucket));
	for (i = 0; i < n; i++) {
		if (!(i % DRAIN_REST))
			cond_resched();
		d->bucket[bucket_of(d->ref[i].hash)]++;
	}
	for (i = 0; i < ARRAY_SIZE(d->bucket); i++) {
		u32 entries = d->bucket[i];

		d->bucket[i] = sum;
		sum += entries;
	}
	for (i = 0; i < n; i++) {
		if (!(i % DRAIN_REST))
			cond_resched();
		to[d->bucket[bucket_of(d->ref[i].hash)]++] = d->ref[i];
	}
	for (i = 0; i < ARRAY_SIZE(d->bucket); i++) {
		cond_resched();
		sort_bucket(to + begin, d->bucket[i] - begin);
		begin = d->bucket[i];
	}
	return to;
}

/* Adds entries of a ring to the @n of this round: all, or those of low numbers. */
static u32 collect(struct deferred *d, const struct drain_ring *r, u32 to, bool all, u32 n)
{
	u32 i;

	for (i = all ? r->tail : r->seen; i != to; i++) {
		struct drain_entry *e = drain_entry(d, r, i);
		struct drain_stripe *s = drain_stripe(d, e->hash);

		if (all)
			s->seen = max(s->seen, e->order);
		else if (e->order > s->seen)
			continue;
		if (!e->done)
			d->ref[n++] = (struct drain_ref){ e->order, e, e->hash };
	}
	return n;
}

/* What may be done, unsorted: see the beginning of the file. */
static u32 look(struct deferred *d)
{
	u32 n = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		/* Both looks pair with the release in put(). */
		d->ring[cpu].seen = smp_load_acquire(&d->ring[cpu].head);
	smp_mb(); /* the second look comes after all of the first */
	for_each_possible_cpu(cpu) {
		cond_resched();
		n = collect(d, &d->ring[cpu], d->ring[cpu].seen, true, n);
	}
	for_each_possible_cpu(cpu) {
		u32 head = smp_load_acquire(&d->ring[cpu].head); /* as above */

		n = collect(d, &d->ring[cpu], head, false, n);
	}
	return n;
}

/**
 * drain_round - do all that was put before the call
 * @d: rings
 *
 * What is allocated is charged to whom the table is charged to.
 *
 * Context: Process, may sleep; the table's defer_lock held.
 */
void drain_round(struct deferred *d)
{
	struct mem_cgroup *old;
	struct drain_ref *ref;
	u32 i, n;
	int cpu;

	lockdep_assert_held(&d->table->defer_lock);
	old = charge_begin(&d->table->charge);
	n = look(d);
	ref = sort_refs(d, n);
	for (i = 0; i < n; i++) {
		if (i % LOOKUPS_TOGETHER == 0) {
			cond_resched();
			prefetch_some(d, ref + i, min(n - i, LOOKUPS_TOGETHER));
		}
		take(d, ref[i].entry);
	}
	do_taken(d);
	for_each_possible_cpu(cpu)
		/* Pairs with the acquire in put(): nobody looks at the entries any more. */
		smp_store_release(&d->ring[cpu].tail, d->ring[cpu].seen);
	charge_end(old);
}

/**
 * drain_waiting - how many writes wait
 * @d: rings
 *
 * Context: Any.
 * Return: entries in all rings; those under way count.
 */
u64 drain_waiting(const struct deferred *d)
{
	u64 n = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		/* First, as it is behind: pairs with the release in drain_round(). */
		u32 tail = smp_load_acquire(&d->ring[cpu].tail);

		n += READ_ONCE(d->ring[cpu].head) - tail;
	}
	return n;
}

/* Returns whether the worker was not to come anyway; then what follows is after that. */
static bool round_after(struct deferred *d, u32 ms)
{
	return queue_delayed_work(queue_tidy, &d->work, msecs_to_jiffies(ms));
}

/**
 * drain_wake - see to it that the worker comes for a write
 * @d:    rings
 * @r:    ring that it was put into
 * @head: of the ring, just published
 *
 * At once if the ring is half full or full now, else after the interval.
 *
 * Context: Any but NMI.
 */
void drain_wake(struct deferred *d, const struct drain_ring *r, u32 head)
{
	u32 n, ms;

	/* @head before @tail: pairs with drain_work(); and before the interval, see its change */
	smp_mb();
	n = head - READ_ONCE(r->tail);
	ms = READ_ONCE(d->table->defer_ms);
	if (n == d->size / 2 || n == d->size)
		mod_delayed_work(queue_tidy, &d->work, 0);
	else if (n == 1 && round_after(d, ms) && READ_ONCE(d->table->defer_ms) != ms)
		mod_delayed_work(queue_tidy, &d->work, 0);
}

/* The worker. */
void drain_work(struct work_struct *work)
{
	struct deferred *d = container_of(to_delayed_work(work), struct deferred, work);
	u64 n;

	mutex_lock(&d->table->defer_lock);
	drain_round(d);
	mutex_unlock(&d->table->defer_lock);
	smp_mb(); /* @tail before @head: pairs with drain_wake() */
	n = drain_waiting(d);
	if (n)
		round_after(d, n < d->size / 2 ? READ_ONCE(d->table->defer_ms) : 0);
}
