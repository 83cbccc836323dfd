// SPDX-License-Identifier: GPL-2.0
/*
 * The engine in user space, or a map beside it, with one and two threads.
 *
 *	bench IMPL SESSIONS MS [WORKLOAD]
 *	bench IMPL SESSIONS WORKLOAD
 *
 * fills a map and measures each workload, or one, for so many ms, or makes COUNTED operations of
 * one workload in count_ops(), for callgrind to count. Prints samples as
 * selftests/bench/summary reads them. Each thread has sessions of its own, which
 * only it looks at and replaces, so that all can tell which are there, and what was written to
 * them last. The engine's worker runs beside the threads, but where operations are counted.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>

#include "hist.h"
#include "mass.h"
#include "shim.h"

#define THREADS		2
#define COUNTED		100000
#define ABSENT		(1ULL << 40)
/* Every so many writes of a mix is a new id in or an old one out. */
#define NEW_EVERY	10

/**
 * struct worker - a thread
 * @w:     what it does
 * @first: number of its oldest session
 * @n:     how many it has
 * @seed:  of its random numbers
 * @turn:  operations of churn so far
 * @round: goes up with each update
 * @last:  number of the session that was updated last
 * @value: what it was given
 * @done:  operations
 * @wrong: of these went wrong
 * @until: when to stop, s
 */
struct worker {
	const struct workload *w;
	u64 first;
	u64 n;
	u64 seed;
	u64 turn;
	u64 round;
	u64 last;
	u64 value;
	u64 done;
	u64 wrong;
	double until;
};

/* @counted: only counted, of devsess only */
struct workload {
	const char *name;
	void (*op)(struct worker *me);
	u32 percent;
	bool counted;
};

static const struct map * const maps[] = { &map_devsess, &map_lfht };
static const struct map *map;
static u64 sessions;
static struct hist times;

/* A session is its number, with what changes above it. */
#define NUMBER_BITS	40

static bool is_number(u64 session, u64 number)
{
	return (session & ((1ULL << NUMBER_BITS) - 1)) == number;
}

static void op_hit(struct worker *me)
{
	u64 number = me->first + shim_random(&me->seed) % me->n, id[2], session;

	key_of(number, id);
	me->wrong += !map->hit(id, &session) || !is_number(session, number);
}

static void op_absent(struct worker *me)
{
	u64 id[2], session;

	key_of(ABSENT | shim_random(&me->seed) >> 16, id);
	me->wrong += map->hit(id, &session);
}

static void op_update(struct worker *me)
{
	u64 number = me->first + shim_random(&me->seed) % me->n, id[2];

	me->last = number;
	me->value = number | ++me->round << NUMBER_BITS;
	key_of(number, id);
	me->wrong += !map->update(id, me->value);
}

/* What was written last is there. */
static void check_last(struct worker *me)
{
	u64 id[2], session;

	/* It may have gone since, as the oldest. */
	if (!me->round || me->last < me->first)
		return;
	key_of(me->last, id);
	me->wrong += !map->hit(id, &session) || session != me->value;
}

static void op_churn(struct worker *me)
{
	u64 id[2];

	if (me->turn++ % 2) {
		key_of(me->first++, id);
		me->wrong += !map->remove(id);
	} else {
		key_of(me->first + me->n, id);
		me->wrong += !map->insert(id, me->first + me->n);
	}
}

static void op_mix(struct worker *me)
{
	if (shim_random(&me->seed) % 100 < me->w->percent)
		op_hit(me);
	else if (shim_random(&me->seed) % NEW_EVERY)
		op_update(me);
	else
		op_churn(me);
}

/* Of ten writes nine are updates, and one a new id for which the oldest goes: that is no write. */
static void op_turnover(struct worker *me)
{
	if (shim_random(&me->seed) % 10) {
		op_update(me);
		return;
	}
	op_churn(me);
	op_churn(me);
}

