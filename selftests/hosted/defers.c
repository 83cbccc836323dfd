// SPDX-License-Identifier: GPL-2.0
/*
 * What deferred writes gain, and what they cost.
 *
 * defers SESSIONS MS TURN
 *
 * Two threads, each with a ring of its own, give sessions new words for MS ms: to any of their own
 * (update-any), in bursts to a few of their own (update-burst), and both to the same one
 * (update-one). At once (devsess) and deferred (devsess-deferred) by turns, the latter first if
 * TURN is odd. Who finds his ring full does the work himself, and what waits at the end is done
 * before the clock stops, so the figures are of callers and worker together. merged_percent is how
 * many of a hundred deferred writes were merged into a later one of the same device.
 *
 * Then single writes are made, and each is looked up until it is there (stale1 to stale100: so many
 * ms of interval). Prints samples as selftests/bench/summary reads them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>

#include "hist.h"
#include "mass.h"
#include "shim.h"
#include "module/deferred.h"
#include "module/lookup.h"
#include "module/ops.h"
#include "module/table.h"

#define THREADS		2
#define RING		1024
/* Of a burst of so many writes each is to one of so many devices. */
#define BURST_LENGTH	1024
#define BURST_IDS	16
/* So many single writes. */
#define SINGLES		40

/**
 * struct worker - a thread
 * @first: number of its first session
 * @n:     how many it has
 * @seed:  of its random numbers
 * @burst: first session of this burst
 * @turn:  writes of bursts so far
 * @pick:  which session is next
 * @write: how it is written
 * @until: when to stop, s
 * @value: goes up with each write
 * @last:  number of the session that was written last
 * @done:  writes
 * @wrong: of these went wrong
 */
struct worker {
	u64 first;
	u64 n;
	u64 seed;
	u64 burst;
	u64 turn;
	u64 (*pick)(struct worker *me);
	int (*write)(struct devsess_session *s);
	double until;
	u64 value;
	u64 last;
	u64 done;
	u64 wrong;
};

static struct devsess_table *table;
static u64 sessions;

static struct devsess_session session_of(u64 number, u64 value)
{
	struct devsess_session s = { .session = value, .key_len = 16 };
	u64 key[2];

	key_of(number, key);
	memcpy(s.key, key, 16);
	return s;
}

static int write_at_once(struct devsess_session *s)
{
	return ops_update(table, s, DEVSESS_F_ALL);
}

static int write_later(struct devsess_session *s)
{
	int ret;

	while ((ret = deferred_update(table, s, DEVSESS_F_ALL)) == -ENOBUFS)
		deferred_drain(table);
	return ret;
}

static u64 pick_any(struct worker *me)
{
	return me->first + shim_random(&me->seed) % me->n;
}

static u64 pick_burst(struct worker *me)
{
	if (me->turn++ % BURST_LENGTH == 0)
		me->burst = shim_random(&me->seed) % (me->n - BURST_IDS);
	return me->first + me->burst + shim_random(&me->seed) % BURST_IDS;
}

static u64 pick_one(struct worker *me)
{
	(void)me;
	return 0;
}

static void *work(void *arg)
{
	struct worker *me = arg;
	struct devsess_session s;
	int i;

	do {
		for (i = 0; i < 256; i++) {
			me->last = me->pick(me);
			s = session_of(me->last, ++me->value);
			me->wrong += me->write(&s) != 0;
		}
		me->done += 256;
	} while (seconds() < me->until);
	return NULL;
}

static void sample(const char *workload, bool later, int threads, const char *metric,
		   double value, const char *unit)
{
	printf("BENCH hosted,%s,devsess%s,%llu,%d,%s,%.6g,%s\n", workload,
	       later ? "-deferred" : "", sessions, threads, metric, value, unit);
	fflush(stdout);
}

static void __noreturn wrong(const char *what)
{
	fprintf(stderr, "defers: %s\n", what);
	exit(EXIT_FAILURE);
}

static u64 value_of(u64 number)
{
	struct devsess_session s;
	u64 key[2];

	key_of(number, key);
	if (lookup_one(table, key, 16, &s))
		wrong("a session is gone");
	return s.session;
}

