// SPDX-License-Identifier: GPL-2.0
#include "cmd_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "align.h"
#include "buf.h"
#include "parse_table.h"
#include "print.h"
#include "snapshot.h"
#include "util.h"

/* Tell that it is done. */
static int done(const struct cli *cli, const char *verb, const char *name)
{
	struct buf b = { 0 };

	if (cli->json) {
		buf_str(&b, "{\"name\":");
		buf_json(&b, name);
		buf_str(&b, "}\n");
		buf_flush(&b, stdout);
	} else if (!cli->quiet) {
		printf("%s table %s\n", verb, name);
	}
	return CLI_DONE;
}

static int names_json(const char *name, const char *other)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"name\":");
	buf_json(&b, name);
	buf_str(&b, ",\"other\":");
	buf_json(&b, other);
	buf_str(&b, "}\n");
	buf_flush(&b, stdout);
	return CLI_DONE;
}

static int table_add(struct cli *cli, int argc, char **argv)
{
	struct kern_error ke;
	struct table t;
	struct err e;

	if (parse_table_new(argc, argv, &t, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_table_new(cli->kern, &t, &ke))
		return cli_refused(t.name, &ke);
	return done(cli, "added", t.name);
}

static int table_set(struct cli *cli, int argc, char **argv)
{
	struct kern_error ke;
	struct table t;
	struct err e;

	if (parse_table_set(argc, argv, &t, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_table_set(cli->kern, &t, &ke))
		return cli_refused(t.name, &ke);
	return done(cli, "changed", t.name);
}

/* What needs nothing but a name. */
static int run_named(struct cli *cli, int argc, char **argv, const char *past,
		     int (*verb)(struct kern *kern, const char *name, struct kern_error *e))
{
	char name[DEVSESS_NAME_MAX + 1];
	struct kern_error ke;
	struct err e;

	if (argc != 1)
		return cli_usage(cli, "the name of one table must follow");
	if (parse_table_name(argv[0], name, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (verb(cli->kern, name, &ke))
		return cli_refused(name, &ke);
	return done(cli, past, name);
}

/* What takes two names. */
static int run_names(struct cli *cli, int argc, char **argv, const char *past, const char *between,
		     int (*verb)(struct kern *kern, const char *name, const char *other,
				 struct kern_error *e))
{
	char name[DEVSESS_NAME_MAX + 1], other[DEVSESS_NAME_MAX + 1];
	struct kern_error ke;
	struct err e;

	if (argc != 2)
		return cli_usage(cli, "two names must follow");
	if (parse_table_name(argv[0], name, &e) || parse_table_name(argv[1], other, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (verb(cli->kern, name, other, &ke))
		return cli_refused(strcmp(ke.attr, "other") ? name : other, &ke);
	if (cli->json)
		return names_json(name, other);
	if (!cli->quiet)
		printf("%s %s %s %s\n", past, name, between, other);
	return CLI_DONE;
}

static int table_rename(struct cli *cli, int argc, char **argv)
{
	return run_names(cli, argc, argv, "renamed table", "to", kern_table_rename);
}

static int table_swap(struct cli *cli, int argc, char **argv)
{
	return run_names(cli, argc, argv, "swapped tables", "and", kern_table_swap);
}

static int table_del(struct cli *cli, int argc, char **argv)
{
	return run_named(cli, argc, argv, "deleted", kern_table_del);
}

static int table_drain(struct cli *cli, int argc, char **argv)
{
	return run_named(cli, argc, argv, "drained", kern_table_drain);
}

/* A list on its way: text to be aligned, or JSON. */
struct lines {
	const struct cli *cli;
	const char *name; /* NULL: all tables */
	struct align align;
	uint32_t count;
	FILE *out;
};

static int add_line(const struct table *t, void *arg)
{
	struct lines *l = arg;
	struct buf b = { 0 };

	if (!l->cli->json) {
		print_table_row(&b, t);
		align_add(&l->align, &b, l->out);
		return 0;
	}
	if (!l->name)
		buf_str(&b, l->count++ ? ",\n" : "\n");
	print_table_json(&b, t);
	buf_flush(&b, l->out);
	return 0;
}

static int dump_lines(FILE *out, void *arg, struct kern_error *ke)
{
	struct lines *l = arg;
	struct buf b = { 0 };

	l->out = out;
	l->count = 0;
	memset(&l->align, 0, sizeof(l->align));
	if (!l->cli->json) {
		print_table_heading(&b);
		align_add(&l->align, &b, out);
	} else if (!l->name) {
		fputc('[', out);
	}
	return kern_table_get(l->cli->kern, l->name, add_line, l, ke);
}

static int print_lines(struct lines *l, FILE *spool)
{
	struct kern_error ke;

	if (snapshot_take(spool, dump_lines, l, &ke))
		return cli_refused(l->name ? l->name : "table list", &ke);
	if (!l->cli->json) {
		align_print(&l->align, spool, stdout);
		return CLI_DONE;
	}
	snapshot_copy(spool, stdout);
	puts(l->name ? "" : l->count ? "\n]" : "]");
	return CLI_DONE;
}

static int table_list(struct cli *cli, int argc, char **argv)
{
	struct lines l = { .cli = cli, .name = argc ? argv[0] : NULL };
	char name[DEVSESS_NAME_MAX + 1];
	struct err e;
	FILE *spool;
	int ret;

	if (argc > 1)
		return cli_usage(cli, "list takes the name of one table, or none");
	if (argc && parse_table_name(argv[0], name, &e))
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

static int run_table(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct cli *cli, int argc, char **argv);
	} verbs[] = {
		{ "add", table_add },	/* NAME and limits */
		{ "set", table_set },	/* NAME and limits that may be changed */
		{ "del", table_del },	/* NAME */
		{ "drain", table_drain }, /* NAME: do its deferred writes */
		{ "rename", table_rename }, /* OLD NEW */
		{ "swap", table_swap },	/* A B: their names */
		{ "list", table_list }, /* one or all */
	};

	for (size_t i = 0; argc && i < ARRAY_SIZE(verbs); i++) {
		if (!strcmp(argv[0], verbs[i].name))
			return verbs[i].run(cli, argc - 1, argv + 1);
	}
	return cli_usage(cli, "add, set, del, drain, rename, swap or list must follow");
}

const struct command cmd_table = {
	.name = "table",
	.run = run_table,
	.args = "add NAME [max-sessions N] [key-max N] [data-max N] [policy NAME]\n"
		"  [defer-ring N] [defer-interval TIME] [ttl TIME] [upcall NAME]\n"
		"  [upcall-interval TIME] [upcall-rate N] [negative-ttl TIME] [max-cost N]\n"
		"  [owner-max N]\n"
		"  [watermark-high PERCENT] [watermark-low PERCENT] [reserve N]\n"
		"set NAME [max-sessions N] [policy NAME] [defer-ring N] [defer-interval TIME]\n"
		"  [ttl TIME] [upcall NAME] [upcall-interval TIME] [upcall-rate N]\n"
		"  [negative-ttl TIME] [max-cost N]\n"
		"  [watermark-high PERCENT] [watermark-low PERCENT] [reserve N]\n"
		"del NAME\n"
		"drain NAME\n"
		"rename OLD NEW\n"
		"swap A B\n"
		"list [NAME]",
	.brief = "create, change, delete, drain, rename, swap or list tables",
	.help = "NAME has 1 to 31 of A-Z a-z 0-9 _ . - and starts with none of . -\n"
		"  max-sessions N  exact upper bound of the number of sessions\n"
		"  key-max N       longest device id in bytes, 1 to 64\n"
		"  data-max N      most opaque data per session in bytes, 0 to 64\n"
		"  policy NAME     what a full table does: reject (refuse new sessions; so unless told)\n"
		"                  evict-expired-only (free expired ones for them at once), or evict\n"
		"                  (evict what is little used, but never what is pinned)\n"
		"  defer-ring N    deferred writes of kernel modules that can wait per CPU, 0 to 65536:\n"
		"                  rounded up to a power of two; 0 (none are taken) unless told\n"
		"  defer-interval TIME  how long they wait at the most, 1ms to 60s; 10ms unless told\n"
		"  ttl TIME        time to live of sessions that are stored without one, as 5m, 2h or\n"
		"                  1d; 0 (for ever) unless told; sessions that are there keep theirs\n"
		"  upcall NAME     which lookups of kernel modules ask for the session of an unknown id:\n"
		"                  off (none; so unless told), on-request (those that say so) or\n"
		"                  every-lookup; see loader\n"
		"  upcall-interval TIME  an id is asked for once in it, 1ms to 1h; 1s unless told\n"
		"  upcall-rate N   ids asked for in a second, 1 to 1000000; 1000 unless told\n"
		"  negative-ttl TIME  an id that was asked for and not stored, or refused, is not asked for\n"
		"                  again so long, up to 1h; 0 (not beyond upcall-interval) unless told\n"
		"  max-cost N      exact upper bound of the sum of the sessions' weights; a full table is\n"
		"                  one without room for a weight, too; 0 (none) unless told\n"
		"  owner-max N     owners whose sessions are counted, and can be limited, 0 to 65536;\n"
		"                  0 (none are) unless told; see `devsess help owner'\n"
		"  watermark-high PERCENT  when the table holds so much of max-sessions, or weighs so\n"
		"                  much of max-cost, an event tells, 1 to 100; 0 (none does) unless told;\n"
		"                  see monitor\n"
		"  watermark-low PERCENT  when both are no more than so much again, another one; less\n"
		"                  than watermark-high, by ten unless told\n"
		"  reserve N       so many of max-sessions, less than all, kernel modules leave to this\n"
		"                  program, so that a full table can still be managed; 0 unless told\n"
		"drain does what waits of them; it ends when that is done.\n"
		"rename gives a table another name, swap lets two change names: whoever looks for either\n"
		"name finds one of the two all the time. Kernel modules that use a table go with the name;\n"
		"sessions, options, figures and events with the table. See also load --replace.\n"
		"del deletes the table with all its sessions; it is refused while a kernel module uses\n"
		"the table.\n"
		"list shows them as N/TIME below DEFER, - where none are taken; upcall/upcall-interval below\n"
		"UPCALL; owner-max, or -, below OWNER-MAX; the sum of the weights and max-cost, as N/N or\n"
		"N/-, below COST; and below BPF-ID the number by which BPF programs find the table, - if the\n"
		"module has no kfuncs.\n"
		"With -j: add, set, del and drain print {\"name\":NAME}; rename and swap print\n"
		"{\"name\":OLD,\"other\":NEW} and {\"name\":A,\"other\":B}; list NAME prints an object,\n"
		"list an array of objects: name id max_sessions key_max data_max policy sessions users\n"
		"defer_ring defer_interval_ms ttl_ms upcall upcall_interval_ms upcall_rate\n"
		"upcall_negative_ttl_ms owner_max watermark_high watermark_low above reserve\n"
		"max_cost cost bpf_id; above is 1 from watermark_high on until watermark_low, else 0; bpf_id\n"
		"is 0 if the module has no kfuncs.\n",
};
