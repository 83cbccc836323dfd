// SPDX-License-Identifier: GPL-2.0
#include "ops.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event_ops.h"
#include "filter.h"
#include "table_ops.h"

static int done(struct attempt *a)
{
	return nl_call(&a->nl);
}

static int prepare_session(struct attempt *a)
{
	struct world *w = a->w;
	struct session old = number(OWN), now, request = number(OWN);
	int err = world_fill_once(a->w);

	fill(&old, OWN);
	if (!err)
		err = ask(&w->nl, DEVSESS_CMD_STORE, w->table, &old) ?:
		      get(&w->nl, w->table, &old, &now);
	if (!err && !(a->op->flags & OP_EXISTS))
		err = delete(&w->nl, w->table, &old);
	world_remove(w, &old);
	if (a->op->flags & OP_EXISTS)
		world_put(w, &old);
	if (a->op->flags & OP_SESSION)
		fill(&request, OWN + 1);
	a->s = a->op->flags & OP_SESSION ? request : old;
	if (a->op->flags & OP_VERSION)
		set_version(&request, now.version);
	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_SESSION_TABLE, w->table);
	put_session(&a->nl.m, &request);
	return err;
}

static bool settle_session(struct attempt *a, int err)
{
	const struct session *then = a->op->flags & OP_GONE ? NULL : &a->s;

	if (err == -ENOBUFS)
		return world_may_be(a->w, &a->s, then);
	if (!err && then)
		world_put(a->w, then);
	else if (!err)
		world_remove(a->w, &a->s);
	return !err || err == -ENOMEM;
}

static int prepare_heard(struct attempt *a)
{
	return ear_open(a->w) ?: prepare_session(a);
}

/* It is done whatever becomes of the event, which is told or counted. */
static bool settle_heard(struct attempt *a, int err)
{
	return settle_session(a, err) && !err && ear_heard(a->w, DEVSESS_EVENT_KIND_UPDATE) == 1;
}

/* Requests on the whole table that change nothing. */
static int prepare_read(struct attempt *a)
{
	nl_begin(&a->nl, a->op->cmd);
	/* The name of the table is number 1 in all sets but `table', where there is no other. */
	put_str(&a->nl.m, a->op->cmd == DEVSESS_CMD_TABLE_GET ? DEVSESS_A_TABLE_NAME :
		a->op->cmd == DEVSESS_CMD_STATS_GET ? DEVSESS_A_STATS_TABLE :
		DEVSESS_A_SESSION_TABLE, a->w->table);
	return world_fill_once(a->w);
}

static bool settle_read(struct attempt *a, int err)
{
	return !err || refused(err);
}

static bool settle_clear(struct attempt *a, int err)
{
	struct world *w = a->w;
	__u64 left = count(&w->nl, w->table);

	if (!err || (err == -ENOBUFS && !left))
		world_forget(w);
	return (!err || refused(err)) && left == w->want.n;
}

static int prepare_dump(struct attempt *a)
{
	nl_begin_dump(&a->nl, a->op->cmd);
	if (a->op->cmd == DEVSESS_CMD_GET)
		put_str(&a->nl.m, DEVSESS_A_SESSION_TABLE, a->w->table);
	return world_fill_once(a->w);
}

static int read_dump(struct attempt *a)
{
	return nl_dump(&a->nl) ?: snapshot_read(&a->read, &a->nl);
}

static bool settle_dump(struct attempt *a, int err)
{
	return world_has(a->w, &a->read, !err) && (!err || refused(err));
}

/* A message per table, or owner. */
static int read_tables(struct attempt *a)
{
	a->found = 0;
	if (nl_dump(&a->nl))
		return a->nl.err;
	while (nl_next(&a->nl))
		a->found++;
	return a->nl.err;
}

static bool settle_tables(struct attempt *a, int err)
{
	return err ? refused(err) : a->found == 2;
}

static bool settle_owners(struct attempt *a, int err)
{
	return err ? refused(err) : a->found == 1;
}

