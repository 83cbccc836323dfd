// SPDX-License-Identifier: GPL-2.0
/*
 * Writes. All have one shape: lock the shard, find the session, do what the
 * request says for a session that is there or is not, unlock. If a new session
 * needs memory that is not there, it is allocated with no lock held and the
 * write starts again.
 */
#include "write.h"

#include <linux/gfp.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "clock.h"
#include "evict.h"
#include "place.h"
#include "trace.h"
#include "upcall.h"

/*
 * A session expires then, or never. The worker hears of it before anybody finds it: who looks for
 * room asks when the next one is due.
 */
static void expires_at(struct devsess_table *t, struct shard *sh, u64 expires)
{
	if (!expires)
		return;
	sh->next_expiry = min_not_zero(sh->next_expiry, expires);
	sweep_expiry(&t->sweep, expires);
}

/* The session from now on, in the shard; @noted is what word 0 has for eviction. */
static void put_record(struct devsess_table *t, struct shard *sh, struct devsess_session *s,
		       u64 *rec, u64 noted)
{
	if (s->family == AF_UNSPEC) {
		s->addr = (struct in6_addr){ };
		s->port = 0;
	}
	s->weight = session_weight_of(s);
	s->version = ++sh->version;
	session_pack(&t->layout, s, s->data_len, rec);
	rec[0] |= noted & (WORD0_NEW | WORD0_USES);
	expires_at(t, sh, s->expires);
}

/* Under the shard lock, once it is done. */
static void note(struct devsess_table *t, struct write_request *req, u32 kind, u32 reason,
		 const u64 *rec)
{
	events_note(&t->events, req->event, kind, reason, rec);
}

/*
 * Counts the session of @rec as what @fields of @s are about to make of it. If that is
 * another owner's, it counts under both until put_over().
 */
static int count_as(struct devsess_table *t, const u64 *rec, const struct devsess_session *s,
		    u32 fields)
{
	u32 owner, state;

	if (likely(!t->owners))
		return 0;
	owner = session_owner(&t->layout, rec);
	state = fields & DEVSESS_F_STATE ? s->state : session_state(rec);
	if ((fields & DEVSESS_F_OWNER) && s->owner != owner)
		return owner_take(t->owners, s->owner, state);
	owner_change_state(t->owners, owner, session_state(rec), state);
	return 0;
}

/* As count_as(), and counts what the session becomes heavier. Returns also -ENOSPC. */
static int count_change(struct devsess_table *t, struct write_request *req, const u64 *rec,
			u32 fields)
{
	u32 weight = session_weight_of(req->s), old = session_weight(rec), more = 0;
	int err;

	if ((fields & DEVSESS_F_WEIGHT) && weight > old)
		more = weight - old;
	if (more && !place_take_cost(t, req, more))
		return -ENOSPC;
	err = count_as(t, rec, req->s, fields);
	if (err)
		cost_give(&t->cost, more);
	return err;
}

/* Writes @req->s over the session of @rec, which it counts as already. */
static void put_over(struct devsess_table *t, struct write_request *req, struct shard *sh,
		     const struct spot *spot, u64 *rec)
{
	u32 owner = session_owner(&t->layout, rec), state = session_state(rec);
	u32 weight = session_weight(rec);

	put_record(t, sh, req->s, rec, rec[0]);
	shard_write(sh, spot, rec);
	if (req->keep)
		return;
	if (owner != req->s->owner)
		owner_give(t->owners, owner, state);
	if (weight > req->s->weight)
		cost_give(&t->cost, weight - req->s->weight);
}

static void get_previous(const struct devsess_table *t, struct devsess_session *prev,
			 const u64 *rec)
{
	if (prev)
		session_unpack(&t->layout, rec, prev);
}

/* When its time to live is over, if it is not told otherwise. */
static void begin_ttl(const struct devsess_table *t, struct devsess_session *s, u64 now)
{
	if (s->ttl_ms == DEVSESS_TTL_TABLE)
		s->ttl_ms = READ_ONCE(t->ttl_ms);
	if (!s->expires)
		s->expires = session_expiry(s->ttl_ms, now);
}

/*
 * When a device was heard. What may be undone is a little older than what others do in the same
 * tick: keep_touch() tells their touches by that.
 */
static u64 heard_at(const struct write_request *req)
{
	return req->now - req->keep;
}

