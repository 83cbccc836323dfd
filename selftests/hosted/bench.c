// SPDX-License-Identifier: GPL-2.0
/*
 * Operations per second of the engine in user space: 16-byte random keys, in
 * random order, with one and two threads. Each figure is the median of RUNS
 * runs, with the least and the most beside it.
 *
 *	bench [SESSIONS...]		1000000 10000000 unless told
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/err.h>
#include <linux/gfp.h>

#include "module/table.h"
#include "mass.h"
#include "shim.h"

#define RUNS		5
#define OPS		2000000

struct job {
	struct devsess_table *t;
	void (*run)(struct job *j);
	u64 sessions;
	u64 first;
	u64 last;
	u64 seed;
	u64 wrong;
};

static void do_insert(struct job *j)
{
	struct devsess_session s = { .key_len = 16 };
	u64 i;

	for (i = j->first; i < j->last; i++) {
		key_of(i, (u64 *)s.key);
		s.session = i;
		s.expires = 0;
		j->wrong += devsess_insert(j->t, &s, GFP_KERNEL) != 0;
	}
}

static void look(struct job *j, u64 base, bool there)
{
	struct devsess_session s;
	u64 n, i, key[2];

	for (n = 0; n < OPS; n++) {
		i = base + shim_random(&j->seed) % j->sessions;
		key_of(i, key);
		if (!devsess_lookup(j->t, key, 16, &s))
			j->wrong += !there || s.session != i;
		else
			j->wrong += there;
	}
}

static void do_hit(struct job *j)
{
	look(j, 0, true);
}

static void do_absent(struct job *j)
{
	look(j, j->sessions, false);
}

static void do_update(struct job *j)
{
	struct devsess_session s = { .key_len = 16 };
	u64 n;

	for (n = 0; n < OPS; n++) {
		key_of(shim_random(&j->seed) % j->sessions, (u64 *)s.key);
		s.owner = n;
		j->wrong += devsess_update(j->t, &s, DEVSESS_F_OWNER) != 0;
	}
}

static void *thread(void *arg)
{
	struct job *j = arg;

	j->run(j);
	return NULL;
}

/* Runs a job in so many threads; returns operations per second of them all. */
static double rate(struct devsess_table *t, void (*run)(struct job *j), u64 sessions, int threads,
		   bool share)
{
	struct job job[2];
	pthread_t id[2];
	double begin = seconds();
	u64 wrong = 0;
	int i;

	for (i = 0; i < threads; i++) {
		job[i] = (struct job){ .t = t, .run = run, .sessions = sessions, .seed = i + 1 };
		job[i].first = sessions * i / threads;
		job[i].last = sessions * (i + 1) / threads;
		if (shim_thread(&id[i], thread, &job[i]))
			abort();
	}
	for (i = 0; i < threads; i++) {
		pthread_join(id[i], NULL);
		wrong += job[i].wrong;
	}
	if (wrong) {
		fprintf(stderr, "bench: %llu operations went wrong\n", wrong);
		exit(EXIT_FAILURE);
	}
	return (share ? sessions : (u64)OPS * threads) / (seconds() - begin);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void show(const char *what, u64 sessions, int threads, double *r)
{
	qsort(r, RUNS, sizeof(*r), compare);
	printf("%-8s %10llu %8d %10.2f %8.2f %8.2f %8.0f\n", what, sessions, threads,
	       r[RUNS / 2] / 1e6, r[0] / 1e6, r[RUNS - 1] / 1e6, 1e9 * threads / r[RUNS / 2]);
	fflush(stdout);
}

static struct devsess_table *make(u64 sessions)
{
	struct table_limits limits = { .max_sessions = sessions, .key_max = 16 };
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		abort();
	return t;
}

static void bench(u64 sessions, int threads)
{
	static const struct {
		const char *name;
		void (*run)(struct job *j);
	} kinds[] = { { "hit", do_hit }, { "absent", do_absent }, { "update", do_update } };
	struct devsess_table *t = NULL;
	double r[RUNS];
	size_t k;
	int i;

	for (i = 0; i < RUNS; i++) {
		if (t)
			table_free(t);
		t = make(sessions);
		r[i] = rate(t, do_insert, sessions, threads, true);
	}
	show("insert", sessions, threads, r);
	for (k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		for (i = 0; i < RUNS; i++)
			r[i] = rate(t, kinds[k].run, sessions, threads, false);
		show(kinds[k].name, sessions, threads, r);
	}
	table_free(t);
}

int main(int argc, char **argv)
{
	u64 sizes[16] = { 1000000, 10000000 };
	int n = 2, i, threads;

	if (argc > 17)
		return EXIT_FAILURE;
	for (i = 1; i < argc; i++) {
		sizes[i - 1] = strtoull(argv[i], NULL, 0);
		n = i;
	}
	printf("%-8s %10s %8s %10s %8s %8s %8s\n", "", "sessions", "threads", "million/s", "least",
	       "most", "ns/op");
	for (i = 0; i < n; i++)
		for (threads = 1; threads <= 2; threads++)
			bench(sizes[i], threads);
	return EXIT_SUCCESS;
}
