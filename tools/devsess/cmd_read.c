// SPDX-License-Identifier: GPL-2.0
#include "cmd_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "align.h"
#include "buf.h"
#include "jsonl.h"
#include "many.h"
#include "parse.h"
#include "print.h"
#include "snapshot.h"

/* Sessions on their way out: blocks with a line between, or members of an array. */
static void print_one(const struct cli *cli, const struct session *s, bool first)
{
	struct buf b = { 0 };

	if (!cli->json) {
		if (!first)
			putchar('\n');
		print_session(stdout, s);
		return;
	}
	if (!first)
		buf_str(&b, ",\n");
	jsonl_format(&b, s);
	buf_flush(&b, stdout);
}

static int get_one(struct cli *cli, const struct session *wanted, const char *name)
{
	struct kern_error ke;
	struct session s;

	if (kern_get(cli->kern, cli->table, &wanted->device, &s, &ke))
		return cli_refused(name, &ke);
	print_one(cli, &s, true);
	if (cli->json)
		putchar('\n');
	return CLI_DONE;
}

static void print_found(const struct cli *cli, const struct kern_batch *b, bool *first)
{
	for (uint32_t i = 0; i < b->count; i++) {
		if (!b->found[i].device.len)
			continue;
		print_one(cli, &b->found[i], *first);
		*first = false;
	}
}

static int get_many(struct cli *cli, const struct many *m)
{
	uint32_t at = 0, failed = 0;
	bool first = true;
	int ret = CLI_DONE;

	if (cli->json)
		putchar('[');
	while (at < m->count) {
		struct kern_batch b;
		uint32_t bad;

		if (many_send(cli, m, at, DEVSESS_BATCH_GET_MAX, DEVSESS_OP_GET, &b)) {
			ret = CLI_REFUSED;
			break;
		}
		print_found(cli, &b, &first);
		bad = many_report(m, at, &b, NULL, NULL);
		failed += bad;
		at += b.count;
		kern_batch_free(&b);
	}
	/* An array that lacks the rest is left open. */
	if (cli->json && !ret)
		puts("]");
	return failed ? CLI_REFUSED : ret;
}

static int run_get(struct cli *cli, int argc, char **argv)
{
	struct many m;
	struct err e;
	int ret;

	if (many_parse(&m, argc, argv, &e))
		return cli_usage(cli, e.text);
	ret = cli_connect(cli);
	if (!ret && m.count == 1)
		ret = get_one(cli, m.items, m.names[0]);
	else if (!ret)
		ret = get_many(cli, &m);
	many_free(&m);
	return ret;
}

/* A list on its way: text to be aligned, or JSON. */
struct list {
	struct cli *cli;
	struct filter filter;
	struct align align;
	uint64_t count;
	FILE *out;
};

static int add_text(const struct session *s, void *arg)
{
	struct list *l = arg;
	struct buf b;

	b.len = 0;
	print_row(&b, s);
	align_add(&l->align, &b, l->out);
	return ferror(l->out) ? -EIO : 0;
}

static int dump_text(FILE *out, void *arg, struct kern_error *ke)
{
	struct list *l = arg;
	struct buf b = { 0 };

	l->out = out;
	memset(&l->align, 0, sizeof(l->align));
	print_row_heading(&b);
	align_add(&l->align, &b, out);
	return kern_dump(l->cli->kern, l->cli->table, &l->filter, add_text, l, ke);
}

static int add_json(const struct session *s, void *arg)
{
	struct list *l = arg;
	struct buf b;

	b.len = 0;
	buf_str(&b, l->count++ ? ",\n" : "\n");
	jsonl_format(&b, s);
	buf_flush(&b, l->out);
	return ferror(l->out) ? -EIO : 0;
}

static int dump_json(FILE *out, void *arg, struct kern_error *ke)
{
	struct list *l = arg;

	l->out = out;
	l->count = 0;
	fputc('[', out);
	return kern_dump(l->cli->kern, l->cli->table, &l->filter, add_json, l, ke);
}

static int print_list(struct list *l, FILE *spool)
{
	bool json = l->cli->json;
	struct kern_error ke;

	if (snapshot_take(spool, json ? dump_json : dump_text, l, &ke))
		return cli_refused("list", &ke);
	if (json) {
		snapshot_copy(spool, stdout);
		puts(l->count ? "\n]" : "]");
	} else {
		align_print(&l->align, spool, stdout);
	}
	return ferror(spool) ? cli_failed("temporary file: %s", strerror(errno)) : CLI_DONE;
}

static int run_list(struct cli *cli, int argc, char **argv)
{
	struct list l = { .cli = cli };
	struct err e;
	FILE *spool;
	int ret;

	if (parse_filter(argc, argv, &l.filter, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	spool = snapshot_spool();
	if (!spool)
		return cli_failed("temporary file: %s", strerror(errno));
	ret = print_list(&l, spool);
	fclose(spool);
	return ret;
}

static int run_count(struct cli *cli, int argc, char **argv)
{
	struct kern_error ke;
	struct filter f;
	uint64_t count;
	struct err e;

	if (parse_filter(argc, argv, &f, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_count(cli->kern, cli->table, &f, &count, &ke))
		return cli_refused("count", &ke);
	printf(cli->json ? "{\"count\":%" PRIu64 "}\n" : "%" PRIu64 "\n", count);
	return CLI_DONE;
}

const struct command cmd_get = {
	.name = "get",
	.run = run_get,
	.options = CLI_OPT_TABLE,
	.args = "ID...",
	.brief = "show the sessions of one or more devices",
	.help = "Devices without a session are reported on standard error; the others are shown\n"
		"and the exit status is 1.\n"
		"With -j: for one ID an object, for several an array of objects. The members are\n"
		"device session addr port owner mark state flags ttl_ms expires_in_ms idle_ms created\n"
		"last_seen version data weight; see devsess(8).\n",
};

const struct command cmd_list = {
	.name = "list",
	.run = run_list,
	.options = CLI_OPT_TABLE,
	.args = CMD_FILTER_ARGS,
	.brief = "show the sessions that a filter selects",
	.help = CMD_FILTER_HELP
		"The kernel selects. A session that is there during the whole request is\n"
		"shown exactly once. Nothing is printed unless the list is whole.\n"
		"With -j: an array of objects as by get, an element a line.\n",
};

const struct command cmd_count = {
	.name = "count",
	.run = run_count,
	.options = CLI_OPT_TABLE,
	.args = CMD_FILTER_ARGS,
	.brief = "count the sessions that a filter selects",
	.help = CMD_FILTER_HELP
		"Without a filter the kernel need not look at the sessions.\n"
		"With -j: {\"count\":N}.\n",
};
