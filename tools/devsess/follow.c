// SPDX-License-Identifier: GPL-2.0
/*
 * A snapshot is exact together with the events behind it: its number is asked for
 * before the dump, so what the dump may or may not have seen comes again as an event.
 */
#include "follow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define KIND(name) (1u << DEVSESS_EVENT_KIND_##name)

static int no_memory(struct kern_error *e)
{
	*e = (struct kern_error){ .code = ENOMEM };
	return -ENOMEM;
}

bool follow_wants_updates(const struct follow *f)
{
	return !f->kinds || f->kinds & (KIND(UPDATE) | KIND(TOUCH));
}

static void show(struct buf *b)
{
	buf_flush(b, stdout);
}

static bool is_over(const struct follow *f)
{
	return ferror(stdout) || (f->over && f->over(f->arg));
}

/* Tables as the kernel lists them. */
struct tables {
	struct table *all;
	size_t count, size;
};

static int keep_table(const struct table *t, void *arg)
{
	struct tables *list = arg;

	if (list->count == list->size) {
		size_t size = list->size ? 2 * list->size : 16;
		struct table *all = realloc(list->all, size * sizeof(*all));

		if (!all)
			return -ENOMEM;
		list->all = all;
		list->size = size;
	}
	list->all[list->count++] = *t;
	return 0;
}

static void keep_event(const struct event *ev, void *arg)
{
	struct follow *f = arg;

	backlog_add(&f->backlog, ev);
}

/* Most events that are taken before the next sessions are shown. */
#define READ_AHEAD 1024

/*
 * Takes what waits in the socket, which a table that changes all the time would fill before it
 * is shown. Whatever is wrong with the socket the next read tells, too.
 */
static void read_ahead(struct follow *f)
{
	struct kern_error ignored;
	int ret = 0, left = READ_AHEAD;

	while (!ret && left-- && backlog_has_room(&f->backlog)) {
		ret = kern_events_read(f->events, keep_event, f, &ignored);
		if (ret != -ENOBUFS)
			continue;
		/* What came before the loss is still there to be read. */
		f->behind = true;
		ret = 0;
	}
}

/* Sessions between two looks at the socket. */
#define DUMP_STEP 32

struct dump {
	struct follow *f;
	const struct table *t;
	uint64_t sessions;
};

static int show_session(const struct session *s, void *arg)
{
	struct dump *d = arg;
	struct buf b;

	b.len = 0;
	event_format_session(&b, d->t, s, d->f->json);
	show(&b);
	if (d->sessions++ % DUMP_STEP)
		return 0;
	read_ahead(d->f);
	return is_over(d->f) ? -ECANCELED : 0;
}

/* A table that is deleted meanwhile tells so by an event. */
static int show_table(struct follow *f, const struct table *t, struct kern_error *e)
{
	struct dump d = { .f = f, .t = t };
	struct buf b;
	int ret;

	if (marks_set(&f->marks, t->name, t->id, t->event_seq))
		return no_memory(e);
	b.len = 0;
	event_format_snapshot(&b, t, f->why, f->json);
	show(&b);
	ret = kern_dump(f->kern, t->name, NULL, show_session, &d, e);
	if (ret == -ENOENT || ret == -ENODEV)
		return 0;
	if (ret)
		return ret;
	event_format_end(&b, t, d.sessions, f->json);
	show(&b);
	return 0;
}

static void show_empty(struct follow *f, const struct mark *mark)
{
	struct table t = { .id = mark->table_id, .event_seq = mark->seq };
	struct buf b = { 0 };

	memcpy(t.name, mark->table, sizeof(t.name));
	event_format_snapshot(&b, &t, f->why, f->json);
	event_format_end(&b, &t, 0, f->json);
	show(&b);
}

/*
 * Of those that are gone the event that says so may be lost: they are shown empty, unless
 * another one has the name, and was shown.
 */
static void show_gone(struct follow *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->marks.count; i++) {
		const struct mark *mark = &f->marks.all[i];

		if (!mark->there && !marks_has(&f->marks, mark->table))
			show_empty(f, mark);
	}
	for (size_t i = 0; i < f->marks.count; i++) {
		if (f->marks.all[i].there)
			f->marks.all[kept++] = f->marks.all[i];
	}
	f->marks.count = kept;
}

static bool is_listed(const struct tables *list, const char *table)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->all[i].name, table))
			return true;
	}
	return false;
}

/* What there was under names that tables have no more. */
static void show_left(struct follow *f, const struct tables *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct mark *mark = marks_find(&f->marks, list->all[i].id);

		if (mark && !is_listed(list, mark->table))
			show_empty(f, mark);
	}
}

