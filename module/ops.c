// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on one session of a table, for its doors and for other modules.
 *
 * All writes have one shape: lock the shard, find the session, do what the
 * request says for a session that is there or is not, unlock. If a new session
 * needs memory that is not there, it is allocated with no lock held and the
 * write starts again.
 */
#include "ops.h"

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/siphash.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "clock.h"

struct request;

/* What a request does with a session that is there. Shard lock held. */
typedef int (*found_fn)(struct devsess_table *t, struct request *req, struct shard *sh,
			const struct spot *spot, u64 *rec);

/**
 * struct request - a write
 * @key:       device id
 * @found:     what to do if the session is there
 * @create:    create it if it is not
 * @versioned: @version is the one expected
 * @fields:    what an update changes
 * @flags:     of a touch
 * @ttl_ms:    of a touch
 * @version:   expected
 * @s:         the session, in and out
 * @prev:      out: the previous session, or NULL
 * @written:   what a restore undoes
 * @expires:   out: expiry after a touch
 * @gfp:       of the caller
 * @now:       time of the request: when the lock is held, so that a session's
 *             times never go back
 */
struct request {
	struct slot_key key;
	found_fn found;
	bool create;
	bool versioned;
	u32 fields;
	u32 flags;
	u64 ttl_ms;
	u64 version;
	struct devsess_session *s;
	struct devsess_session *prev;
	const struct devsess_session *written;
	u64 expires;
	gfp_t gfp;
	u64 now;
};

static int make_key(const struct devsess_table *t, const void *id, size_t len,
		    struct slot_key *key)
{
	if (!len || len > t->key_max)
		return -EINVAL;
	key->len = len;
	session_bytes(key->word, DIV_ROUND_UP(len, 8), id, len);
	key->hash = hsiphash(key->word, len, &t->hash_key);
	return 0;
}

static bool times_valid(const struct devsess_session *s)
{
	u64 now = s->expires ? clock_now() : 0;

	if (s->ttl_ms > DEVSESS_TTL_MAX)
		return false;
	return !s->expires ||
	       (s->expires > now && s->expires - now <= DEVSESS_TTL_MAX * NSEC_PER_MSEC);
}

static bool session_valid(const struct devsess_table *t, const struct devsess_session *s,
			  u32 fields)
{
	if (fields & ~DEVSESS_F_ALL)
		return false;
	if ((fields & DEVSESS_F_DATA) && s->data_len > t->data_max)
		return false;
	if ((fields & DEVSESS_F_STATE) && s->state > DEVSESS_STATE_BLOCKED)
		return false;
	if ((fields & DEVSESS_F_FLAGS) && s->flags & ~DEVSESS_FLAG_PINNED)
		return false;
	if ((fields & DEVSESS_F_ADDR) && s->family != AF_UNSPEC && s->family != AF_INET &&
	    s->family != AF_INET6)
		return false;
	return !(fields & DEVSESS_F_TTL) || times_valid(s);
}

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

static void get_previous(const struct devsess_table *t, struct devsess_session *prev,
			 const u64 *rec)
{
	if (prev)
		session_unpack(&t->layout, rec, prev);
}

static void begin_life(struct devsess_session *s, u64 now)
{
	s->created = now;
	s->last_seen = now;
	if (!s->expires)
		s->expires = session_expiry(s->ttl_ms, now);
}

static int found_exists(struct devsess_table *t, struct request *req, struct shard *sh,
			const struct spot *spot, u64 *rec)
{
	return -EEXIST;
}

static int found_load(struct devsess_table *t, struct request *req, struct shard *sh,
		      const struct spot *spot, u64 *rec)
{
	session_unpack(&t->layout, rec, req->s);
	return 1;
}

static int found_replace(struct devsess_table *t, struct request *req, struct shard *sh,
			 const struct spot *spot, u64 *rec)
{
	get_previous(t, req->prev, rec);
	begin_life(req->s, req->now);
	put_record(t, sh, req->s, rec);
	shard_write(sh, spot, rec);
	stats_inc(&t->stats, STAT_updates);
	return 1;
}

