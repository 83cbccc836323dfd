// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "jsonl.h"

int load_init(struct load *l, struct cli *cli, const char *name, int fd, uint64_t size)
{
	memset(l, 0, sizeof(*l));
	l->cli = cli;
	l->name = name;
	l->format = cli->format;
	l->sender.kern = cli->kern;
	progress_init(&l->progress, size, !cli->quiet);
	return reader_init(&l->reader, fd);
}

void load_destroy(struct load *l)
{
	reader_destroy(&l->reader);
	free(l->next.items);
	free(l->next.numbers);
	free(l->sent.items);
	free(l->sent.numbers);
}

/* A member of the array of failures, as they come: there may be a million. */
static void report_json(struct load *l, uint64_t line, const char *reason)
{
	struct buf b = { 0 };

	buf_str(&b, l->json_open ? ",\n{\"line\":" : "{\"failures\":[\n{\"line\":");
	l->json_open = true;
	buf_u64(&b, line);
	buf_str(&b, ",\"error\":");
	buf_json(&b, reason);
	buf_char(&b, '}');
	buf_flush(&b, stdout);
}

/* A line that could not be loaded. */
static void report(struct load *l, uint64_t line, const char *reason)
{
	progress_clear(&l->progress);
	fprintf(stderr, "%s:%" PRIu64 ": %s\n", l->name, line, reason);
	if (l->cli->json)
		report_json(l, line, reason);
	l->failed++;
}

/* An end before the end of the file; @from the first line that was not loaded. */
static void stop(struct load *l, uint64_t from, const char *reason)
{
	progress_clear(&l->progress);
	cli_failed("%s: stopped at line %" PRIu64 ": %s", l->name, from, reason);
	l->stopped = true;
}

static int add_room(struct lines *to)
{
	uint32_t room = to->room ? 2 * to->room : LOAD_BATCH;
	struct session *items = reallocarray(to->items, room, sizeof(*items));
	uint64_t *numbers;

	if (items)
		to->items = items;
	numbers = reallocarray(to->numbers, room, sizeof(*numbers));
	if (numbers)
		to->numbers = numbers;
	if (!items || !numbers)
		return -ENOMEM;
	to->room = room;
	return 0;
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	}
	return true;
}

static int parse_line(struct load *l, const char *line, size_t len, struct session *s,
		      struct err *e)
{
	if (memchr(line, '\0', len))
		return err_set(e, "a NUL byte");
	if (l->format == CLI_FORMAT_JSONL)
		return jsonl_parse(line, len, s, e);
	return csv_parse(&l->header, line, len, s, e);
}

/* A refusal that every other line would meet as well. */
static bool is_general(int code)
{
	switch (code) {
	case EPERM:
	case ENOENT: /* no such table: a store needs nothing else to be there */
	case ENODEV:
	case EOPNOTSUPP:
	case ENOBUFS:
	case EPROTO:
	case EBADMSG:
		return true;
	}
	return false;
}

/* One message per session. */
static void send_singly(struct load *l)
{
	enum kern_write op = l->cli->given & CLI_OPT_INSERT ? KERN_INSERT : KERN_STORE;

	for (uint32_t i = 0; i < l->next.count && !l->stopped; i++) {
		struct kern_answer answer;
		struct kern_error ke;
		char reason[512];

		if (!kern_write(l->cli->kern, op, l->cli->table, &l->next.items[i],
				&answer, &ke)) {
			l->loaded++;
			continue;
		}
		cli_reason(reason, sizeof(reason), &ke);
		if (is_general(ke.code))
			stop(l, l->next.numbers[i], reason);
		else
			report(l, l->next.numbers[i], reason);
	}
}

/* What became of the items of a batch. */
static void take_results(struct load *l, const struct kern_batch *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		/* In an atomic batch the others fail through no fault of theirs. */
		if (b->results[i] < 0 && !(b->atomic && b->results[i] == -ECANCELED))
			report(l, l->sent.numbers[i],
			       cli_item_reason(b->reasons[i], -b->results[i]));
	}
	l->loaded += b->done;
}

/* Wait for the batch under way. Nothing of later lines is told before its results. */
static void finish_batch(struct load *l)
{
	char reason[512];

	if (!l->sender.busy)
		return;
	if (sender_wait(&l->sender)) {
		cli_reason(reason, sizeof(reason), &l->sender.error);
		stop(l, l->sent.numbers[0], reason);
		return;
	}
	take_results(l, &l->sender.batch);
	kern_batch_free(&l->sender.batch);
}

static void start_batch(struct load *l)
{
	struct lines empty;

	finish_batch(l);
	if (l->stopped)
		return;
	empty = l->sent;
	l->sent = l->next;
	l->next = empty;
	l->next.count = 0;
	l->sender.batch = (struct kern_batch){
		.table = l->cli->table,
		.atomic = l->cli->given & CLI_OPT_ATOMIC,
		.op = l->cli->given & CLI_OPT_INSERT ? DEVSESS_OP_INSERT : DEVSESS_OP_STORE,
		.items = l->sent.items,
		.count = l->sent.count,
	};
	sender_start(&l->sender);
}

/* A line that could not be read. Returns whether to go on. */
static bool skip_line(struct load *l, const char *reason)
{
	uint64_t line = l->reader.line;

	finish_batch(l);
	if (!l->stopped)
		report(l, line, reason);
	return !l->stopped;
}

/* The file cannot be read on. */
static int stop_reading(struct load *l, const char *reason)
{
	finish_batch(l);
	if (!l->stopped)
		stop(l, l->next.count ? l->next.numbers[0] : l->reader.line + 1, reason);
	return -1;
}

