// SPDX-License-Identifier: GPL-2.0
/* devsess - device sessions in the kernel: options, then the command's own file. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/devsess.h>

#include "cli.h"
#include "cmd_xdp.h"
#include "help.h"
#include "num.h"
#include "parse_table.h"
#include "util.h"

#ifndef DEVSESS_VERSION
#define DEVSESS_VERSION "0"
#endif

/* Options without a letter. */
enum {
	ONLY_LONG = 256,
	IF_VERSION,
	ATOMIC,
	BATCH,
	FORMAT,
	INSERT,
	PROMETHEUS,
	DRY_RUN,
	IF_GENERATION,
	EXEC,
	FROM,
	SYNC,
	REPLACE,
};

static const struct option long_options[] = {
	{ "table", required_argument, NULL, 't' },  /* NAME: table to work on */
	{ "netns", required_argument, NULL, 'n' },  /* NAME or PATH: network namespace */
	{ "json", no_argument, NULL, 'j' },	    /* print JSON */
	{ "quiet", no_argument, NULL, 'q' },	    /* say nothing of what went well */
	{ "if-version", required_argument, NULL, IF_VERSION }, /* N: compare and swap or delete */
	{ "atomic", no_argument, NULL, ATOMIC },    /* load: all lines or none */
	{ "batch", required_argument, NULL, BATCH }, /* N: load: sessions per message */
	{ "format", required_argument, NULL, FORMAT }, /* csv or jsonl: load and save */
	{ "insert", no_argument, NULL, INSERT },    /* load: never replace a session */
	{ "replace", no_argument, NULL, REPLACE },  /* load: into a new table, swapped in */
	{ "prometheus", no_argument, NULL, PROMETHEUS }, /* stats: in its text format */
	{ "dry-run", no_argument, NULL, DRY_RUN },  /* apply: only print the plan */
	{ "if-generation", required_argument, NULL, IF_GENERATION }, /* N: apply: of the table */
	{ "exec", required_argument, NULL, EXEC },  /* CMD: loader: asks it for sessions */
	{ "from", required_argument, NULL, FROM },  /* FILE: loader: takes them from it */
	{ "sync", no_argument, NULL, SYNC },	    /* monitor: follow from a snapshot */
	{ "version", no_argument, NULL, 'V' },	    /* print the version */
	{ "help", no_argument, NULL, 'h' },	    /* print help, of the command if there is one */
	{ NULL, 0, NULL, 0 },
};

static int set_table(struct cli *cli, struct err *e)
{
	char name[DEVSESS_NAME_MAX + 1];

	cli->table = optarg;
	cli->given |= CLI_OPT_TABLE;
	return parse_table_name(optarg, name, e) ? err_prefix(e, "--table") : 0;
}

static int set_if_version(struct cli *cli, struct err *e)
{
	cli->given |= CLI_OPT_IF_VERSION;
	if (num_parse(optarg, strlen(optarg), UINT64_MAX, &cli->if_version, e))
		return err_prefix(e, "--if-version");
	return 0;
}

static int set_if_generation(struct cli *cli, struct err *e)
{
	cli->given |= CLI_OPT_IF_GENERATION;
	if (num_parse(optarg, strlen(optarg), UINT64_MAX, &cli->if_generation, e))
		return err_prefix(e, "--if-generation");
	return 0;
}

static int set_batch(struct cli *cli, struct err *e)
{
	uint64_t value;

	cli->given |= CLI_OPT_BATCH;
	if (num_parse(optarg, strlen(optarg), DEVSESS_BATCH_MAX, &value, e))
		return err_prefix(e, "--batch");
	if (!value)
		return err_set(e, "--batch: 1 to %d", DEVSESS_BATCH_MAX);
	cli->batch = value;
	return 0;
}

static int set_format(struct cli *cli, struct err *e)
{
	cli->given |= CLI_OPT_FORMAT;
	if (!strcmp(optarg, "csv"))
		cli->format = CLI_FORMAT_CSV;
	else if (!strcmp(optarg, "jsonl"))
		cli->format = CLI_FORMAT_JSONL;
	else
		return err_set(e, "--format: csv or jsonl");
	return 0;
}

