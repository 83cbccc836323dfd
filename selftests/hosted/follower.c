// SPDX-License-Identifier: GPL-2.0
#include "follower.h"

#include <stdlib.h>
#include <string.h>

#include <linux/timekeeping.h>

#include "../../module/events.h"
#include "../../module/lookup.h"
#include "../../module/session.h"
#include "shim.h"
#include "tap.h"

/* Per cent of all places. */
#define HIGH	70
#define LOW	40

static struct follower *following;

#define differs(f, fmt, ...) do {						\
	struct ref *r_ = (f)->r;						\
										\
	if (!r_->failed)							\
		tap_note("%s:%d: " fmt, __func__, __LINE__, ##__VA_ARGS__);	\
	r_->failed = true;							\
} while (0)

static bool wanted(u32 kind)
{
	(void)kind;
	return following;
}

static void hear_watermark(struct follower *f, const struct event_told *told)
{
	u64 part = told->sessions * 100, max = told->max_sessions;
	u64 cost_part = told->max_cost ? told->cost * 100 : 0, most = told->max_cost;
	bool above = told->reason == DEVSESS_EVENT_REASON_ABOVE;
	bool high = part >= max * HIGH || (most && cost_part >= most * HIGH);
	bool low = part <= max * LOW && cost_part <= most * LOW;

	if (!f->behind && above == f->above)
		differs(f, "the same mark twice");
	if (above ? !high : !low)
		differs(f, "%llu of %llu sessions are %s, with cost %llu of %llu", told->sessions,
			max, above ? "above" : "below", told->cost, most);
	f->above = above;
}

static bool is_end(u32 kind)
{
	return kind == DEVSESS_EVENT_KIND_DELETE || kind == DEVSESS_EVENT_KIND_EXPIRE ||
	       kind == DEVSESS_EVENT_KIND_EVICT || kind == DEVSESS_EVENT_KIND_FLUSH;
}

static bool is_over(const struct devsess_session *s)
{
	return s->expires && s->expires <= ktime_get_coarse_boottime_ns();
}

/* Nothing fits before he has begun anew. */
static void check_fit(struct follower *f, u32 i, u32 kind, const struct devsess_session *s)
{
	bool creates = kind == DEVSESS_EVENT_KIND_CREATE;

	if (f->there[i] == creates)
		differs(f, "kind %u, of a session that is %sthere", kind,
			f->there[i] ? "" : "not ");
	else if (is_end(kind) && s->version != f->s[i].version)
		differs(f, "kind %u, of version %llu and not %llu", kind, s->version,
			f->s[i].version);
	else if (kind == DEVSESS_EVENT_KIND_UPDATE && s->version <= f->s[i].version)
		differs(f, "an update to version %llu from %llu", s->version, f->s[i].version);
	if (kind == DEVSESS_EVENT_KIND_EXPIRE && !is_over(s))
		differs(f, "a session has expired before its time");
}

static void hear_session(struct follower *f, const struct event_told *told,
			 const struct slot_layout *layout)
{
	struct devsess_session s;
	struct ref_entry *e;
	u32 i;

	session_unpack(layout, told->rec, &s);
	e = ref_find(f->r, &s);
	if (!e) {
		differs(f, "kind %u, of a session that nobody made", told->kind);
		return;
	}
	i = e - f->r->e;
	if (!f->behind)
		check_fit(f, i, told->kind, &s);
	f->count += !is_end(told->kind) - f->there[i];
	f->there[i] = !is_end(told->kind);
	f->s[i] = s;
}

