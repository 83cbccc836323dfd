// SPDX-License-Identifier: GPL-2.0
/* Writes of one session of a table. */
#include "ops.h"

#include <linux/gfp.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "clock.h"
#include "write.h"

static bool times_valid(const struct devsess_session *s)
{
	u64 now = s->expires ? clock_now() : 0;

	if (s->ttl_ms > DEVSESS_TTL_MAX && s->ttl_ms != DEVSESS_TTL_TABLE)
		return false;
	return !s->expires ||
	       (s->expires > now && s->expires - now <= DEVSESS_TTL_MAX * NSEC_PER_MSEC);
}

/**
 * ops_session_valid - whether a session can be written
 * @t:      table
 * @s:      session
 * @fields: set of enum devsess_fields: what matters of it
 *
 * Context: Any.
 * Return: whether all of them are in range; the key is not looked at.
 */
bool ops_session_valid(const struct devsess_table *t, const struct devsess_session *s,
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

/* A write of a session: @fields of it matter. */
static int run_session(struct devsess_table *t, struct write_request *req, u32 fields)
{
	struct devsess_session *s = req->s;
	struct slot_key key __uninitialized;

	req->fields = fields;
	req->key = &key;
	if (table_key(t, s->key, s->key_len, &key) ||
	    !ops_session_valid(t, s, fields))
		return stats_failure(&t->stats, -EINVAL);
	return write_run(t, req);
}

/* A write that names a session only. */
static int run_key(struct devsess_table *t, struct write_request *req, const void *key,
		   size_t key_len)
{
	struct slot_key k __uninitialized;

	req->key = &k;
	if (table_key(t, key, key_len, &k))
		return stats_failure(&t->stats, -EINVAL);
	return write_run(t, req);
}

static void expect(struct write_request *req, const u64 *version)
{
	req->versioned = version;
	if (version)
		req->version = *version;
}

int ops_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	struct write_request req = { .s = s, .found = write_exists, .create = true, .gfp = gfp };

	return run_session(t, &req, DEVSESS_F_ALL);
}

/**
 * ops_create_modest - create a session, but in no place that is reserved
 * @t:     table
 * @s:     the session
 * @prev:  out, may be NULL: the previous session if there is one
 * @found: what happens if there is one: write_exists(), write_load() or write_replace()
 * @gfp:   as for devsess_insert()
 *
 * Context: Process or softirq.
 * Return: as devsess_insert(), or what @found returns.
 */
int ops_create_modest(struct devsess_table *t, struct devsess_session *s,
		      struct devsess_session *prev, found_fn found, gfp_t gfp)
{
	struct write_request req = {
		.s = s, .prev = prev, .found = found, .create = true, .modest = true, .gfp = gfp,
	};

	return run_session(t, &req, DEVSESS_F_ALL);
}

int ops_store(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	return ops_swap(t, s, NULL, gfp);
}

/**
 * ops_update_full - change fields of a session in place
 * @t:       table
 * @s:       key and new values; @s becomes the session as it is then
 * @fields:  set of enum devsess_fields
 * @version: expected, or NULL for any
 * @prev:    out, may be NULL: the session as it was
 * @keep:    if its owner changes it stays counted under that of @prev, too, and if it becomes
 *           lighter it counts as what it was; the caller restores it, or gives that back
 * @gfp:     GFP_KERNEL if the caller may sleep, else GFP_NOWAIT: then it makes room for what
 *           becomes heavier from a few shards only
 *
 * Context: Process or softirq.
 * Return: as devsess_compare_and_swap().
 */
int ops_update_full(struct devsess_table *t, struct devsess_session *s, u32 fields,
		    const u64 *version, struct devsess_session *prev, bool keep, gfp_t gfp)
{
	struct write_request req = {
		.s = s, .prev = prev, .keep = keep, .found = write_update, .gfp = gfp,
	};

	expect(&req, version);
	return run_session(t, &req, fields);
}

int ops_update(struct devsess_table *t, struct devsess_session *s, u32 fields)
{
	return ops_update_full(t, s, fields, NULL, NULL, false, GFP_NOWAIT);
}

int ops_compare_and_swap(struct devsess_table *t, struct devsess_session *s, u32 fields,
			 u64 version)
{
	return ops_update_full(t, s, fields, &version, NULL, false, GFP_NOWAIT);
}

int ops_get_or_insert(struct devsess_table *t, struct devsess_session *s, gfp_t gfp)
{
	struct write_request req = { .s = s, .found = write_load, .create = true, .gfp = gfp };

	return run_session(t, &req, DEVSESS_F_ALL);
}

/**
 * ops_swap_full - store a session and hand out the previous one
 * @t:    table
 * @s:    the session
 * @prev: out, may be NULL: the previous session if 1 is returned
 * @keep: as for ops_update_full()
 * @gfp:  as for devsess_swap()
 *
 * Context: Process or softirq.
 * Return: as devsess_swap().
 */
