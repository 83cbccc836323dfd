// SPDX-License-Identifier: GPL-2.0
/*
 * Asking. A lookup that finds nothing, and is to ask, puts the id into a slot where it
 * waits, and a worker sends what waits to user space.
 *
 * Two arrays, both of sets of UPCALL_WAYS entries, and an id may be in one set of each:
 *
 * - Waiting: ids on their way to the worker. A lookup claims a slot by a compare-and-swap
 *   of its tag, writes the id, and marks it as ready; the worker frees the slot. Nobody waits
 *   for anybody, so this works in an NMI that interrupted another lookup half way.
 * - Asked: fingerprints of ids that are not to be asked for again, each until some
 *   time. Lookups read them. Only the worker and refusals write them, under @lock.
 *
 * Whether an id is asked for is decided by the worker alone. Two CPUs that look for the
 * same id at the same time may both let it wait, but the worker sees the second one among
 * the asked. What does not fit into either array is counted as dropped, and the next lookup
 * tries again.
 *
 * An entry of the asked is read without a lock, so it is written in three steps: no time,
 * the other id, its time. A reader that has seen a time then sees the id which that belongs to,
 * or the one that takes its place just now; that one is being asked for, too.
 */
#include "asking.h"

#include <linux/math64.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "clock.h"
#include "queues.h"
#include "session.h"
#include "trace.h"

/* The lowest bits of a tag; it is 0 if the slot is free. */
#define TAG_WRITING	1ULL
#define TAG_READY	3ULL

/* Held by who sends, so that @sender does not go away meanwhile; a namespace: @sending. */
static DECLARE_RWSEM(door);
static asking_sender sender;

/**
 * asking_id - the fingerprint of an id
 * @u:   upcalls
 * @key: id
 *
 * Of the table's hash of the id and another one, so that none can be made up to be like
 * another.
 *
 * Context: Any.
 * Return: the fingerprint.
 */
u64 asking_id(const struct upcalls *u, const struct slot_key *key)
{
	return (u64)key->hash << 32 | hsiphash(key->word, key->len, &u->hash_key);
}

static atomic64_t *waiting_set(const struct upcalls *u, u64 id)
{
	return u->tag + round_down(upper_32_bits(id) & (u->slots - 1), UPCALL_WAYS);
}

static struct asked *asked_set(const struct upcalls *u, u64 id)
{
	return u->asked + round_down(lower_32_bits(id) & (u->entries - 1), UPCALL_WAYS);
}

/**
 * asking_find - find an id among those that are not to be asked for now
 * @u:     upcalls
 * @id:    fingerprint
 * @now:   ns of CLOCK_BOOTTIME
 * @until: out: until when it is not
 *
 * Context: Any.
 * Return: its entry, or NULL if it may be asked for.
 */
struct asked *asking_find(const struct upcalls *u, u64 id, u64 now, u64 *until)
{
	struct asked *a = asked_set(u, id);
	u32 i;

	for (i = 0; i < UPCALL_WAYS; i++, a++) {
		/* Pairs with the barriers in asking_set(): the id that the time belongs to. */
		*until = atomic64_read_acquire(&a->until);
		if (!asking_over(*until, now) && READ_ONCE(a->id) == id)
			return a;
	}
	return NULL;
}

/**
 * asking_room - the entry that an id has or may take
 * @u:   upcalls
 * @id:  fingerprint
 * @now: ns of CLOCK_BOOTTIME
 *
 * Context: Process; @u->lock held.
 * Return: the entry, or NULL if others need all that it may take.
 */
struct asked *asking_room(struct upcalls *u, u64 id, u64 now)
{
	struct asked *a = asked_set(u, id), *room = NULL;
	u32 i;

	lockdep_assert_held(&u->lock);
	for (i = 0; i < UPCALL_WAYS; i++, a++) {
		if (a->id == id)
			return a;
		if (!room && asking_over(atomic64_read(&a->until), now))
			room = a;
	}
	return room;
}

/**
 * asking_set - remember an id
 * @u:     upcalls
 * @a:     entry that asking_room() found for it
 * @id:    fingerprint
 * @until: until when it is not to be asked for
 *
 * Context: Process; @u->lock held.
 */
