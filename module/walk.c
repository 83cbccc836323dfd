// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over all sessions of a table, in the order of their hashes: one shard
 * at a time, from the hash where the last one ended. A split or merge does not
 * change that order, and a session's hash does not change, so a session that
 * is there during the whole walk is met exactly once.
 */
#include "walk.h"

#include <linux/mm.h>
#include <linux/sched.h>

#include "clock.h"
#include "trace.h"

struct walk {
	struct devsess_table *t;
	walk_match match;
	const void *arg;
	struct snapshot *snap;
	struct event *event;
	u32 room;
	u64 now;
	u32 meant;
	u32 expired;
	u64 weight;
	bool more;
};

/* Whether a session is there and meant. */
static bool meant(struct walk *w, const u64 *rec)
{
	struct devsess_session s;

	if (session_expired(&w->t->layout, rec, w->now)) {
		w->expired++;
		return false;
	}
	if (w->match) {
		session_unpack(&w->t->layout, rec, &s);
		if (!w->match(&s, w->arg))
			return false;
	}
	w->meant++;
	return true;
}

static bool count_one(const u64 *rec, void *arg)
{
	meant(arg, rec);
	return false;
}

static bool copy_one(const u64 *rec, void *arg)
{
	struct walk *w = arg;
	u32 words = w->t->layout.rec_words;

	if (meant(w, rec))
		memcpy(w->snap->rec + (size_t)w->snap->count++ * words, rec, words * sizeof(u64));
	return false;
}

/* An expired session goes as well, but does not count as cleared. */
static bool clear_one(const u64 *rec, void *arg)
{
	struct walk *w = arg;
	struct events *ev = &w->t->events;
	u32 expired = w->expired;

	if (event_full(w->event)) {
		w->more = true;
		return false;
	}
	if (meant(w, rec)) {
		events_note(ev, w->event, DEVSESS_EVENT_KIND_FLUSH, DEVSESS_EVENT_REASON_REQUEST,
			    rec);
		return true;
	}
	if (w->expired == expired)
		return false;
	events_note(ev, w->event, DEVSESS_EVENT_KIND_EXPIRE, DEVSESS_EVENT_REASON_WRITE, rec);
	return true;
}

static void gone(const u64 *rec, void *arg)
{
	struct walk *w = arg;

	owner_give(w->t->owners, session_owner(&w->t->layout, rec), session_state(rec));
	w->weight += session_weight(rec);
}

static int enlarge(const struct devsess_table *t, struct snapshot *snap, u32 size)
{
	kvfree(snap->rec);
	snap->size = 0;
	snap->rec = kvmalloc_array(size, t->layout.rec_words * sizeof(u64),
				   GFP_KERNEL | GFP_MODEST);
	if (!snap->rec)
		return -ENOMEM;
	snap->size = size;
	return 0;
}

/**
 * walk_snapshot - copy the sessions of the next shard
 * @t:     table
 * @snap:  zeroed at first; @snap->next says where to go on
 * @match: which sessions are meant, NULL for all
 * @arg:   its argument
 *
 * Context: Process, may sleep.
 * Return: 0, @snap->count may be 0; or -ENOMEM.
 */
int walk_snapshot(struct devsess_table *t, struct snapshot *snap, walk_match match,
		  const void *arg)
{
	struct walk w = { .t = t, .match = match, .arg = arg, .snap = snap, .now = clock_now() };
	struct shard *sh;
	u32 sessions;

	for (;;) {
		sh = dir_lock_shard(&t->dir, snap->next);
		sessions = shard_sessions(sh);
		if (sessions <= snap->size)
			break;
		dir_unlock_shard(sh);
		if (enlarge(t, snap, sessions + sessions / 8))
			return -ENOMEM;
	}
	snap->count = 0;
	shard_walk(sh, snap->next, copy_one, NULL, &w);
	snap->next = dir_after(sh);
	dir_unlock_shard(sh);
	return 0;
}

/**
 * walk_get - a session of a snapshot
 * @t:    table
 * @snap: snapshot
 * @i:    which one, below @snap->count
 * @s:    out: the session
 *
 * Context: Any.
 */
void walk_get(const struct devsess_table *t, const struct snapshot *snap, u32 i,
	      struct devsess_session *s)
{
	session_unpack(&t->layout, snap->rec + (size_t)i * t->layout.rec_words, s);
}

