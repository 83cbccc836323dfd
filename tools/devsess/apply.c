// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "apply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "kern_batch.h"
#include "snapshot.h"
#include "source.h"

/* Items of a batch: as many as load sends. */
#define BATCH 4096

void apply_free(struct apply *a)
{
	lines_free(&a->want);
	free(a->order);
	free(a->wishes);
	free(a->gone);
}

/* A bad line of the file: nothing is applied, but all of them are told. */
static void tell_line(uint64_t line, const char *reason, void *arg)
{
	struct apply *a = arg;

	cli_told("%s:%" PRIu64 ": %s", a->name, line, reason);
	a->failed++;
}

static int read_lines(struct apply *a, struct source *src)
{
	struct session *s;
	struct err e;

	while ((s = lines_add(&a->want))) {
		switch (source_next(src, s, &e)) {
		case SOURCE_ERROR:
			return cli_failed("%s: %s", a->name, e.text);
		case SOURCE_END:
			if (src->reader.cut)
				tell_line(src->reader.line, SOURCE_IS_CUT, a);
			return CLI_DONE;
		case SOURCE_BAD:
			tell_line(src->reader.line, e.text, a);
			break;
		case SOURCE_SESSION:
			if (a->want.count == UINT32_MAX - 1)
				return cli_failed("%s: too many lines", a->name);
			a->want.numbers[a->want.count++] = src->reader.line;
			break;
		}
	}
	return cli_failed("%s: out of memory", a->name);
}

static int refuse_empty(const struct apply *a)
{
	return cli_failed("%s: " SOURCE_IS_EMPTY, a->name);
}

/* An empty file more likely is an accident than the wish for an empty table. */
static int begin(struct apply *a, struct source *src)
{
	struct err e;

	switch (source_begin(src, &e)) {
	case SOURCE_ERROR:
		return cli_failed("%s: %s", a->name, e.text);
	case SOURCE_END:
		return refuse_empty(a);
	case SOURCE_BAD:
		return cli_failed("%s:%" PRIu64 ": %s", a->name, src->reader.line, e.text);
	case SOURCE_SESSION:
		break;
	}
	return read_lines(a, src);
}

int apply_read(struct apply *a, int fd)
{
	struct source src;
	int ret;

	if (source_init(&src, fd, a->cli->format))
		return cli_failed("out of memory");
	ret = begin(a, &src);
	if (!ret && src.format == CLI_FORMAT_JSONL && !a->want.count && !a->failed)
		ret = refuse_empty(a);
	source_destroy(&src);
	if (ret)
		return ret;
	a->order = lines_sort(&a->want);
	a->wishes = calloc((size_t)a->want.count + 1, sizeof(*a->wishes));
	if (!a->order || !a->wishes)
		return cli_failed("%s: out of memory", a->name);
	lines_find_twice(&a->want, a->order, tell_line, a);
	if (!a->failed)
		return CLI_DONE;
	return cli_failed("%s: nothing was changed", a->name);
}

static bool addr_differs(const struct session *a, const struct session *b)
{
	return a->addr.family != b->addr.family || a->port != b->port ||
	       memcmp(a->addr.bytes, b->addr.bytes, addr_len(a->addr.family));
}

/*
 * Fields of @have that are not as load would have stored @want. A time to live that the
 * file does not give is the table's affair.
 */
static uint32_t differing(const struct session *want, const struct session *have)
{
	uint32_t differ = 0;

	if (want->session != have->session)
		differ |= HAS(F_SESSION);
	if (addr_differs(want, have))
		differ |= HAS(F_ADDR);
	if (want->owner != have->owner)
		differ |= HAS(F_OWNER);
	if (want->mark != have->mark)
		differ |= HAS(F_MARK);
	if (want->state != have->state)
		differ |= HAS(F_STATE);
	if (want->flags != have->flags)
		differ |= HAS(F_FLAGS);
	if ((want->weight ? want->weight : 1) != have->weight)
		differ |= HAS(F_WEIGHT);
	if (want->data_len != have->data_len || memcmp(want->data, have->data, want->data_len))
		differ |= HAS(F_DATA);
	if (want->has & HAS(F_TTL_MS) && want->ttl_ms != have->ttl_ms)
		differ |= HAS(F_TTL_MS);
	return differ;
}

