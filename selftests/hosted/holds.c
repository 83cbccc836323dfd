// SPDX-License-Identifier: GPL-2.0
/*
 * How long, and for how many slots, shard locks are held while sessions come and go.
 *
 * holds SESSIONS SECONDS
 *
 * Two threads fill a table; of that the slots are told that were written under one hold, which are
 * free of noise: shards go from one split to the next, whatever the number of sessions. Then the
 * threads insert new sessions and delete old ones; the table's worker runs beside them. Each
 * hold of a lock is timed, by the spin_lock() and spin_unlock() of a shim built with SHIM_HOLDS.
 * The first SECONDS are not counted.
 * Beside them, as `limit', stands what the machine itself does to a thread that times nothing at
 * all, as often. Prints samples as selftests/bench/summary reads them.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/err.h>
#include <linux/gfp.h>

#include "hist.h"
#include "mass.h"
#include "shim.h"
#include "module/ops.h"
#include "module/table.h"

#define THREADS 2
#define PAGE_2M (1UL << 21)

/* More than a session takes, old maps that wait for RCU included. */
#define BYTES_EACH 400

/**
 * struct worker - a thread
 * @first:  number of its oldest session
 * @n:      how many it has
 * @until:  when to stop, s
 * @wrong:  operations that went wrong
 * @times:  of its holds
 * @slots:  most slots written in one
 */
struct worker {
	u64 first;
	u64 n;
	double until;
	u64 wrong;
	struct hist times;
	u64 slots;
};

static struct devsess_table *table;
/* The table's worker, whose holds count as well once @counts. */
static struct worker tidy;
static bool counts;
static __thread struct worker *me;
static __thread u64 begin_ns, begin_slots;

/*
 * The clock of the thread, which stands still while it does not run: threads of a kernel are not
 * preempted while they hold such a lock.
 */
static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Slots that this thread has written. */
static u64 slots_written(void)
{
	return per_cpu_ptr(table->stats.cpu, shim_context.cpu)->v[STAT_slots_written];
}

void shim_hold_begin(void)
{
	if (shim_is_live)
		me = READ_ONCE(counts) ? &tidy : NULL;
	begin_slots = me ? slots_written() : 0;
	begin_ns = now_ns();
}

void shim_hold_end(void)
{
	u64 slots;

	if (!me)
		return;
	hist_add(&me->times, now_ns() - begin_ns);
	slots = slots_written() - begin_slots;
	if (slots > me->slots)
		me->slots = slots;
}

static void insert(struct worker *w, u64 i)
{
	struct devsess_session s = { .session = i, .key_len = 16 };
	u64 key[2];

	key_of(i, key);
	memcpy(s.key, key, 16);
	w->wrong += ops_insert(table, &s, GFP_KERNEL) != 0;
}

static void *fill(void *arg)
{
	struct worker *w = arg;
	u64 i;

	me = w;
	for (i = w->first; i < w->first + w->n; i++)
		insert(w, i);
	me = NULL;
	return NULL;
}

static void *churn(void *arg)
{
	struct worker *w = arg;
	u64 key[2], i;

	me = w;
	do {
		for (i = 0; i < 256; i++, w->first++) {
			insert(w, w->first + w->n);
			key_of(w->first, key);
			w->wrong += ops_delete(table, key, 16) != 0;
		}
	} while (seconds() < w->until);
	me = NULL;
	return NULL;
}

/* As many times as the other threads have held a lock. */
static void *stand_by(void *arg)
{
	struct worker *w = arg;
	u64 i, begin;

	for (i = 0; i < w->n; i++) {
		begin = now_ns();
		hist_add(&w->times, now_ns() - begin);
	}
	return NULL;
}