static void op_insert(struct worker *me)
{
	u64 id[2];

	key_of(me->first + me->n, id);
	me->wrong += !map->insert(id, me->first + me->n++);
}

static void op_delete(struct worker *me)
{
	u64 id[2];

	key_of(me->first++, id);
	me->n--;
	me->wrong += !map->remove(id);
}

static void op_touch(struct worker *me)
{
	u64 id[2];

	key_of(me->first + shim_random(&me->seed) % me->n, id);
	me->wrong += !map->touch(id);
}

static void op_batch(struct worker *me)
{
	u64 id[2 * BATCH];
	int i;

	for (i = 0; i < BATCH; i++)
		key_of(me->first + shim_random(&me->seed) % me->n, id + 2 * i);
	me->wrong += !map->hits(id, BATCH);
}

static const struct workload workloads[] = {
	{ "hit", op_hit }, { "absent", op_absent }, { "update", op_update },
	{ "mix90", op_mix, 90 }, { "mix50", op_mix, 50 }, { "mix10", op_mix, 10 },
	{ "mix0", op_mix, 0 }, { "churn", op_churn }, { "turnover10", op_turnover },
	{ "insert", op_insert, .counted = true }, { "delete", op_delete, .counted = true },
	{ "touch", op_touch, .counted = true }, { "batch16", op_batch, .counted = true },
};

static void *work(void *arg)
{
	struct worker *me = arg;
	int i;

	do {
		for (i = 0; i < 256; i++)
			me->w->op(me);
		me->done += 256;
		check_last(me);
	} while (seconds() < me->until);
	return NULL;
}

static void *fill(void *arg)
{
	struct worker *me = arg;
	u64 id[2], i;

	for (i = me->first; i < me->first + me->n; i++) {
		key_of(i, id);
		me->wrong += !map->insert(id, i);
	}
	me->done = me->n;
	return NULL;
}

/* Every session once: some maps take their time to get used to what they hold. */
static void *look_at_all(void *arg)
{
	struct worker *me = arg;
	u64 id[2], session, i;

	for (i = me->first; i < me->first + me->n; i++) {
		key_of(i, id);
		me->wrong += !map->hit(id, &session) || session != i;
	}
	return NULL;
}

/* Inserts, each with the time that it takes. */
static void *timed_inserts(void *arg)
{
	struct worker *me = arg;
	double begin = seconds(), end;
	u64 id[2];

	do {
		/* Churn may have left one more than n. */
		key_of(me->first + ++me->n, id);
		me->wrong += !map->insert(id, me->first + me->n);
		end = seconds();
		hist_add(&times, (end - begin) * 1e9);
		begin = seconds();
		me->done++;
	} while (end < me->until && me->n < sessions);
	return NULL;
}

static void sample(const char *workload, int threads, const char *metric, double value,
		   const char *unit)
{
	printf("BENCH hosted,%s,%s,%llu,%d,%s,%.6g,%s\n", workload, map->name, sessions, threads,
	       metric, value, unit);
	fflush(stdout);
}

/* Returns operations per ms of all threads. */
static double run(struct worker *workers, int threads, void *(*second)(void *),
		  void *(*first)(void *))
{
	double begin = seconds();
	pthread_t id[THREADS];
	u64 done = 0;
	int i;

	for (i = 0; i < threads; i++) {
		workers[i].done = 0;
		if (shim_thread(&id[i], i ? second : first, &workers[i]))
			abort();
	}
	for (i = 0; i < threads; i++) {
		pthread_join(id[i], NULL);
		done += workers[i].done;
		if (workers[i].wrong) {
			fprintf(stderr, "bench: %llu operations went wrong\n", workers[i].wrong);
			exit(EXIT_FAILURE);
		}
	}
	return done / (seconds() - begin) / 1e3;
}

