// SPDX-License-Identifier: GPL-2.0
#include "cmd_owner.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "align.h"
#include "buf.h"
#include "parse_table.h"
#include "print.h"
#include "snapshot.h"

static int owner_set(struct cli *cli, int argc, char **argv)
{
	uint32_t owner, limit;
	struct kern_error ke;
	struct err e;

	if (parse_owner_set(argc, argv, &owner, &limit, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_owner_set(cli->kern, cli->table, owner, limit, &ke))
		return cli_refused(argv[0], &ke);
	if (cli->json)
		printf("{\"owner\":%" PRIu32 "}\n", owner);
	else if (!cli->quiet)
		printf("changed owner %" PRIu32 "\n", owner);
	return CLI_DONE;
}

/* A list on its way: text to be aligned, or JSON. */
struct lines {
	const struct cli *cli;
	struct owner_list which;
	struct align align;
	uint32_t count;
	FILE *out;
};

static int add_line(const struct owner *o, void *arg)
{
	struct lines *l = arg;
	struct buf b = { 0 };

	if (!l->cli->json) {
		print_owner_row(&b, o);
		align_add(&l->align, &b, l->out);
		return 0;
	}
	if (!l->which.has_owner)
		buf_str(&b, l->count++ ? ",\n" : "\n");
	print_owner_json(&b, o);
	buf_flush(&b, l->out);
	return 0;
}

static int dump_lines(FILE *out, void *arg, struct kern_error *ke)
{
	struct lines *l = arg;
	struct buf b = { 0 };
	struct owner o;
	int ret;

	l->out = out;
	l->count = 0;
	memset(&l->align, 0, sizeof(l->align));
	if (!l->cli->json) {
		print_owner_heading(&b);
		align_add(&l->align, &b, out);
	} else if (!l->which.has_owner) {
		fputc('[', out);
	}
	if (!l->which.has_owner)
		return kern_owner_list(l->cli->kern, l->cli->table, l->which.top, add_line, l, ke);
	ret = kern_owner_get(l->cli->kern, l->cli->table, l->which.owner, &o, ke);
	return ret ? ret : add_line(&o, l);
}

static int print_lines(struct lines *l, FILE *spool)
{
	struct kern_error ke;

	if (snapshot_take(spool, dump_lines, l, &ke))
		return cli_refused("owner list", &ke);
	if (!l->cli->json) {
		align_print(&l->align, spool, stdout);
		return CLI_DONE;
	}
	snapshot_copy(spool, stdout);
	puts(l->which.has_owner ? "" : l->count ? "\n]" : "]");
	return CLI_DONE;
}

static int owner_list(struct cli *cli, int argc, char **argv)
{
	struct lines l = { .cli = cli };
	struct err e;
	FILE *spool;
	int ret;

	if (parse_owner_list(argc, argv, &l.which, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	spool = snapshot_spool();
	if (!spool)
		return cli_failed("temporary file: %s", strerror(errno));
	ret = print_lines(&l, spool);
	fclose(spool);
	return ret;
}

static int run_owner(struct cli *cli, int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "list"))
		return owner_list(cli, argc - 1, argv + 1);
	if (argc && !strcmp(argv[0], "set"))
		return owner_set(cli, argc - 1, argv + 1);
	return cli_usage(cli, "list or set must follow");
}

const struct command cmd_owner = {
	.name = "owner",
	.run = run_owner,
	.options = CLI_OPT_TABLE,
	.args = "list [OWNER]\n"
		"list top N\n"
		"set OWNER limit N|none",
	.brief = "list owners and their sessions, or limit them",
	.help = "The table has to count owners: see owner-max of `devsess table add'. An owner is\n"
		"known while it has a session or a limit.\n"
		"  top N           the N owners with the most sessions\n"
		"  limit N         most sessions that the owner may have, 1 to 4294967295; a limit below\n"
		"                  what it has refuses new ones only; none (or 0) takes the limit away\n"
		"list shows one owner, or all, those with the most sessions first: how many it has, its\n"
		"limit (- for none), how many are in each state, and how many were refused for the limit.\n"
		"With -j: set prints {\"owner\":N}; list OWNER prints an object, list an array of objects:\n"
		"owner sessions limit new active idle blocked refused. A limit of 0 is none.\n",
};
