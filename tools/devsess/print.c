// SPDX-License-Identifier: GPL-2.0
#include "print.h"

#include <linux/devsess.h>

#include "buf.h"
#include "field.h"
#include "name.h"
#include "kern_name.h"
#include "timespan.h"
#include "util.h"

static void flags(struct buf *b, const struct session *s)
{
	if (s->flags)
		name_format_bits(b, &name_flags, s->flags, "", "|");
	else
		buf_char(b, '-');
}

static void ttl(struct buf *b, uint64_t ms)
{
	if (ms)
		timespan_exact(b, ms);
	else
		buf_str(b, "never");
}

static void expires(struct buf *b, const struct session *s)
{
	if (s->has & HAS(F_EXPIRES_IN_MS))
		timespan_rough(b, s->expires_in_ms);
	else
		buf_str(b, "never");
}

static void peer(struct buf *b, const struct session *s)
{
	if (s->addr.family)
		addr_format_port(b, &s->addr, s->port);
	else
		buf_char(b, '-');
}

static void data(struct buf *b, const struct session *s)
{
	if (s->data_len)
		buf_hex(b, s->data, s->data_len);
	else
		buf_char(b, '-');
}

/* One field as people read it; a port is shown with its address. */
static void value(struct buf *b, const struct session *s, enum field f)
{
	switch (f) {
	case F_DEVICE:
		id_format(b, &s->device);
		break;
	case F_SESSION:
		buf_u64(b, s->session);
		break;
	case F_ADDR:
		peer(b, s);
		break;
	case F_OWNER:
		buf_u64(b, s->owner);
		break;
	case F_MARK:
		buf_0x(b, s->mark);
		break;
	case F_STATE:
		name_format(b, &name_states, s->state);
		break;
	case F_FLAGS:
		flags(b, s);
		break;
	case F_TTL_MS:
		ttl(b, s->ttl_ms);
		break;
	case F_EXPIRES_IN_MS:
		expires(b, s);
		break;
	case F_IDLE_MS:
		timespan_rough(b, s->idle_ms);
		break;
	case F_CREATED:
		timespan_date(b, s->created);
		break;
	case F_LAST_SEEN:
		timespan_date(b, s->last_seen);
		break;
	case F_VERSION:
		buf_u64(b, s->version);
		break;
	case F_DATA:
		data(b, s);
		break;
	case F_WEIGHT:
		buf_u64(b, s->weight);
		break;
	default:
		break;
	}
}

void print_session(FILE *out, const struct session *s)
{
	/* Times are shown with units, so their names lose the _ms. */
	static const struct {
		enum field field;
		const char *name;
	} lines[] = {
		{ F_SESSION, "session" },    { F_ADDR, "addr" },
		{ F_OWNER, "owner" },	     { F_MARK, "mark" },
		{ F_STATE, "state" },	     { F_FLAGS, "flags" },
		{ F_WEIGHT, "weight" },
		{ F_TTL_MS, "ttl" },	     { F_EXPIRES_IN_MS, "expires in" },
		{ F_IDLE_MS, "idle" },	     { F_CREATED, "created" },
		{ F_LAST_SEEN, "last seen" }, { F_VERSION, "version" },
		{ F_DATA, "data" },
	};
	struct buf b = { 0 };

	value(&b, s, F_DEVICE);
	buf_char(&b, '\n');
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		size_t start = b.len;

		buf_str(&b, "  ");
		buf_str(&b, lines[i].name);
		while (b.len < start + 14)
			buf_char(&b, ' ');
		value(&b, s, lines[i].field);
		buf_char(&b, '\n');
	}
	buf_flush(&b, out);
}

void print_row_heading(struct buf *b)
{
	buf_str(b, "DEVICE\tSESSION\tADDR\tOWNER\tMARK\tSTATE\tFLAGS\tWEIGHT\t");
	buf_str(b, "TTL\tEXPIRES\tIDLE\tVERSION\tDATA");
}

void print_row(struct buf *b, const struct session *s)
{
	static const enum field columns[] = {
		F_DEVICE, F_SESSION, F_ADDR,	      F_OWNER,	 F_MARK,    F_STATE,
		F_FLAGS,  F_WEIGHT,  F_TTL_MS, F_EXPIRES_IN_MS, F_IDLE_MS, F_VERSION, F_DATA,
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (i)
			buf_char(b, '\t');
		value(b, s, columns[i]);
	}
}

static void number_or_dash(struct buf *b, uint64_t number)
{
	if (number)
		buf_u64(b, number);
	else
		buf_char(b, '-');
}

void print_table_heading(struct buf *b)
{
	buf_str(b, "NAME\tID\tSESSIONS\tMAX-SESSIONS\tKEY-MAX\tDATA-MAX\tPOLICY\tUSERS\t");
	buf_str(b, "DEFER\tTTL\tUPCALL\tOWNER-MAX\tCOST\tBPF-ID");
}