static int send(const struct events *ev, const struct event_told *told)
{
	struct follower *f = following;

	if (f->deaf_in && !(shim_random(&f->random) % f->deaf_in))
		return -ENOMEM;
	if (told->seq != f->seq + (told->lost ?: 1))
		differs(f, "number %llu comes after %llu", told->seq, f->seq);
	f->seq = told->seq;
	f->heard++;
	if (told->kind == DEVSESS_EVENT_KIND_OVERRUN) {
		f->lost += told->lost;
		f->behind = true;
	} else if (told->kind == DEVSESS_EVENT_KIND_WATERMARK) {
		hear_watermark(f, told);
	} else {
		hear_session(f, told, ev->layout);
	}
	return 0;
}

/* Which nobody looks at any more. */
static void lose(const struct events *ev)
{
	(void)ev;
	following->behind = true;
}

static const struct events_door door = { .wanted = wanted, .send = send, .lose = lose };

/* All that has happened has come, or is told to be lost. */
static void hear_all(struct follower *f)
{
	struct devsess_table *t = f->r->t;
	u32 deaf_in = f->deaf_in;

	f->deaf_in = 0;
	ref_run_due(f->r);
	if (watermark_due(&t->watermark))
		differs(f, "a mark was reached, and nobody has told");
	events_run(&t->events);
	if (events_seq(&t->events) != f->seq)
		differs(f, "the last event is number %llu, not %llu", f->seq,
			events_seq(&t->events));
	f->deaf_in = deaf_in;
}

/* What has expired is freed first: else its end would be told of what no lookup finds. */
static void begin_anew(struct follower *f)
{
	struct devsess_table *t = f->r->t;
	u32 i;

	ref_sweep(f->r);
	hear_all(f);
	f->count = 0;
	for (i = 0; i < f->r->n; i++) {
		const struct devsess_session *key = &f->r->e[i].s;

		f->there[i] = !lookup_quietly(t, key->key, key->key_len, &f->s[i]);
		f->count += f->there[i];
	}
	f->above = READ_ONCE(t->watermark.above);
	f->behind = false;
}

static void compare(struct follower *f)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < f->r->n && !f->r->failed; i++) {
		const struct devsess_session *key = &f->r->e[i].s;
		bool found = !lookup_quietly(f->r->t, key->key, key->key_len, &s);

		if (found && (!f->there[i] || !ref_same(&s, &f->s[i])))
			differs(f, "a session is not as the events have told");
		else if (!found && f->there[i] && !is_over(&f->s[i]))
			differs(f, "a session is gone, and no event has told");
	}
	if (f->count != table_count(f->r->t))
		differs(f, "%llu sessions are there, by the events %llu",
			table_count(f->r->t), f->count);
	if (f->above != READ_ONCE(f->r->t->watermark.above))
		differs(f, "the watermark is %s the marks", f->above ? "not above" : "above");
}

void follower_begin(struct follower *f, struct ref *r, u32 deaf_in, u64 random)
{
	struct devsess_table *t = r->t;

	*f = (struct follower){ .r = r, .deaf_in = deaf_in, .random = random };
	f->s = calloc(r->n, sizeof(*f->s));
	f->there = calloc(r->n, sizeof(*f->there));
	if (!f->s || !f->there)
		shim_bug("no memory for a follower");
	following = f;
	f->behind = true;
	/* The namespace is not looked at here. */
	events_begin(&t->events, (struct net *)t, 0);
	events_open(&door);
	watermark_set(&t->watermark, HIGH, LOW);
	begin_anew(f);
}

void follower_look(const struct follower *f)
{
	const struct watermark *w = f->r ? &f->r->t->watermark : NULL;

	if (w && watermark_due(w) && !delayed_work_pending(&w->work))
		differs(f, "a mark was reached, and nobody is to tell");
}

void follower_check(struct follower *f)
{
	if (!f->r || f->r->failed)
		return;
	hear_all(f);
	if (f->behind)
		begin_anew(f);
	else
		compare(f);
}

void follower_end(struct follower *f)
{
	if (!f->r)
		return;
	following = NULL;
	events_open(NULL);
	events_end(&f->r->t->events);
	free(f->s);
	free(f->there);
	f->r = NULL;
}