/**
 * walk_free - free a snapshot
 * @snap: snapshot
 *
 * Context: Process.
 */
void walk_free(struct snapshot *snap)
{
	kvfree(snap->rec);
	snap->rec = NULL;
	snap->size = 0;
}

/*
 * Locks a shard, with room for the events of all its sessions if they are to go: at each further
 * try for twice as many, or as fast as others come there might never be enough.
 */
static struct shard *lock_with_room(struct walk *w, u32 hash, bool clear)
	__acquires(RCU) __acquires(shard_lock)
{
	struct directory *d = &w->t->dir;
	struct shard *sh = dir_lock_shard(d, hash);
	u32 sessions = shard_sessions(sh);

	if (!clear || !sessions || !events_wanted(DEVSESS_EVENT_KIND_FLUSH))
		return sh;
	dir_unlock_shard(sh);
	w->room = max(sessions + sessions / 8 + 1, w->more ? 2 * w->room : 0);
	w->event = events_alloc(&w->t->events, w->room, GFP_KERNEL);
	return dir_lock_shard(d, hash);
}

/* Of those freed so many were noted; the others found no room, and leave nothing to send. */
static void end_events(struct walk *w, u32 freed, u32 noted)
{
	if (freed && READ_ONCE(events_door))
		events_relieve(&w->t->events, noted);
	events_free(&w->t->events, w->event);
	w->event = NULL;
}

/* Walks with a function that frees slots or not; returns how many were meant. */
static u64 walk_all(struct devsess_table *t, walk_match match, const void *arg, shard_fn fn)
{
	struct walk w = { .t = t, .match = match, .arg = arg };
	u64 hash = 0, total = 0;

	while (hash <= U32_MAX) {
		struct shard *sh = lock_with_room(&w, hash, fn == clear_one);
		u32 freed, noted;

		w.now = clock_now();
		w.meant = 0;
		w.expired = 0;
		w.weight = 0;
		w.more = false;
		freed = shard_walk(sh, hash, fn, gone, &w);
		if (freed) {
			stats_add(&t->stats, STAT_expired, w.expired);
			stats_add(&t->stats, STAT_deletes, w.meant);
			table_forget(t, freed);
			cost_give(&t->cost, w.weight);
		}
		noted = w.event ? freed : 0;
		events_post(&t->events, &w.event);
		total += w.meant;
		if (!w.more)
			hash = dir_after(sh);
		dir_unlock_shard(sh);
		if (freed && w.expired)
			trace_expire(&t->name, w.expired);
		end_events(&w, freed, noted);
		watermark_look(&t->watermark);
		cond_resched();
	}
	return total;
}

/**
 * walk_clear - delete the sessions that are meant
 * @t:     table
 * @match: which are meant, NULL for all
 * @arg:   its argument
 *
 * Context: Process, may sleep.
 * Return: how many were deleted.
 */
u64 walk_clear(struct devsess_table *t, walk_match match, const void *arg)
{
	u64 deleted = walk_all(t, match, arg, clear_one);

	sweep_kick(&t->sweep);
	return deleted;
}

/**
 * walk_count - count the sessions that are meant
 * @t:     table
 * @match: which are meant, NULL for all
 * @arg:   its argument
 *
 * Context: Process, may sleep.
 * Return: how many there are.
 */
u64 walk_count(struct devsess_table *t, walk_match match, const void *arg)
{
	return walk_all(t, match, arg, count_one);
}

/**
 * walk_range - call a function for every session
 * @t:   table
 * @fn:  as for devsess_range()
 * @arg: its second argument
 *
 * Context: Process, may sleep.
 * Return: 0, what @fn returned or -ENOMEM.
 */
int walk_range(struct devsess_table *t, int (*fn)(const struct devsess_session *s, void *arg),
	       void *arg)
{
	struct snapshot snap = { };
	struct devsess_session s;
	int ret = 0;
	u32 i;

	while (!ret && snap.next <= U32_MAX) {
		ret = walk_snapshot(t, &snap, NULL, NULL);
		for (i = 0; !ret && i < snap.count; i++) {
			walk_get(t, &snap, i, &s);
			ret = fn(&s, arg);
		}
		cond_resched();
	}
	walk_free(&snap);
	return ret;
}
