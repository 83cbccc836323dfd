// SPDX-License-Identifier: GPL-2.0
#include "cmd_top.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "parse_run.h"
#include "progress.h"
#include "rates.h"
#include "stats_list.h"

/* Two looks at the figures, and when they were taken. */
struct looks {
	const struct cli *cli;
	const char *name; /* NULL: all tables */
	struct stats_list before, now;
	double before_at, now_at;
	bool screen; /* draw over what was drawn before */
	size_t columns; /* of the screen, if that is known */
};

static int look(struct looks *l)
{
	struct stats_list old = l->before;
	struct kern_error ke;

	l->before = l->now;
	l->before_at = l->now_at;
	l->now = old;
	l->now_at = progress_now();
	if (!stats_list_take(&l->now, l->cli->kern, l->name, &ke))
		return CLI_DONE;
	return cli_refused(l->name ? l->name : "top", &ke);
}

/*
 * From the top of the screen, where the terminal clears each line before it is written. One that
 * is too long is cut: it would take two.
 */
static void end_line(const struct looks *l, struct buf *b)
{
	if (l->columns && b->len > l->columns)
		b->len = l->columns;
	/* First: behind a line of all columns the last of them would be cleared. */
	if (l->screen)
		fputs("\033[K", stdout);
	buf_char(b, '\n');
	buf_flush(b, stdout);
}

static void show_heading(const struct looks *l)
{
	time_t now = time(NULL);
	struct buf b = { 0 };
	char text[64];
	struct tm tm;

	if (l->screen)
		fputs("\033[H", stdout);
	localtime_r(&now, &tm);
	strftime(text, sizeof(text), "devsess  %H:%M:%S  tables ", &tm);
	buf_str(&b, text);
	buf_u64(&b, l->now.count);
	end_line(l, &b);
	rates_heading(&b);
	end_line(l, &b);
}

/* How many more fit on the screen, the last of which stays empty. */
static size_t lines_left(struct looks *l)
{
	struct winsize size;

	l->columns = 0;
	if (!l->screen || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return SIZE_MAX;
	l->columns = size.ws_col;
	if (size.ws_row < 6)
		return SIZE_MAX;
	return size.ws_row - 3;
}

/* A longer name goes to a line of its own, so that the columns stay. */
static size_t row_lines(const char *table)
{
	return strlen(table) <= RATES_NAME_MAX ? 1 : 2;
}

static void show_row(const struct looks *l, const char *table, const struct rates *r)
{
	bool fits = row_lines(table) == 1;
	struct buf b = { 0 };

	if (!fits) {
		buf_str(&b, table);
		end_line(l, &b);
	}
	rates_row(&b, fits ? table : "", r);
	end_line(l, &b);
}

static void show_rest(const struct looks *l, size_t tables)
{
	struct buf b = { 0 };

	buf_str(&b, "and ");
	buf_u64(&b, tables);
	buf_str(&b, tables == 1 ? " table more, which does not fit" :
				  " tables more, which do not fit");
	end_line(l, &b);
}

static void show(struct looks *l)
{
	double seconds = l->now_at - l->before_at; /* at least TOP_EVERY_MIN */
	size_t lines = lines_left(l);

	if (!l->cli->json)
		show_heading(l);
	for (size_t i = 0; i < l->now.count; i++) {
		const struct stats *s = &l->now.all[i];
		struct rates r = rates_of(stats_list_find(&l->before, s->table), s, seconds);

		if (l->cli->json) {
			struct buf b = { 0 };

			rates_json(&b, s->table, &r);
			buf_char(&b, '\n');
			buf_flush(&b, stdout);
			continue;
		}
		if (lines < row_lines(s->table) + (i + 1 < l->now.count)) {
			show_rest(l, l->now.count - i);
			break;
		}
		show_row(l, s->table, &r);
		lines -= row_lines(s->table);
	}
	if (l->screen)
		fputs("\033[J", stdout);
}

/* Returns false if a signal came. */
static bool pause_for(uint64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return !clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
}

static int run_looks(struct looks *l, const struct top *top)
{
	int ret = look(l);

	if (ret)
		return ret;
	if (l->screen)
		fputs("\033[2J", stdout);
	for (uint64_t n = 0; !top->has_times || n < top->times; n++) {
		if (!pause_for(top->every_ms))
			return CLI_DONE;
		ret = look(l);
		if (ret)
			return ret;
		show(l);
		if (fflush(stdout))
			return CLI_DONE; /* cli_finish() tells why */
	}
	return CLI_DONE;
}

static int run_top(struct cli *cli, int argc, char **argv)
{
	struct looks l = {
		.cli = cli,
		.name = cli->table,
		.screen = !cli->json && isatty(STDOUT_FILENO),
	};
	struct top top;
	struct err e;
	int ret;

	if (parse_top(argc, argv, &top, &e))
		return cli_usage(cli, e.text);
	if (cli_connect(cli))
		return CLI_REFUSED;
	ret = run_looks(&l, &top);
	stats_list_free(&l.before);
	stats_list_free(&l.now);
	return ret;
}

const struct command cmd_top = {
	.name = "top",
	.run = run_top,
	.options = CLI_OPT_TABLE,
	.args = "[every TIME] [times N]",
	.brief = "watch what happens in one table or all; needs no privilege",
	.help = "  every TIME      how long to look, 10ms or more; 1s unless told\n"
		"  times N         how often; until it is interrupted unless told\n"
		"On a terminal it draws over what it drew before. Per table: sessions and how full it\n"
		"is (of max-sessions, or of max-cost if that is more); lookups a second, which share\n"
		"found a session (HITS), and which the dirty map served (MISSES); writes a second,\n"
		"slots written for each (AMP), promotions a second; and when it will be full if it goes\n"
		"on like this. k, M and G are thousands, millions and so on.\n"
		"With -j: an object per table and look, a line each: table sessions fill lookups_per_s\n"
		"hit_ratio miss_ratio writes_per_s write_amplification promotions_per_s growth_per_s\n"
		"full_in_s; null is what has no meaning, as the ratio of no lookups.\n",
};
