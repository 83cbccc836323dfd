// SPDX-License-Identifier: GPL-2.0
#include "table_ops.h"

#include <errno.h>

/* A second table. */
int prepare_table(struct attempt *a)
{
	struct world *w = a->w;
	int err;

	if (a->op->cmd == DEVSESS_CMD_TABLE_NEW)
		err = count(&w->nl, "second") == ~0ULL ? 0 : drop_table(&w->nl, "second");
	else if (count(&w->nl, "second") == ~0ULL)
		err = make_table(&w->nl, "second", 1000, 32, 0);
	else
		err = set_table(&w->nl, "second", 1000);
	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_TABLE_NAME, "second");
	if (a->op->cmd == DEVSESS_CMD_TABLE_SET)
		put_u64(&a->nl.m, DEVSESS_A_TABLE_MAX_SESSIONS, 2000);
	if (a->op->cmd != DEVSESS_CMD_TABLE_DEL)
		put_u32(&a->nl.m, DEVSESS_A_TABLE_DEFER_RING, 32);
	if (a->op->cmd != DEVSESS_CMD_TABLE_DEL)
		put_u32(&a->nl.m, DEVSESS_A_TABLE_UPCALL, DEVSESS_UPCALL_ON_REQUEST);
	if (a->op->cmd == DEVSESS_CMD_TABLE_NEW)
		put_u32(&a->nl.m, DEVSESS_A_TABLE_OWNER_MAX, 100);
	return world_fill_once(a->w) ?: err;
}

/* It is there or not, has this limit or that, and nothing else. */
bool settle_table(struct attempt *a, int err)
{
	__u64 limit = figure(&a->w->nl, "second", DEVSESS_A_STATS_MAX_SESSIONS);
	__u64 before = a->op->cmd == DEVSESS_CMD_TABLE_NEW ? ~0ULL : 1000;
	__u64 after = a->op->cmd == DEVSESS_CMD_TABLE_DEL ? ~0ULL :
		      a->op->cmd == DEVSESS_CMD_TABLE_SET ? 2000 : 1048576;

	switch (err) {
	case 0:
		return limit == after;
	case -ENOMEM:
		return limit == before;
	case -ENOBUFS:
		return limit == before || limit == after;
	}
	return false;
}

/* Limits of the tables that change their names; ~0 of none. */
static __u64 names_limit(struct world *w, const char *name)
{
	return figure(&w->nl, name, DEVSESS_A_STATS_MAX_SESSIONS);
}

static int make_anew(struct world *w, const char *name, __u64 limit)
{
	int err = names_limit(w, name) == ~0ULL ? 0 : drop_table(&w->nl, name);

	return err || limit == ~0ULL ? err : make_table(&w->nl, name, limit, 32, 0);
}

/* A table that is renamed has nobody in its way, one that is swapped has another one. */
int prepare_names(struct attempt *a)
{
	bool swap = a->op->cmd == DEVSESS_CMD_TABLE_SWAP;
	int err = make_anew(a->w, "second", 1000) ?: make_anew(a->w, "third", swap ? 500 : ~0ULL);

	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_TABLE_NAME, "second");
	put_str(&a->nl.m, DEVSESS_A_TABLE_OTHER, "third");
	return world_fill_once(a->w) ?: err;
}

/* Both names have changed or none. Leaves only the tables that others expect. */
bool settle_names(struct attempt *a, int err)
{
	__u64 second = names_limit(a->w, "second"), third = names_limit(a->w, "third");
	__u64 other = a->op->cmd == DEVSESS_CMD_TABLE_SWAP ? 500 : ~0ULL;
	bool before = second == 1000 && third == other, after = second == other && third == 1000;

	if (make_anew(a->w, "third", ~0ULL))
		return false;
	return err ? (err == -ENOMEM && before) || (err == -ENOBUFS && (before || after)) : after;
}

