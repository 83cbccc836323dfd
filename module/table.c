// SPDX-License-Identifier: GPL-2.0
/*
 * Table: limits, directory and every operation on one session.
 *
 * All writes have one shape: lock the shard, find the session, do what the
 * request says for a session that is there or is not, unlock. If a new session
 * needs memory that is not there, it is allocated with no lock held and the
 * write starts again.
 */
#include "table.h"

#include <linux/export.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/socket.h>

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
 * @expires:   out: expiry after a touch
 * @gfp:       of the caller
 * @now:       time of the request
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

static bool times_valid(const struct devsess_session *s, u64 now)
{
	if (s->ttl_ms > DEVSESS_TTL_MAX)
		return false;
	return !s->expires ||
	       (s->ttl_ms && s->expires > now &&
		s->expires - now <= DEVSESS_TTL_MAX * NSEC_PER_MSEC);
}

static bool session_valid(const struct devsess_table *t, const struct devsess_session *s,
			  u32 fields, u64 now)
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
	return !(fields & DEVSESS_F_TTL) || times_valid(s, now);
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
	stats_inc(&t->stats, STAT_touches);
	return keep;
}

static void note_peak(struct devsess_table *t, long sessions)
{
	long peak = atomic_long_read(&t->peak);

	while (sessions > peak) {
		if (!atomic_long_try_cmpxchg(&t->peak, &peak, sessions))
			continue;
		WRITE_ONCE(t->peak_at, ktime_get_real_seconds());
		break;
	}
}

/*
 * Takes one of max_sessions. The bound is looked at again after the count has
 * been raised, and table_set_max() looks at the count after it has lowered the
 * bound: one of the two sees the other.
 */
static bool reserve(struct devsess_table *t)
{
	long count = atomic_long_read(&t->count);

	do {
		if (count >= READ_ONCE(t->max_sessions))
			return false;
	} while (!atomic_long_try_cmpxchg(&t->count, &count, count + 1));
	if (count >= READ_ONCE(t->max_sessions)) {
		atomic_long_dec(&t->count);
		return false;
	}
	note_peak(t, count + 1);
	return true;
}

/**
 * table_forget - sessions have left their slots
 * @t:        table
 * @sessions: how many
 *
 * Context: Any.
 */
void table_forget(struct devsess_table *t, u32 sessions)
{
	atomic_long_sub(sessions, &t->count);
}

/* Stores a new session. As shard_make_room(), or -ENOSPC. */
static int create(struct devsess_table *t, struct request *req, struct shard *sh,
		  struct shard_room *room)
{
	bool atomic = !gfpflags_allow_blocking(req->gfp);
	u64 rec[REC_WORDS_MAX];
	int ret;

	if (atomic_long_read(&t->count) >= READ_ONCE(t->max_sessions))
		return -ENOSPC;
	ret = shard_make_room(sh, room, atomic);
	if (ret)
		return ret;
	if (!reserve(t))
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

	req->now = clock_now();
	req->fields = fields;
	if (make_key(t, s->key, s->key_len, &req->key) ||
	    !session_valid(t, s, fields, req->now))
		return count_failure(t, -EINVAL);
	return run(t, req);
}

/* A write that names a session only. */
static int run_key(struct devsess_table *t, struct request *req, const void *key, size_t key_len)
{
	req->now = clock_now();
	if (make_key(t, key, key_len, &req->key))
		return count_failure(t, -EINVAL);
	return run(t, req);
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

int devsess_update(struct devsess_table *t, struct devsess_session *s, u32 fields)
{
	struct request req = { .s = s, .found = found_update };

	return run_session(t, &req, fields);
}
EXPORT_SYMBOL_GPL(devsess_update);

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

int devsess_delete(struct devsess_table *t, const void *key, size_t key_len)
{
	return devsess_get_and_delete(t, key, key_len, NULL);
}
EXPORT_SYMBOL_GPL(devsess_delete);

int devsess_get_and_delete(struct devsess_table *t, const void *key, size_t key_len,
			   struct devsess_session *s)
{
	struct request req = { .prev = s, .found = found_delete };

	return run_key(t, &req, key, key_len);
}
EXPORT_SYMBOL_GPL(devsess_get_and_delete);

int devsess_compare_and_swap(struct devsess_table *t, struct devsess_session *s, u32 fields,
			     u64 version)
{
	struct request req = {
		.s = s, .found = found_update, .versioned = true, .version = version,
	};

	return run_session(t, &req, fields);
}
EXPORT_SYMBOL_GPL(devsess_compare_and_swap);

int devsess_compare_and_delete(struct devsess_table *t, const void *key, size_t key_len,
			       u64 version)
{
	struct request req = { .found = found_delete, .versioned = true, .version = version };

	return run_key(t, &req, key, key_len);
}
EXPORT_SYMBOL_GPL(devsess_compare_and_delete);

int devsess_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		  u32 flags, u64 *expires)
{
	struct request req = { .found = found_touch, .ttl_ms = ttl_ms, .flags = flags };
	int ret;

	if (ttl_ms > DEVSESS_TTL_MAX || flags & ~DEVSESS_TOUCH_FLAG_ONLY_LATER)
		return count_failure(t, -EINVAL);
	ret = run_key(t, &req, key, key_len);
	if (ret >= 0 && expires)
		*expires = req.expires;
	return ret;
}
EXPORT_SYMBOL_GPL(devsess_touch);

