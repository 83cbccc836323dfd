/* SPDX-License-Identifier: GPL-2.0 */
/* Events: what happened to a table, in its order, for whoever listens. See events.c. */
#ifndef DEVSESS_EVENTS_H
#define DEVSESS_EVENTS_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "slots.h"

struct net;
struct events;

/**
 * struct event_record - a change
 * @kind:   enum devsess_event_kind
 * @reason: enum devsess_event_reason
 * @rec:    record of the session, of the layout's rec_words; zeros if there is none. Of a
 *          watermark the sessions in the table, its limit, what they weigh, and the bound of that
 */
struct event_record {
	u32 kind;
	u32 reason;
	u64 rec[];
};

/**
 * struct event - changes of one shard, noted under one hold of its lock
 * @node:   in the list of its table
 * @size:   how many fit in
 * @count:  how many there are
 * @record: the records, one after the other; see event_record()
 */
struct event {
	struct llist_node node;
	u32 size;
	u32 count;
	u64 record[];
};

/**
 * struct event_told - an event as it is sent
 * @kind:   enum devsess_event_kind
 * @reason: enum devsess_event_reason
 * @seq:    its number
 * @lost:   how many were lost (overrun)
 * @sessions: in the table, as it was noted (watermark)
 * @max_sessions: of the table, likewise
 * @cost:   what these weigh, likewise
 * @max_cost: of the table, likewise; 0 for none
 * @rec:    the session, or NULL
 */
struct event_told {
	u32 kind;
	u32 reason;
	u64 seq;
	u64 lost;
	u64 sessions;
	u64 max_sessions;
	u64 cost;
	u64 max_cost;
	const u64 *rec;
};

/**
 * struct events_door - where events go out
 * @wanted: whether somebody may listen to a kind; any context but NMI
 * @send:   sends one; 0, or an errno if it could not be made. May sleep; events.lock held
 * @lose:   tells that some were lost, without memory and how many; events.lock held
 */
struct events_door {
	bool (*wanted)(u32 kind);
	int (*send)(const struct events *ev, const struct event_told *told);
	void (*lose)(const struct events *ev);
};

/**
 * struct events - events of a table
 * @waiting: noted and not sent, the newest first
 * @sending: what was taken off that list, the oldest first; @lock
 * @at:      the next record of the first of them; @lock
 * @rounds:  such lists that were sent to their ends; @lock
 * @records: room for so many was taken and not given back
 * @lost:    changes that found no room or memory, and are not in @owed yet
 * @work:    sends what waits
 * @lock:    one sender at a time
 * @seq:     number of the last event that was sent; @lock
 * @owed:    lost ones that are to be told, whose numbers come after @seq; @lock
 * @net:     namespace in which they are told, NULL once it or the table is gone; @lock
 * @layout:  shape of the records
 * @charge:  of the table, charged with the messages
 */
struct events {
	struct llist_head waiting;
	struct llist_node *sending;
	u32 at;
	u64 rounds;
	atomic_t records;
	atomic64_t lost;
	struct delayed_work work;
	struct mutex lock; /* see above */
	u64 seq;
	u64 owed;
	struct net *net;
	const struct slot_layout *layout;
	const struct charge *charge;
};

/* NULL until somebody has listened for the first time. Use events_wanted(). */
extern const struct events_door *events_door;

void events_open(const struct events_door *door);
void events_close(void);

void events_init(struct events *ev, const struct slot_layout *layout, const struct charge *charge);
void events_begin(struct events *ev, struct net *net, u64 seq);
void events_mute(struct events *ev);
u64 events_end(struct events *ev);
void events_exit(struct events *ev);

struct event *events_alloc(struct events *ev, u32 size, gfp_t gfp);
void events_drop(struct events *ev, struct event *e);
void events_put(struct events *ev, struct event *e, u32 kind, u32 reason, const u64 *rec);
void events_hand_on(struct events *ev, struct event **e);
void events_tell(struct events *ev, u32 kind, u32 reason, const u64 *rec);
void events_queue_work(struct events *ev);

u64 events_seq(struct events *ev);
void events_relieve(struct events *ev, u32 n);

/**
 * events_wanted - whether somebody may listen to a kind of event
 * @kind: enum devsess_event_kind
 *
 * While nobody ever has, a load and a branch.
 *
 * Context: Any but NMI.
 * Return: false if nobody does.
 */
static inline bool events_wanted(u32 kind)
{
	const struct events_door *door = READ_ONCE(events_door);

	return unlikely(door) && door->wanted(kind);
}

/**
 * events_free - give back room that was not used
 * @ev: events
 * @e:  event, or NULL
 *
 * Context: Process or softirq; no shard lock held.
 */
static inline void events_free(struct events *ev, struct event *e)
{
	if (unlikely(e))
		events_drop(ev, e);
}

/**
 * events_note - note a change
 * @ev:     events
 * @e:      room, or NULL: then it is lost
 * @kind:   enum devsess_event_kind
 * @reason: enum devsess_event_reason
 * @rec:    the session: as it is now, or as it was if it is gone; NULL if there is none
 *
 * Context: Lock of the session's shard held, so that the order is that of the changes.
 */
static inline void events_note(struct events *ev, struct event *e, u32 kind, u32 reason,
			       const u64 *rec)
{
	if (events_wanted(kind))
		events_put(ev, e, kind, reason, rec);
}

/**
 * events_post - hand on what was noted
 * @ev: events
 * @e:  event; set to NULL if there is something in it
 *
 * Context: As events_note(), under the same hold of the lock.
 */
static inline void events_post(struct events *ev, struct event **e)
{
	if (unlikely(*e))
		events_hand_on(ev, e);
}

/**
 * event_full - whether all the room of an event is taken
 * @e: event, or NULL
 *
 * Context: Any.
 * Return: true if there was room and is none any more.
 */
static inline bool event_full(const struct event *e)
{
	return e && e->count == e->size;
}

/**
 * events_run - send what waits
 * @ev: events
 *
 * Context: Process, may sleep.
 */
static inline void events_run(struct events *ev)
{
	(void)events_seq(ev);
}

/**
 * events_kick - have sent what was noted
 * @ev: events
 *
 * Context: Process or softirq; no shard lock held.
 */
static inline void events_kick(struct events *ev)
{
	if (unlikely(READ_ONCE(events_door)) &&
	    (!llist_empty(&ev->waiting) || atomic64_read(&ev->lost)))
		events_queue_work(ev);
}

#endif /* DEVSESS_EVENTS_H */