int ops_swap_full(struct devsess_table *t, struct devsess_session *s, struct devsess_session *prev,
		  bool keep, gfp_t gfp)
{
	struct write_request req = {
		.s = s, .prev = prev, .keep = keep, .found = write_replace, .create = true,
		.gfp = gfp,
	};

	return run_session(t, &req, DEVSESS_F_ALL);
}

int ops_swap(struct devsess_table *t, struct devsess_session *s, struct devsess_session *prev,
	     gfp_t gfp)
{
	return ops_swap_full(t, s, prev, false, gfp);
}

/**
 * ops_delete_full - delete a session
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @version: expected, or NULL for any
 * @prev:    out, may be NULL: the session as it was
 *
 * Context: Process or softirq.
 * Return: as devsess_compare_and_delete().
 */
int ops_delete_full(struct devsess_table *t, const void *key, size_t key_len, const u64 *version,
		    struct devsess_session *prev)
{
	struct write_request req = { .prev = prev, .found = write_delete };

	expect(&req, version);
	return run_key(t, &req, key, key_len);
}

int ops_delete(struct devsess_table *t, const void *key, size_t key_len)
{
	return ops_delete_full(t, key, key_len, NULL, NULL);
}

int ops_get_and_delete(struct devsess_table *t, const void *key, size_t key_len,
		       struct devsess_session *s)
{
	return ops_delete_full(t, key, key_len, NULL, s);
}

int ops_compare_and_delete(struct devsess_table *t, const void *key, size_t key_len, u64 version)
{
	return ops_delete_full(t, key, key_len, &version, NULL);
}

/**
 * ops_touch_valid - whether a session can be touched so
 * @ttl_ms: as for devsess_touch()
 * @flags:  as for devsess_touch()
 *
 * Context: Any.
 * Return: whether both are in range.
 */
bool ops_touch_valid(u64 ttl_ms, u32 flags)
{
	return ttl_ms <= DEVSESS_TTL_MAX && !(flags & ~DEVSESS_TOUCH_FLAG_ONLY_LATER);
}

/**
 * ops_touch_full - note that a device was heard
 * @t:       table
 * @key:     device id
 * @key_len: its length
 * @ttl_ms:  as for devsess_touch()
 * @flags:   as for devsess_touch()
 * @expires: as for devsess_touch()
 * @prev:    out, may be NULL: the session as it was
 * @s:       out, may be NULL: the session as it is then
 * @keep:    the caller may restore it, see ops_restore()
 *
 * Context: Process or softirq.
 * Return: as devsess_touch().
 */
int ops_touch_full(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms,
		   u32 flags, u64 *expires, struct devsess_session *prev,
		   struct devsess_session *s, bool keep)
{
	struct write_request req = {
		.s = s, .prev = prev, .keep = keep, .found = write_touch, .ttl_ms = ttl_ms,
		.flags = flags,
	};
	int ret;

	if (!ops_touch_valid(ttl_ms, flags))
		return stats_failure(&t->stats, -EINVAL);
	ret = run_key(t, &req, key, key_len);
	if (ret >= 0 && expires)
		*expires = req.expires;
	return ret;
}

int ops_touch(struct devsess_table *t, const void *key, size_t key_len, u64 ttl_ms, u32 flags,
	      u64 *expires)
{
	return ops_touch_full(t, key, key_len, ttl_ms, flags, expires, NULL, NULL, false);
}

/**
 * ops_undo - delete a session that was created (undo)
 * @t:       table
 * @written: the session as the write that is undone left it
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT or -ESTALE if somebody else changed it meanwhile.
 */
int ops_undo(struct devsess_table *t, const struct devsess_session *written)
{
	struct write_request req = {
		.found = write_delete, .reason = DEVSESS_EVENT_REASON_UNDO,
	};

	expect(&req, &written->version);
	return run_key(t, &req, written->key, written->key_len);
}

/**
 * ops_restore - put a session back as it was (undo)
 * @t:       table
 * @s:       the session as it was; its version will be a new one
 * @written: the session as the write that is undone left it
 *
 * If the write gave it another owner, its place under the one that it had was kept. This
 * takes that place unless it fails.
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT or -ESTALE if somebody else changed it meanwhile.
 */
int ops_restore(struct devsess_table *t, struct devsess_session *s,
		const struct devsess_session *written)
{
	struct write_request req = { .s = s, .written = written, .found = write_restore };

	struct slot_key key __uninitialized;

	expect(&req, &written->version);
	req.key = &key;
	if (table_key(t, s->key, s->key_len, &key))
		return -EINVAL;
	return write_run(t, &req);
}
