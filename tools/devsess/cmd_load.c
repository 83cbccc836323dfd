// SPDX-License-Identifier: GPL-2.0
#include "cmd_load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "load.h"
#include "replace.h"
#include "util.h"

static struct reader_stop stop;

static void note_signal(int sig)
{
	(void)sig;
	__atomic_store_n(&stop.came, 1, __ATOMIC_RELAXED);
}

/* So that it takes its table away before it ends. */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = note_signal }, old;
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
		sigaddset(&blocked, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, &stop.waiting);
	/* Who reads what it reports may end before; cli_finish() tells. */
	signal(SIGPIPE, SIG_IGN);
}

static int load_fd(struct cli *cli, const char *name, int fd, struct replace *replace)
{
	struct load l;
	struct stat st;
	uint64_t size = 0;
	int ret;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		size = st.st_size;
	ret = load_init(&l, cli, name, fd, size, replace);
	if (ret)
		return cli_failed("%s: %s", name, strerror(-ret));
	if (replace)
		l.source.reader.stop = &stop;
	ret = load_run(&l);
	load_destroy(&l);
	return ret;
}

static int load_or_replace(struct cli *cli, const char *name, int fd)
{
	struct replace r;
	int ret;

	if (!(cli->given & CLI_OPT_REPLACE))
		return load_fd(cli, name, fd, NULL);
	catch_signals();
	ret = replace_begin(&r, cli);
	if (ret)
		return ret;
	ret = load_fd(cli, name, fd, &r);
	return replace_end(&r) ? CLI_REFUSED : ret;
}

static int run_load(struct cli *cli, int argc, char **argv)
{
	int fd, ret;

	if (argc != 1)
		return cli_usage(cli, "the name of one file, or -, must follow");
	if (cli->given & CLI_OPT_ATOMIC && cli->given & CLI_OPT_BATCH)
		return cli_usage(cli, "--atomic takes one batch, so --batch does not go with it");
	if (cli->given & CLI_OPT_ATOMIC && cli->given & CLI_OPT_REPLACE)
		return cli_usage(cli, "--replace takes all or nothing, without --atomic");
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (!strcmp(argv[0], "-"))
		return load_or_replace(cli, "<stdin>", STDIN_FILENO);
	fd = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_failed("%s: %s", argv[0], strerror(errno));
	ret = load_or_replace(cli, argv[0], fd);
	close(fd);
	return ret;
}

const struct command cmd_load = {
	.name = "load",
	.run = run_load,
	.options = CLI_OPT_TABLE | CLI_OPT_ATOMIC | CLI_OPT_BATCH | CLI_OPT_FORMAT |
		   CLI_OPT_INSERT | CLI_OPT_REPLACE,
	.args = "FILE|-",
	.brief = "create or replace the sessions that a file lists",
	.help = "The file is CSV with a header line (any of the columns, in any order, device\n"
		"among them) or JSON Lines (an object a line), as save writes them: device session\n"
		"addr port owner mark state flags ttl_ms expires_in_ms idle_ms created last_seen version data\n"
		"weight.\n"
		"idle_ms, created, last_seen and version are read and ignored. A file that begins with\n"
		"{ is JSON Lines unless --format says otherwise.\n"
		"Each bad line is reported on standard error with its number and reason; the others\n"
		"are loaded and the exit status is 1. A device that stands there twice ends as its\n"
		"later line says.\n"
		"  --insert        refuse devices that have a session, instead of replacing it\n"
		"  --atomic        all lines or none, up to 65536 sessions, each device once\n"
		"  --replace       the table holds what the file lists and nothing else, from one moment\n"
		"                  to the next, or is as it was if any line is bad, or the last one does\n"
		"                  not end (the file may have been cut). The new content is\n"
		"                  loaded into a table NAME.replace (NAME cut to 23 bytes) with the\n"
		"                  options and owners' limits of the table, then the two are swapped, and\n"
		"                  what was there is deleted; what others write meanwhile goes with it.\n"
		"                  For that time there has to be memory for both. Refused while there is\n"
		"                  a NAME.replace; one that a killed load has left is to be deleted\n"
		"  --batch N       sessions per message, 1 to 65536 (4096)\n"
		"  --format NAME   csv or jsonl\n"
		"With -j: {\"failures\":[{\"line\":N,\"error\":TEXT}...],\"loaded\":N,\"failed\":N,\n"
		"\"complete\":false if it stopped before the end,\"seconds\":S,\"rate\":N a second}.\n",
};