static void run(struct worker *w, void *(*fn)(void *arg))
{
	pthread_t id[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		if (shim_thread(&id[i], fn, &w[i]))
			abort();
	for (i = 0; i < THREADS; i++) {
		pthread_join(id[i], NULL);
		if (w[i].wrong) {
			fprintf(stderr, "holds: %llu operations went wrong\n", w[i].wrong);
			exit(EXIT_FAILURE);
		}
	}
}

static void sample(const char *workload, const char *impl, u64 sessions, const char *metric,
		   double value, const char *unit)
{
	printf("BENCH hosted,%s,%s,%llu,%d,%s,%.6g,%s\n", workload, impl, sessions, THREADS,
	       metric, value, unit);
}

static void show(const char *impl, u64 sessions, const struct worker *w, int n)
{
	struct hist all = { };
	int i;

	for (i = 0; i < n; i++)
		hist_sum(&all, &w[i].times);
	sample("churn-holds", impl, sessions, "p50_us", hist_at(&all, 0.5) / 1e3, "us");
	sample("churn-holds", impl, sessions, "p9999_us", hist_at(&all, 0.9999) / 1e3, "us");
	sample("churn-holds", impl, sessions, "p999999_us", hist_at(&all, 0.999999) / 1e3, "us");
	sample("churn-holds", impl, sessions, "lock_hold_max_us", all.most / 1e3, "us");
}

/* The most slots written under one hold, of anybody. */
static void show_slots(const char *workload, u64 sessions, const struct worker *w, int n)
{
	u64 most = 0;
	int i;

	for (i = 0; i < n; i++)
		most = max(most, w[i].slots);
	sample(workload, "devsess", sessions, "lock_hold_max_slots", most, "slots");
}

/* First without, then with counting. */
static void churn_twice(struct worker *w, double s)
{
	int i, turn;

	shim_live_begin();
	for (turn = 0; turn < 2; turn++) {
		for (i = 0; i < THREADS; i++) {
			w[i].until = seconds() + s;
			w[i].times = (struct hist){ };
			w[i].slots = 0;
		}
		WRITE_ONCE(counts, turn == 1);
		run(w, churn);
	}
	WRITE_ONCE(counts, false);
	shim_live_end();
}

/*
 * As in a kernel, memory is there when it is first written to: pages that have to be made under a
 * lock, by this kernel and by what is below it, are not to the lock's account.
 */
static void have_memory(size_t bytes)
{
	void *p, *begin;

	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1); /* never */
	p = malloc(bytes);
	if (!p)
		abort();
	/* And by large pages, as the kernel's own is. */
	begin = (void *)(((uintptr_t)p + PAGE_2M - 1) & -PAGE_2M);
	if (madvise(begin, bytes - PAGE_2M, MADV_HUGEPAGE))
		fputs("holds: there are no large pages\n", stderr);
	memset(p, 1, bytes);
	free(p);
}

int main(int argc, char **argv)
{
	u64 sessions = argc == 3 ? strtoull(argv[1], NULL, 0) : 0;
	double s = argc == 3 ? strtod(argv[2], NULL) : 0;
	static struct worker w[THREADS + 1], idle[THREADS];
	struct table_limits limits = { .max_sessions = 2 * sessions, .key_max = 16 };
	int i;

	if (sessions < 1000 || s <= 0) {
		fprintf(stderr, "usage: holds SESSIONS SECONDS\n");
		return 2;
	}
	have_memory(sessions * BYTES_EACH);
	table = table_alloc(&limits);
	if (IS_ERR(table))
		abort();
	for (i = 0; i < THREADS; i++)
		w[i] = (struct worker){ .first = (u64)i << 32, .n = sessions / THREADS };
	run(w, fill);
	show_slots("fill-holds", sessions, w, THREADS);
	churn_twice(w, s);
	w[THREADS] = tidy;
	for (i = 0; i < THREADS; i++)
		idle[i].n = hist_count(&w[i].times);
	run(idle, stand_by);
	show("devsess", sessions, w, THREADS + 1);
	show("limit", sessions, idle, THREADS);
	show_slots("churn-holds", sessions, w, THREADS + 1);
	table_free(table);
	rcu_barrier();
	return EXIT_SUCCESS;
}
