// SPDX-License-Identifier: GPL-2.0
/* devsess, as another module uses it: tables `bench' and `deferred' of the first namespace. */
#include "bench.h"

#include <linux/gfp.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include <devsess.h>

/* A table of the first namespace, held while it is measured. */
struct ours {
	const char *name;
	struct devsess_handle *table;
};

static struct ours plain = { .name = "bench" }, deferred = { .name = "deferred" };

static struct devsess_handle *table_of(void *map)
{
	return ((struct ours *)map)->table;
}

static int make(void *map, u64 sessions)
{
	struct ours *ours = map;

	ours->table = devsess_table_get(&init_net, ours->name);
	return ours->table ? 0 : -ENOENT;
}

static void free(void *map)
{
	struct ours *ours = map;

	if (!ours->table)
		return;
	devsess_clear(ours->table, NULL);
	devsess_table_put(ours->table);
	ours->table = NULL;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	struct devsess_session s;

	if (devsess_lookup(table_of(map), id, id_len, &s))
		return false;
	*session = s.session;
	return true;
}

static void batch(void *map, const struct id *ids, u64 *sessions)
{
	static struct devsess_session s[BATCH];
	struct devsess_query q[BATCH];
	int i;

	for (i = 0; i < BATCH; i++)
		q[i] = (struct devsess_query){ .key = ids[i].word, .key_len = id_len, .s = &s[i] };
	devsess_lookup_batch(table_of(map), q, BATCH);
	for (i = 0; i < BATCH; i++)
		sessions[i] = q[i].result ? NO_SESSION : s[i].session;
}

static struct devsess_session session_of(const u64 *id, u64 session)
{
	struct devsess_session s = { .session = session, .key_len = id_len };

	memcpy(s.key, id, id_len);
	return s;
}

static bool insert(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = session_of(id, session);

	return !devsess_insert(table_of(map), &s, GFP_KERNEL);
}

static bool update(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = session_of(id, session);

	return !devsess_update(table_of(map), &s, DEVSESS_F_ALL);
}

static bool touch(void *map, const u64 *id)
{
	return devsess_touch(table_of(map), id, id_len, 0, 0, NULL) >= 0;
}

static bool remove(void *map, const u64 *id)
{
	return !devsess_delete(table_of(map), id, id_len);
}

static bool mortal(void *map, const u64 *id, u64 expires)
{
	struct devsess_session s = session_of(id, 0);

	s.expires = expires;
	return !devsess_insert(table_of(map), &s, GFP_KERNEL);
}

static u64 count(void *map)
{
	return devsess_count(table_of(map));
}

const struct impl impl_devsess = {
	.name = "devsess", .map = &plain, .make = make, .free = free,
	.hit = hit, .batch = batch,
	.insert = insert, .update = update, .touch = touch, .remove = remove,
	.mortal = mortal, .count = count,
};

/*
 * Deferred: on one CPU the caller and the worker take turns, and who finds the ring full
 * does the work himself, so the figures are of both together.
 */
static void drain(void *map)
{
	devsess_defer_drain(table_of(map));
}

/* Whether a write is in the ring; if it was full it is not any more. */
static bool put(void *map, int ret)
{
	if (ret == -ENOBUFS)
		drain(map);
	return !ret;
}

static bool defer_insert(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = session_of(id, session);

	return put(map, devsess_defer_store(table_of(map), &s)) ||
	       put(map, devsess_defer_store(table_of(map), &s));
}

static bool defer_update(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = session_of(id, session);

	return put(map, devsess_defer_update(table_of(map), &s, DEVSESS_F_ALL)) ||
	       put(map, devsess_defer_update(table_of(map), &s, DEVSESS_F_ALL));
}

static bool defer_touch(void *map, const u64 *id)
{
	return put(map, devsess_defer_touch(table_of(map), id, id_len, 0, 0)) ||
	       put(map, devsess_defer_touch(table_of(map), id, id_len, 0, 0));
}

static bool defer_remove(void *map, const u64 *id)
{
	return put(map, devsess_defer_delete(table_of(map), id, id_len)) ||
	       put(map, devsess_defer_delete(table_of(map), id, id_len));
}

const struct impl impl_deferred = {
	.name = "devsess-deferred", .map = &deferred, .make = make, .free = free,
	.hit = hit, .stale = true, .finish = drain,
	.insert = defer_insert, .update = defer_update, .touch = defer_touch,
	.remove = defer_remove,
};
