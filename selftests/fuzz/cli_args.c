// SPDX-License-Identifier: GPL-2.0
/*
 * The grammar of the command line: the first byte of the input chooses a
 * grammar, lines are words. What was read is written as words again, which are
 * read as the same.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "name.h"
#include "parse.h"
#include "parse_table.h"
#include "timespan.h"
#include "util.h"

#include "fuzz.h"

#define WORDS_MAX 40

/* A command line, each word in memory of its own. */
struct words {
	int argc;
	char *argv[WORDS_MAX + 1];
};

static void add_bytes(struct words *w, const char *text, size_t len)
{
	if (w->argc < WORDS_MAX)
		w->argv[w->argc++] = fuzz_string(text, len);
}

/* A word of the grammar, if it has a name, and its value. */
static void __printf(3, 4) add(struct words *w, const char *name, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (name)
		add_bytes(w, name, strlen(name));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_bytes(w, text, strlen(text));
}

static void add_buf(struct words *w, const char *name, struct buf *b)
{
	add(w, name, "%s", buf_text(b));
	b->len = 0;
}

static void free_words(struct words *w)
{
	for (int i = 0; i < w->argc; i++)
		free(w->argv[i]);
	w->argc = 0;
}

static void add_session(struct words *w, const struct session *s)
{
	struct buf b = { 0 };

	id_format(&b, &s->device);
	add_buf(w, NULL, &b);
	if (s->has & HAS(F_SESSION))
		add(w, "session", "%" PRIu64, s->session);
	if (s->has & HAS(F_ADDR)) {
		if (s->addr.family)
			addr_format_port(&b, &s->addr, s->port);
		else
			buf_str(&b, "none");
		/* A port of 0 is left out, but may have been given. */
		if (s->has & HAS(F_PORT) && !s->port) {
			b.len = 0;
			addr_format_port(&b, &s->addr, 1);
			b.text[b.len - 1] = '0';
		}
		add_buf(w, "addr", &b);
	}
	if (s->has & HAS(F_OWNER))
		add(w, "owner", "%u", s->owner);
	if (s->has & HAS(F_MARK))
		add(w, "mark", "0x%x", s->mark);
	if (s->has & HAS(F_STATE)) {
		name_format(&b, &name_states, s->state);
		add_buf(w, "state", &b);
	}
	if (s->has & HAS(F_FLAGS)) {
		name_format_bits(&b, &name_flags, s->flags, "", ",");
		if (!s->flags)
			buf_str(&b, "none");
		add_buf(w, "flags", &b);
	}
	if (s->has & HAS(F_TTL_MS)) {
		timespan_exact(&b, s->ttl_ms);
		add_buf(w, "ttl", &b);
	}
	if (s->has & HAS(F_WEIGHT))
		add(w, "weight", "%u", s->weight);
	if (s->has & HAS(F_DATA)) {
		buf_hex(&b, s->data, s->data_len);
		add_buf(w, "data", &b);
	}
}

static void try_session(struct words *in, struct words *out)
{
	struct session s, again;
	struct err e = { "" };

	if (!fuzz_taken(parse_session(in->argc, in->argv, &s, &e), &e))
		return;
	fuzz_must(s.has & HAS(F_DEVICE) && s.device.len, "no device");
	add_session(out, &s);
	fuzz_must(!parse_session(out->argc, out->argv, &again, &e), "%s", e.text);
	fuzz_must(s.has == again.has, "%x, %x", s.has, again.has);
	fuzz_same(&s, &again);
}

static void add_filter(struct words *w, const struct filter *f)
{
	struct buf b = { 0 };

	if (f->has_owner)
		add(w, "owner", "%u", f->owner);
	if (f->has_state) {
		name_format(&b, &name_states, f->state);
		add_buf(w, "state", &b);
	}
	if (f->has_mark && f->has_mask)
		add(w, "mark", "%u/0x%x", f->mark, f->mask);
	else if (f->has_mark)
		add(w, "mark", "%u", f->mark);
	if (f->prefix.len) {
		id_format(&b, &f->prefix);
		add_buf(w, "prefix", &b);
	}
	if (f->net.family) {
		addr_format(&b, &f->net);
		buf_char(&b, '/');
		buf_u64(&b, f->net_len);
		add_buf(w, "net", &b);
	}
	if (f->has_idle) {
		timespan_exact(&b, f->idle_ms);
		add_buf(w, "idle", &b);
	}
}