/* Replaces what the request's session does not change by what is there. */
static void fill_in(struct devsess_session *s, const struct devsess_session *old, u32 fields,
		    u64 now)
{
	s->created = old->created;
	s->last_seen = old->last_seen;
	if (!(fields & DEVSESS_F_SESSION))
		s->session = old->session;
	if (!(fields & DEVSESS_F_ADDR)) {
		s->family = old->family;
		s->addr = old->addr;
		s->port = old->port;
	}
	if (!(fields & DEVSESS_F_OWNER))
		s->owner = old->owner;
	if (!(fields & DEVSESS_F_MARK))
		s->mark = old->mark;
	if (!(fields & DEVSESS_F_STATE))
		s->state = old->state;
	if (!(fields & DEVSESS_F_FLAGS))
		s->flags = old->flags;
	if (!(fields & DEVSESS_F_TTL)) {
		s->ttl_ms = old->ttl_ms;
		s->expires = old->expires;
	} else if (!s->expires) {
		s->expires = session_expiry(s->ttl_ms, now);
	}
	if (!(fields & DEVSESS_F_DATA)) {
		s->data_len = old->data_len;
		memcpy(s->data, old->data, old->data_len);
	}
}

static int found_update(struct devsess_table *t, struct request *req, struct shard *sh,
			const struct spot *spot, u64 *rec)
{
	struct devsess_session old;

	session_unpack(&t->layout, rec, &old);
	fill_in(req->s, &old, req->fields, req->now);
	if (req->prev)
		*req->prev = old;
	put_record(t, sh, req->s, rec);
	shard_write(sh, spot, rec);
	stats_inc(&t->stats, STAT_updates);
	return 0;
}

static int found_restore(struct devsess_table *t, struct request *req, struct shard *sh,
			 const struct spot *spot, u64 *rec)
{
	u64 expires = session_get(&t->layout, rec, W_EXPIRES);
	u64 last_seen = session_get(&t->layout, rec, W_LAST_SEEN);

	/* Touches do not raise the version: one that came meanwhile counts. */
	if (expires != req->written->expires || last_seen != req->written->last_seen) {
		req->s->expires = expires;
		req->s->last_seen = last_seen;
	}
	put_record(t, sh, req->s, rec);
	shard_write(sh, spot, rec);
	return 0;
}

static int found_delete(struct devsess_table *t, struct request *req, struct shard *sh,
			const struct spot *spot, u64 *rec)
{
	get_previous(t, req->prev, rec);
	shard_remove(sh, spot);
	table_forget(t, 1);
	stats_inc(&t->stats, STAT_deletes);
	if (shard_wants_tidy(sh))
		sweep_kick(&t->sweep);
	return 0;
}

