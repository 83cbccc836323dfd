// SPDX-License-Identifier: GPL-2.0
/*
 * Events. Who follows a table by them has to come to what is in it, so their order
 * is that of the changes, and none is missing that is not told to be missing.
 *
 * A writer takes room for what it may change before it locks the shard. Under
 * the lock, once the change is done, it copies the session into it and puts it on
 * the list of the table: so the list has the changes of each device in their
 * order. It waits for nobody. A worker takes the whole list, turns it round, gives
 * each change the table's next number and sends it.
 *
 * A change that found no memory, or too many that wait, is counted. It has a number,
 * too: the next event that can be sent is an overrun, which tells how many numbers
 * before its own stand for lost ones.
 *
 * Whether anybody listens is looked at twice, before the lock to take room and under it
 * to note the change: who joins between the two and then reads the shard has read it
 * before the change, and hears of an overrun at least.
 */
#include "events.h"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "charge.h"
#include "limits.h"
#include "queues.h"

const struct events_door *events_door __read_mostly;

/* Who sends holds it, so that the door can be closed; with @shut it stays so. */
static DECLARE_RWSEM(door_lock);
static bool shut;

/**
 * events_open - somebody is about to listen
 * @door: where events go out, from now on
 *
 * Context: Process, may sleep.
 */
void events_open(const struct events_door *door)
{
	/* Else who joins again and again would hold all senders up. */
	if (door && READ_ONCE(events_door) == door)
		return;
	down_write(&door_lock);
	if (!shut)
		WRITE_ONCE(events_door, door);
	up_write(&door_lock);
}

/**
 * events_close - nothing goes out any more
 *
 * Context: Process, may sleep. Once it has returned nobody sends.
 */
void events_close(void)
{
	down_write(&door_lock);
	shut = true;
	WRITE_ONCE(events_door, NULL);
	up_write(&door_lock);
}

static size_t record_words(const struct events *ev)
{
	return sizeof(struct event_record) / sizeof(u64) + ev->layout->rec_words;
}

static struct event_record *event_record(const struct events *ev, struct event *e, u32 i)
{
	return (struct event_record *)(e->record + i * record_words(ev));
}

/**
 * events_alloc - take room for changes
 * @ev:   events
 * @size: how many
 * @gfp:  GFP_KERNEL if the caller may sleep, else GFP_NOWAIT
 *
 * Context: As @gfp says; no shard lock held.
 * Return: the room, for events_post() or events_free(), or NULL if there is no memory or
 * EVENTS_WAIT_MAX wait.
 */
struct event *events_alloc(struct events *ev, u32 size, gfp_t gfp)
{
	size_t bytes = size * record_words(ev) * sizeof(u64);
	struct event *e = NULL;

	if (atomic_add_return(size, &ev->records) <= EVENTS_WAIT_MAX)
		e = kvmalloc(sizeof(*e) + bytes, gfp | GFP_MODEST);
	if (!e) {
		atomic_sub(size, &ev->records);
		return NULL;
	}
	e->size = size;
	e->count = 0;
	return e;
}

/**
 * events_drop - as events_free()
 * @ev: events
 * @e:  event
 *
 * Context: likewise.
 */
void events_drop(struct events *ev, struct event *e)
{
	atomic_sub(e->size, &ev->records);
	kvfree(e);
}

/**
 * events_put - as events_note(), where somebody listens
 * @ev:     events
 * @e:      room, or NULL
 * @kind:   enum devsess_event_kind
 * @reason: enum devsess_event_reason
 * @rec:    the session, or NULL
 *
 * Context: likewise.
 */
void events_put(struct events *ev, struct event *e, u32 kind, u32 reason, const u64 *rec)
{
	size_t bytes = ev->layout->rec_words * sizeof(u64);
	struct event_record *r;

	if (!e || e->count == e->size) {
		atomic64_inc(&ev->lost);
		return;
	}
	r = event_record(ev, e, e->count++);
	r->kind = kind;
	r->reason = reason;
	if (rec)
		memcpy(r->rec, rec, bytes);
	else
		memset(r->rec, 0, bytes);
}

/**
 * events_hand_on - as events_post()
 * @ev: events
 * @e:  event, not NULL
 *
 * Context: likewise.
 */
void events_hand_on(struct events *ev, struct event **e)
{
	if (!(*e)->count)
		return;
	llist_add(&(*e)->node, &ev->waiting);
	*e = NULL;
}

