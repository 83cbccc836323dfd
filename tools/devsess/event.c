// SPDX-License-Identifier: GPL-2.0
#include "event.h"

#include <linux/devsess.h>

#include "buf.h"
#include "jsonl.h"
#include "name.h"
#include "timespan.h"

static const char *const sync_names[] = {
	[EVENT_SYNC_START] = "start",
	[EVENT_SYNC_LOST] = "lost",
	[EVENT_SYNC_OVERRUN] = "overrun",
	[EVENT_SYNC_NEW] = "new",
	[EVENT_SYNC_RENAME] = "rename",
	[EVENT_SYNC_SWAP] = "swap",
};

/* Spaces up to a column, at least one. */
static void column(struct buf *b, size_t at)
{
	do
		buf_char(b, ' ');
	while (b->len < at);
}

/* As much of a session as a line has place for. */
static void brief(struct buf *b, const struct session *s)
{
	id_format(b, &s->device);
	buf_str(b, " session ");
	buf_u64(b, s->session);
	if (s->addr.family) {
		buf_str(b, " addr ");
		addr_format_port(b, &s->addr, s->port);
	}
	buf_str(b, " owner ");
	buf_u64(b, s->owner);
	buf_str(b, " state ");
	name_format(b, &name_states, s->state);
	if (s->has & HAS(F_EXPIRES_IN_MS)) {
		buf_str(b, " expires ");
		timespan_rough(b, s->expires_in_ms);
	}
	buf_str(b, " version ");
	buf_u64(b, s->version);
}

static void head(struct buf *b, uint64_t seq, const char *table)
{
	buf_u64(b, seq);
	column(b, 8);
	buf_str(b, table);
	column(b, 18);
}

void event_format(struct buf *b, const struct event *ev)
{
	head(b, ev->seq, ev->table);
	name_format(b, &name_event_kinds, ev->kind);
	column(b, 28);
	name_format(b, &name_event_reasons, ev->reason);
	if (ev->kind == DEVSESS_EVENT_KIND_OVERRUN) {
		buf_str(b, " lost ");
		buf_u64(b, ev->count);
	}
	if (ev->kind == DEVSESS_EVENT_KIND_WATERMARK) {
		column(b, 37);
		buf_u64(b, ev->sessions);
		buf_str(b, " of ");
		buf_u64(b, ev->max_sessions);
		if (ev->max_cost) {
			buf_str(b, " cost ");
			buf_u64(b, ev->cost);
			buf_str(b, " of ");
			buf_u64(b, ev->max_cost);
		}
	}
	if (ev->has_session) {
		column(b, 37);
		brief(b, &ev->s);
	}
	buf_char(b, '\n');
}

static void member(struct buf *b, const char *name, uint64_t number)
{
	buf_str(b, ",\"");
	buf_str(b, name);
	buf_str(b, "\":");
	buf_u64(b, number);
}

static void member_text(struct buf *b, const char *name, const char *text)
{
	buf_str(b, ",\"");
	buf_str(b, name);
	buf_str(b, "\":");
	buf_json(b, text);
}

static void member_session(struct buf *b, const struct session *s)
{
	buf_str(b, ",\"session\":");
	jsonl_format(b, s);
}

void event_format_json(struct buf *b, const struct event *ev)
{
	buf_str(b, "{\"kind\":\"");
	name_format(b, &name_event_kinds, ev->kind);
	buf_str(b, "\",\"reason\":\"");
	name_format(b, &name_event_reasons, ev->reason);
	buf_char(b, '"');
	member_text(b, "table", ev->table);
	member(b, "table_id", ev->table_id);
	member(b, "seq", ev->seq);
	if (ev->kind == DEVSESS_EVENT_KIND_OVERRUN)
		member(b, "count", ev->count);
	if (ev->kind == DEVSESS_EVENT_KIND_WATERMARK) {
		member(b, "sessions", ev->sessions);
		member(b, "max_sessions", ev->max_sessions);
		if (ev->max_cost) {
			member(b, "cost", ev->cost);
			member(b, "max_cost", ev->max_cost);
		}
	}
	if (ev->has_session)
		member_session(b, &ev->s);
	buf_str(b, "}\n");
}

void event_format_lost(struct buf *b, uint64_t count, bool json)
{
	if (json) {
		buf_str(b, "{\"kind\":\"lost\"");
		if (count)
			member(b, "count", count);
		buf_str(b, "}\n");
		return;
	}
	buf_str(b, "-- lost ");
	if (count)
		buf_u64(b, count);
	else
		buf_str(b, "some");
	buf_str(b, " events\n");
}

void event_format_snapshot(struct buf *b, const struct table *t, enum event_sync why, bool json)
{
	if (json) {
		buf_str(b, "{\"kind\":\"snapshot\"");
		member_text(b, "reason", sync_names[why]);
		member_text(b, "table", t->name);
		member(b, "table_id", t->id);
		member(b, "seq", t->event_seq);
		buf_str(b, "}\n");
		return;
	}
	buf_str(b, "-- snapshot of ");
	buf_str(b, t->name);
	buf_str(b, " (");
	buf_str(b, sync_names[why]);
	buf_str(b, ")\n");
}

void event_format_session(struct buf *b, const struct table *t, const struct session *s, bool json)
{
	if (json) {
		buf_str(b, "{\"kind\":\"session\"");
		member_text(b, "table", t->name);
		member(b, "table_id", t->id);
		member_session(b, s);
		buf_str(b, "}\n");
		return;
	}
	head(b, t->event_seq, t->name);
	buf_str(b, "session");
	column(b, 37);
	brief(b, s);
	buf_char(b, '\n');
}

void event_format_end(struct buf *b, const struct table *t, uint64_t sessions, bool json)
{
	if (json) {
		buf_str(b, "{\"kind\":\"synced\"");
		member_text(b, "table", t->name);
		member(b, "table_id", t->id);
		member(b, "seq", t->event_seq);
		member(b, "sessions", sessions);
		buf_str(b, "}\n");
		return;
	}
	buf_str(b, "-- ");
	buf_u64(b, sessions);
	buf_str(b, " sessions of ");
	buf_str(b, t->name);
	buf_char(b, '\n');
}