static int prepare_proc(struct attempt *a)
{
	return world_fill_once(a->w);
}

/* Reads a file of /proc; a->found is its length. */
static int read_proc(struct attempt *a)
{
	int fd = open("/proc/thread-self/net/devsess", O_RDONLY | O_CLOEXEC);
	static char buf[16 * 1024];
	ssize_t n = 1;

	a->found = 0;
	if (fd < 0)
		return -errno;
	while (n > 0) {
		n = read(fd, buf + a->found, sizeof(buf) - 1 - a->found);
		if (n > 0)
			a->found += n;
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	buf[a->found] = '\0';
	if (!n && !(strstr(buf, "table default\n") && strstr(buf, "\nfail_invalid ")))
		return -EBADMSG;
	return n;
}

static bool settle_proc(struct attempt *a, int err)
{
	return !err || err == -ENOMEM;
}

/* Item @i of a mixed batch; a->item[i].has is 0 if its device is to have no session. */
static void add_mixed(struct attempt *a, __u32 i)
{
	static const __u32 op[] = {
		DEVSESS_OP_INSERT, DEVSESS_OP_STORE, DEVSESS_OP_UPDATE, DEVSESS_OP_DELETE,
	};
	struct session s = number(i % 4 ? i : OWN + i);

	if (i % 4 != 3)
		fill(&s, OWN + i);
	batch_add(&a->b, op[i % 4], &s);
	a->item[i] = s;
}

static void add_new(struct attempt *a, __u32 i)
{
	struct session s = number(OWN + i);

	fill(&s, OWN + i);
	batch_add(&a->b, DEVSESS_OP_INSERT, &s);
	a->item[i] = s;
}

/* A new table each time, so that it grows anew. */
static int prepare_batch(struct attempt *a)
{
	struct world *w = a->w;
	__u32 i;
	int err = 0;

	world_forget(w);
	if (count(&w->nl, w->table) != ~0ULL)
		err = drop_table(&w->nl, w->table);
	err = err ?: make_table(&w->nl, w->table, 100000, 32, a->op->data_max) ?:
	      world_fill(w, 0, a->op->before ?: WORLD_STAY);
	a->item = realloc(a->item, a->op->items * sizeof(*a->item));
	if (!a->item)
		return -ENOMEM;
	batch_begin(&a->b, &a->nl, w->table, a->op->flags & OP_ATOMIC);
	for (i = 0; i < a->op->items; i++) {
		if (a->op->before)
			add_new(a, i);
		else
			add_mixed(a, i);
	}
	return err;
}

static int run_batch(struct attempt *a)
{
	return batch_run(&a->b);
}

static const struct session *then(const struct attempt *a, __u32 i)
{
	return a->item[i].has & HAS(OWNER) ? &a->item[i] : NULL;
}

/* Nobody was told what became of the items. */
static bool settle_unknown(struct attempt *a)
{
	__u32 i, changed = 0;

	for (i = 0; i < a->op->items; i++) {
		const struct session *before = world_find(a->w, &a->item[i]);
		struct session old = before ? *before : (struct session){ };

		if (!world_may_be(a->w, &a->item[i], then(a, i)))
			return false;
		before = world_find(a->w, &a->item[i]);
		changed += before ? !old.has || before->owner != old.owner : !!old.has;
	}
	return !(a->op->flags & OP_ATOMIC) || !changed || changed == a->op->items;
}

static bool settle_items(struct attempt *a)
{
	struct world *w = a->w;
	__u32 i, done = 0;
	bool ok = true;

	for (i = 0; i < a->op->items; i++) {
		int err = a->b.result[i];

		done += !err;
		ok &= !err || err == -ENOMEM ||
		      ((a->op->flags & OP_ATOMIC) && err == -ECANCELED);
		if (err == -ENOMEM && i < 300 &&
		    strcmp(batch_why(&a->b, i), "no memory for the session"))
			ok = false;
		if (err || a->op->before)
			continue;
		if (then(a, i))
			world_put(w, then(a, i));
		else
			world_remove(w, &a->item[i]);
	}
	/* Many new ones: sorted once. */
	for (i = 0; a->op->before && i < a->op->items; i++)
		if (!a->b.result[i])
			snapshot_add(&w->want, &a->item[i]);
	snapshot_sort(&w->want);
	a->refused = a->op->items - done;
	return ok && done == a->b.done &&
	       (!(a->op->flags & OP_ATOMIC) || !done || done == a->op->items);
}

static bool settle_batch(struct attempt *a, int err)
{
	if (err == -ENOBUFS)
		return settle_unknown(a);
	return err ? err == -ENOMEM : settle_items(a);
}

#define SESSION_OP(NAME, CMD, FLAGS, LEAST)					\
	{ .name = NAME, .cmd = CMD, .flags = FLAGS, .least = LEAST,		\
	  .prepare = prepare_session, .operate = done, .settle = settle_session }
#define READ_OP(NAME, CMD, LEAST)						\
	{ .name = NAME, .cmd = CMD, .least = LEAST, .prepare = prepare_read,	\
	  .operate = done, .settle = settle_read }
#define TABLE_OP(NAME, CMD, LEAST)						\
	{ .name = NAME, .cmd = CMD, .least = LEAST, .prepare = prepare_table,	\
	  .operate = done, .settle = settle_table }
#define NAMES_OP(NAME, CMD, LEAST)						\
	{ .name = NAME, .cmd = CMD, .least = LEAST, .prepare = prepare_names,	\
	  .operate = done, .settle = settle_names }
#define DUMP_OP(NAME, CMD, OPERATE, SETTLE, LEAST)				\
	{ .name = NAME, .cmd = CMD, .least = LEAST, .prepare = prepare_dump,	\
	  .operate = OPERATE, .settle = SETTLE }
#define BATCH_OP(NAME, SCOPE, FLAGS, DATA_MAX, BEFORE, ITEMS, LEAST)		\
	{ .name = NAME, .cmd = DEVSESS_CMD_BATCH, .scope = SCOPE,		\
	  .chance = SCOPE, .flags = FLAGS,					\
	  .data_max = DATA_MAX, .before = BEFORE, .items = ITEMS, .least = LEAST, \
	  .prepare = prepare_batch, .operate = run_batch, .settle = settle_batch }

const struct op ops[] = {
	SESSION_OP("get", DEVSESS_CMD_GET, OP_EXISTS, 5),
	SESSION_OP("insert", DEVSESS_CMD_INSERT, OP_SESSION, 5),
	SESSION_OP("store_new", DEVSESS_CMD_STORE, OP_SESSION, 5),
	SESSION_OP("store", DEVSESS_CMD_STORE, OP_SESSION | OP_EXISTS, 5),
	SESSION_OP("update", DEVSESS_CMD_UPDATE, OP_SESSION | OP_EXISTS, 5),
	SESSION_OP("get_or_insert", DEVSESS_CMD_GET_OR_INSERT, OP_SESSION, 5),
	SESSION_OP("swap", DEVSESS_CMD_SWAP, OP_SESSION | OP_EXISTS, 5),
	SESSION_OP("delete", DEVSESS_CMD_DELETE, OP_EXISTS | OP_GONE, 3),
	SESSION_OP("get_and_delete", DEVSESS_CMD_GET_AND_DELETE, OP_EXISTS | OP_GONE, 5),
	SESSION_OP("compare_and_swap", DEVSESS_CMD_COMPARE_AND_SWAP,
		   OP_SESSION | OP_EXISTS | OP_VERSION, 5),
	SESSION_OP("compare_and_delete", DEVSESS_CMD_COMPARE_AND_DELETE,
		   OP_EXISTS | OP_GONE | OP_VERSION, 3),
	SESSION_OP("touch", DEVSESS_CMD_TOUCH, OP_EXISTS, 5),
	READ_OP("count", DEVSESS_CMD_COUNT, 5),
	READ_OP("stats_get", DEVSESS_CMD_STATS_GET, 5),
	READ_OP("table_get", DEVSESS_CMD_TABLE_GET, 5),
	{ .name = "clear", .cmd = DEVSESS_CMD_CLEAR, .least = 5, .prepare = prepare_read,
	  .operate = done, .settle = settle_clear },
	{ .name = "owners", .cmd = DEVSESS_CMD_OWNER_GET, .least = 2, .prepare = prepare_owners,
	  .operate = read_tables, .settle = settle_owners },
	{ .name = "owner_set", .cmd = DEVSESS_CMD_OWNER_SET, .least = 3, .prepare = prepare_limit,
	  .operate = done, .settle = settle_limit },
	{ .name = "refuse", .cmd = DEVSESS_CMD_REFUSE, .least = 3, .prepare = prepare_refuse,
	  .operate = done, .settle = settle_read },
	{ .name = "owner", .cmd = DEVSESS_CMD_OWNER_GET, .least = 5, .prepare = prepare_owner,
	  .operate = done, .settle = settle_owner },
	{ .name = "table_drain", .cmd = DEVSESS_CMD_TABLE_DRAIN, .least = 3,
	  .prepare = prepare_drain, .operate = done, .settle = settle_drain },
	TABLE_OP("table_new", DEVSESS_CMD_TABLE_NEW, 30),
	TABLE_OP("table_set", DEVSESS_CMD_TABLE_SET, 3),
	TABLE_OP("table_del", DEVSESS_CMD_TABLE_DEL, 3),
	NAMES_OP("table_rename", DEVSESS_CMD_TABLE_RENAME, 3),
	NAMES_OP("table_swap", DEVSESS_CMD_TABLE_SWAP, 3),
	DUMP_OP("dump", DEVSESS_CMD_GET, read_dump, settle_dump, 8),
	DUMP_OP("dump_tables", DEVSESS_CMD_TABLE_GET, read_tables, settle_tables, 3),
	DUMP_OP("dump_stats", DEVSESS_CMD_STATS_GET, read_tables, settle_tables, 3),
	{ .name = "proc", .least = 2, .prepare = prepare_proc, .operate = read_proc,
	  .settle = settle_proc },
	BATCH_OP("batch", NULL, 0, 0, 0, 100, 8),
	/* So few that kvcalloc() has nothing to fall back on. */
	BATCH_OP("atomic_few", NULL, OP_ATOMIC, 0, 0, 8, 6),
	BATCH_OP("atomic", NULL, OP_ATOMIC, 0, 0, 100, 10),
	{ .name = "evict", .cmd = DEVSESS_CMD_BATCH, .least = 8, .prepare = prepare_evict,
	  .operate = run_evict, .settle = settle_evict },
	{ .name = "heard", .cmd = DEVSESS_CMD_STORE, .flags = OP_SESSION | OP_EXISTS, .least = 1,
	  .scope = "events_alloc", .chance = "events_alloc", .prepare = prepare_heard,
	  .operate = done, .settle = settle_heard },
	{ .name = "heard_clear", .cmd = DEVSESS_CMD_CLEAR, .least = 1, .scope = "walk_clear",
	  .chance = "walk_clear", .prepare = prepare_heard_clear, .operate = done,
	  .settle = settle_heard_clear },
	{ .name = "heard_end", .cmd = DEVSESS_CMD_TABLE_DEL, .least = 1, .scope = "events_end",
	  .chance = "events_end", .prepare = prepare_heard_end, .operate = done,
	  .settle = settle_heard_end },
	BATCH_OP("growth", "resize_room_alloc", 0, 0, 1, 400, 20),
	BATCH_OP("atomic_growth", "resize_room_alloc", OP_ATOMIC, 0, 1, 400, 20),
	/* Some 1190 of them fill a shard, of which there are eight with two CPUs. */
	BATCH_OP("split", "resize_room_alloc", 0, 64, 8500, 1100, 15),
	BATCH_OP("directory", "dir_grow", 0, 64, 8500, 1100, 1),
	{ }
};