void asking_set(struct upcalls *u, struct asked *a, u64 id, u64 until)
{
	lockdep_assert_held(&u->lock);
	if (a->id != id) {
		atomic64_set(&a->until, 0);
		smp_wmb(); /* as the beginning of the file tells */
		WRITE_ONCE(a->id, id);
	}
	atomic64_set_release(&a->until, until);
}

/**
 * asking_put - let an id wait for the worker
 * @u:   upcalls
 * @key: id
 * @id:  its fingerprint
 *
 * Context: Any, NMI included, under RCU.
 * Return: false if there is no slot.
 */
bool asking_put(struct upcalls *u, const struct slot_key *key, u64 id)
{
	atomic64_t *tag = waiting_set(u, id);
	struct slot_key *to;
	u32 i;

	for (i = 0; i < UPCALL_WAYS; i++)
		if ((atomic64_read(&tag[i]) | TAG_READY) == (id | TAG_READY))
			return true; /* it does already */
	for (i = 0; i < UPCALL_WAYS; i++) {
		s64 free = 0;

		if (!atomic64_read(&tag[i]) &&
		    atomic64_try_cmpxchg(&tag[i], &free, (id & ~TAG_READY) | TAG_WRITING))
			break;
	}
	if (i == UPCALL_WAYS)
		return false;
	to = &u->key[tag + i - u->tag];
	to->hash = key->hash;
	to->len = key->len;
	memcpy(to->word, key->word, DIV_ROUND_UP(key->len, sizeof(u64)) * sizeof(u64));
	/* Pairs with the acquire in take_slot(): the id is whole. */
	atomic64_set_release(&tag[i], id | TAG_READY);
	/* A full barrier, the tag before @kicked: pairs with work(). */
	if (!xchg(&u->kicked, true))
		irq_work_queue(&u->kick);
	return true;
}

/* The rate, of which a tenth of a second's worth may come at once, but one in any case. */
static bool rate_allows(struct upcalls *u, u64 now)
{
	u64 cost = DIV_ROUND_UP(NSEC_PER_SEC, u->options.rate);
	u64 burst = max_t(u64, cost, NSEC_PER_SEC / 10);

	if (u->paid + burst < now)
		u->paid = now - burst;
	if (u->paid + cost > now)
		return false;
	u->paid += cost;
	return true;
}

/* Whether an id has got a session while it waited. */
static bool stored(const struct upcalls *u, const struct slot_key *key)
{
	struct devsess_table *t = u->table;
	u64 rec[REC_WORDS_MAX];
	bool due = false;
	int ret;

	rcu_read_lock();
	/* That a promotion is due the next lookup will see as well. */
	ret = shard_read(dir_shard(&t->dir, key->hash), key, rec, &due);
	rcu_read_unlock();
	return ret >= 0 && !session_expired(&t->layout, rec, clock_now());
}

/* Takes an id among those that are sent. */
static void ask_for(struct upcalls *u, struct asked *a, u64 id, const struct slot_key *key)
{
	lockdep_assert_held(&u->lock);
	asking_set(u, a, id, u->until);
	/*
	 * Pairs with upcall_stored(): either who stores it finds the entry, or it is seen here.
	 * Else the entry would outlive the session.
	 */
	smp_mb();
	if (stored(u, key)) {
		atomic64_set(&a->until, 0);
		return;
	}
	u->entry[u->n] = a;
	u->id[u->n++] = *key;
}

/* Takes an id that waits, to be sent if it is to. Returns false if it has to wait on. */
static bool take_slot(struct upcalls *u, u32 i, u64 now)
{
	u64 tag = atomic64_read_acquire(&u->tag[i]); /* pairs with asking_put() */
	const struct slot_key *key = &u->key[i];
	struct asked *a;
	u64 id, until;

	lockdep_assert_held(&u->lock);
	if (!tag)
		return true;
	if ((tag & TAG_READY) != TAG_READY) {
		u->again = true;
		return true;
	}
	id = asking_id(u, key);
	if (!asking_find(u, id, now, &until) && !stored(u, key)) {
		a = asking_room(u, id, now);
		if (a && !rate_allows(u, now))
			return false;
		if (a)
			ask_for(u, a, id, key);
		else
			stats_inc(&u->table->stats, STAT_upcalls_dropped);
	}
	/* Whoever claims it next writes to the id. */
	atomic64_set_release(&u->tag[i], 0);
	return true;
}

