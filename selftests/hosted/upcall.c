// SPDX-License-Identifier: GPL-2.0
/*
 * Miss upcalls from several threads that look for the same unknown ids, while another one
 * is the worker, and yet another gives the table other options. Each id must be asked for, and
 * only once, whoever looks for it at the same time, in whatever step of another's lookup.
 *
 * Threads stall at random at barriers and marked accesses (shim_chaos_set()).
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "../../module/asking.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/upcall.h"
#include "shim.h"
#include "tap.h"

#define ROUNDS		40
#define IDS		256	/* of a round */
#define ALL		(ROUNDS * IDS)
#define ASKERS		3
/*
 * A round takes less, of the virtual time, which goes on only when each asker does; arrays of
 * a moderate size.
 */
#define INTERVAL_MS	20000
#define RATE		1000
#define A_NAMESPACE	((struct net *)1)

static struct devsess_table *t;
static u32 times[ALL];
static u32 all;
static bool failed;
static u32 round_now;
static bool stop;
/* Lookups of each asker, and how many of them the time has passed for. */
static u64 looks[ASKERS], looks_seen[ASKERS];
static u32 other_options;

static int sender(struct net *net, const char *table, const struct slot_key *ids, u32 n)
{
	u32 i;

	(void)net;
	(void)table;
	for (i = 0; i < n; i++) {
		if (ids[i].len != sizeof(u32) || ids[i].word[0] >= ALL)
			shim_bug("an id of %u bytes: %llu", ids[i].len, ids[i].word[0]);
		times[ids[i].word[0]]++;
	}
	__atomic_fetch_add(&all, n, __ATOMIC_RELAXED);
	return 0;
}

static void give_options(u32 interval_ms, u32 negative_ttl_ms)
{
	const struct upcall_options o = {
		DEVSESS_UPCALL_ON_REQUEST, interval_ms, RATE, negative_ttl_ms,
	};
	struct upcalls *u = upcall_alloc(t, A_NAMESPACE, &o);

	if (!u)
		abort();
	upcall_install(t, u, &o);
}

static void make_table(void)
{
	static const struct table_limits limits = { 1000, 16, 0 };

	t = table_alloc(&limits);
	if (IS_ERR(t))
		abort();
	give_options(INTERVAL_MS, 0);
	asking_set_sender(sender);
	memset(times, 0, sizeof(times));
	all = 0;
	failed = false;
}

static void end_table(const char *name)
{
	upcall_exit(t);
	table_free(t);
	rcu_barrier();
	if (shim_live()) {
		tap_note("%ld allocations are left", shim_live());
		failed = true;
	}
	tap_result(!failed, "%s", name);
}

static void look(u32 id)
{
	struct devsess_session s;

	if (lookup_or_load(t, &id, sizeof(id), &s) != -ENOENT)
		shim_bug("id %u has a session", id);
}

static void *asker(void *arg)
{
	u64 *mine = arg;
	u32 round, i;

	for (round = 0; round < ROUNDS;) {
		for (i = 0; i < IDS; i++) {
			look(round * IDS + i);
			WRITE_ONCE(*mine, *mine + 1);
		}
		round = READ_ONCE(round_now);
	}
	return NULL;
}

static void *chooser(void *arg)
{
	(void)arg;
	while (!READ_ONCE(stop)) {
		give_options(INTERVAL_MS + other_options++ % 1000, 0);
		usleep(500);
	}
	return NULL;
}

/* One that waits for the processor must not find that its interval is over. */
static bool all_went_on(void)
{
	u32 i;

	for (i = 0; i < ASKERS; i++)
		if (READ_ONCE(looks[i]) == looks_seen[i])
			return false;
	for (i = 0; i < ASKERS; i++)
		looks_seen[i] = READ_ONCE(looks[i]);
	return true;
}

static void *keeper(void *arg)
{
	(void)arg;
	while (!READ_ONCE(stop)) {
		if (all_went_on())
			shim_advance(NSEC_PER_MSEC);
		shim_run_due();
		/* The next ids, once all of these have been asked for. */
		if (__atomic_load_n(&all, __ATOMIC_RELAXED) >= (round_now + 1) * IDS)
			WRITE_ONCE(round_now, round_now + 1);
		if (round_now == ROUNDS)
			WRITE_ONCE(stop, true);
		sched_yield();
	}
	return NULL;
}

static void expect_once(u32 from, u32 to)
{
	for (; from < to && !failed; from++) {
		if (times[from] == 1)
			continue;
		tap_note("id %u was asked for %u times", from, times[from]);
		failed = true;
	}
}

