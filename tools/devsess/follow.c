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

static struct follow_mark *find_mark(const struct follow *f, uint32_t table_id)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->marks[i].table_id == table_id)
			return &f->marks[i];
	}
	return NULL;
}

static int set_mark(struct follow *f, const char *table, uint32_t table_id, uint64_t seq)
{
	struct follow_mark *mark = find_mark(f, table_id);

	if (!mark && f->count == f->size) {
		size_t size = f->size ? 2 * f->size : 16;
		struct follow_mark *marks = realloc(f->marks, size * sizeof(*marks));

		if (!marks)
			return -ENOMEM;
		f->marks = marks;
		f->size = size;
	}
	if (!mark)
		mark = &f->marks[f->count++];
	*mark = (struct follow_mark){ .table_id = table_id, .seq = seq, .there = true };
	snprintf(mark->table, sizeof(mark->table), "%s", table);
	return 0;
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
	if (d->sessions++ % DUMP_STEP == 0)
		read_ahead(d->f);
	return ferror(stdout) ? -EIO : 0;
}

/* A table that is deleted meanwhile tells so by an event. */
static int show_table(struct follow *f, const struct table *t, struct kern_error *e)
{
	struct dump d = { .f = f, .t = t };
	struct buf b;
	int ret;

	if (set_mark(f, t->name, t->id, t->event_seq))
		return no_memory(e);
	b.len = 0;
	event_format_snapshot(&b, t, f->why, f->json);
	show(&b);
	ret = kern_dump(f->kern, t->name, NULL, show_session, &d, e);
	if (ret == -ENOENT || ret == -ENODEV || ferror(stdout))
		return 0;
	if (ret)
		return ret;
	event_format_end(&b, t, d.sessions, f->json);
	show(&b);
	return 0;
}

static void show_empty(struct follow *f, const struct follow_mark *mark)
{
	struct table t = { .id = mark->table_id, .event_seq = mark->seq };
	struct buf b = { 0 };

	memcpy(t.name, mark->table, sizeof(t.name));
	event_format_snapshot(&b, &t, f->why, f->json);
	event_format_end(&b, &t, 0, f->json);
	show(&b);
}

/* Whether a table that is there has the name. */
static bool name_is_there(const struct follow *f, const char *table)
{
	for (size_t i = 0; i < f->count; i++) {
		if (f->marks[i].there && !strcmp(f->marks[i].table, table))
			return true;
	}
	return false;
}

/*
 * Of those that are gone the event that says so may be lost: they are shown empty, unless
 * another one has the name, and was shown.
 */
static void show_gone(struct follow *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct follow_mark *mark = &f->marks[i];

		if (!mark->there && !name_is_there(f, mark->table))
			show_empty(f, mark);
	}
	for (size_t i = 0; i < f->count; i++) {
		if (f->marks[i].there)
			f->marks[kept++] = f->marks[i];
	}
	f->count = kept;
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
		const struct follow_mark *mark = find_mark(f, list->all[i].id);

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
	if (!ret && list.count)
		ret = follow_id(f, list.all[0].id, e);
	for (size_t i = 0; i < f->count; i++)
		f->marks[i].there = false;
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
		take(&f->backlog.all[i], f);
		ret = -e->code;
	}
	f->backlog.count = 0;
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

	if (f->sync && set_mark(f, ev->table, ev->table_id, ev->seq)) {
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

/* The table that had the name has another one now. */
static bool has_left(const struct follow *f, const struct event *ev)
{
	return f->table && is_move(ev) && ev->table_id == f->filter.table_id &&
	       strcmp(f->table, ev->table);
}

/* Forget the table that had this name: the name is another's, so it is not shown as gone. */
static void forget_other(struct follow *f, const struct event *ev)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (f->marks[i].table_id == ev->table_id)
			f->marks[kept++] = f->marks[i];
	}
	f->count = kept;
}

/* What was shown under this name was this table: the events of the other one came before. */
static bool was_shown(const struct follow *f, const struct event *ev)
{
	const struct follow_mark *mark = find_mark(f, ev->table_id);

	return mark && !strcmp(mark->table, ev->table);
}

/* Names have changed tables. */
static void table_moved(struct follow *f, const struct event *ev)
{
	enum event_sync why = ev->reason == DEVSESS_EVENT_REASON_SWAP ? EVENT_SYNC_SWAP :
			      EVENT_SYNC_RENAME;

	if (was_shown(f, ev))
		return;
	f->why = why;
	if (f->table && !has_left(f, ev)) {
		forget_other(f, ev);
		table_made(f, ev);
	}
	f->why = why;
	f->renew = true;
}

/* Of the table, and newer than what was shown of it. */
static bool is_ours(struct follow *f, const struct event *ev)
{
	const struct follow_mark *mark = find_mark(f, ev->table_id);

	if (f->table && strcmp(f->table, ev->table) && !has_left(f, ev))
		return false;
	return !mark || ev->seq > mark->seq;
}

/* Also what came before the filter was there. */
static bool is_meant(const struct follow *f, const struct event *ev)
{
	if (f->filter.has_owner && ev->has_session && ev->s.owner != f->filter.owner)
		return false;
	return !f->kinds || ev->kind == DEVSESS_EVENT_KIND_OVERRUN || f->kinds & 1u << ev->kind;
}

static void take(const struct event *ev, void *arg)
{
	struct follow *f = arg;
	struct buf b;

	if (!is_ours(f, ev))
		return;
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
	if (ev->kind == DEVSESS_EVENT_KIND_TABLE && ev->reason == DEVSESS_EVENT_REASON_NEW)
		table_made(f, ev);
	if (is_move(ev))
		table_moved(f, ev);
}

static void show_lost(struct follow *f)
{
	uint64_t lost = kern_events_lost(f->events);
	struct buf b = { 0 };

	if (!lost)
		return;
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
		f->behind = true;
		return 0;
	}
	if (ret == -EAGAIN && f->behind) {
		f->behind = false;
		f->renew = true;
		f->why = EVENT_SYNC_LOST;
		show_lost(f);
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
	free(f->marks);
}
