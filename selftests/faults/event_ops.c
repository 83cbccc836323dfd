// SPDX-License-Identifier: GPL-2.0
#include "event_ops.h"

#include <errno.h>

#include "table_ops.h"

#define SMALL	64	/* sessions of the table that evicts */
#define MORE	32	/* that come then */

/* With a listener who writes needs memory for the event. */
static struct nl ear;

static __u32 of_event(int attr)
{
	const struct nlattr *a = attr_find(ear.attrs, attr);

	return a ? attr_uint(a) : 0;
}

/* All that was done to the table is sent by then. */
static void settle_events(struct world *w)
{
	nl_begin(&w->nl, DEVSESS_CMD_TABLE_GET);
	put_str(&w->nl.m, DEVSESS_A_TABLE_NAME, w->table);
	nl_call(&w->nl);
}

int ear_open(struct world *w)
{
	int err = ear.in ? 0 : nl_open(&ear) ?: nl_join(&ear, "events") ?: nl_join(&ear, "updates");

	settle_events(w);
	while (!err && nl_hear(&ear) != -EAGAIN)
		;
	return err;
}

__u64 ear_heard(struct world *w, __u32 kind)
{
	__u64 n = 0;

	settle_events(w);
	while (!nl_hear(&ear))
		n = of_event(DEVSESS_A_EVENT_COUNT) ?: of_event(DEVSESS_A_EVENT_KIND) == kind;
	return n;
}

/* The table as a whole: @a->found is what it has. */
int prepare_heard_clear(struct attempt *a)
{
	struct world *w = a->w;
	int err = world_fill_once(w) ?: ear_open(w);

	a->found = w->want.n;
	nl_begin(&a->nl, a->op->cmd);
	put_str(&a->nl.m, DEVSESS_A_SESSION_TABLE, w->table);
	return err;
}

/* All are gone, and each is told or counted as lost. */
bool settle_heard_clear(struct attempt *a, int err)
{
	__u64 n = 0;

	settle_events(a->w);
	while (!nl_hear(&ear))
		n += of_event(DEVSESS_A_EVENT_COUNT) ?:
		     of_event(DEVSESS_A_EVENT_KIND) == DEVSESS_EVENT_KIND_FLUSH;
	world_forget(a->w);
	return !err && n == (__u64)a->found;
}

int prepare_heard_end(struct attempt *a)
{
	int err = prepare_table(a);

	return err ?: ear_open(a->w);
}

/* Who listens hears of the end of the table, or that he has not heard something. */
bool settle_heard_end(struct attempt *a, int err)
{
	bool told = false;
	int heard;

	while ((heard = nl_hear(&ear)) != -EAGAIN)
		told |= heard == -ENOBUFS ||
			of_event(DEVSESS_A_EVENT_KIND) == DEVSESS_EVENT_KIND_OVERRUN ||
			of_event(DEVSESS_A_EVENT_REASON) == DEVSESS_EVENT_REASON_DEL;
	return !err && told && settle_table(a, err);
}

/* A small table that is full, and new sessions for it. */
int prepare_evict(struct attempt *a)
{
	struct world *w = a->w;
	int err = count(&w->nl, "second") == ~0ULL ? 0 : drop_table(&w->nl, "second");
	__u32 i;

	nl_begin(&w->nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&w->nl.m, DEVSESS_A_TABLE_NAME, "second");
	put_u64(&w->nl.m, DEVSESS_A_TABLE_MAX_SESSIONS, SMALL);
	put_u32(&w->nl.m, DEVSESS_A_TABLE_POLICY, DEVSESS_POLICY_EVICT);
	err = err ?: nl_call(&w->nl) ?: insert_many(&w->nl, "second", 0, SMALL) ?:
	      world_fill_once(w) ?: ear_open(w);
	batch_begin(&a->b, &a->nl, "second", false);
	for (i = 0; i < MORE; i++) {
		struct session s = number(OWN + i);

		batch_add(&a->b, DEVSESS_OP_INSERT, &s);
	}
	return err;
}

int run_evict(struct attempt *a)
{
	return batch_run(&a->b);
}

static __u64 of_second(struct attempt *a, int attr)
{
	return figure(&a->w->nl, "second", attr);
}

/* One went for each that came, but for one that went in vain for each that was refused. */
bool settle_evict(struct attempt *a, int err)
{
	__u64 sessions = of_second(a, DEVSESS_A_STATS_SESSIONS);
	__u64 inserts = of_second(a, DEVSESS_A_STATS_INSERTS);
	__u64 evicted = of_second(a, DEVSESS_A_STATS_EVICTED);
	__u32 i, done = 0;

	for (i = 0; !err && i < MORE; i++) {
		done += !a->b.result[i];
		if (a->b.result[i] && a->b.result[i] != -ENOMEM)
			return false;
	}
	a->refused = MORE - done;
	return (!err || refused(err)) && inserts - evicted == sessions && sessions <= SMALL &&
	       (err || (inserts == SMALL + done && sessions + a->refused >= SMALL));
}