/* What a thread wrote last is there, unless the other one wrote there after it. */
static void check(const struct worker *w)
{
	int i;

	for (i = 0; i < THREADS; i++) {
		if (w[i].wrong)
			wrong("writes were refused");
		if (value_of(w[i].last) != w[i].value &&
		    (w[0].last != w[1].last || value_of(w[i].last) != w[!i].value))
			wrong("the last write is not there");
	}
}

static u64 sum(enum stat_id id)
{
	return stats_sum(&table->stats, id);
}

static void measure(struct worker *w, const char *name, u64 (*pick)(struct worker *me),
		    bool later, double s)
{
	u64 deferred = sum(STAT_deferred), merged = sum(STAT_merged), done = 0;
	double begin = seconds();
	pthread_t id[THREADS];
	int i;

	for (i = 0; i < THREADS; i++) {
		w[i].pick = pick;
		w[i].write = later ? write_later : write_at_once;
		w[i].until = begin + s;
		w[i].done = 0;
		if (shim_thread(&id[i], work, &w[i]))
			abort();
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(id[i], NULL);
		done += w[i].done;
	}
	deferred_drain(table);
	sample(name, later, THREADS, "ops_per_ms", done / (seconds() - begin) / 1e3, "1/ms");
	check(w);
	deferred = sum(STAT_deferred) - deferred;
	if (deferred != (later ? done : 0))
		wrong("not all writes were deferred");
	if (later)
		sample(name, later, THREADS, "merged_percent",
		       100.0 * (sum(STAT_merged) - merged) / deferred, "percent");
}

static void measure_all(struct worker *w, bool later, double s)
{
	measure(w, "update-any", pick_any, later, s);
	measure(w, "update-burst", pick_burst, later, s);
	measure(w, "update-one", pick_one, later, s);
}

/* How long a write that nothing follows is not seen. */
static void measure_stale(u32 ms)
{
	struct hist times = { };
	struct devsess_session s;
	char name[16];
	double begin, ready;
	u64 seed = 1;
	int i;

	deferred_set_interval(table, ms);
	for (i = 0; i < SINGLES; i++) {
		/* At no fixed time after the worker's last tick. */
		ready = seconds() + shim_random(&seed) % 5000 / 1e6;
		while (seconds() < ready)
			;
		s = session_of(0, shim_random(&seed));
		begin = seconds();
		if (deferred_update(table, &s, DEVSESS_F_ALL))
			wrong("a write was refused");
		while (value_of(0) != s.session)
			;
		hist_add(&times, (seconds() - begin) * 1e9);
	}
	snprintf(name, sizeof(name), "stale%u", ms);
	sample(name, true, 1, "p50_ms", hist_at(&times, 0.5) / 1e6, "ms");
	sample(name, true, 1, "max_ms", times.most / 1e6, "ms");
}

static void fill(struct worker *w)
{
	struct devsess_session s;
	u64 i;

	for (i = w->first; i < w->first + w->n; i++) {
		s = session_of(i, 0);
		if (ops_insert(table, &s, GFP_KERNEL))
			wrong("an insert was refused");
	}
}

int main(int argc, char **argv)
{
	double s = argc == 4 ? strtod(argv[2], NULL) / 1e3 : 0;
	struct worker w[THREADS] = { };
	struct table_limits limits = { .key_max = 16 };
	struct deferred *d;
	int i, turn;

	sessions = argc == 4 ? strtoull(argv[1], NULL, 0) : 0;
	if (sessions < 1000 || s <= 0) {
		fprintf(stderr, "usage: defers SESSIONS MS TURN\n");
		return 2;
	}
	turn = atoi(argv[3]) & 1;
	limits.max_sessions = 2 * sessions;
	table = table_alloc(&limits);
	if (IS_ERR(table))
		abort();
	d = deferred_alloc(table, RING);
	if (!d)
		abort();
	deferred_install(table, d);
	shim_live_begin();
	for (i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .first = i * (sessions / 2), .n = sessions / 2,
					.seed = i + 1, .value = (u64)i << 32 };
		fill(&w[i]);
	}
	measure_all(w, turn, s);
	measure_all(w, !turn, s);
	measure_stale(1);
	measure_stale(10);
	measure_stale(100);
	shim_live_end();
	table_free(table);
	rcu_barrier();
	return EXIT_SUCCESS;
}
