// SPDX-License-Identifier: GPL-2.0
#include "cmd_end.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "cmd_read.h"
#include "jsonl.h"
#include "many.h"
#include "parse.h"
#include "print.h"
#include "timespan.h"

/* Items of a batch. */
#define BATCH 1024

/* The members of "failures" so far. */
struct failures {
	uint32_t count;
};

static void print_failure(const struct session *s, const char *reason, void *arg)
{
	struct failures *f = arg;
	struct buf b = { 0 };

	buf_str(&b, f->count++ ? ",{\"device\":\"" : "{\"device\":\"");
	id_format(&b, &s->device);
	buf_str(&b, "\",\"error\":");
	buf_json(&b, reason);
	buf_char(&b, '}');
	buf_flush(&b, stdout);
}

/* Items that are done, but with nothing changed. */
static uint32_t kept_of(const struct kern_batch *b)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->count; i++)
		kept += b->results[i] > 0;
	return kept;
}

/*
 * {"failures":[{"device":ID,"error":TEXT}...],"done":N,"failed":N}, or "VERB N"; of touches, of
 * which some may have kept the expiry, "kept":N as well, or ", N as before".
 */
static int change_many(struct cli *cli, const struct many *m, uint32_t op, const char *verb)
{
	uint32_t at = 0, done = 0, failed = 0, kept = 0;
	struct failures f = { 0 };
	int ret = CLI_DONE;

	if (cli->json)
		fputs("{\"failures\":[", stdout);
	while (at < m->count && !ret) {
		struct kern_batch b;

		ret = many_send(cli, m, at, BATCH, op, &b);
		if (ret)
			break;
		failed += many_report(m, at, &b, cli->json ? print_failure : NULL, &f);
		done += b.done;
		kept += kept_of(&b);
		at += b.count;
		kern_batch_free(&b);
	}
	/* What was not sent has failed as well. */
	failed += m->count - at;
	if (cli->json && op == DEVSESS_OP_TOUCH)
		printf("],\"done\":%" PRIu32 ",\"kept\":%" PRIu32 ",\"failed\":%" PRIu32 "}\n",
		       done, kept, failed);
	else if (cli->json)
		printf("],\"done\":%" PRIu32 ",\"failed\":%" PRIu32 "}\n", done, failed);
	else if (!cli->quiet && kept)
		printf("%s %" PRIu32 ", %" PRIu32 " as before\n", verb, done, kept);
	else if (!cli->quiet)
		printf("%s %" PRIu32 "\n", verb, done);
	return failed ? CLI_REFUSED : CLI_DONE;
}

static void print_touched(const struct cli *cli, const struct session *s,
			  const struct kern_answer *a)
{
	bool expires = a->s.has & HAS(F_EXPIRES_IN_MS);
	struct buf b = { 0 };

	if (cli->json) {
		buf_str(&b, "{\"device\":\"");
		id_format(&b, &s->device);
		buf_str(&b, "\",\"expires_in_ms\":");
		if (expires)
			buf_u64(&b, a->s.expires_in_ms);
		else
			buf_str(&b, "null");
		buf_str(&b, a->loaded ? ",\"loaded\":true}" : ",\"loaded\":false}");
	} else {
		buf_str(&b, "touched ");
		id_format(&b, &s->device);
		buf_str(&b, expires ? ", expires in " : ", never expires");
		if (expires)
			timespan_rough(&b, a->s.expires_in_ms);
		if (a->loaded)
			buf_str(&b, " as before");
	}
	buf_char(&b, '\n');
	buf_flush(&b, stdout);
}

static int touch_one(struct cli *cli, const struct many *m)
{
	struct kern_answer a = { 0 };
	struct kern_error ke;

	if (kern_touch(cli->kern, cli->table, m->items, &a, &ke))
		return cli_refused(m->names[0], &ke);
	if (cli->json || !cli->quiet)
		print_touched(cli, m->items, &a);
	return CLI_DONE;
}

static void set_touch(struct session *s, const struct touch *t)
{
	if (t->has_ttl) {
		s->ttl_ms = t->ttl_ms;
		s->has |= HAS(F_TTL_MS);
	}
	if (t->only_later) {
		s->touch_flags = DEVSESS_TOUCH_FLAG_ONLY_LATER;
		s->has |= HAS(F_TOUCH_FLAGS);
	}
}

static int run_touch(struct cli *cli, int argc, char **argv)
{
	struct touch t;
	struct many m;
	struct err e;
	int ids, ret;

	if (parse_touch(argc, argv, &t, &ids, &e) || many_parse(&m, ids, argv, &e))
		return cli_usage(cli, e.text);
	for (uint32_t i = 0; i < m.count; i++)
		set_touch(&m.items[i], &t);
	ret = cli_connect(cli);
	if (!ret && m.count == 1)
		ret = touch_one(cli, &m);
	else if (!ret)
		ret = change_many(cli, &m, DEVSESS_OP_TOUCH, "touched");
	many_free(&m);
	return ret;
}