/* Takes as many as can be sent at a time, or fewer, of @left slots. Returns how many are left. */
static u32 take_some(struct upcalls *u, u32 left)
{
	u64 now = clock_now();
	u32 looks = ASKING_LOOKS;

	spin_lock(&u->lock);
	u->n = 0;
	u->until = asking_until(now, asking_quiet_ms(&u->options), asking_less_ms(&u->options));
	while (left && looks-- && u->n < ASKING_IDS) {
		u->starved = !take_slot(u, u->at, now);
		if (u->starved)
			break;
		u->at = (u->at + 1) & (u->slots - 1);
		left--;
	}
	spin_unlock(&u->lock);
	return left;
}

/* Nobody has heard them, so they have not been asked for. */
static void take_back(struct upcalls *u)
{
	u32 i;

	spin_lock(&u->lock);
	for (i = 0; i < u->n; i++) {
		s64 until = u->until;

		/* Not if it was refused meanwhile. */
		atomic64_try_cmpxchg(&u->entry[i]->until, &until, 0);
	}
	spin_unlock(&u->lock);
	stats_add(&u->table->stats, STAT_upcalls_dropped, u->n);
}

static void send(struct upcalls *u)
{
	char table[DEVSESS_NAME_MAX + 1];
	u32 i;

	lockdep_assert_held_read(&door);
	lockdep_assert_held(&u->sending);
	if (!u->n)
		return;
	name_copy(&u->table->name, table);
	if (!sender || sender(u->net, table, u->id, u->n)) {
		take_back(u);
		return;
	}
	stats_add(&u->table->stats, STAT_upcalls, u->n);
	for (i = 0; i < u->n; i++)
		trace_miss_upcall(&u->table->name, &u->id[i]);
}

/*
 * Some of @left slots, under one hold of the locks. Returns false if that is over: what was cut
 * off remembers only what was sent, see remember().
 */
static bool send_some(struct upcalls *u, u32 *left)
{
	bool there;

	down_read(&door);
	mutex_lock(&u->sending);
	there = u->net;
	if (there) {
		*left = take_some(u, *left);
		send(u);
	}
	mutex_unlock(&u->sending);
	up_read(&door);
	return there;
}

static void work(struct work_struct *work)
{
	struct upcalls *u = container_of(to_delayed_work(work), struct upcalls, work);
	u32 left = u->slots;

	WRITE_ONCE(u->kicked, false);
	smp_mb(); /* @kicked before the tags: pairs with asking_put() */
	u->again = false;
	u->starved = false;
	while (left && !u->starved && send_some(u, &left))
		cond_resched();
	if (u->starved)
		queue_delayed_work(queue_tell, &u->work, msecs_to_jiffies(UPCALL_PAUSE_MS));
	else if (u->again)
		queue_delayed_work(queue_tell, &u->work, msecs_to_jiffies(1));
}

static void kick(struct irq_work *kick)
{
	struct upcalls *u = container_of(kick, struct upcalls, kick);

	queue_delayed_work(queue_tell, &u->work, 0);
}

/**
 * asking_init - make lock and worker
 * @u: upcalls, zeroed but for what their user wants
 *
 * Context: Process.
 */
void asking_init(struct upcalls *u)
{
	spin_lock_init(&u->lock);
	mutex_init(&u->sending);
	init_irq_work(&u->kick, kick);
	INIT_DELAYED_WORK(&u->work, work);
}

/**
 * asking_cut - send no more
 * @u: upcalls
 *
 * When it returns nobody uses the namespace any more.
 *
 * Context: Process, may sleep.
 */
void asking_cut(struct upcalls *u)
{
	mutex_lock(&u->sending);
	u->net = NULL;
	mutex_unlock(&u->sending);
}

/**
 * asking_set_sender - who sends from now on
 * @new: function, or NULL: nobody
 *
 * When it returns the old one is not running any more.
 *
 * Context: Process, may sleep.
 */
void asking_set_sender(asking_sender new)
{
	down_write(&door);
	sender = new;
	up_write(&door);
}