static void try_filter(struct words *in, struct words *out)
{
	struct filter f, g;
	struct err e = { "" };

	if (!fuzz_taken(parse_filter(in->argc, in->argv, &f, &e), &e))
		return;
	/* The words that were read are all there is. */
	fuzz_must((f.has_owner + f.has_state + f.has_mark + !!f.prefix.len + !!f.net.family +
		   f.has_idle) * 2 == in->argc, "%d words", in->argc);
	add_filter(out, &f);
	fuzz_must(!parse_filter(out->argc, out->argv, &g, &e), "%s", e.text);
	fuzz_must(f.has_owner == g.has_owner && f.owner == g.owner && f.has_state == g.has_state &&
		  f.state == g.state, "owner, state");
	fuzz_must(f.has_mark == g.has_mark && f.has_mask == g.has_mask && f.mark == g.mark &&
		  f.mask == g.mask, "mark");
	fuzz_must(!id_compare(&f.prefix, &g.prefix) && f.net_len == g.net_len &&
		  !memcmp(&f.net, &g.net, sizeof(f.net)), "prefix, net");
	fuzz_must(f.has_idle == g.has_idle && f.idle_ms == g.idle_ms, "idle");
}

static void try_touch(struct words *in, struct words *out)
{
	struct touch t, again;
	struct err e = { "" };
	struct buf b = { 0 };
	int ids, ids_again;

	if (!fuzz_taken(parse_touch(in->argc, in->argv, &t, &ids, &e), &e))
		return;
	fuzz_must(ids + 2 * t.has_ttl + t.only_later == in->argc, "%d ids of %d words", ids,
		  in->argc);
	for (int i = 0; i < ids; i++)
		add_bytes(out, in->argv[i], strlen(in->argv[i]));
	if (t.only_later)
		add(out, NULL, "only-later");
	if (t.has_ttl) {
		timespan_exact(&b, t.ttl_ms);
		add_buf(out, "ttl", &b);
	}
	fuzz_must(!parse_touch(out->argc, out->argv, &again, &ids_again, &e), "%s", e.text);
	fuzz_must(ids == ids_again && t.has_ttl == again.has_ttl && t.ttl_ms == again.ttl_ms &&
		  t.only_later == again.only_later, "touch");
}

static void add_table(struct words *w, const struct table *t)
{
	struct buf b = { 0 };

	add(w, NULL, "%s", t->name);
	if (t->has_policy) {
		name_format(&b, &name_policies, t->policy);
		add_buf(w, "policy", &b);
	}
	if (t->has_defer_interval_ms)
		add(w, "defer-interval", "%ums", t->defer_interval_ms);
	if (t->has_ttl_ms)
		add(w, "ttl", "%llums", (unsigned long long)t->ttl_ms);
	if (t->has_upcall) {
		name_format(&b, &name_upcalls, t->upcall);
		add_buf(w, "upcall", &b);
	}
	if (t->has_upcall_interval_ms)
		add(w, "upcall-interval", "%ums", t->upcall_interval_ms);
	if (t->has_upcall_rate)
		add(w, "upcall-rate", "%u", t->upcall_rate);
	if (t->has_upcall_negative_ttl_ms)
		add(w, "negative-ttl", "%ums", t->upcall_negative_ttl_ms);
	if (t->has_defer_ring)
		add(w, "defer-ring", "%u", t->defer_ring);
	if (t->has_max_cost)
		add(w, "max-cost", "%" PRIu64, t->max_cost);
	if (t->has_owner_max)
		add(w, "owner-max", "%u", t->owner_max);
	if (t->has_watermark_high)
		add(w, "watermark-high", "%u", t->watermark_high);
	if (t->has_watermark_low)
		add(w, "watermark-low", "%u", t->watermark_low);
	if (t->has_reserve)
		add(w, "reserve", "%" PRIu64, t->reserve);
	if (t->has_data_max)
		add(w, "data-max", "%u", t->data_max);
	if (t->has_key_max)
		add(w, "key-max", "0X%X", t->key_max);
	if (t->has_max_sessions)
		add(w, "max-sessions", "%" PRIu64, t->max_sessions);
}