/**
 * events_tell - note something that is about no session; events_kick() has it sent
 * @ev:     events
 * @kind:   enum devsess_event_kind
 * @reason: enum devsess_event_reason
 * @rec:    what it tells, as in struct event_record; NULL if nothing
 *
 * Context: Process, may sleep.
 */
void events_tell(struct events *ev, u32 kind, u32 reason, const u64 *rec)
{
	struct event *e;

	if (!events_wanted(kind))
		return;
	e = events_alloc(ev, 1, GFP_KERNEL);
	events_note(ev, e, kind, reason, rec);
	events_post(ev, &e);
	events_free(ev, e);
}

/**
 * events_queue_work - as events_kick(), without a look whether there is anything
 * @ev: events
 *
 * Context: Process or softirq; no shard lock held.
 */
void events_queue_work(struct events *ev)
{
	queue_delayed_work(queue_tell, &ev->work, 0);
}

/* Tells how many were lost. Returns whether there are none that are not told. */
static bool tell_lost(struct events *ev, const struct events_door *door)
{
	struct event_told told = {
		.kind = DEVSESS_EVENT_KIND_OVERRUN,
		.reason = DEVSESS_EVENT_REASON_MEMORY,
		.seq = ev->seq + ev->owed,
		.lost = ev->owed,
	};

	if (ev->owed && !door->send(ev, &told)) {
		ev->seq += ev->owed;
		ev->owed = 0;
	}
	return !ev->owed;
}

static void send_one(struct events *ev, const struct events_door *door,
		     const struct event_record *r)
{
	struct event_told told = { .kind = r->kind, .reason = r->reason };

	if (r->kind == DEVSESS_EVENT_KIND_WATERMARK) {
		told.sessions = r->rec[0];
		told.max_sessions = r->rec[1];
		told.cost = r->rec[2];
		told.max_cost = r->rec[3];
	} else if (r->kind != DEVSESS_EVENT_KIND_TABLE) {
		told.rec = r->rec;
	}
	if (tell_lost(ev, door)) {
		told.seq = ev->seq + 1;
		if (!door->send(ev, &told)) {
			ev->seq++;
			return;
		}
	}
	ev->owed++;
}

/* What waits is to be sent now. */
static void begin_round(struct events *ev)
{
	s64 lost;

	ev->sending = llist_reverse_order(llist_del_all(&ev->waiting));
	ev->at = 0;
	lost = atomic64_read(&ev->lost);
	atomic64_sub(lost, &ev->lost);
	ev->owed += lost;
}

/*
 * Sends no more than @left, so that others get the lock soon; they go on with the rest. With @door
 * NULL, or no namespace, they are only numbered.
 */
static void send_some(struct events *ev, const struct events_door *door, u32 left)
{
	lockdep_assert_held(&ev->lock);
	if (!ev->sending)
		begin_round(ev);
	while (ev->sending && left--) {
		struct event *e = llist_entry(ev->sending, struct event, node);

		if (door && ev->net)
			send_one(ev, door, event_record(ev, e, ev->at));
		else
			ev->seq++;
		if (++ev->at == e->count) {
			ev->sending = e->node.next;
			ev->at = 0;
			events_free(ev, e);
		}
		cond_resched();
	}
	if (ev->sending)
		return;
	ev->rounds++;
	if (door && ev->net)
		tell_lost(ev, door);
}

/* Nobody else may come to tell what was lost. */
static void retry_later(struct events *ev)
{
	if (!ev->sending && ev->owed && ev->net && READ_ONCE(events_door))
		queue_delayed_work(queue_tell, &ev->work, msecs_to_jiffies(EVENTS_RETRY_MS));
}

/* Sends @most of what waits, or less. */
static void run_locked(struct events *ev, u32 most)
{
	struct mem_cgroup *old;

	lockdep_assert_held(&ev->lock);
	down_read(&door_lock);
	old = charge_begin(ev->charge);
	send_some(ev, READ_ONCE(events_door), most);
	charge_end(old);
	up_read(&door_lock);
	retry_later(ev);
}

/* When so many rounds are done, all that has been noted is sent, by whomever. */
static u64 rounds_needed(const struct events *ev)
{
	lockdep_assert_held(&ev->lock);
	return ev->rounds + 1 + !!ev->sending;
}

/**
 * events_seq - send what waits
 * @ev: events
 *
 * Context: Process, may sleep.
 * Return: the number of the last event; all changes before the call have numbers up to it, lost
 * ones included.
 */