static int found_touch(struct devsess_table *t, struct request *req, struct shard *sh,
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

/* Stores a new session. As shard_make_room(), or -ENOSPC. */
static int create(struct devsess_table *t, struct request *req, struct shard *sh,
		  struct shard_room *room)
{
	bool atomic = !gfpflags_allow_blocking(req->gfp);
	u64 rec[REC_WORDS_MAX];
	int ret;

	if (table_full(t))
		return -ENOSPC;
	ret = shard_make_room(sh, room, atomic);
	if (ret)
		return ret;
	if (!table_reserve(t))
		return -ENOSPC;
	begin_life(req->s, req->now);
	put_record(t, sh, req->s, rec);
	shard_add(sh, req->key.hash, rec);
	stats_inc(&t->stats, STAT_inserts);
	if (atomic && shard_crowded(sh))
		sweep_kick(&t->sweep);
	return 0;
}

static void drop_expired(struct devsess_table *t, struct shard *sh, const struct spot *spot)
{
	shard_remove(sh, spot);
	table_forget(t, 1);
	stats_inc(&t->stats, STAT_expired);
}

/*
 * One try. Returns the result, or -EAGAIN if *@room or *@depth (of the
 * directory) says what is missing.
 */
static int try_once(struct devsess_table *t, struct request *req, struct shard_room *room,
		    u8 *depth)
{
	struct shard *sh = dir_lock_shard(&t->dir, req->key.hash);
	u64 rec[REC_WORDS_MAX];
	struct spot spot;
	int ret;

	req->now = clock_now();
	if (shard_find(sh, &req->key, &spot)) {
		slots_load(spot.map, spot.i, rec);
		if (!session_expired(&t->layout, rec, req->now)) {
			if (req->versioned &&
			    session_get(&t->layout, rec, W_VERSION) != req->version)
				ret = -ESTALE;
			else
				ret = req->found(t, req, sh, &spot, rec);
			goto out;
		}
		drop_expired(t, sh, &spot);
	}
	ret = req->create ? create(t, req, sh, room) : -ENOENT;
	if (ret == 1) {
		*depth = sh->depth + 1;
		if (!dir_split(&t->dir, sh, room))
			*depth = 0;
		return -EAGAIN;
	}
out:
	dir_unlock_shard(sh);
	return ret;
}

static int count_failure(struct devsess_table *t, int ret)
{
	switch (ret) {
	case -EEXIST:
		stats_inc(&t->stats, STAT_fail_exists);
		break;
	case -ENOENT:
		stats_inc(&t->stats, STAT_fail_absent);
		break;
	case -ESTALE:
		stats_inc(&t->stats, STAT_fail_version);
		break;
	case -ENOSPC:
		stats_inc(&t->stats, STAT_fail_full);
		break;
	case -ENOMEM:
		stats_inc(&t->stats, STAT_fail_memory);
		break;
	case -EINVAL:
		stats_inc(&t->stats, STAT_fail_invalid);
		break;
	}
	return ret;
}

/* Runs a write whose @key is made. */
static int run(struct devsess_table *t, struct request *req)
{
	struct shard_room room = { };
	int ret;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	do {
		u8 depth = 0;
		int err = 0;

		ret = try_once(t, req, &room, &depth);
		if (ret == -EAGAIN && depth)
			err = dir_grow(&t->dir, depth);
		else if (ret == -EAGAIN)
			err = shard_room_alloc(&t->layout, &t->stats, &room, req->gfp);
		if (err)
			ret = err;
	} while (ret == -EAGAIN);
	shard_room_free(&room);
	if (ret < 0)
		return count_failure(t, ret);
	if (req->s)
		sweep_expiry(&t->sweep, req->s->expires);
	else
		sweep_expiry(&t->sweep, req->expires);
	return ret;
}

/* A write of a session: @fields of it matter. */
static int run_session(struct devsess_table *t, struct request *req, u32 fields)
{
	struct devsess_session *s = req->s;

	req->fields = fields;
	if (make_key(t, s->key, s->key_len, &req->key) ||
	    !session_valid(t, s, fields))
		return count_failure(t, -EINVAL);
	return run(t, req);
}

/* A write that names a session only. */
static int run_key(struct devsess_table *t, struct request *req, const void *key, size_t key_len)
{
	if (make_key(t, key, key_len, &req->key))
		return count_failure(t, -EINVAL);
	return run(t, req);
}

static void expect(struct request *req, const u64 *version)
{
	req->versioned = version;
	if (version)
		req->version = *version;
}

int devsess_lookup(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s)
{
	u64 rec[REC_WORDS_MAX];
	struct slot_key k;
	bool due = false;
	int ret;

	if (make_key(t, key, key_len, &k))
		return count_failure(t, -EINVAL);
	if (READ_ONCE(t->dead))
		return -ENODEV;
	rcu_read_lock();
	ret = shard_read(dir_shard(&t->dir, k.hash), &k, rec, &due);
	rcu_read_unlock();
	if (due)
		sweep_kick(&t->sweep);
	if (ret == -EAGAIN)
		return ret;
	if (ret < 0 || (session_get(&t->layout, rec, W_EXPIRES) &&
			session_expired(&t->layout, rec, clock_now()))) {
		stats_inc(&t->stats, STAT_not_found);
		return -ENOENT;
	}
	stats_inc(&t->stats, ret ? STAT_dirty_hits : STAT_read_hits);
	session_unpack(&t->layout, rec, s);
	return 0;
}
EXPORT_SYMBOL_GPL(devsess_lookup);

int devsess_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	struct request req = { .s = s, .found = found_exists, .create = true, .gfp = gfp };

	return run_session(t, &req, DEVSESS_F_ALL);
}
EXPORT_SYMBOL_GPL(devsess_insert);

int devsess_store(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	return devsess_swap(t, s, NULL, gfp);
}
EXPORT_SYMBOL_GPL(devsess_store);

/**
 * ops_update - change fields of a session in place
 * @t:       table
 * @s:       key and new values; @s becomes the session as it is then
 * @fields:  set of enum devsess_fields
 * @version: expected, or NULL for any
 * @prev:    out, may be NULL: the session as it was
 *
 * Context: Process or softirq.
 * Return: as devsess_compare_and_swap().
 */
