// SPDX-License-Identifier: GPL-2.0
#include "cmd_stats.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "parse_table.h"
#include "print.h"
#include "prom.h"
#include "snapshot.h"
#include "stats_list.h"

/* Figures on their way out. */
struct figures {
	const struct cli *cli;
	const char *name; /* NULL: all tables */
	uint32_t count;
	FILE *out;
	struct stats_list list; /* with --prometheus */
};

static int add_table(const struct stats *s, void *arg)
{
	struct figures *f = arg;
	bool first = !f->count++;

	if (f->cli->json) {
		if (!f->name)
			fputs(first ? "\n" : ",\n", f->out);
		print_stats_json(f->out, s);
		return 0;
	}
	if (!first)
		fputc('\n', f->out);
	print_stats(f->out, s);
	return 0;
}

/* A family at a time, with all tables: they are kept until the end. */
static int dump_prometheus(struct figures *f, struct kern_error *ke)
{
	int ret = stats_list_take(&f->list, f->cli->kern, f->name, ke);

	if (!ret)
		prom_print(f->out, f->list.all, f->list.count);
	return ret;
}

static int dump_stats(FILE *out, void *arg, struct kern_error *ke)
{
	struct figures *f = arg;

	f->out = out;
	f->count = 0;
	if (f->cli->given & CLI_OPT_PROMETHEUS)
		return dump_prometheus(f, ke);
	if (f->cli->json && !f->name)
		fputc('[', out);
	return kern_stats(f->cli->kern, f->name, add_table, f, ke);
}

static int print_figures(struct figures *f, FILE *spool)
{
	struct kern_error ke;

	if (snapshot_take(spool, dump_stats, f, &ke))
		return cli_refused(f->name ? f->name : "stats", &ke);
	snapshot_copy(spool, stdout);
	if (f->cli->json)
		puts(f->name ? "" : f->count ? "\n]" : "]");
	return CLI_DONE;
}

static int run_stats(struct cli *cli, int argc, char **argv)
{
	struct figures f = { .cli = cli, .name = argc ? argv[0] : cli->table };
	char name[DEVSESS_NAME_MAX + 1];
	struct err e;
	FILE *spool;
	int ret;

	if (argc > 1 || (argc && cli->table))
		return cli_usage(cli, "the name of one table is enough");
	if (cli->json && cli->given & CLI_OPT_PROMETHEUS)
		return cli_usage(cli, "JSON or Prometheus, not both");
	if (f.name && parse_table_name(f.name, name, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	spool = snapshot_spool();
	if (!spool)
		return cli_failed("temporary file: %s", strerror(errno));
	ret = print_figures(&f, spool);
	stats_list_free(&f.list);
	fclose(spool);
	return ret;
}

const struct command cmd_stats = {
	.name = "stats",
	.run = run_stats,
	.options = CLI_OPT_TABLE | CLI_OPT_PROMETHEUS,
	.args = "[TABLE]",
	.brief = "show figures of one table or of all; needs no privilege",
	.help = "  --prometheus    print the text format of Prometheus: a family at a time, in\n"
		"                  base units, with the label table\n"
		"One name and value a line, as in /proc/net/devsess; they are explained in\n"
		"devsess(8). load_factor and write_amplification are decimal fractions.\n"
		"With -j: an object for one TABLE, else an array of objects, with the same names.\n",
};
