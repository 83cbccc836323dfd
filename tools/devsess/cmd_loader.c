// SPDX-License-Identifier: GPL-2.0
#include "cmd_loader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "buf.h"
#include "index.h"
#include "jobs.h"
#include "kern_miss.h"
#include "parse.h"
#include "parse_run.h"
#include "progress.h"
#include "util.h"

struct run {
	struct loader l;
	struct loader_words words;
	const char *table;
	struct index index;
	struct jobs jobs;
	struct kern_miss *miss;
	int signals;
	double end; /* when it has to; with words.has_for */
	bool over;
	bool behind; /* some upcalls were lost, and what came before is not all taken */
	int status;

	/* Of the message that is being taken. */
	struct id ids[KERN_MISS_IDS];
	uint32_t n;
};

static void take_id(const struct id *id, void *arg)
{
	struct run *r = arg;

	/* One whose program takes longer than the interval. */
	if (r->l.cli->exec && jobs_has(&r->jobs, id))
		return;
	r->l.asked++;
	if (r->n < KERN_MISS_IDS)
		r->ids[r->n++] = *id;
	else
		loader_fail(&r->l, id, "the message has too many ids");
}

/* The file knows at once. */
static void answer_from_file(struct run *r)
{
	struct session found[KERN_MISS_IDS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		const struct session *s = index_find(&r->index, &r->ids[i]);

		if (s)
			found[n++] = *s;
		else
			loader_refuse(&r->l, &r->ids[i]);
	}
	loader_store(&r->l, found, n);
	r->l.answered += r->n;
}

static void take_message(struct run *r)
{
	struct kern_error ke;
	int ret;

	r->n = 0;
	ret = kern_miss_take(r->miss, r->table, take_id, r, &ke);
	if (ret == -EAGAIN) {
		r->behind = false;
	} else if (ret == -ENOBUFS) {
		r->behind = true;
		/* The kernel asks again, once the interval is over, and the negative ttl. */
		r->l.lost++;
		cli_refused(r->table, &ke);
	} else if (ret) {
		r->status = cli_refused(r->table, &ke);
		r->over = true;
	}
	if (r->l.cli->from) {
		answer_from_file(r);
		return;
	}
	for (uint32_t i = 0; i < r->n; i++)
		jobs_add(&r->jobs, &r->ids[i]);
}

/* That a child has ended shows when jobs are looked after. */
static void take_signals(struct run *r)
{
	struct signalfd_siginfo si;

	while (read(r->signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		r->over = r->over || si.ssi_signo != SIGCHLD;
}

/* Milliseconds to wait at the most; -1: for ever. */
static int pause_ms(const struct run *r)
{
	int jobs = jobs_next_ms(&r->jobs), ms;
	double left = r->end - progress_now();

	if (!r->words.has_for)
		return jobs;
	if (left > 1000000)
		left = 1000000; /* and then again */
	ms = left > 0 ? (int)(left * 1000) + 1 : 0;
	return jobs >= 0 && jobs < ms ? jobs : ms;
}

static bool is_over(const struct run *r)
{
	if (r->over || (r->words.has_count && r->l.answered >= r->words.count))
		return true;
	return r->words.has_for && progress_now() >= r->end;
}

static void run_loop(struct run *r)
{
	struct pollfd fds[2] = {
		{ .fd = r->signals, .events = POLLIN }, { .events = POLLIN },
	};
	bool more;

	while (!is_over(r)) {
		/* When too many wait for programs, the others wait in the socket. */
		fds[1].fd = jobs_room(&r->jobs, KERN_MISS_IDS) ? kern_miss_fd(r->miss) : -1;
		more = fds[1].fd >= 0 && r->behind;
		if (poll(fds, 2, more ? 0 : pause_ms(r)) < 0 && errno != EINTR) {
			r->status = cli_failed("poll: %s", strerror(errno));
			return;
		}
		take_signals(r);
		if (more || (fds[1].fd >= 0 && fds[1].revents))
			take_message(r);
		jobs_run(&r->jobs);
	}
}

/*
 * The signals that end it, and those of its children, come by a descriptor. Its programs are in
 * groups of their own, where those of a terminal do not come: it has to end them.
 */
static int catch_signals(struct run *r)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };
	struct sigaction old;
	sigset_t set;

	/* Whoever started it may ignore it, and then no program would be found to have ended. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	/* A descriptor hears of those that are ignored, too, as by nohup or in the background. */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigaction(signals[i], NULL, &old) || old.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return r->signals < 0 ? cli_failed("signalfd: %s", strerror(errno)) : CLI_DONE;
}

static void tell_that_it_listens(const struct run *r)
{
	struct buf b = { 0 };

	if (r->l.cli->json) {
		buf_str(&b, "{\"listening\":");
		buf_json(&b, r->table);
		buf_str(&b, "}\n");
		buf_flush(&b, stdout);
	} else if (!r->l.cli->quiet) {
		printf("listening for miss upcalls of table %s\n", r->table);
	}
	fflush(stdout);
}