/* Read up to the next good line and keep it. Returns 1, 0 at the end, -1 if stopped. */
static int read_item(struct load *l)
{
	struct lines *to = &l->next;
	const char *line;
	struct err e;
	size_t len;

	if (to->count == to->room && add_room(to))
		return stop_reading(l, "out of memory");
	for (;;) {
		switch (reader_next(&l->reader, &line, &len)) {
		case READER_ERROR:
			return stop_reading(l, strerror(errno));
		case READER_END:
			return 0;
		case READER_TOO_LONG:
			if (!skip_line(l, "the line is longer than 64 KiB"))
				return -1;
			continue;
		case READER_LINE:
			break;
		}
		if (is_blank(line, len))
			continue;
		if (!parse_line(l, line, len, &to->items[to->count], &e)) {
			to->numbers[to->count++] = l->reader.line;
			return 1;
		}
		if (!skip_line(l, e.text))
			return -1;
	}
}

static void send_items(struct load *l)
{
	if (l->cli->batch == 1)
		send_singly(l);
	else if (l->next.count)
		start_batch(l);
	l->next.count = 0;
	progress_show(&l->progress, l->reader.bytes, l->loaded);
}

static void load_stream(struct load *l)
{
	uint32_t batch = l->cli->batch > 1 ? l->cli->batch : LOAD_BATCH;

	while (!l->stopped && read_item(l) > 0) {
		if (l->next.count == batch)
			send_items(l);
	}
	if (!l->stopped)
		send_items(l);
	finish_batch(l);
}

static int compare_items(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct session *items = arg;
	int diff = id_compare(&items[i].device, &items[j].device);

	return diff ? diff : (i > j) - (i < j);
}

/* Report each device that has been seen on an earlier line. */
static void find_duplicates(struct load *l)
{
	const struct lines *all = &l->next;
	uint32_t *order = calloc(all->count + 1, sizeof(*order)), first = 0;

	if (!order) {
		stop(l, 1, "out of memory");
		return;
	}
	for (uint32_t i = 0; i < all->count; i++)
		order[i] = i;
	qsort_r(order, all->count, sizeof(*order), compare_items, all->items);
	for (uint32_t i = 1; i < all->count; i++) {
		const struct id *id = &all->items[order[i]].device;
		struct buf b = { 0 };

		if (id_compare(id, &all->items[order[first]].device)) {
			first = i;
			continue;
		}
		buf_str(&b, "device: ");
		id_format(&b, id);
		buf_str(&b, " stands on line ");
		buf_u64(&b, all->numbers[order[first]]);
		buf_str(&b, " already");
		report(l, all->numbers[order[i]], buf_text(&b));
	}
	free(order);
}

/* All of the file in one batch, or nothing of it. */
static void load_atomic(struct load *l)
{
	char text[80];

	while (!l->stopped && read_item(l) > 0) {
		if (l->next.count <= DEVSESS_BATCH_MAX)
			continue;
		snprintf(text, sizeof(text), "--atomic takes at most %d sessions",
			 DEVSESS_BATCH_MAX);
		stop(l, l->reader.line, text);
	}
	if (!l->stopped)
		find_duplicates(l);
	if (!l->stopped && !l->failed && l->next.count) {
		start_batch(l);
		finish_batch(l);
	}
	if (!l->stopped && !l->failed)
		return;
	progress_clear(&l->progress);
	fprintf(stderr, "%s: nothing was loaded\n", l->name);
}

static void print_sum(struct load *l)
{
	double seconds = progress_now() - l->progress.start;
	double rate = seconds > 0 ? l->loaded / seconds : 0;

	if (l->cli->json)
		printf("%s],\"loaded\":%" PRIu64 ",\"failed\":%" PRIu64
		       ",\"complete\":%s,\"seconds\":%.3f,\"rate\":%.0f}\n",
		       l->json_open ? "\n" : "{\"failures\":[", l->loaded, l->failed,
		       l->stopped ? "false" : "true", seconds, rate);
	else if (!l->cli->quiet)
		printf("loaded %" PRIu64 ", %" PRIu64 " failed (%.3f s, %.0f/s)\n", l->loaded,
		       l->failed, seconds, rate);
}

/* Find the format out, and read the header line of CSV. An empty file is fine. */
static int read_header(struct load *l)
{
	int first = reader_peek(&l->reader);
	const char *line;
	char where[128];
	struct err e;
	size_t len;

	if (l->format == CLI_FORMAT_ANY)
		l->format = first == '{' ? CLI_FORMAT_JSONL : CLI_FORMAT_CSV;
	if (l->format == CLI_FORMAT_JSONL)
		return CLI_DONE;
	do {
		switch (reader_next(&l->reader, &line, &len)) {
		case READER_ERROR:
			return cli_failed("%s: %s", l->name, strerror(errno));
		case READER_END:
			return CLI_DONE;
		case READER_TOO_LONG:
			return cli_usage(l->cli, "the header line is longer than 64 KiB");
		case READER_LINE:
			break;
		}
	} while (is_blank(line, len));
	if (!csv_parse_header(line, len, &l->header, &e))
		return CLI_DONE;
	snprintf(where, sizeof(where), "%.100s:%" PRIu64, l->name, l->reader.line);
	err_prefix(&e, where);
	return cli_usage(l->cli, e.text);
}

int load_run(struct load *l)
{
	int ret = read_header(l);

	if (ret)
		return ret;
	if (l->cli->given & CLI_OPT_ATOMIC)
		load_atomic(l);
	else
		load_stream(l);
	progress_clear(&l->progress);
	print_sum(l);
	return l->stopped || l->failed ? CLI_REFUSED : CLI_DONE;
}