static void show_times(void)
{
	static const struct {
		const char *name;
		double share;
	} marks[] = { { "p50_ns", 0.5 }, { "p99_ns", 0.99 }, { "p999_ns", 0.999 },
		      { "p9999_ns", 0.9999 }, { "max_ns", 1 } };
	size_t m;

	for (m = 0; m < ARRAY_SIZE(marks); m++)
		sample("insert", 2, marks[m].name,
		       marks[m].share < 1 ? hist_at(&times, marks[m].share) : times.most, "ns");
}

/* One workload; of turnover10 also the slots written for each write asked for. */
static void measure_one(struct worker *workers, int threads, const struct workload *w, double s)
{
	u64 before = map->written ? map->written() : 0, done = 0;
	double rate;
	int i;

	if (map->held)
		map->held();
	for (i = 0; i < threads; i++) {
		workers[i].w = w;
		workers[i].until = seconds() + s;
	}
	rate = run(workers, threads, work, work);
	sample(w->name, threads, "ops_per_ms", rate, "1/ms");
	if (map->held && w->op == op_churn)
		sample(w->name, threads, "lock_hold_max_us", map->held() / 1e3, "us");
	if (!map->written || w->op != op_turnover)
		return;
	for (i = 0; i < threads; i++)
		done += workers[i].done;
	sample(w->name, threads, "write_amplification",
	       (double)(map->written() - before) / done, "slots");
}

static const struct workload *find(const char *name)
{
	size_t w;

	for (w = 0; w < ARRAY_SIZE(workloads); w++)
		if (!strcmp(workloads[w].name, name))
			return &workloads[w];
	fprintf(stderr, "bench: no workload %s\n", name);
	return NULL;
}

/* @only: one of them, or NULL for all */
static void measure(int threads, double s, const struct workload *only)
{
	struct worker workers[THREADS] = { };
	size_t w;
	int i;

	map->make(sessions);
	shim_live_begin();
	for (i = 0; i < threads; i++)
		workers[i] = (struct worker){ .first = (u64)i << 32, .n = sessions / threads,
					      .seed = i + 1 };
	sample("insert", threads, "ops_per_ms", run(workers, threads, fill, fill), "1/ms");
	run(workers, threads, look_at_all, look_at_all);
	for (w = 0; w < ARRAY_SIZE(workloads); w++)
		if (only ? only == &workloads[w] :
			   !workloads[w].counted && workloads[w].op != op_turnover)
			measure_one(workers, threads, &workloads[w], s);
	if (threads == 2 && !only) {
		workers[1].w = &workloads[0];
		for (i = 0; i < threads; i++)
			workers[i].until = seconds() + 2 * s;
		run(workers, threads, work, timed_inserts);
		show_times();
	}
	shim_live_end();
	map->free();
}

/* Public and not inlined, so that callgrind finds it. */
void count_ops(struct worker *me);

__attribute__((noinline)) void count_ops(struct worker *me)
{
	int i;

	for (i = 0; i < COUNTED; i++)
		me->w->op(me);
}

static int count(const char *name)
{
	struct worker me = { .w = find(name), .n = sessions, .seed = 1 };

	if (!me.w)
		return 2;
	map->make(sessions);
	fill(&me);
	count_ops(&me);
	map->free();
	return me.wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const struct workload *only = NULL;
	size_t i;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: bench IMPL SESSIONS WORKLOAD|MS [WORKLOAD]\n");
		return 2;
	}
	for (i = 0; i < ARRAY_SIZE(maps); i++)
		if (!strcmp(maps[i]->name, argv[1]))
			map = maps[i];
	sessions = strtoull(argv[2], NULL, 0);
	if (!map || sessions < 2) {
		fprintf(stderr, "bench: no implementation %s, or too few sessions\n", argv[1]);
		return 2;
	}
	if (!strtoull(argv[3], NULL, 0))
		return count(argv[3]);
	if (argc == 5) {
		only = find(argv[4]);
		if (!only)
			return 2;
	}
	for (i = 1; i <= THREADS; i++)
		measure(i, strtoull(argv[3], NULL, 0) / 1e3, only);
	return EXIT_SUCCESS;
}