static int check_table(const struct table *t, void *arg)
{
	(void)arg;
	if (!t->upcall)
		cli_failed("table %s has no upcalls yet: devsess table set %s upcall on-request",
			   t->name, t->name);
	return 0;
}

static int run_connected(struct run *r)
{
	struct kern_error ke;

	if (kern_table_get(r->l.cli->kern, r->table, check_table, NULL, &ke))
		return cli_refused(r->table, &ke);
	if (kern_miss_open(&r->miss, &ke))
		return cli_refused(r->table, &ke);
	if (catch_signals(r))
		return CLI_REFUSED;
	if (setenv("DEVSESS_TABLE", r->table, 1))
		return cli_failed("%s", strerror(errno));
	tell_that_it_listens(r);
	r->end = progress_now() + r->words.for_ms / 1000.0;
	run_loop(r);
	loader_print(&r->l);
	return r->l.failed || r->index.bad ? CLI_REFUSED : r->status;
}

static int run_with(struct run *r, int argc, char **argv)
{
	struct cli *cli = r->l.cli;
	struct err e;
	int ret;

	if (parse_loader(argc, argv, &r->words, &e))
		return cli_usage(cli, e.text);
	if (!cli->exec == !cli->from)
		return cli_usage(cli, "either --exec or --from must be given");
	if (jobs_init(&r->jobs, &r->l, r->words.jobs, r->words.timeout_ms))
		return cli_failed("out of memory");
	ret = cli->from ? index_read(&r->index, cli, cli->from) : CLI_DONE;
	if (!ret)
		ret = cli_connect(cli);
	if (!ret)
		ret = run_connected(r);
	jobs_destroy(&r->jobs);
	kern_miss_close(r->miss);
	index_free(&r->index);
	return ret;
}

static int run_loader(struct cli *cli, int argc, char **argv)
{
	struct run *r = calloc(1, sizeof(*r));
	int ret;

	if (!r)
		return cli_failed("out of memory");
	r->l.cli = cli;
	r->table = cli->table ? cli->table : "default";
	ret = run_with(r, argc, argv);
	free(r);
	return ret;
}

const struct command cmd_loader = {
	.name = "loader",
	.run = run_loader,
	.options = CLI_OPT_TABLE | CLI_OPT_FORMAT | CLI_OPT_EXEC | CLI_OPT_FROM,
	.args = "--exec CMD|--from FILE [jobs N] [timeout TIME] [count N] [for TIME]",
	.brief = "store sessions when lookups ask for them",
	.help = "Listens for ids that lookups of kernel modules did not find (miss upcalls: see\n"
		"upcall of devsess table), and stores their sessions, unless somebody else has\n"
		"meanwhile.\n"
		"  --exec CMD      run the program CMD with an id as its argument, without a shell, and\n"
		"                  DEVSESS_TABLE in its environment, and in the namespace of --netns; it\n"
		"                  prints the session, or several, as load reads them; if it fails or\n"
		"                  prints none, the id is refused\n"
		"  --from FILE     take sessions from a file as load reads it, which is read once;\n"
		"                  ids that are not in it are refused\n"
		"  jobs N          so many programs at a time, 1 to 256; 4 unless told\n"
		"  timeout TIME    a program that takes longer is killed; 10s unless told\n"
		"  count N         end when so many ids have been answered\n"
		"  for TIME        end after this time; else it ends by SIGINT, SIGTERM, SIGHUP or\n"
		"                  SIGQUIT; programs that run then are killed\n"
		"A program that is killed, took too long, cannot be run or prints a bad line is reported\n"
		"on standard error; its id is neither stored nor refused, so the kernel may ask again.\n"
		"The exit status is 1 then, and if the kernel module was removed.\n"
		"With -j: {\"listening\":NAME}, and at the end {\"asked\":N,\"loaded\":N,\"there\":N,\n"
		"\"refused\":N,\"failed\":N,\"lost\":N times that upcalls were lost}.\n",
};

static int run_refuse(struct cli *cli, int argc, char **argv)
{
	struct kern_error ke;
	struct err e;
	struct id id;

	if (parse_one_id(argc, argv, &id, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	if (kern_refuse(cli->kern, cli->table, &id, &ke))
		return cli_refused(argv[0], &ke);
	if (cli->json)
		puts("{\"refused\":1}");
	else if (!cli->quiet)
		puts("refused 1");
	return CLI_DONE;
}

const struct command cmd_refuse = {
	.name = "refuse",
	.run = run_refuse,
	.options = CLI_OPT_TABLE,
	.args = "ID",
	.brief = "say that a device has no session, for a loader of your own",
	.help = "The answer to a miss upcall if there is no session to store: lookups do not ask\n"
		"for the id again for the table's negative-ttl from now.\n"
		"With -j: {\"refused\":1}.\n",
};