static void same_table(const struct table *a, const struct table *b)
{
	fuzz_must(!strcmp(a->name, b->name), "%s, %s", a->name, b->name);
	fuzz_must(a->has_max_sessions == b->has_max_sessions && a->has_policy == b->has_policy &&
		  a->has_key_max == b->has_key_max && a->has_data_max == b->has_data_max &&
		  a->max_sessions == b->max_sessions && a->policy == b->policy &&
		  a->key_max == b->key_max && a->data_max == b->data_max &&
		  a->has_defer_ring == b->has_defer_ring && a->defer_ring == b->defer_ring &&
		  a->has_defer_interval_ms == b->has_defer_interval_ms &&
		  a->defer_interval_ms == b->defer_interval_ms &&
		  a->has_ttl_ms == b->has_ttl_ms && a->ttl_ms == b->ttl_ms &&
		  a->has_max_cost == b->has_max_cost && a->max_cost == b->max_cost &&
		  a->has_owner_max == b->has_owner_max && a->owner_max == b->owner_max, "table");
	fuzz_must(a->has_watermark_high == b->has_watermark_high &&
		  a->watermark_high == b->watermark_high &&
		  a->has_watermark_low == b->has_watermark_low &&
		  a->watermark_low == b->watermark_low &&
		  a->has_reserve == b->has_reserve && a->reserve == b->reserve, "fill");
	fuzz_must(a->has_upcall == b->has_upcall && a->upcall == b->upcall &&
		  a->has_upcall_interval_ms == b->has_upcall_interval_ms &&
		  a->upcall_interval_ms == b->upcall_interval_ms &&
		  a->has_upcall_rate == b->has_upcall_rate && a->upcall_rate == b->upcall_rate &&
		  a->has_upcall_negative_ttl_ms == b->has_upcall_negative_ttl_ms &&
		  a->upcall_negative_ttl_ms == b->upcall_negative_ttl_ms, "upcalls");
}

static void try_table(struct words *in, struct words *out)
{
	struct table t, again;
	struct err e = { "" };
	bool set;

	set = fuzz_taken(parse_table_set(in->argc, in->argv, &t, &e), &e);
	fuzz_must(!set || (!t.has_key_max && !t.has_data_max && !t.has_owner_max),
		  "key-max of an old table");
	if (!fuzz_taken(parse_table_new(in->argc, in->argv, &again, &e), &e)) {
		fuzz_must(!set, "may be set, but not made");
		return;
	}
	if (set)
		same_table(&t, &again);
	add_table(out, &again);
	fuzz_must(!parse_table_new(out->argc, out->argv, &t, &e), "%s", e.text);
	same_table(&t, &again);
}

static void try_one_id(struct words *in, struct words *out)
{
	struct id id = { 0 }, again = { 0 };
	struct err e = { "" };
	struct buf b = { 0 };

	if (!fuzz_taken(parse_one_id(in->argc, in->argv, &id, &e), &e))
		return;
	fuzz_must(in->argc == 1, "%d words", in->argc);
	id_format(&b, &id);
	add_buf(out, NULL, &b);
	fuzz_must(!parse_one_id(1, out->argv, &again, &e) && !id_compare(&id, &again), "%s",
		  e.text);
}

static void (*const tries[])(struct words *in, struct words *out) = {
	try_session, try_filter, try_touch, try_table, try_one_id,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words in = { 0 }, out = { 0 };
	const uint8_t *at = data + 1, *end = data + size, *lf;

	if (!size || memchr(data, '\0', size))
		return -1;
	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', end - at);
		lf = lf ? lf : end;
		add_bytes(&in, (const char *)at, lf - at);
	}
	tries[data[0] % ARRAY_SIZE(tries)](&in, &out);
	free_words(&in);
	free_words(&out);
	return 0;
}
