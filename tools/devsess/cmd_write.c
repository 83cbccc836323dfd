// SPDX-License-Identifier: GPL-2.0
#include "cmd_write.h"

#include <inttypes.h>
#include <stdio.h>

#include "buf.h"
#include "jsonl.h"
#include "parse.h"
#include "print.h"

/* The device's id as a string of its own. */
static const char *id_text(struct buf *b, const struct session *s)
{
	b->len = 0;
	id_format(b, &s->device);
	return buf_text(b);
}

/* Parse, connect, ask. On CLI_DONE, @s is what was asked for and @a the answer. */
static int ask(struct cli *cli, int argc, char **argv, enum kern_write op, struct session *s,
	       struct kern_answer *a)
{
	struct buf id = { 0 };
	struct kern_error ke;
	struct err e;

	if (parse_session(argc, argv, s, &e))
		return cli_usage(cli, e.text);
	if (cli->given & CLI_OPT_IF_VERSION) {
		s->version = cli->if_version;
		s->has |= HAS(F_VERSION);
		op = KERN_COMPARE_AND_SWAP;
	}
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_write(cli->kern, op, cli->table, s, a, &ke))
		return cli_refused(id_text(&id, s), &ke);
	return CLI_DONE;
}

/* {"device":...,"version":N,"loaded":B} */
static void print_written(const struct session *s, const struct kern_answer *a)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"device\":\"");
	id_format(&b, &s->device);
	buf_str(&b, "\",\"version\":");
	buf_u64(&b, a->s.version);
	buf_str(&b, a->loaded ? ",\"loaded\":true}\n" : ",\"loaded\":false}\n");
	buf_flush(&b, stdout);
}

/* The session in the answer as JSON, with "loaded" behind its fields. */
static void print_loaded(const struct kern_answer *a)
{
	struct buf b = { 0 };

	jsonl_format_open(&b, &a->s);
	buf_str(&b, a->loaded ? ",\"loaded\":true}\n" : ",\"loaded\":false}\n");
	buf_flush(&b, stdout);
}

static int write_session(struct cli *cli, int argc, char **argv, enum kern_write op,
			 const char *made, const char *changed)
{
	struct kern_answer a = { 0 };
	struct buf id = { 0 };
	struct session s;
	int ret = ask(cli, argc, argv, op, &s, &a);

	if (ret)
		return ret;
	if (cli->json)
		print_written(&s, &a);
	else if (!cli->quiet)
		printf("%s %s, version %" PRIu64 "\n", a.loaded ? changed : made, id_text(&id, &s),
		       a.s.version);
	return CLI_DONE;
}

static int run_add(struct cli *cli, int argc, char **argv)
{
	return write_session(cli, argc, argv, KERN_INSERT, "added", "added");
}

static int run_set(struct cli *cli, int argc, char **argv)
{
	return write_session(cli, argc, argv, KERN_STORE, "added", "replaced");
}

static int run_update(struct cli *cli, int argc, char **argv)
{
	return write_session(cli, argc, argv, KERN_UPDATE, "updated", "updated");
}

static int run_getadd(struct cli *cli, int argc, char **argv)
{
	struct kern_answer a = { 0 };
	struct session s;
	int ret = ask(cli, argc, argv, KERN_GET_OR_INSERT, &s, &a);

	if (ret)
		return ret;
	if (cli->json) {
		print_loaded(&a);
		return CLI_DONE;
	}
	if (!cli->quiet)
		puts(a.loaded ? "found" : "added");
	print_session(stdout, &a.s);
	return CLI_DONE;
}

static int run_swap(struct cli *cli, int argc, char **argv)
{
	struct kern_answer a = { 0 };
	struct buf b = { 0 };
	struct session s;
	int ret = ask(cli, argc, argv, KERN_SWAP, &s, &a);

	if (ret)
		return ret;
	if (cli->json && a.loaded) {
		print_loaded(&a);
	} else if (cli->json) {
		printf("{\"device\":\"%s\",\"loaded\":false}\n", id_text(&b, &s));
	} else {
		if (!cli->quiet)
			puts(a.loaded ? "replaced" : "added");
		if (a.loaded)
			print_session(stdout, &a.s);
	}
	return CLI_DONE;
}

#define SESSION_HELP \
	"ID is the device id: 1 to 64 bytes, printable text as it is or any bytes as 0x\n" \
	"and hexadecimal digits.\n" \
	"  session N       session id, 0 to 2^64-1\n" \
	"  addr ADDRESS    peer address and port: 192.0.2.1, 192.0.2.1:5683, 2001:db8::1 or\n" \
	"                  [2001:db8::1]:5683; none for no address\n" \
	"  owner N         tenant or backend node, 0 to 2^32-1\n" \
	"  mark N          free mark, 0 to 2^32-1\n" \
	"  state NAME      new, active, idle or blocked\n" \
	"  flags NAME      pinned (never evicted), or none to clear them\n" \
	"  ttl TIME        time to live, as 250ms, 300s, 5m, 2h or 1d; 0 is for ever;\n" \
	"                  that of the table unless told\n" \
	"  data HEX        opaque data, up to the table's data-max; '' is none\n" \
	"  weight N        what it counts against the table's max-cost, 1 to 255\n" \
	"Numbers are decimal or hexadecimal with 0x.\n"

#define WRITTEN_HELP \
	"With -j: {\"device\":ID,\"version\":N,\"loaded\":true if the session was there before}.\n"

const struct command cmd_add = {
	.name = "add",
	.run = run_add,
	.options = CLI_OPT_TABLE,
	.args = CMD_SESSION_ARGS,
	.brief = "create a session; refused if the device has one",
	.help = "What is not given is 0, nothing, the state new or the weight 1.\n"
		SESSION_HELP WRITTEN_HELP,
};

const struct command cmd_set = {
	.name = "set",
	.run = run_set,
	.options = CLI_OPT_TABLE,
	.args = CMD_SESSION_ARGS,
	.brief = "create a session or replace it whole",
	.help = "What is not given is 0, nothing, the state new or the weight 1, whatever it was\n"
		"before.\n"
		SESSION_HELP WRITTEN_HELP,
};

const struct command cmd_update = {
	.name = "update",
	.run = run_update,
	.options = CLI_OPT_TABLE | CLI_OPT_IF_VERSION,
	.args = CMD_SESSION_ARGS,
	.brief = "change fields of a session; refused if the device has none",
	.help = "What is not given stays as it is. A ttl that is given starts anew.\n"
		"With --if-version N only if the session has this version (compare and swap).\n"
		SESSION_HELP WRITTEN_HELP,
};

const struct command cmd_getadd = {
	.name = "getadd",
	.run = run_getadd,
	.options = CLI_OPT_TABLE,
	.args = CMD_SESSION_ARGS,
	.brief = "show a session, creating it if the device has none",
	.help = "A session that is there is shown as it is, whatever else is given (get or\n"
		"insert). \"found\" or \"added\" is printed, then the session as by get.\n"
		SESSION_HELP
		"With -j: the session with one more member, \"loaded\":true if it was there before.\n",
};

const struct command cmd_swap = {
	.name = "swap",
	.run = run_swap,
	.options = CLI_OPT_TABLE,
	.args = CMD_SESSION_ARGS,
	.brief = "create or replace a session and show the previous one",
	.help = "Works as set. \"replaced\" or \"added\" is printed, then the previous session,\n"
		"if there was one, as by get.\n"
		SESSION_HELP
		"With -j: the previous session with one more member, \"loaded\":true; or, if there\n"
		"was none, {\"device\":ID,\"loaded\":false}.\n",
};