static void same_ids(void)
{
	static void *(*const fn[])(void *arg) = { asker, asker, asker, keeper, chooser };
	pthread_t thread[ARRAY_SIZE(fn)];
	u32 i;

	make_table();
	for (i = 0; i < ARRAY_SIZE(fn); i++)
		if (shim_thread(&thread[i], fn[i], i < ASKERS ? &looks[i] : NULL))
			abort();
	for (i = 0; i < ARRAY_SIZE(fn); i++)
		pthread_join(thread[i], NULL);
	expect_once(0, ALL);
	tap_note("%u ids, %llu dropped, %llu told of one asked for, other options %u times", ALL,
		 stats_sum(&t->stats, STAT_upcalls_dropped),
		 stats_sum(&t->stats, STAT_negative_hits), other_options);
	if (!stats_sum(&t->stats, STAT_negative_hits))
		failed = true;
	end_table("same_ids");
}

/* Whatever allocation fails, nothing is left of the others. */
static void no_memory(void)
{
	const struct upcall_options o = { DEVSESS_UPCALL_ON_REQUEST, INTERVAL_MS, RATE, 0 };
	struct upcalls *u = NULL;
	long before;
	int nth;

	make_table();
	before = shim_live();
	for (nth = 1; nth < 10; nth++) {
		shim_fail_nth(nth, false);
		u = upcall_alloc(t, A_NAMESPACE, &o);
		if (u)
			break;
		if (shim_live() != before)
			failed = true;
	}
	shim_fail_nth(0, false);
	if (nth != 5)
		failed = true;
	upcall_free(u);
	end_table("no_memory");
}

static u32 first, other;

static void interrupt(void *arg)
{
	(void)arg;
	shim_context.nmi = true;
	look(first);
	look(other);
	shim_context.nmi = false;
}

static void run_worker(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		shim_run_due();
		shim_advance(NSEC_PER_MSEC);
	}
}

/* At each step of a lookup, and of the worker, an NMI looks for the same id and another. */
static void interrupted(bool worker)
{
	u32 step;

	make_table();
	for (step = 1; !failed && 2 * step + 1 < ALL; step++) {
		first = 2 * step;
		other = first + 1;
		if (worker)
			look(first);
		shim_step(step, interrupt, NULL);
		if (worker)
			run_worker();
		else
			look(first);
		if (shim_step(0, NULL, NULL))
			break;
		look(first);
		run_worker();
		expect_once(first, other + 1);
	}
	tap_note("%u steps", step);
	if (step < 20)
		failed = true;
	end_table(worker ? "worker_interrupted" : "lookup_interrupted");
}

/* Who has got a session by the time of the worker is not asked for. */
static void stored_meanwhile(void)
{
	struct devsess_session s = { .key_len = sizeof(u32) };
	u32 id;

	make_table();
	for (id = 0; id < 20; id++)
		look(id);
	for (id = 0; id < 20; id += 2) {
		memcpy(s.key, &id, sizeof(id));
		if (ops_insert(t, &s, GFP_KERNEL))
			failed = true;
	}
	run_worker();
	for (id = 0; id < 20 && !failed; id++) {
		if (times[id] == id % 2)
			continue;
		tap_note("id %u was asked for %u times", id, times[id]);
		failed = true;
	}
	end_table("stored_meanwhile");
}

static void store_one(void *arg)
{
	struct devsess_session s = { .key_len = sizeof(u32) };

	/* Another CPU's, which has no such part to do: at the next step. */
	if (shim_context.hardirq || shim_context.irqs_off) {
		shim_step(1, store_one, arg);
		return;
	}
	memcpy(s.key, arg, sizeof(u32));
	if (ops_insert(t, &s, GFP_ATOMIC))
		failed = true;
}

/* At each step of the worker it gets a session, with which its negative entry is over. */
static void stored_at_each_step(void)
{
	u32 id = 0, before;

	make_table();
	give_options(INTERVAL_MS, 100 * INTERVAL_MS);
	for (; !failed; id++) {
		look(id);
		shim_step(id + 1, store_one, &id);
		run_worker();
		if (shim_step(0, NULL, NULL))
			break;
		ops_delete(t, &id, sizeof(id));
		before = times[id];
		shim_advance((INTERVAL_MS + 1) * NSEC_PER_MSEC);
		look(id);
		run_worker();
		if (times[id] != before + 1) {
			tap_note("step %u: asked for %u times, then %u", id, before, times[id]);
			failed = true;
		}
	}
	tap_note("%u steps", id);
	if (id < 20)
		failed = true;
	end_table("stored_at_each_step");
}

int main(int argc, char **argv)
{
	u64 seed = time(NULL);

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	if (argc > 2 && !strcmp(argv[1], "--seed"))
		seed = strtoull(argv[2], NULL, 0);
	shim_seed(seed);
	tap_begin("upcall");
	tap_note("seed %llu", seed);
	no_memory();
	interrupted(false);
	interrupted(true);
	stored_meanwhile();
	stored_at_each_step();
	shim_chaos_set(100);
	same_ids();
	return tap_end();
}