static void begin_life(const struct devsess_table *t, const struct write_request *req)
{
	struct devsess_session *s = req->s;

	s->created = heard_at(req);
	s->last_seen = s->created;
	begin_ttl(t, s, req->now);
}

/* The session is there already. Returns -EEXIST. */
int write_exists(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec)
{
	return -EEXIST;
}

/* Copy the session into @req->s. Returns 1. */
int write_load(struct devsess_table *t, struct write_request *req, struct shard *sh,
	       const struct spot *spot, u64 *rec)
{
	session_unpack(&t->layout, rec, req->s);
	return 1;
}

/* Replace all of it by @req->s. Returns 1, -ENOSPC, -EDQUOT or -EUSERS. */
int write_replace(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec)
{
	int err = count_change(t, req, rec, DEVSESS_F_ALL);

	if (err)
		return err;
	get_previous(t, req->prev, rec);
	begin_life(t, req);
	put_over(t, req, sh, spot, rec);
	note(t, req, DEVSESS_EVENT_KIND_UPDATE, DEVSESS_EVENT_REASON_REPLACE, rec);
	stats_inc(&t->stats, STAT_updates);
	return 1;
}

/* What the request's session does not change becomes what is there. */
static void fill_in(const struct devsess_table *t, struct write_request *req, const u64 *rec)
{
	struct devsess_session old __uninitialized, *s = req->s;

	s->created = session_get(&t->layout, rec, W_CREATED);
	s->last_seen = min(session_get(&t->layout, rec, W_LAST_SEEN), heard_at(req));
	if (req->fields != DEVSESS_F_ALL) {
		session_unpack(&t->layout, rec, &old);
		session_copy_fields(s, &old, ~req->fields);
	}
	if (req->fields & DEVSESS_F_TTL)
		begin_ttl(t, s, req->now);
}

/*
 * Change @req->fields of it; @req->s becomes what it is then. Returns 0, -ENOSPC, -EDQUOT or
 * -EUSERS.
 */
int write_update(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec)
{
	int err = count_change(t, req, rec, req->fields);

	if (err)
		return err;
	fill_in(t, req, rec);
	get_previous(t, req->prev, rec);
	put_over(t, req, sh, spot, rec);
	note(t, req, DEVSESS_EVENT_KIND_UPDATE, DEVSESS_EVENT_REASON_REQUEST, rec);
	stats_inc(&t->stats, STAT_updates);
	return 0;
}

/*
 * Touches do not raise the version: one that came since the write counts. But not for the time
 * to live that the write gave, which is taken back, nor for the expiry.
 */
static void keep_touch(const struct devsess_table *t, struct write_request *req, const u64 *rec)
{
	u64 expires = session_get(&t->layout, rec, W_EXPIRES);
	u64 last_seen = session_get(&t->layout, rec, W_LAST_SEEN);
	const struct devsess_session *w = req->written;
	struct devsess_session *s = req->s;
	bool same_ttl = w->ttl_ms == s->ttl_ms;
	u64 later;

	if (expires == w->expires && last_seen == w->last_seen)
		return;
	s->last_seen = last_seen;
	if ((same_ttl && w->expires == s->expires) ||
	    (expires != w->expires &&
	     (same_ttl || expires != session_expiry(w->ttl_ms, last_seen)))) {
		s->expires = expires;
		return;
	}
	later = session_expiry(s->ttl_ms, last_seen);
	s->expires = s->expires && later ? max(s->expires, later) : 0;
}

/*
 * Put @req->s back in its place, but for touches that came since. If it had another owner,
 * its place there was kept, and so was its weight if that was more. Returns 0.
 */
int write_restore(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec)
{
	keep_touch(t, req, rec);
	if (session_owner(&t->layout, rec) == req->s->owner)
		count_as(t, rec, req->s, DEVSESS_F_STATE);
	put_over(t, req, sh, spot, rec);
	note(t, req, DEVSESS_EVENT_KIND_UPDATE, DEVSESS_EVENT_REASON_UNDO, rec);
	/* It counts as no update, but is a change. */
	atomic64_inc(&t->generation);
	return 0;
}

static void drop(struct devsess_table *t, struct shard *sh, const struct spot *spot,
		 const u64 *rec)
{
	shard_remove(sh, spot);
	table_forget(t, 1);
	cost_give(&t->cost, session_weight(rec));
	owner_give(t->owners, session_owner(&t->layout, rec), session_state(rec));
}