void print_table_row(struct buf *b, const struct table *t)
{
	buf_str(b, t->name);
	buf_char(b, '\t');
	buf_u64(b, t->id);
	buf_char(b, '\t');
	buf_u64(b, t->sessions);
	buf_char(b, '\t');
	buf_u64(b, t->max_sessions);
	buf_char(b, '\t');
	buf_u64(b, t->key_max);
	buf_char(b, '\t');
	buf_u64(b, t->data_max);
	buf_char(b, '\t');
	name_format(b, &name_policies, t->policy);
	buf_char(b, '\t');
	buf_u64(b, t->users);
	buf_char(b, '\t');
	if (t->defer_ring) {
		buf_u64(b, t->defer_ring);
		buf_char(b, '/');
		timespan_exact(b, t->defer_interval_ms);
	} else {
		buf_char(b, '-');
	}
	buf_char(b, '\t');
	ttl(b, t->ttl_ms);
	buf_char(b, '\t');
	if (t->upcall) {
		name_format(b, &name_upcalls, t->upcall);
		buf_char(b, '/');
		timespan_exact(b, t->upcall_interval_ms);
	} else {
		buf_char(b, '-');
	}
	buf_char(b, '\t');
	number_or_dash(b, t->owner_max);
	buf_char(b, '\t');
	buf_u64(b, t->cost);
	buf_char(b, '/');
	number_or_dash(b, t->max_cost);
	buf_char(b, '\t');
	number_or_dash(b, t->bpf_id);
}

static void member(struct buf *b, const char *name, uint64_t number)
{
	buf_str(b, ",\"");
	buf_str(b, name);
	buf_str(b, "\":");
	buf_u64(b, number);
}

void print_table_json(struct buf *b, const struct table *t)
{
	buf_str(b, "{\"name\":");
	buf_json(b, t->name);
	member(b, "id", t->id);
	member(b, "max_sessions", t->max_sessions);
	member(b, "key_max", t->key_max);
	member(b, "data_max", t->data_max);
	buf_str(b, ",\"policy\":\"");
	name_format(b, &name_policies, t->policy);
	buf_char(b, '"');
	member(b, "sessions", t->sessions);
	member(b, "users", t->users);
	member(b, "defer_ring", t->defer_ring);
	member(b, "defer_interval_ms", t->defer_interval_ms);
	member(b, "ttl_ms", t->ttl_ms);
	buf_str(b, ",\"upcall\":\"");
	name_format(b, &name_upcalls, t->upcall);
	buf_char(b, '"');
	member(b, "upcall_interval_ms", t->upcall_interval_ms);
	member(b, "upcall_rate", t->upcall_rate);
	member(b, "upcall_negative_ttl_ms", t->upcall_negative_ttl_ms);
	member(b, "owner_max", t->owner_max);
	member(b, "watermark_high", t->watermark_high);
	member(b, "watermark_low", t->watermark_low);
	member(b, "above", t->above);
	member(b, "reserve", t->reserve);
	member(b, "max_cost", t->max_cost);
	member(b, "cost", t->cost);
	member(b, "bpf_id", t->bpf_id);
	buf_char(b, '}');
}

void print_owner_heading(struct buf *b)
{
	buf_str(b, "OWNER\tSESSIONS\tLIMIT\tNEW\tACTIVE\tIDLE\tBLOCKED\tREFUSED");
}

void print_owner_row(struct buf *b, const struct owner *o)
{
	buf_u64(b, o->owner);
	buf_char(b, '\t');
	buf_u64(b, o->sessions);
	buf_char(b, '\t');
	number_or_dash(b, o->limit);
	for (size_t i = 0; i < ARRAY_SIZE(o->state); i++) {
		buf_char(b, '\t');
		buf_u64(b, o->state[i]);
	}
	buf_char(b, '\t');
	buf_u64(b, o->refused);
}

void print_owner_json(struct buf *b, const struct owner *o)
{
	buf_str(b, "{\"owner\":");
	buf_u64(b, o->owner);
	member(b, "sessions", o->sessions);
	member(b, "limit", o->limit);
	for (uint32_t i = 0; i < ARRAY_SIZE(o->state); i++)
		member(b, name_states.names[i], o->state[i]);
	member(b, "refused", o->refused);
	buf_char(b, '}');
}

/* Two figures come in thousandths. */
static void figure(struct buf *b, const struct stats *s, int type)
{
	if (type == DEVSESS_A_STATS_LOAD_FACTOR || type == DEVSESS_A_STATS_WRITE_AMPLIFICATION)
		buf_milli(b, s->value[type]);
	else
		buf_u64(b, s->value[type]);
}

void print_stats(FILE *out, const struct stats *s)
{
	struct buf b = { 0 };

	fprintf(out, "table %s\n", s->table);
	for (int type = 0; type <= DEVSESS_A_STATS_MAX; type++) {
		if (!s->has[type])
			continue;
		buf_str(&b, kern_name(&kern_stats_names, type));
		buf_char(&b, ' ');
		figure(&b, s, type);
		buf_char(&b, '\n');
		buf_flush(&b, out);
	}
}

void print_stats_json(FILE *out, const struct stats *s)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"table\":");
	buf_json(&b, s->table);
	for (int type = 0; type <= DEVSESS_A_STATS_MAX; type++) {
		if (!s->has[type])
			continue;
		buf_str(&b, ",\"");
		buf_str(&b, kern_name(&kern_stats_names, type));
		buf_str(&b, "\":");
		figure(&b, s, type);
		buf_flush(&b, out);
	}
	buf_char(&b, '}');
	buf_flush(&b, out);
}