/* The item of the file for a device, or NULL. */
static const uint32_t *find(const struct apply *a, const struct id *id)
{
	uint32_t from = 0, to = a->want.count;

	while (from < to) {
		uint32_t mid = from + (to - from) / 2;
		int diff = id_compare(id, &a->want.items[a->order[mid]].device);

		if (!diff)
			return &a->order[mid];
		if (diff < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

static int add_gone(struct apply *a, const struct session *s)
{
	if (a->gone_count == a->gone_room) {
		uint32_t room = a->gone_room ? 2 * a->gone_room : BATCH;
		struct gone *gone = reallocarray(a->gone, room, sizeof(*gone));

		if (!gone)
			return -ENOMEM;
		a->gone = gone;
		a->gone_room = room;
	}
	a->gone[a->gone_count++] = (struct gone){ s->device, s->version };
	return 0;
}

static int take_session(const struct session *s, void *arg)
{
	struct apply *a = arg;
	const uint32_t *i = find(a, &s->device);
	struct wish *wish;

	if (!i)
		return add_gone(a, s);
	wish = &a->wishes[*i];
	wish->there = true;
	wish->version = s->version;
	wish->differ = differing(&a->want.items[*i], s);
	if (wish->differ)
		a->changes++;
	else
		a->same++;
	return 0;
}

/* Begins anew if the dump has to be taken again. */
static int take_dump(FILE *out, void *arg, struct kern_error *ke)
{
	struct apply *a = arg;

	(void)out;
	memset(a->wishes, 0, a->want.count * sizeof(*a->wishes));
	a->gone_count = 0;
	a->changes = 0;
	a->same = 0;
	return kern_dump(a->cli->kern, a->cli->table, NULL, take_session, a, ke);
}

/* What the table has no room for would be refused only after others have gone. */
static int check_sizes(const struct table *t, void *arg)
{
	struct apply *a = arg;

	for (uint32_t i = 0; i < a->want.count; i++) {
		const struct session *s = &a->want.items[i];

		if (s->device.len > t->key_max)
			tell_line(a->want.numbers[i],
				  "device is longer than the table's key_max", a);
		else if (s->data_len > t->data_max)
			tell_line(a->want.numbers[i],
				  "data is longer than the table's data_max", a);
	}
	return 0;
}

static int take_generation(const struct stats *s, void *arg)
{
	*(uint64_t *)arg = s->value[DEVSESS_A_STATS_GENERATION];
	return 0;
}

/* The table's generation; refused if it is not @want, where that matters. */
static int read_generation(struct apply *a, uint64_t want, uint64_t *generation)
{
	const char *table = a->cli->table ? a->cli->table : "default";
	struct kern_error ke;

	if (kern_stats(a->cli->kern, table, take_generation, generation, &ke))
		return cli_refused("apply", &ke);
	if (!(a->cli->given & CLI_OPT_IF_GENERATION) || *generation == want)
		return CLI_DONE;
	return cli_failed("apply: the table has changed: its generation is %" PRIu64
			  ", not %" PRIu64, *generation, want);
}

int apply_compare(struct apply *a)
{
	struct kern_error ke;
	FILE *none;
	int ret;

	if (read_generation(a, a->cli->if_generation, &a->generation))
		return CLI_REFUSED;
	if (kern_table_get(a->cli->kern, a->cli->table ? a->cli->table : "default", check_sizes, a,
			   &ke))
		return cli_refused("apply", &ke);
	if (a->failed)
		return cli_failed("%s: nothing was changed", a->name);
	/* The dump goes to memory; what snapshot_take() is for is to take it again. */
	none = snapshot_spool();
	if (!none)
		return cli_failed("temporary file: %s", strerror(errno));
	ret = snapshot_take(none, take_dump, a, &ke);
	fclose(none);
	if (ret == -ENOMEM)
		return cli_failed("apply: out of memory");
	if (ret)
		return cli_refused("apply", &ke);
	a->adds = a->want.count - a->changes - a->same;
	return CLI_DONE;
}

static void report_json(struct apply *a, const struct id *id, const char *reason)
{
	struct buf b = { 0 };

	buf_str(&b, a->json_open ? ",\n{\"device\":\"" : "{\"failures\":[\n{\"device\":\"");
	a->json_open = true;
	id_format(&b, id);
	buf_str(&b, "\",\"error\":");
	buf_json(&b, reason);
	buf_char(&b, '}');
	buf_flush(&b, stdout);
}

static void report(struct apply *a, const struct id *id, const char *reason)
{
	struct buf b = { 0 };

	id_format(&b, id);
	cli_failed("%s: %s", buf_text(&b), reason);
	if (a->cli->json)
		report_json(a, id, reason);
	a->failed++;
}

/* A batch of one kind on its way. */
struct phase {
	uint32_t op;
	uint32_t *done;
	uint32_t count;
	struct session items[BATCH];
};

/* Who wanted a session to go has what he wanted if it has gone by itself. */
static bool has_failed(const struct phase *p, int result)
{
	return result < 0 && !(p->op == DEVSESS_OP_DELETE && result == -ENOENT);
}

/* Whether nobody else has changed the table, where that matters. */
static bool is_ours(struct apply *a)
{
	uint64_t now;

	return !(a->cli->given & CLI_OPT_IF_GENERATION) ||
	       !read_generation(a, a->generation + a->made, &now);
}

static void send_phase(struct apply *a, struct phase *p)
{
	struct kern_batch b = {
		.table = a->cli->table,
		.op = p->op,
		.items = p->items,
		.count = p->count,
	};
	struct kern_error ke;

	p->count = 0;
	if (!b.count || a->stopped)
		return;
	if (!is_ours(a)) {
		a->stopped = true;
		return;
	}
	if (kern_batch_send(a->cli->kern, &b, &ke)) {
		cli_refused("apply: stopped", &ke);
		*p->done += b.done;
		a->stopped = true;
		return;
	}
	for (uint32_t i = 0; i < b.count; i++) {
		if (has_failed(p, b.results[i]))
			report(a, &p->items[i].device,
			       cli_item_reason(b.reasons[i], -b.results[i]));
		else
			++*p->done;
		a->made += b.results[i] >= 0;
	}
	kern_batch_free(&b);
}

/* Room for the next item of a batch. */
static struct session *next_item(struct apply *a, struct phase *p)
{
	if (p->count == BATCH)
		send_phase(a, p);
	return &p->items[p->count++];
}

static void delete_gone(struct apply *a, struct phase *p)
{
	for (uint32_t i = 0; i < a->gone_count && !a->stopped; i++) {
		struct session *s = next_item(a, p);

		*s = (struct session){
			.has = HAS(F_DEVICE) | HAS(F_VERSION),
			.device = a->gone[i].device,
			.version = a->gone[i].version,
		};
	}
}

static void change_different(struct apply *a, struct phase *p)
{
	for (uint32_t i = 0; i < a->want.count && !a->stopped; i++) {
		const struct wish *w = &a->wishes[i];
		struct session *s;

		if (!w->differ)
			continue;
		s = next_item(a, p);
		*s = a->want.items[i];
		s->version = w->version;
		s->has = HAS(F_DEVICE) | HAS(F_VERSION) | w->differ;
		if (w->differ & HAS(F_ADDR) && s->addr.family)
			s->has |= HAS(F_PORT);
		if (!s->weight)
			s->weight = 1; /* as load stores what gives none */
	}
}

static void add_missing(struct apply *a, struct phase *p)
{
	for (uint32_t i = 0; i < a->want.count && !a->stopped; i++) {
		if (!a->wishes[i].there)
			*next_item(a, p) = a->want.items[i];
	}
}

static void run_phase(struct apply *a, struct phase *p, uint32_t op, uint32_t *done,
		      void (*fn)(struct apply *a, struct phase *p))
{
	p->op = op;
	p->done = done;
	p->count = 0;
	if (!a->stopped)
		fn(a, p);
	send_phase(a, p);
}

static void print_sum(const struct apply *a)
{
	if (a->cli->json)
		printf("%s],\"added\":%" PRIu32 ",\"changed\":%" PRIu32 ",\"deleted\":%" PRIu32
		       ",\"unchanged\":%" PRIu32 ",\"failed\":%" PRIu32 ",\"complete\":%s}\n",
		       a->json_open ? "\n" : "{\"failures\":[", a->added, a->changed, a->deleted,
		       a->same, a->failed, a->stopped ? "false" : "true");
	else if (!a->cli->quiet)
		printf("added %" PRIu32 ", changed %" PRIu32 ", deleted %" PRIu32
		       ", unchanged %" PRIu32 ", %" PRIu32 " failed\n",
		       a->added, a->changed, a->deleted, a->same, a->failed);
}

int apply_run(struct apply *a)
{
	struct phase *p;
	int ret;

	if (!is_ours(a))
		return CLI_REFUSED;
	p = malloc(sizeof(*p));
	if (!p)
		return cli_failed("apply: out of memory");
	/* In a full table the first make room for the last. */
	run_phase(a, p, DEVSESS_OP_DELETE, &a->deleted, delete_gone);
	run_phase(a, p, DEVSESS_OP_UPDATE, &a->changed, change_different);
	run_phase(a, p, DEVSESS_OP_INSERT, &a->added, add_missing);
	free(p);
	/* What others have added meanwhile was not compared. */
	ret = a->stopped || is_ours(a) ? CLI_DONE : CLI_REFUSED;
	print_sum(a);
	return a->failed || a->stopped ? CLI_REFUSED : ret;
}