/* Free its slot. Returns 0. */
int write_delete(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec)
{
	get_previous(t, req->prev, rec);
	drop(t, sh, spot, rec);
	note(t, req, DEVSESS_EVENT_KIND_DELETE, req->reason, rec);
	stats_inc(&t->stats, STAT_deletes);
	if (resize_wants_tidy(sh))
		sweep_kick(&t->sweep);
	return 0;
}

/* Note that the device was heard. Returns whether the expiry was kept (0 or 1). */
int write_touch(struct devsess_table *t, struct write_request *req, struct shard *sh,
		const struct spot *spot, u64 *rec)
{
	u64 *expires = session_word(&t->layout, rec, W_EXPIRES);
	u64 ttl_ms = req->ttl_ms ?: session_get(&t->layout, rec, W_TTL);
	u64 later = session_expiry(ttl_ms, req->now);
	bool keep = (req->flags & DEVSESS_TOUCH_FLAG_ONLY_LATER) &&
		    (!*expires || (later && later <= *expires));

	get_previous(t, req->prev, rec);
	if (!keep)
		*expires = later;
	*session_word(&t->layout, rec, W_LAST_SEEN) = heard_at(req);
	shard_write(sh, spot, rec);
	note(t, req, DEVSESS_EVENT_KIND_TOUCH, DEVSESS_EVENT_REASON_REQUEST, rec);
	expires_at(t, sh, *expires);
	req->expires = *expires;
	if (req->s)
		session_unpack(&t->layout, rec, req->s);
	stats_inc(&t->stats, STAT_touches);
	return keep;
}

/* What is noted of a new session. */
static u64 first_note(const struct devsess_table *t, const struct write_request *req,
		      struct shard *sh)
{
	if (!place_evicts(t) || req->s->flags & DEVSESS_FLAG_PINNED)
		return 0;
	return evict_on_probation(sh, req->key->hash) ? WORD0_NEW : 0;
}

/* Stores a new session. As resize_make_room(), or place_count(). */
static int create(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  struct resize_room *room)
{
	bool atomic = !gfpflags_allow_blocking(req->gfp);
	u64 rec[REC_WORDS_MAX] __uninitialized;
	int ret;

	if (place_hopeless(t, req))
		return -ENOSPC;
	ret = resize_make_room(sh, room, atomic);
	if (ret)
		return ret;
	ret = place_count(t, req, sh);
	if (ret)
		return ret;
	begin_life(t, req);
	put_record(t, sh, req->s, rec, first_note(t, req, sh));
	shard_add(sh, req->key->hash, rec);
	req->created = true;
	note(t, req, DEVSESS_EVENT_KIND_CREATE, DEVSESS_EVENT_REASON_REQUEST, rec);
	stats_inc(&t->stats, STAT_inserts);
	if (atomic && resize_crowded(sh))
		sweep_kick(&t->sweep);
	return 0;
}

/*
 * Frees an expired session. Returns 0, or -ERESTART if there has to be room for its
 * event first, or, now that it is taken, for that of the new session.
 */
static int drop_expired(struct devsess_table *t, struct write_request *req, struct shard *sh,
			const struct spot *spot, const u64 *rec)
{
	if (!req->event && !req->lossy && events_wanted(DEVSESS_EVENT_KIND_EXPIRE)) {
		req->tell = true;
		return -ERESTART;
	}
	drop(t, sh, spot, rec);
	req->expired++;
	note(t, req, DEVSESS_EVENT_KIND_EXPIRE, DEVSESS_EVENT_REASON_WRITE, rec);
	stats_inc(&t->stats, STAT_expired);
	return req->create && event_full(req->event) ? -ERESTART : 0;
}

/* What the write may well be told as. */
static bool worth_telling(const struct write_request *req)
{
	if (req->found == write_touch)
		return events_wanted(DEVSESS_EVENT_KIND_TOUCH);
	if (req->found == write_update || req->found == write_restore)
		return events_wanted(DEVSESS_EVENT_KIND_UPDATE);
	return events_wanted(DEVSESS_EVENT_KIND_CREATE) ||
	       (req->found == write_replace && events_wanted(DEVSESS_EVENT_KIND_UPDATE));
}

/* Takes room for the event, before the lock. A write does not fail for want of it. */
static void make_ready(struct devsess_table *t, struct write_request *req)
{
	bool patient;
	u32 most;

	if (likely(!READ_ONCE(events_door)) || req->event)
		return;
	if (!req->tell && !worth_telling(req))
		return;
	patient = gfpflags_allow_blocking(req->gfp);
	/* An expired one in its place, one that is evicted, and itself. */
	most = place_evicts(t) && req->create ? 3 : 1;
	req->event = events_alloc(&t->events, most, patient ? GFP_KERNEL : GFP_NOWAIT);
	req->lossy = !req->event;
}

