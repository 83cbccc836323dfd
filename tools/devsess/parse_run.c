// SPDX-License-Identifier: GPL-2.0
#include "parse_run.h"

#include <string.h>

#include "err.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"
#include "words.h"

/* Values of top */

#define TOP_EVERY_MIN 10 /* ms */
#define TOP_EVERY 1000

static int top_every(void *out, const char *text, size_t len, struct err *e)
{
	struct top *t = out;

	if (timespan_parse(text, len, &t->every_ms, e))
		return -1;
	return t->every_ms < TOP_EVERY_MIN ? err_set(e, "at least %dms", TOP_EVERY_MIN) : 0;
}

static int top_times(void *out, const char *text, size_t len, struct err *e)
{
	struct top *t = out;

	t->has_times = true;
	return num_parse(text, len, UINT64_MAX, &t->times, e);
}

static const struct word top_words[] = {
	{ "every", top_every, false }, /* TIME between two looks */
	{ "times", top_times, false }, /* N: how often; for ever unless told */
};

int parse_top(int argc, char **argv, struct top *t, struct err *e)
{
	*t = (struct top){ .every_ms = TOP_EVERY };
	return words_read(top_words, ARRAY_SIZE(top_words), argc, argv, t, e);
}

/* Values of loader */

#define LOADER_JOBS 4
#define LOADER_JOBS_MAX 256
#define LOADER_TIMEOUT 10000 /* ms */

static int loader_jobs(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;
	uint64_t jobs;

	if (num_parse(text, len, LOADER_JOBS_MAX, &jobs, e))
		return -1;
	l->jobs = jobs;
	return jobs ? 0 : err_set(e, "1 to %d", LOADER_JOBS_MAX);
}

static int loader_timeout(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	if (timespan_parse(text, len, &l->timeout_ms, e))
		return -1;
	return l->timeout_ms ? 0 : err_set(e, "at least 1ms");
}

static int loader_count(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	l->has_count = true;
	return num_parse(text, len, UINT64_MAX, &l->count, e);
}

static int loader_for(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	l->has_for = true;
	return timespan_parse(text, len, &l->for_ms, e);
}

static const struct word loader_words[] = {
	{ "jobs", loader_jobs, false },	      /* N programs at a time */
	{ "timeout", loader_timeout, false }, /* TIME that each may take */
	{ "count", loader_count, false },     /* N ids, then it ends */
	{ "for", loader_for, false },	      /* TIME, then it ends */
};

int parse_loader(int argc, char **argv, struct loader_words *l, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->jobs = LOADER_JOBS;
	l->timeout_ms = LOADER_TIMEOUT;
	return words_read(loader_words, ARRAY_SIZE(loader_words), argc, argv, l, e);
}

/* Values of monitor */

static int monitor_kind(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	if (name_parse_bits(&name_event_kinds, text, len, &m->kinds, e))
		return -1;
	return m->kinds ? 0 : err_set(e, "at least one kind of event");
}

static int monitor_owner(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_owner = true;
	return num_parse_u32(text, len, &m->owner, e);
}

static int monitor_count(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_count = true;
	return num_parse(text, len, UINT64_MAX, &m->count, e);
}

static int monitor_timeout(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_timeout = true;
	return timespan_parse(text, len, &m->timeout_ms, e);
}

static int monitor_buffer(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;
	uint64_t bytes;

	if (num_parse(text, len, MONITOR_BUFFER_MAX, &bytes, e))
		return -1;
	if (bytes < MONITOR_BUFFER_MIN)
		return err_set(e, "it is below %d", MONITOR_BUFFER_MIN);
	m->buffer = bytes;
	return 0;
}

static const struct word monitor_words[] = {
	{ "kind", monitor_kind, false },       /* NAME,...: these only; overruns always */
	{ "owner", monitor_owner, false },     /* N: sessions of this owner only */
	{ "count", monitor_count, false },     /* N: events, then it ends */
	{ "timeout", monitor_timeout, false }, /* TIME, then it ends */
	{ "buffer", monitor_buffer, false },   /* BYTES: for events that wait */
};

int parse_monitor(int argc, char **argv, struct monitor *m, struct err *e)
{
	*m = (struct monitor){ .buffer = MONITOR_BUFFER };
	return words_read(monitor_words, ARRAY_SIZE(monitor_words), argc, argv, m, e);
}