static int set_filter(struct follow *f, struct kern_error *e)
{
	if (!f->filter.kinds && !f->filter.has_owner && !f->filter.table_id)
		return 0;
	return kern_events_filter(f->events, &f->filter, e);
}

/* The name may have another table, whose events are let in before it is dumped. */
static int follow_id(struct follow *f, uint32_t table_id, struct kern_error *e)
{
	if (!f->table || f->filter.table_id == table_id)
		return 0;
	f->filter.table_id = table_id;
	return set_filter(f, e);
}

static int show_tables(struct follow *f, struct kern_error *e)
{
	struct tables list = { 0 };
	int ret = kern_table_get(f->kern, f->table, keep_table, &list, e);

	f->renew = false;
	if (ret == -ENOENT)
		ret = 0;
	/* It has lost the name meanwhile, of which an event comes. */
	if (f->table && list.count && strcmp(list.all[0].name, f->table))
		list.count = 0;
	if (!ret && list.count)
		ret = follow_id(f, list.all[0].id, e);
	for (size_t i = 0; i < f->marks.count; i++)
		f->marks.all[i].there = false;
	if (!ret)
		show_left(f, &list);
	for (size_t i = 0; !ret && i < list.count; i++)
		ret = show_table(f, &list.all[i], e);
	free(list.all);
	if (!ret)
		show_gone(f);
	return ret;
}

static void take(const struct event *ev, void *arg);

/* And what has happened meanwhile. */
static int show_snapshot(struct follow *f, struct kern_error *e)
{
	int ret = show_tables(f, e);

	f->e = e;
	if (!ret)
		e->code = 0;
	for (size_t i = 0; !ret && i < f->backlog.count; i++) {
		struct event ev = f->backlog.all[i]; /* to read ahead may move them */

		if (i % DUMP_STEP == 0)
			read_ahead(f);
		take(&ev, f);
		ret = is_over(f) ? -ECANCELED : -e->code;
	}
	backlog_free(&f->backlog); /* there may have been very many */
	return ret;
}

static int note_id(const struct table *t, void *arg)
{
	struct follow *f = arg;

	f->filter.table_id = t->id;
	return 0;
}

int follow_begin(struct follow *f, struct kern_error *e)
{
	int ret = 0;

	if (f->table)
		ret = kern_table_get(f->kern, f->table, note_id, f, e);
	if (!ret)
		ret = set_filter(f, e);
	if (!ret && f->sync)
		ret = show_snapshot(f, e);
	return ret;
}

/* A table was made, perhaps with another number, which the filter has to have. */
static void table_made(struct follow *f, const struct event *ev)
{
	struct buf b = { 0 };

	if (f->sync && marks_set(&f->marks, ev->table, ev->table_id, ev->seq)) {
		no_memory(f->e);
		return;
	}
	if (!f->table || ev->table_id == f->filter.table_id)
		return;
	f->filter.table_id = ev->table_id;
	if (set_filter(f, f->e))
		return;
	f->renew = true;
	f->why = EVENT_SYNC_NEW;
	if (f->sync)
		return;
	event_format_lost(&b, 0, f->json);
	show(&b);
}

static bool is_move(const struct event *ev)
{
	return ev->kind == DEVSESS_EVENT_KIND_TABLE &&
	       (ev->reason == DEVSESS_EVENT_REASON_RENAME ||
		ev->reason == DEVSESS_EVENT_REASON_SWAP);
}

static bool is_new(const struct event *ev)
{
	return ev->kind == DEVSESS_EVENT_KIND_TABLE && ev->reason == DEVSESS_EVENT_REASON_NEW;
}

static bool is_end(const struct event *ev)
{
	return ev->kind == DEVSESS_EVENT_KIND_TABLE && ev->reason == DEVSESS_EVENT_REASON_DEL;
}

/* The table that had the name has another one now; that it got it may be what was lost. */
static bool has_left(const struct follow *f, const struct event *ev)
{
	return f->table && (is_move(ev) || ev->kind == DEVSESS_EVENT_KIND_OVERRUN) &&
	       ev->table_id == f->filter.table_id && strcmp(f->table, ev->table);
}

/*
 * Names have changed tables. Whatever was shown under the name, which may be the one before again,
 * may have been another table's meanwhile.
 */
static void table_moved(struct follow *f, const struct event *ev)
{
	enum event_sync why = ev->reason == DEVSESS_EVENT_REASON_SWAP ? EVENT_SYNC_SWAP :
			      EVENT_SYNC_RENAME;

	f->why = why;
	if (f->table && !has_left(f, ev)) {
		marks_forget(&f->marks, ev->table_id, false); /* the name is this one's */
		table_made(f, ev);
	}
	f->why = why;
	f->renew = true;
}