/*
 * One try. Returns the result, or -EAGAIN if *@room or *@depth (of the
 * directory) says what is missing, or -ERESTART if it is room for an event.
 */
static int try_once(struct devsess_table *t, struct write_request *req, struct resize_room *room,
		    u8 *depth)
{
	/* Who inserts expects no session, and a place for one in the dirty map. */
	struct shard *sh = dir_lock_to_write(&t->dir, req->key->hash, req->found == write_exists);
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct spot spot;
	int ret;

	req->now = clock_now();
	req->want = 0;
	if (shard_find(sh, req->key, &spot)) {
		slots_load(spot.map, spot.i, rec);
		if (READ_ONCE(t->layout.uses))
			slots_note_use(spot.map, spot.i, rec);
		/* What is undone may have expired by the time to live that it is to lose again. */
		if (req->found == write_restore ||
		    !session_expired(&t->layout, rec, req->now)) {
			if (req->versioned &&
			    session_get(&t->layout, rec, W_VERSION) != req->version)
				ret = -ESTALE;
			else
				ret = req->found(t, req, sh, &spot, rec);
			goto out;
		}
		ret = drop_expired(t, req, sh, &spot, rec);
		if (ret)
			goto out;
	}
	ret = req->create ? create(t, req, sh, room) : -ENOENT;
	events_post(&t->events, &req->event);
	if (ret == 1) {
		*depth = sh->depth + 1;
		if (!dir_split(&t->dir, sh, room)) {
			*depth = 0;
			trace_split(&t->name, atomic_read(&t->stats.shards));
		}
		return -EAGAIN;
	}
out:
	events_post(&t->events, &req->event);
	dir_unlock_shard(sh);
	return ret;
}

/* Tells what was done, now that no lock is held. */
static void tell(const struct devsess_table *t, const struct write_request *req,
		 const struct resize_room *room, int ret)
{
	if (room->moved)
		trace_promote(&t->name, room->moved);
	if (req->expired)
		trace_expire(&t->name, req->expired);
	if (req->evicted)
		place_tell_victim(t, req->victim);
	if (ret == -ENOSPC)
		trace_full(&t->name, req->key);
	if (ret < 0)
		return;
	if (req->found == write_delete)
		trace_delete(&t->name, req->key);
	else if (req->created || req->found == write_replace || req->found == write_update ||
		 req->found == write_restore)
		trace_store(&t->name, req->key, req->created, req->s->version);
}

/**
 * write_run - run a write
 * @t:   table
 * @req: request, its @key made
 *
 * Context: Process, or softirq if @req->gfp is GFP_ATOMIC or nothing is created.
 * Return: what @req->found returned, 0 if the session was created, -ENOENT,
 * -ESTALE, -ENOSPC, -EDQUOT, -EUSERS, -ENOMEM, or -ENODEV if the table's namespace is gone.
 */
int write_run(struct devsess_table *t, struct write_request *req)
{
	struct slot_key victim __uninitialized;
	struct resize_room room = { };
	int ret;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	req->victim = &victim;
	do {
		u8 depth = 0;
		int err = 0;

		make_ready(t, req);
		ret = try_once(t, req, &room, &depth);
		if (ret == -EAGAIN && depth)
			err = dir_grow(&t->dir, depth);
		else if (ret == -EAGAIN)
			err = resize_room_alloc(&t->layout, &t->stats, &room, req->gfp);
		if (err)
			ret = err;
		if (ret == -ENOSPC && place_make(t, req))
			ret = -EAGAIN;
	} while (ret == -EAGAIN || ret == -ERESTART);
	place_give_back(t, req);
	resize_room_free(&room);
	events_free(&t->events, req->event);
	events_kick(&t->events);
	/* With a bound of the cost, also if one has become heavier or lighter. */
	if (req->created || req->expired || req->made_room || req->found == write_delete ||
	    cost_max(&t->cost))
		watermark_look(&t->watermark);
	tell(t, req, &room, ret);
	if (ret < 0)
		return stats_failure(&t->stats, ret);
	if (req->created && READ_ONCE(t->upcall))
		upcall_stored(t, req->key);
	return ret;
}
