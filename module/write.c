// SPDX-License-Identifier: GPL-2.0
/*
 * Writes. All have one shape: lock the shard, find the session, do what the
 * request says for a session that is there or is not, unlock. If a new session
 * needs memory that is not there, it is allocated with no lock held and the
 * write starts again.
 */
#include "write.h"

#include <linux/gfp.h>
#include <linux/prefetch.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "clock.h"
#include "trace.h"

/* The session from now on, in the shard. */
static void put_record(struct devsess_table *t, struct shard *sh, struct devsess_session *s,
		       u64 *rec)
{
	if (s->family == AF_UNSPEC) {
		s->addr = (struct in6_addr){ };
		s->port = 0;
	}
	s->version = ++sh->version;
	session_pack(&t->layout, s, rec);
	if (s->expires)
		sh->next_expiry = min_not_zero(sh->next_expiry, s->expires);
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

/* Writes @req->s over the session of @rec, which it counts as already. */
static void put_over(struct devsess_table *t, struct write_request *req, struct shard *sh,
		     const struct spot *spot, u64 *rec)
{
	u32 owner = session_owner(&t->layout, rec), state = session_state(rec);

	put_record(t, sh, req->s, rec);
	shard_write(sh, spot, rec);
	if (owner != req->s->owner && !req->keep)
		owner_give(t->owners, owner, state);
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

static void begin_life(const struct devsess_table *t, struct devsess_session *s, u64 now)
{
	s->created = now;
	s->last_seen = now;
	begin_ttl(t, s, now);
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

/* Replace all of it by @req->s. Returns 1, -EDQUOT or -EUSERS. */
int write_replace(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec)
{
	int err = count_as(t, rec, req->s, DEVSESS_F_ALL);

	if (err)
		return err;
	get_previous(t, req->prev, rec);
	begin_life(t, req->s, req->now);
	put_over(t, req, sh, spot, rec);
	stats_inc(&t->stats, STAT_updates);
	return 1;
}

/* Replaces what the request's session does not change by what is there. */
static void fill_in(const struct devsess_table *t, struct devsess_session *s,
		    const struct devsess_session *old, u32 fields, u64 now)
{
	s->created = old->created;
	s->last_seen = old->last_seen;
	session_copy_fields(s, old, ~fields);
	if (fields & DEVSESS_F_TTL)
		begin_ttl(t, s, now);
}

/* Change @req->fields of it; @req->s becomes what it is then. Returns 0, -EDQUOT or -EUSERS. */
int write_update(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec)
{
	struct devsess_session old __uninitialized;
	int err = count_as(t, rec, req->s, req->fields);

	if (err)
		return err;
	session_unpack(&t->layout, rec, &old);
	fill_in(t, req->s, &old, req->fields, req->now);
	if (req->prev)
		*req->prev = old;
	put_over(t, req, sh, spot, rec);
	stats_inc(&t->stats, STAT_updates);
	return 0;
}

/*
 * Put @req->s back in its place, but for touches that came since. If it had another owner,
 * its place there was kept. Returns 0.
 */
int write_restore(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec)
{
	u64 expires = session_get(&t->layout, rec, W_EXPIRES);
	u64 last_seen = session_get(&t->layout, rec, W_LAST_SEEN);

	/* Touches do not raise the version: one that came meanwhile counts. */
	if (expires != req->written->expires || last_seen != req->written->last_seen) {
		req->s->expires = expires;
		req->s->last_seen = last_seen;
	}
	if (session_owner(&t->layout, rec) == req->s->owner)
		count_as(t, rec, req->s, DEVSESS_F_STATE);
	put_over(t, req, sh, spot, rec);
	return 0;
}

static void drop(struct devsess_table *t, struct shard *sh, const struct spot *spot,
		 const u64 *rec)
{
	shard_remove(sh, spot);
	table_forget(t, 1);
	owner_give(t->owners, session_owner(&t->layout, rec), session_state(rec));
}

/* Free its slot. Returns 0. */
int write_delete(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec)
{
	get_previous(t, req->prev, rec);
	drop(t, sh, spot, rec);
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
	*session_word(&t->layout, rec, W_LAST_SEEN) = req->now;
	shard_write(sh, spot, rec);
	if (*expires)
		sh->next_expiry = min_not_zero(sh->next_expiry, *expires);
	req->expires = *expires;
	if (req->s)
		session_unpack(&t->layout, rec, req->s);
	stats_inc(&t->stats, STAT_touches);
	return keep;
}

/* Counts a new session. Returns 0, -ENOSPC, -EDQUOT or -EUSERS. */
static int count_new(struct devsess_table *t, const struct devsess_session *s)
{
	int err = owner_take(t->owners, s->owner, s->state);

	if (err || table_reserve(t))
		return err;
	owner_give(t->owners, s->owner, s->state);
	return -ENOSPC;
}

/* Stores a new session. As resize_make_room(), or count_new(). */
static int create(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  struct resize_room *room)
{
	bool atomic = !gfpflags_allow_blocking(req->gfp);
	u64 rec[REC_WORDS_MAX] __uninitialized;
	int ret;

	if (table_full(t))
		return -ENOSPC;
	ret = resize_make_room(sh, room, atomic);
	if (ret)
		return ret;
	ret = count_new(t, req->s);
	if (ret)
		return ret;
	begin_life(t, req->s, req->now);
	put_record(t, sh, req->s, rec);
	shard_add(sh, req->key->hash, rec);
	req->created = true;
	stats_inc(&t->stats, STAT_inserts);
	if (atomic && resize_crowded(sh))
		sweep_kick(&t->sweep);
	return 0;
}

/*
 * Begins to load all that the write will wait for, under the lock as well. Who inserts
 * expects no session, and a place for one in the dirty map; others find one in the
 * read map nearly always.
 */
static void prefetch_all(const struct devsess_table *t, const struct write_request *req)
{
	const struct shard *sh;

	rcu_read_lock();
	sh = dir_shard(&t->dir, req->key->hash);
	shard_prefetch_write(sh, req->key->hash, req->found == write_exists);
	rcu_read_unlock();
}

/*
 * One try. Returns the result, or -EAGAIN if *@room or *@depth (of the
 * directory) says what is missing.
 */
static int try_once(struct devsess_table *t, struct write_request *req, struct resize_room *room,
		    u8 *depth)
{
	struct shard *sh = dir_lock_shard(&t->dir, req->key->hash);
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct spot spot;
	int ret;

	req->now = clock_now();
	if (shard_find(sh, req->key, &spot)) {
		slots_load(spot.map, spot.i, rec);
		if (!session_expired(&t->layout, rec, req->now)) {
			if (req->versioned &&
			    session_get(&t->layout, rec, W_VERSION) != req->version)
				ret = -ESTALE;
			else
				ret = req->found(t, req, sh, &spot, rec);
			goto out;
		}
		drop(t, sh, &spot, rec);
		stats_inc(&t->stats, STAT_expired);
		req->expired = true;
	}
	ret = req->create ? create(t, req, sh, room) : -ENOENT;
	if (ret == 1) {
		*depth = sh->depth + 1;
		if (!dir_split(&t->dir, sh, room)) {
			*depth = 0;
			trace_split(t->name, atomic_read(&t->stats.shards));
		}
		return -EAGAIN;
	}
out:
	dir_unlock_shard(sh);
	return ret;
}

/*
 * Whether it is worth another try, as a full table has lost expired sessions: here, or
 * since the last try to somebody else who looked for them.
 */
static bool make_room(struct devsess_table *t, const struct write_request *req)
{
	return READ_ONCE(t->policy) == DEVSESS_POLICY_EVICT_EXPIRED_ONLY &&
	       (sweep_make_room(&t->sweep, req->key->hash, req->gfp) || !table_full(t));
}

/* Tells what was done, now that no lock is held. */
static void tell(const struct devsess_table *t, const struct write_request *req,
		 const struct resize_room *room, int ret)
{
	if (room->moved)
		trace_promote(t->name, room->moved);
	if (req->expired)
		trace_expire(t->name, 1);
	if (ret == -ENOSPC)
		trace_full(t->name, req->key);
	if (ret < 0)
		return;
	if (req->found == write_delete)
		trace_delete(t->name, req->key);
	else if (req->created || req->found == write_replace || req->found == write_update ||
		 req->found == write_restore)
		trace_store(t->name, req->key, req->created, req->s->version);
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
	struct resize_room room = { };
	int ret;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	do {
		u8 depth = 0;
		int err = 0;

		prefetch_all(t, req);
		ret = try_once(t, req, &room, &depth);
		if (ret == -EAGAIN && depth)
			err = dir_grow(&t->dir, depth);
		else if (ret == -EAGAIN)
			err = resize_room_alloc(&t->layout, &t->stats, &room, req->gfp);
		if (err)
			ret = err;
		if (ret == -ENOSPC && make_room(t, req))
			ret = -EAGAIN;
	} while (ret == -EAGAIN);
	resize_room_free(&room);
	tell(t, req, &room, ret);
	if (ret < 0)
		return stats_failure(&t->stats, ret);
	if (req->s)
		sweep_expiry(&t->sweep, req->s->expires);
	else
		sweep_expiry(&t->sweep, req->expires);
	return ret;
}