u64 devsess_count(const struct devsess_table *t)
{
	return atomic_long_read(&t->count);
}
EXPORT_SYMBOL_GPL(devsess_count);

/**
 * table_restore - put a session back as it was (undo)
 * @t:       table
 * @s:       the session as it was; its version will be a new one
 * @version: the version it has now
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT or -ESTALE if somebody else changed it meanwhile.
 */
int table_restore(struct devsess_table *t, struct devsess_session *s, u64 version)
{
	struct request req = {
		.s = s, .found = found_restore, .versioned = true, .version = version,
	};

	req.now = clock_now();
	if (make_key(t, s->key, s->key_len, &req.key))
		return -EINVAL;
	return run(t, &req);
}

/**
 * table_sessions_max - most sessions for which the machine has memory
 * @key_max:  longest device id
 * @data_max: most data
 *
 * Context: Any.
 * Return: how many slots would fill all memory.
 */
u64 table_sessions_max(u32 key_max, u32 data_max)
{
	struct slot_layout l = session_layout(key_max, data_max);

	return div_u64((u64)totalram_pages() << PAGE_SHIFT, l.slot_words * sizeof(u64));
}

/**
 * table_set_max - change the limit
 * @t:            table
 * @max_sessions: new limit, at least 1
 *
 * Context: Process; the caller serialises changes of a table.
 * Return: 0, or -EBUSY if the table holds more; the limit is then as it was.
 */
int table_set_max(struct devsess_table *t, u64 max_sessions)
{
	unsigned long old = t->max_sessions;

	WRITE_ONCE(t->max_sessions, max_sessions);
	smp_mb(); /* see reserve() */
	if (atomic_long_read(&t->count) <= (long)max_sessions)
		return 0;
	WRITE_ONCE(t->max_sessions, old);
	return -EBUSY;
}

/**
 * table_memory - what a table occupies
 * @t: table
 *
 * Context: Any but NMI.
 * Return: bytes of the table, its directory, shards and maps.
 */
u64 table_memory(struct devsess_table *t)
{
	return sizeof(*t) + dir_bytes(&t->dir) + atomic_long_read(&t->stats.memory);
}

/**
 * table_alloc - make a table
 * @limits: valid limits
 *
 * Context: Process, may sleep.
 * Return: the table or an ERR_PTR(-ENOMEM).
 */
struct devsess_table *table_alloc(const struct table_limits *limits)
{
	struct devsess_table *t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	u8 depth = ilog2(roundup_pow_of_two(num_possible_cpus() * SHARDS_PER_CPU));

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->layout = session_layout(limits->key_max, limits->data_max);
	get_random_bytes(&t->hash_key, sizeof(t->hash_key));
	t->key_max = limits->key_max;
	t->data_max = limits->data_max;
	t->policy = limits->policy;
	t->max_sessions = limits->max_sessions;
	if (stats_init(&t->stats))
		goto err_free;
	if (dir_init(&t->dir, &t->layout, &t->stats, depth))
		goto err_stats;
	sweep_init(&t->sweep, &t->dir, &t->count);
	return t;

err_stats:
	stats_exit(&t->stats);
err_free:
	kvfree(t);
	return ERR_PTR(-ENOMEM);
}

/**
 * table_free - free a table with all that it holds
 * @t: table that nobody uses any more, a grace period ago
 *
 * Context: Process, may sleep.
 */
void table_free(struct devsess_table *t)
{
	sweep_stop(&t->sweep);
	dir_exit(&t->dir);
	stats_exit(&t->stats);
	kvfree(t);
}