int ops_update(struct devsess_table *t, struct devsess_session *s, u32 fields,
	       const u64 *version, struct devsess_session *prev)
{
	struct request req = { .s = s, .prev = prev, .found = found_update };

	expect(&req, version);
	return run_session(t, &req, fields);
}

int devsess_update(struct devsess_table *t, struct devsess_session *s, u32 fields)
{
	return ops_update(t, s, fields, NULL, NULL);
}
EXPORT_SYMBOL_GPL(devsess_update);

int devsess_compare_and_swap(struct devsess_table *t, struct devsess_session *s, u32 fields,
			     u64 version)
{
	return ops_update(t, s, fields, &version, NULL);
}
EXPORT_SYMBOL_GPL(devsess_compare_and_swap);

int devsess_get_or_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	struct request req = { .s = s, .found = found_load, .create = true, .gfp = gfp };

	return run_session(t, &req, DEVSESS_F_ALL);
}
EXPORT_SYMBOL_GPL(devsess_get_or_insert);

int devsess_swap(struct devsess_table *t, struct devsess_session *s,
		 struct devsess_session *prev, gfp_t gfp)
{
	struct request req = {
		.s = s, .prev = prev, .found = found_replace, .create = true, .gfp = gfp,
	};

	return run_session(t, &req, DEVSESS_F_ALL);
}
EXPORT_SYMBOL_GPL(devsess_swap);

/**
 * ops_delete - delete a session
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @version: expected, or NULL for any
 * @prev:    out, may be NULL: the session as it was
 *
 * Context: Process or softirq.
 * Return: as devsess_compare_and_delete().
 */
int ops_delete(struct devsess_table *t, const void *key, size_t key_len, const u64 *version,
	       struct devsess_session *prev)
{
	struct request req = { .prev = prev, .found = found_delete };

	expect(&req, version);
	return run_key(t, &req, key, key_len);
}

int devsess_delete(struct devsess_table *t, const void *key, size_t key_len)
{
	return ops_delete(t, key, key_len, NULL, NULL);
}
EXPORT_SYMBOL_GPL(devsess_delete);

int devsess_get_and_delete(struct devsess_table *t, const void *key, size_t key_len,
			   struct devsess_session *s)
{
	return ops_delete(t, key, key_len, NULL, s);
}
EXPORT_SYMBOL_GPL(devsess_get_and_delete);

int devsess_compare_and_delete(struct devsess_table *t, const void *key, size_t key_len,
			       u64 version)
{
	return ops_delete(t, key, key_len, &version, NULL);
}
EXPORT_SYMBOL_GPL(devsess_compare_and_delete);

/**
 * ops_touch - note that a device was heard
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @ttl_ms:  as for devsess_touch()
 * @flags:   as for devsess_touch()
 * @expires: as for devsess_touch()
 * @prev:    out, may be NULL: the session as it was
 * @s:       out, may be NULL: the session as it is then
 *
 * Context: Process or softirq.
 * Return: as devsess_touch().
 */
int ops_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms, u32 flags,
	      u64 *expires, struct devsess_session *prev, struct devsess_session *s)
{
	struct request req = {
		.s = s, .prev = prev, .found = found_touch, .ttl_ms = ttl_ms, .flags = flags,
	};
	int ret;

	if (ttl_ms > DEVSESS_TTL_MAX || flags & ~DEVSESS_TOUCH_FLAG_ONLY_LATER)
		return count_failure(t, -EINVAL);
	ret = run_key(t, &req, key, key_len);
	if (ret >= 0 && expires)
		*expires = req.expires;
	return ret;
}

int devsess_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		  u32 flags, u64 *expires)
{
	return ops_touch(t, key, key_len, ttl_ms, flags, expires, NULL, NULL);
}
EXPORT_SYMBOL_GPL(devsess_touch);

/**
 * ops_restore - put a session back as it was (undo)
 * @t:       table
 * @s:       the session as it was; its version will be a new one
 * @written: the session as the write that is undone left it
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT or -ESTALE if somebody else changed it meanwhile.
 */
int ops_restore(struct devsess_table *t, struct devsess_session *s,
		const struct devsess_session *written)
{
	struct request req = { .s = s, .written = written, .found = found_restore };

	expect(&req, &written->version);
	if (make_key(t, s->key, s->key_len, &req.key))
		return -EINVAL;
	return run(t, &req);
}
