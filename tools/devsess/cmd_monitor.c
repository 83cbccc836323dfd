// SPDX-License-Identifier: GPL-2.0
#include "cmd_monitor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "follow.h"
#include "kern_event.h"
#include "parse_run.h"
#include "progress.h"
#include "util.h"

/* Longest wait, in ms: a signal that comes just before one is seen after it. */
#define WAIT_MAX 500

static int stopped;

static void stop(int sig)
{
	(void)sig;
	__atomic_store_n(&stopped, 1, __ATOMIC_RELAXED);
}

/*
 * The first one ends the command in good order, the second one at once; what is being printed
 * goes on after the first. Those that are ignored stay so: a shell lets what runs in the background
 * ignore SIGINT.
 */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESETHAND | SA_RESTART },
			 old;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static int wait_ms(const struct monitor *m, double begin)
{
	double left = WAIT_MAX;

	if (m->has_timeout)
		left = m->timeout_ms - (progress_now() - begin) * 1000;
	return left < 0 ? 0 : left < WAIT_MAX ? (int)left + 1 : WAIT_MAX;
}

struct watch {
	const struct follow *f;
	const struct monitor *m;
	double begin;
};

/* Whether to end within a snapshot as well; after enough events one is still shown whole. */
static bool is_over(void *arg)
{
	const struct watch *w = arg;
	const struct monitor *m = w->m;

	if (__atomic_load_n(&stopped, __ATOMIC_RELAXED) || ferror(stdout))
		return true;
	return m->has_timeout && (progress_now() - w->begin) * 1000 >= m->timeout_ms;
}

static bool has_enough(const struct watch *w)
{
	return w->m->has_count && w->f->shown >= w->m->count;
}

static int run_follow(struct follow *f, const struct monitor *m)
{
	struct watch w = { .f = f, .m = m, .begin = progress_now() };
	struct kern_error ke;
	int ret;

	f->over = is_over;
	f->arg = &w;
	ret = follow_begin(f, &ke);
	while (!ret && !has_enough(&w) && !is_over(&w)) {
		ret = follow_read(f, &ke);
		if (ret != -EAGAIN)
			continue;
		ret = 0;
		if (fflush(stdout))
			break; /* cli_finish() tells why */
		kern_events_wait(f->events, wait_ms(m, w.begin));
	}
	if (!ret || ret == -ECANCELED)
		return CLI_DONE;
	return cli_refused(f->table ? f->table : "monitor", &ke);
}

static int run_monitor(struct cli *cli, int argc, char **argv)
{
	struct follow f = {
		.table = cli->table,
		.json = cli->json,
		.sync = cli->given & CLI_OPT_SYNC,
	};
	struct kern_error ke;
	struct monitor m;
	struct err e;
	int ret;

	if (parse_monitor(argc, argv, &m, &e))
		return cli_usage(cli, e.text);
	if (f.sync && (m.kinds || m.has_owner))
		return cli_usage(cli, "--sync shows all events and goes without kind and owner");
	if (cli_connect(cli))
		return CLI_REFUSED;
	f.kern = cli->kern;
	f.kinds = m.kinds;
	f.filter = (struct event_filter){
		.kinds = m.kinds, .has_owner = m.has_owner, .owner = m.owner,
	};
	f.left = m.has_count ? m.count : UINT64_MAX;
	catch_signals();
	if (kern_events_open(&f.events, follow_wants_updates(&f), m.buffer, &ke))
		return cli_refused("monitor", &ke);
	ret = run_follow(&f, &m);
	follow_end(&f);
	return ret;
}

const struct command cmd_monitor = {
	.name = "monitor",
	.run = run_monitor,
	.options = CLI_OPT_TABLE | CLI_OPT_SYNC,
	.args = "[kind NAME,...] [owner N] [count N] [timeout TIME] [buffer BYTES]",
	.brief = "show what happens to sessions and tables, a line an event",
	.help = "  kind NAME,...   only these: create, update, touch, delete, expire, evict,\n"
		"                  flush, table, watermark\n"
		"  owner N         only sessions of this owner: not the update that gives one away\n"
		"  count N         end after N events\n"
		"  timeout TIME    end after so long, as 10s\n"
		"  buffer BYTES    for events that wait to be shown, 4096 to 1073741824; 16777216, some\n"
		"                  10000 events, unless told\n"
		"Of all tables unless --table names one. A line has the event's number in its table,\n"
		"the table, what happened and why, and the session as it is then, or as it was.\n"
		"Events that were lost are told: by the kernel as an overrun, with how many, and if\n"
		"this program was too slow as '-- lost N events'; as '-- lost some events' if the\n"
		"kernel had no memory to say how many.\n"
		"If the kernel module is removed it ends, with status 1.\n"
		"With --sync it begins with a snapshot, and shows another after each loss, so that\n"
		"who applies all lines has what the table has.\n"
		"With -j: an object a line: kind reason table table_id seq, of an overrun count, of a\n"
		"watermark sessions max_sessions, and cost max_cost if that is bounded, else\n"
		"session, as by get. Of its own it has the kinds lost (count), snapshot (forget\n"
		"what you have of the table), session and synced (sessions).\n",
};
