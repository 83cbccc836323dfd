// SPDX-License-Identifier: GPL-2.0
/* devsess, as another module uses it: the table `bench' of the first namespace. */
#include "bench.h"

#include <linux/gfp.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include <devsess.h>

static struct devsess_table *table;

static int make(void *map, u64 sessions)
{
	table = devsess_table_get(&init_net, "bench");
	return table ? 0 : -ENOENT;
}

static void free(void *map)
{
	if (!table)
		return;
	devsess_clear(table, NULL);
	devsess_table_put(table);
	table = NULL;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	struct devsess_session s;

	if (devsess_lookup(table, id, id_len, &s))
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
	devsess_lookup_batch(table, q, BATCH);
	for (i = 0; i < BATCH; i++)
		sessions[i] = q[i].result ? NO_SESSION : s[i].session;
}

static void set_id(struct devsess_session *s, const u64 *id)
{
	s->key_len = id_len;
	memcpy(s->key, id, id_len);
}

static bool insert(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = { .session = session };

	set_id(&s, id);
	return !devsess_insert(table, &s, GFP_KERNEL);
}

static bool update(void *map, const u64 *id, u64 session)
{
	struct devsess_session s = { .session = session };

	set_id(&s, id);
	return !devsess_update(table, &s, DEVSESS_F_ALL);
}

static bool touch(void *map, const u64 *id)
{
	return devsess_touch(table, id, id_len, 0, 0, NULL) >= 0;
}

static bool remove(void *map, const u64 *id)
{
	return !devsess_delete(table, id, id_len);
}

const struct impl impl_devsess = {
	.name = "devsess", .make = make, .free = free,
	.hit = hit, .batch = batch,
	.insert = insert, .update = update, .touch = touch, .remove = remove,
};