static int del_one(struct cli *cli, const struct many *m)
{
	const uint64_t *version = cli->given & CLI_OPT_IF_VERSION ? &cli->if_version : NULL;
	struct failures f = { 0 };
	struct kern_error ke;
	char reason[512];
	int ret;

	ret = kern_delete(cli->kern, cli->table, &m->items[0].device, version, &ke);
	if (cli->json)
		fputs("{\"failures\":[", stdout);
	if (ret) {
		cli_refused(m->names[0], &ke);
		cli_reason(reason, sizeof(reason), &ke);
		if (cli->json)
			print_failure(m->items, reason, &f);
	}
	if (cli->json)
		printf("],\"done\":%d,\"failed\":%d}\n", !ret, !!ret);
	else if (!ret && !cli->quiet)
		puts("deleted 1");
	return ret ? CLI_REFUSED : CLI_DONE;
}

static int run_del(struct cli *cli, int argc, char **argv)
{
	struct many m;
	struct err e;
	int ret;

	if (cli->given & CLI_OPT_IF_VERSION && argc > 1)
		return cli_usage(cli, "--if-version goes with one ID");
	if (many_parse(&m, argc, argv, &e))
		return cli_usage(cli, e.text);
	ret = cli_connect(cli);
	if (!ret && m.count == 1)
		ret = del_one(cli, &m);
	else if (!ret)
		ret = change_many(cli, &m, DEVSESS_OP_DELETE, "deleted");
	many_free(&m);
	return ret;
}

static int run_pop(struct cli *cli, int argc, char **argv)
{
	struct buf b = { 0 };
	struct kern_error ke;
	struct session s;
	struct err e;
	struct id id;

	if (parse_one_id(argc, argv, &id, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_get_and_delete(cli->kern, cli->table, &id, &s, &ke))
		return cli_refused(argv[0], &ke);
	if (!cli->json) {
		print_session(stdout, &s);
		return CLI_DONE;
	}
	jsonl_format(&b, &s);
	buf_char(&b, '\n');
	buf_flush(&b, stdout);
	return CLI_DONE;
}

static int run_flush(struct cli *cli, int argc, char **argv)
{
	struct kern_error ke;
	struct filter f;
	uint64_t count;
	struct err e;

	if (parse_filter(argc, argv, &f, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_clear(cli->kern, cli->table, &f, &count, &ke))
		return cli_refused("flush", &ke);
	if (cli->json)
		printf("{\"count\":%" PRIu64 "}\n", count);
	else if (!cli->quiet)
		printf("flushed %" PRIu64 "\n", count);
	return CLI_DONE;
}

#define MANY_HELP \
	"Each ID that fails is reported on standard error with the reason; the others are done\n" \
	"and the exit status is 1.\n"

const struct command cmd_touch = {
	.name = "touch",
	.run = run_touch,
	.options = CLI_OPT_TABLE,
	.args = "ID... [ttl TIME] [only-later]",
	.brief = "note that devices were heard and start their ttl anew",
	.help = "  ttl TIME        time to live from now; 0 is the session's own, as without it\n"
		"  only-later      never bring the expiry forward; of several, those whose expiry it\n"
		"                  kept are told as \"as before\"\n"
		"A device of the name ttl or only-later is to be given as 0x and digits.\n"
		MANY_HELP
		"With -j: for one ID {\"device\":ID,\"expires_in_ms\":N or null,\"loaded\":true if\n"
		"only-later kept the expiry}; for several as del, with \"kept\":N before failed: of\n"
		"those done, the ones whose expiry only-later kept.\n",
};

const struct command cmd_del = {
	.name = "del",
	.run = run_del,
	.options = CLI_OPT_TABLE | CLI_OPT_IF_VERSION,
	.args = "ID...",
	.brief = "delete the sessions of one or more devices",
	.help = MANY_HELP
		"With --if-version N and one ID, only if the session has this version (compare and\n"
		"delete).\n"
		"With -j: {\"failures\":[{\"device\":ID,\"error\":TEXT}...],\"done\":N,\"failed\":N}.\n",
};

const struct command cmd_pop = {
	.name = "pop",
	.run = run_pop,
	.options = CLI_OPT_TABLE,
	.args = "ID",
	.brief = "delete a session and show what it was",
	.help = "Get and delete in one step: of several callers, one gets the session.\n"
		"With -j: an object as by get.\n",
};

const struct command cmd_flush = {
	.name = "flush",
	.run = run_flush,
	.options = CLI_OPT_TABLE,
	.args = CMD_FILTER_ARGS,
	.brief = "delete the sessions that a filter selects, in one request",
	.help = CMD_FILTER_HELP
		"The number of sessions deleted is printed.\n"
		"With -j: {\"count\":N}.\n",
};
