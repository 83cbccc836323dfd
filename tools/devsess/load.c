// SPDX-License-Identifier: GPL-2.0
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

int load_init(struct load *l, struct cli *cli, const char *name, int fd, uint64_t size,
	      struct replace *replace)
{
	memset(l, 0, sizeof(*l));
	l->cli = cli;
	l->name = name;
	l->replace = replace;
	l->table = replace ? replace->aside : cli->table;
	l->sender.kern = cli->kern;
	progress_init(&l->progress, size, !cli->quiet);
	return source_init(&l->source, fd, cli->format);
}

void load_destroy(struct load *l)
{
	source_destroy(&l->source);
	lines_free(&l->next);
	lines_free(&l->sent);
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
	cli_told("%s:%" PRIu64 ": %s", l->name, line, reason);
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

		if (!kern_write(l->cli->kern, op, l->table, &l->next.items[i],
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
		l->loaded += l->sender.batch.done;
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
		.table = l->table,
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
	uint64_t line = l->source.reader.line;

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
		stop(l, l->next.count ? l->next.numbers[0] : l->source.reader.line + 1, reason);
	return -1;
}

/* Read up to the next good line and keep it. Returns 1, 0 at the end, -1 if stopped. */
static int read_item(struct load *l)
{
	struct session *s = lines_add(&l->next);
	struct err e;

	if (!s)
		return stop_reading(l, "out of memory");
	for (;;) {
		switch (source_next(&l->source, s, &e)) {
		case SOURCE_ERROR:
			return stop_reading(l, e.text);
		case SOURCE_END:
			return 0;
		case SOURCE_BAD:
			if (!skip_line(l, e.text))
				return -1;
			break;
		case SOURCE_SESSION:
			l->next.numbers[l->next.count++] = l->source.reader.line;
			return 1;
		}
	}
}

static void send_items(struct load *l)
{
	if (l->cli->batch == 1)
		send_singly(l);
	else if (l->next.count)
		start_batch(l);
	l->next.count = 0;
	progress_show(&l->progress, l->source.reader.bytes, l->loaded);
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

static void report_twice(uint64_t line, const char *reason, void *arg)
{
	report(arg, line, reason);
}

/* Report each device that has been seen on an earlier line. */
static void find_duplicates(struct load *l)
{
	uint32_t *order = lines_sort(&l->next);

	if (!order) {
		stop(l, 1, "out of memory");
		return;
	}
	lines_find_twice(&l->next, order, report_twice, l);
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
		stop(l, l->source.reader.line, text);
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
	cli_told("%s: nothing was loaded", l->name);
}

/* All of the file in the table's place, or nothing of it. */
static void load_replace(struct load *l)
{
	load_stream(l);
	/* Of CSV there was a header at least, which says that it was not cut before. */
	if (!l->stopped && !l->failed && !l->loaded && l->source.format == CLI_FORMAT_JSONL)
		stop(l, 1, SOURCE_IS_EMPTY);
	if (!l->stopped && l->source.reader.cut)
		report(l, l->source.reader.line, SOURCE_IS_CUT);
	if (!l->stopped && !l->failed && replace_swap(l->replace) == CLI_DONE)
		return;
	l->stopped = true;
	l->loaded = 0;
	progress_clear(&l->progress);
	cli_told("%s: nothing was loaded", l->name);
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

/* An empty file is fine, but not as all of a table. */
static int read_header(struct load *l)
{
	char where[128];
	struct err e;

	switch (source_begin(&l->source, &e)) {
	case SOURCE_ERROR:
		return cli_failed("%s: %s", l->name, e.text);
	case SOURCE_BAD:
		break;
	case SOURCE_END:
		if (l->replace)
			return cli_failed("%s: " SOURCE_IS_EMPTY, l->name);
		return CLI_DONE;
	default:
		return CLI_DONE;
	}
	snprintf(where, sizeof(where), "%.100s:%" PRIu64, l->name, l->source.reader.line);
	err_prefix(&e, where);
	/* Of bad usage nothing has been tried; here there is a new table already. */
	return l->replace ? cli_failed("%s", e.text) : cli_usage(l->cli, e.text);
}

int load_run(struct load *l)
{
	int ret = read_header(l);

	if (ret)
		return ret;
	if (l->cli->given & CLI_OPT_ATOMIC)
		load_atomic(l);
	else if (l->replace)
		load_replace(l);
	else
		load_stream(l);
	progress_clear(&l->progress);
	print_sum(l);
	return l->stopped || l->failed ? CLI_REFUSED : CLI_DONE;
}