/*
 * Whether what was shown of the table under this name is to be changed by an event. Of a table
 * that was not shown, or under another name, only what makes it known is news: a snapshot comes
 * after it. That of an older table whose name another one has by now is not.
 */
static bool is_news(const struct follow *f, const struct event *ev)
{
	const struct mark *mark = marks_find(&f->marks, ev->table_id);
	bool loss = ev->kind == DEVSESS_EVENT_KIND_OVERRUN;

	if (mark && ev->seq <= mark->seq)
		return false;
	if (mark)
		return loss || ev->kind == DEVSESS_EVENT_KIND_TABLE ||
		       !strcmp(mark->table, ev->table);
	return loss || is_move(ev) || (is_new(ev) && !marks_has(&f->marks, ev->table));
}

/* Its end was not heard of, or it was made anew before the snapshot that shows it: look again. */
static bool is_again(const struct follow *f, const struct event *ev)
{
	return f->sync && is_new(ev) && !marks_find(&f->marks, ev->table_id) &&
	       marks_has(&f->marks, ev->table) && (!f->table || !strcmp(f->table, ev->table));
}

/* That it has another name, or that another table had its number, was not heard of. */
static void show_unheard(struct follow *f, const struct event *ev)
{
	const struct mark *mark = marks_find(&f->marks, ev->table_id);

	if (!mark || !strcmp(mark->table, ev->table))
		return;
	f->why = EVENT_SYNC_RENAME;
	f->renew = true;
	show_empty(f, mark);
}

/* Of the table that is followed, or that was until it lost the name, perhaps unheard. */
static bool is_ours(const struct follow *f, const struct event *ev)
{
	if (f->table && strcmp(f->table, ev->table) && !has_left(f, ev))
		return false;
	return !f->sync || is_news(f, ev);
}

/* Also what came before the filter was there. */
static bool is_meant(const struct follow *f, const struct event *ev)
{
	if (f->filter.has_owner && ev->kind != DEVSESS_EVENT_KIND_OVERRUN &&
	    (!ev->has_session || ev->s.owner != f->filter.owner))
		return false;
	return !f->kinds || ev->kind == DEVSESS_EVENT_KIND_OVERRUN || f->kinds & 1u << ev->kind;
}

static void take(const struct event *ev, void *arg)
{
	struct follow *f = arg;
	struct buf b;

	if (is_again(f, ev)) {
		f->renew = true;
		f->why = EVENT_SYNC_NEW;
	}
	if (!is_ours(f, ev))
		return;
	if (is_new(ev) || is_end(ev))
		show_unheard(f, ev);
	if (is_meant(f, ev) && f->left) {
		b.len = 0;
		if (f->json)
			event_format_json(&b, ev);
		else
			event_format(&b, ev);
		show(&b);
		f->left--;
		f->shown++;
	}
	if (ev->kind == DEVSESS_EVENT_KIND_OVERRUN) {
		f->renew = true;
		f->why = EVENT_SYNC_OVERRUN;
	}
	if (is_end(ev))
		marks_forget(&f->marks, ev->table_id, true);
	if (is_new(ev))
		table_made(f, ev);
	if (is_move(ev))
		table_moved(f, ev);
}

static void show_lost(struct follow *f)
{
	uint64_t lost = kern_events_lost(f->events);
	struct buf b = { 0 };

	/* Without a number it was the kernel that had no memory for one. */
	if (!lost && f->told)
		return;
	f->told = true;
	event_format_lost(&b, lost, f->json);
	show(&b);
}

int follow_read(struct follow *f, struct kern_error *e)
{
	int ret;

	f->e = e;
	e->code = 0;
	ret = kern_events_read(f->events, take, f, e);
	if (e->code)
		return -e->code;
	if (ret == -ENOBUFS) {
		/* For the second time: all that came before the first loss was read. */
		if (f->behind)
			show_lost(f);
		else
			f->told = false;
		f->behind = true;
		return 0;
	}
	if (ret == -EAGAIN && f->behind) {
		f->behind = false;
		f->renew = true;
		f->why = EVENT_SYNC_LOST;
		show_lost(f);
		if (kern_events_gone(f->events))
			return 0;
		ret = 0;
	}
	if (f->renew && !f->behind && f->sync && (!ret || ret == -EAGAIN))
		ret = show_snapshot(f, e);
	return ret;
}

void follow_end(struct follow *f)
{
	kern_events_close(f->events);
	backlog_free(&f->backlog);
	marks_free(&f->marks);
}