static int set_option(struct cli *cli, int option, struct err *e)
{
	switch (option) {
	case 't':
		return set_table(cli, e);
	case 'n':
		cli->netns = optarg;
		return 0;
	case 'j':
		cli->json = true;
		return 0;
	case 'q':
		cli->quiet = true;
		return 0;
	case 'V':
		cli->show_version = true;
		return 0;
	case 'h':
		cli->help = true;
		return 0;
	case IF_VERSION:
		return set_if_version(cli, e);
	case ATOMIC:
		cli->given |= CLI_OPT_ATOMIC;
		return 0;
	case BATCH:
		return set_batch(cli, e);
	case FORMAT:
		return set_format(cli, e);
	case INSERT:
		cli->given |= CLI_OPT_INSERT;
		return 0;
	case REPLACE:
		cli->given |= CLI_OPT_REPLACE;
		return 0;
	case PROMETHEUS:
		cli->given |= CLI_OPT_PROMETHEUS;
		return 0;
	case DRY_RUN:
		cli->given |= CLI_OPT_DRY_RUN;
		return 0;
	case IF_GENERATION:
		return set_if_generation(cli, e);
	case EXEC:
		cli->given |= CLI_OPT_EXEC;
		cli->exec = optarg;
		return 0;
	case FROM:
		cli->given |= CLI_OPT_FROM;
		cli->from = optarg;
		return 0;
	case SYNC:
		cli->given |= CLI_OPT_SYNC;
		return 0;
	}
	return -1;
}

/* Options may stand before and after the command, whatever POSIXLY_CORRECT would have of them. */
static int read_options(struct cli *cli, int argc, char **argv)
{
	const char *posix = getenv("POSIXLY_CORRECT");
	struct err e;
	int option;

	unsetenv("POSIXLY_CORRECT");
	option = getopt_long(argc, argv, "t:n:jqVh", long_options, NULL);
	/* It has been looked at; programs of the loader have it as well. */
	if (posix)
		setenv("POSIXLY_CORRECT", posix, 1);
	for (; option != -1;
	     option = getopt_long(argc, argv, "t:n:jqVh", long_options, NULL)) {
		if (option == '?') {
			fputs("Try 'devsess help'.\n", stderr);
			return CLI_USAGE;
		}
		if (set_option(cli, option, &e))
			return cli_usage(cli, e.text);
	}
	return CLI_DONE;
}

/* An option that the command has no use for. */
static int check_options(const struct cli *cli)
{
	static const struct {
		enum cli_option option;
		const char *reason;
	} checks[] = {
		{ CLI_OPT_TABLE, "--table does not go with this command" },
		{ CLI_OPT_IF_VERSION, "--if-version goes with update and del only" },
		{ CLI_OPT_ATOMIC, "--atomic goes with load only" },
		{ CLI_OPT_BATCH, "--batch goes with load only" },
		{ CLI_OPT_FORMAT, "--format goes with load, apply, save and loader only" },
		{ CLI_OPT_INSERT, "--insert goes with load only" },
		{ CLI_OPT_REPLACE, "--replace goes with load only" },
		{ CLI_OPT_PROMETHEUS, "--prometheus goes with stats only" },
		{ CLI_OPT_DRY_RUN, "--dry-run goes with apply only" },
		{ CLI_OPT_IF_GENERATION, "--if-generation goes with apply only" },
		{ CLI_OPT_EXEC, "--exec goes with loader only" },
		{ CLI_OPT_FROM, "--from goes with loader only" },
		{ CLI_OPT_SYNC, "--sync goes with monitor only" },
	};
	uint32_t wrong = cli->given & ~cli->command->options;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (wrong & checks[i].option)
			return cli_usage(cli, checks[i].reason);
	}
	return CLI_DONE;
}

/* Where the word `xdp' is, if that is the command: what follows is not for us to read. 0: no. */
static int xdp_at(int argc, char **argv)
{
	int at;

	opterr = 0;
	while (getopt_long(argc, argv, "+t:n:jqVh", long_options, NULL) != -1)
		;
	at = optind < argc && !strcmp(argv[optind], cmd_xdp.name) ? optind : 0;
	opterr = 1;
	optind = 0;
	return at;
}

static int run(struct cli *cli, int argc, char **argv)
{
	int at = xdp_at(argc, argv);
	int ret;

	if (at)
		return cmd_xdp_become(argv, at);
	ret = read_options(cli, argc, argv);
	if (ret)
		return ret;
	argc -= optind;
	argv += optind;
	if (cli->show_version) {
		puts("devsess " DEVSESS_VERSION);
		return CLI_DONE;
	}
	if (!argc && cli->help) {
		help_print(stdout);
		return CLI_DONE;
	}
	if (!argc) {
		help_print(stderr);
		return CLI_USAGE;
	}
	cli->command = help_find(argv[0]);
	if (!cli->command) {
		cli_failed("there is no command '%s'\nTry 'devsess help'.", argv[0]);
		return CLI_USAGE;
	}
	if (cli->help) {
		help_print_command(cli->command);
		return CLI_DONE;
	}
	ret = check_options(cli);
	return ret ? ret : cli->command->run(cli, argc - 1, argv + 1);
}

/*
 * Closed standard files would be the next ones that are opened: what is printed would go to the
 * kernel's socket, which it swallows. In their places come others that cannot be used either,
 * but for what is said of errors.
 */
static void fill_standard_files(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			_exit(CLI_REFUSED);
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	int status;

	fill_standard_files();
	status = run(&cli, argc, argv);

	kern_close(cli.kern);
	return cli_finish(status);
}