u64 events_seq(struct events *ev)
{
	u64 needed = 0, seq = 0;
	bool done = false;

	while (!done) {
		mutex_lock(&ev->lock);
		if (!needed)
			needed = rounds_needed(ev);
		if (ev->rounds < needed)
			run_locked(ev, EVENTS_AT_ONCE);
		done = ev->rounds >= needed;
		seq = ev->seq + ev->owed;
		mutex_unlock(&ev->lock);
	}
	return seq;
}

/**
 * events_relieve - a mass of changes was noted: have it sent
 * @ev: events
 * @n:  how many changes
 *
 * If much waits, whoever made it more sends twice as many, whose ever they are. So he makes what
 * waits less, and does not wait longer for others than for his own. Who found no room for his has
 * made it no more, and sends none.
 *
 * Context: Process, may sleep; no shard lock held.
 */
void events_relieve(struct events *ev, u32 n)
{
	u32 sent, most;

	for (sent = 0; sent < 2 * n && atomic_read(&ev->records) > EVENTS_WAIT_MAX / 2;
	     sent += most) {
		most = min(2 * n - sent, EVENTS_AT_ONCE);
		mutex_lock(&ev->lock);
		run_locked(ev, most);
		mutex_unlock(&ev->lock);
	}
	if (sent)
		events_queue_work(ev); /* for the rest of a round, which is not what waits */
	else
		events_kick(ev);
}

static void work_fn(struct work_struct *work)
{
	struct events *ev = container_of(to_delayed_work(work), struct events, work);
	bool more;

	mutex_lock(&ev->lock);
	run_locked(ev, EVENTS_AT_ONCE);
	/* What was noted during the round had its kicks, which may be over. */
	more = ev->sending || !llist_empty(&ev->waiting) || atomic64_read(&ev->lost);
	mutex_unlock(&ev->lock);
	if (more)
		events_queue_work(ev);
}

/**
 * events_init - make the events of a table ready
 * @ev:     events, zeroed
 * @layout: shape of its records
 * @charge: of the table, charged with the messages
 *
 * Context: Process.
 */
void events_init(struct events *ev, const struct slot_layout *layout, const struct charge *charge)
{
	init_llist_head(&ev->waiting);
	mutex_init(&ev->lock);
	INIT_DELAYED_WORK(&ev->work, work_fn);
	ev->layout = layout;
	ev->charge = charge;
}

/**
 * events_begin - tell events from now on
 * @ev:  events of a table that nobody can see yet
 * @net: namespace of the listeners; events_end() is called before it is gone
 * @seq: number before that of the first event
 *
 * Context: Process.
 */
void events_begin(struct events *ev, struct net *net, u64 seq)
{
	ev->net = net;
	ev->seq = seq;
}

/**
 * events_mute - nobody can hear any more; what waits, and what comes, is only numbered
 * @ev: events
 *
 * Context: Process, may sleep.
 */
void events_mute(struct events *ev)
{
	mutex_lock(&ev->lock);
	ev->net = NULL;
	mutex_unlock(&ev->lock);
}

/* There is no later for what found no memory, be it the end itself. */
static void end_lost(struct events *ev)
{
	const struct events_door *door;

	lockdep_assert_held(&ev->lock);
	down_read(&door_lock);
	door = READ_ONCE(events_door);
	if (ev->owed && ev->net && door)
		door->lose(ev);
	up_read(&door_lock);
}

/**
 * events_end - send what waits, and nothing from then on
 * @ev: events
 *
 * Context: Process, may sleep.
 * Return: the number of the last event.
 */
u64 events_end(struct events *ev)
{
	u64 needed, seq;

	events_run(ev);
	/* And what has come since, which is not much: the table is found by nobody any more. */
	mutex_lock(&ev->lock);
	needed = rounds_needed(ev);
	while (ev->rounds < needed)
		run_locked(ev, EVENTS_AT_ONCE);
	end_lost(ev);
	ev->net = NULL;
	seq = ev->seq + ev->owed;
	mutex_unlock(&ev->lock);
	return seq;
}

/**
 * events_exit - free what was not sent
 * @ev: events of a table that nobody uses any more
 *
 * Context: Process, may sleep.
 */
void events_exit(struct events *ev)
{
	struct event *e, *next;

	cancel_delayed_work_sync(&ev->work);
	llist_for_each_entry_safe(e, next, ev->sending, node)
		events_free(ev, e);
	llist_for_each_entry_safe(e, next, llist_del_all(&ev->waiting), node)
		events_free(ev, e);
}