/* A second table that counts owners, and has one. */
int prepare_owners(struct attempt *a)
{
	struct world *w = a->w;
	struct session s = number(OWN);
	int err = 0;

	if (count(&w->nl, "second") == ~0ULL) {
		nl_begin(&w->nl, DEVSESS_CMD_TABLE_NEW);
		put_str(&w->nl.m, DEVSESS_A_TABLE_NAME, "second");
		put_u32(&w->nl.m, DEVSESS_A_TABLE_OWNER_MAX, 100);
		err = nl_call(&w->nl) ?: insert(&w->nl, "second", &s);
	}
	nl_begin_dump(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_OWNER_TABLE, "second");
	return world_fill_once(a->w) ?: err;
}

/* The limit of its owner; ~0 if it is not told. */
static __u32 owner_limit(struct world *w)
{
	nl_begin(&w->nl, DEVSESS_CMD_OWNER_GET);
	put_str(&w->nl.m, DEVSESS_A_OWNER_TABLE, "second");
	put_u32(&w->nl.m, DEVSESS_A_OWNER_OWNER, 0);
	return nl_call(&w->nl) ? ~0U : attr_uint(attr_find(w->nl.attrs, DEVSESS_A_OWNER_LIMIT));
}

/* A limit other than the one before. */
int prepare_limit(struct attempt *a)
{
	int err = prepare_owners(a);

	a->found = owner_limit(a->w);
	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_OWNER_TABLE, "second");
	put_u32(&a->nl.m, DEVSESS_A_OWNER_OWNER, 0);
	put_u32(&a->nl.m, DEVSESS_A_OWNER_LIMIT, a->found + 1);
	return err;
}

bool settle_limit(struct attempt *a, int err)
{
	__u32 limit = owner_limit(a->w), before = a->found;

	return err ? (limit == before && refused(err)) || (limit == before + 1 && err == -ENOBUFS) :
		     limit == before + 1;
}

/* Its figures, or that there is no memory to tell them. */
int prepare_owner(struct attempt *a)
{
	int err = prepare_owners(a);

	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_OWNER_TABLE, "second");
	put_u32(&a->nl.m, DEVSESS_A_OWNER_OWNER, 0);
	return err;
}

bool settle_owner(struct attempt *a, int err)
{
	if (err)
		return refused(err);
	return attr_uint(attr_find(a->nl.attrs, DEVSESS_A_OWNER_SESSIONS)) == 1;
}

/* A second table with an option. */
static int second_with(struct world *w, int attr, __u32 value)
{
	int err = world_fill_once(w) ?: count(&w->nl, "second") != ~0ULL ? 0 :
		  make_table(&w->nl, "second", 1000, 32, 0);

	nl_begin(&w->nl, DEVSESS_CMD_TABLE_SET);
	put_str(&w->nl.m, DEVSESS_A_TABLE_NAME, "second");
	put_u32(&w->nl.m, attr, value);
	return err ?: nl_call(&w->nl);
}

/* A refusal, which takes no memory but that of the request; it hides no session. */
int prepare_refuse(struct attempt *a)
{
	struct session s = number(OWN);
	int err = second_with(a->w, DEVSESS_A_TABLE_UPCALL, DEVSESS_UPCALL_ON_REQUEST);

	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_SESSION_TABLE, "second");
	put_session(&a->nl.m, &s);
	return err;
}

/* Rings are emptied, in which nothing waits: many_deferred of devsess_test does so with some. */
int prepare_drain(struct attempt *a)
{
	int err = second_with(a->w, DEVSESS_A_TABLE_DEFER_RING, 32);

	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_TABLE_NAME, "second");
	return err;
}

/* They are there as before. */
bool settle_drain(struct attempt *a, int err)
{
	struct nl *nl = &a->w->nl;

	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "second");
	return (!err || refused(err)) && !nl_call(nl) &&
	       attr_uint(attr_find(nl->attrs, DEVSESS_A_TABLE_DEFER_RING)) == 32;
}
