// SPDX-License-Identifier: GPL-2.0
#include "help.h"

#include <string.h>

#include "cmd_apply.h"
#include "cmd_end.h"
#include "cmd_load.h"
#include "cmd_loader.h"
#include "cmd_monitor.h"
#include "cmd_owner.h"
#include "cmd_read.h"
#include "cmd_save.h"
#include "cmd_stats.h"
#include "cmd_table.h"
#include "cmd_top.h"
#include "cmd_write.h"
#include "cmd_xdp.h"
#include "util.h"

const struct command *const help_commands[] = {
	/* Sessions, one at a time */
	&cmd_add,
	&cmd_set,
	&cmd_update,
	&cmd_getadd,
	&cmd_swap,
	&cmd_pop,
	/* Sessions, some */
	&cmd_get,
	&cmd_touch,
	&cmd_del,
	/* Sessions, many */
	&cmd_list,
	&cmd_count,
	&cmd_flush,
	&cmd_load,
	&cmd_apply,
	&cmd_save,
	&cmd_loader,
	&cmd_refuse,
	/* Tables */
	&cmd_table,
	&cmd_owner,
	&cmd_stats,
	&cmd_top,
	&cmd_monitor,
	/* Packets */
	&cmd_xdp,
	&cmd_help,
	NULL,
};

const struct command *help_find(const char *name)
{
	for (const struct command *const *c = help_commands; *c; c++) {
		if (!strcmp((*c)->name, name))
			return *c;
	}
	return NULL;
}

/* Options that go with some commands only. */
static const struct {
	enum cli_option option;
	const char *text;
} some_options[] = {
	{ CLI_OPT_TABLE, "  -t, --table NAME    table to work on (default)\n" },
	{ CLI_OPT_IF_VERSION, "      --if-version N  only if the session has this version\n" },
	{ CLI_OPT_ATOMIC, "      --atomic        all or nothing\n" },
	{ CLI_OPT_BATCH, "      --batch N       sessions per message\n" },
	{ CLI_OPT_FORMAT, "      --format NAME   csv or jsonl\n" },
	{ CLI_OPT_INSERT, "      --insert        never replace a session\n" },
	{ CLI_OPT_REPLACE, "      --replace       replace the table as a whole\n" },
	{ CLI_OPT_EXEC, "      --exec CMD      ask this program for sessions\n" },
	{ CLI_OPT_FROM, "      --from FILE     take sessions from this file\n" },
	{ CLI_OPT_SYNC, "      --sync          begin with what is there\n" },
	{ CLI_OPT_PROMETHEUS, "      --prometheus    the text format of Prometheus\n" },
	{ CLI_OPT_DRY_RUN, "      --dry-run       print the plan and change nothing\n" },
	{ CLI_OPT_IF_GENERATION, "      --if-generation N  only if the table is at it\n" },
};

static void print_options(FILE *out, uint32_t options)
{
	for (size_t i = 0; i < ARRAY_SIZE(some_options); i++) {
		if (options & some_options[i].option)
			fputs(some_options[i].text, out);
	}
	fputs("  -n, --netns NAME    network namespace, by name or by path\n"
	      "  -j, --json          print JSON\n"
	      "  -q, --quiet         say nothing of what went well\n"
	      "  -h, --help          print help\n"
	      "  -V, --version       print the version\n",
	      out);
}

void help_print(FILE *out)
{
	fputs("Usage: devsess [OPTIONS] COMMAND [ARGUMENTS]\n\nCommands:\n", out);
	for (const struct command *const *c = help_commands; *c; c++)
		fprintf(out, "  %-8s %s\n", (*c)->name, (*c)->brief);
	fputs("\nOptions:\n", out);
	print_options(out, ~0u);
	fputs("\nExit status: 0 done, 1 refused, 2 usage. See devsess(8).\n", out);
}

/* A form per line; a line that goes on is indented already. */
static void print_forms(const struct command *c)
{
	const char *args = c->args, *before = "Usage:";

	while (*args) {
		size_t len = strcspn(args, "\n");

		if (*args == ' ')
			printf("%s%.*s\n", "      ", (int)len, args);
		else
			printf("%-6s devsess [OPTIONS] %s %.*s\n", before, c->name, (int)len, args);
		before = "";
		args += len + (args[len] == '\n');
	}
}

void help_print_command(const struct command *c)
{
	print_forms(c);
	printf("\n%s: %s.\n\n%s\nOptions:\n", c->name, c->brief, c->help);
	print_options(stdout, c->options);
}

static int run_help(struct cli *cli, int argc, char **argv)
{
	const struct command *c;

	if (argc > 1)
		return cli_usage(cli, "the name of one command is enough");
	if (!argc) {
		help_print(stdout);
		return CLI_DONE;
	}
	c = help_find(argv[0]);
	if (!c)
		return cli_usage(cli, "there is no such command");
	help_print_command(c);
	return CLI_DONE;
}

const struct command cmd_help = {
	.name = "help",
	.run = run_help,
	.args = "[COMMAND]",
	.brief = "explain the program or a command",
	.help = "Everything is in devsess(8), too.\n",
};
