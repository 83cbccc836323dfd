// SPDX-License-Identifier: GPL-2.0
/*
 * Deferred writes from several threads, each with a ring of its own, while others
 * drain the rings, read, and give the table other rings.
 *
 * Whoever has the lock of a device puts the next number into its session, and lets go
 * of the lock when the call has returned: so each write follows the one before, on
 * whatever ring. Readers must never see a number go back, and the last one that was
 * taken must be there in the end, without anybody asking for it.
 *
 * Threads stall at random at barriers and marked accesses (shim_chaos_set()).
 */
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "../../module/deferred.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "shim.h"
#include "tap.h"

#define DEVICES		8
#define PUTTERS		3
#define RING		32

/* So often the threads stop, and it is looked at what is there. */
#define EPISODE_US	50000

/**
 * struct world - what the threads share
 * @t:      table
 * @lock:   of a device: who puts
 * @last:   highest number of a device that was taken
 * @stop:   the time is over, or something was wrong
 * @failed: something was wrong
 * @puts:   writes that were taken
 * @full:   writes that were not
 * @drains: how often the readers asked for it
 */
static struct {
	struct devsess_table *t;
	pthread_mutex_t lock[DEVICES];
	u32 last[DEVICES];
	bool stop;
	bool failed;
	u64 puts;
	u64 full;
	u64 drains;
} world;

static u64 seed;
static unsigned int seconds = 3;
static u32 next_thread;

static void __printf(1, 2) fail(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (!__atomic_exchange_n(&world.failed, true, __ATOMIC_RELAXED)) {
		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		tap_note("%s", line);
	}
	WRITE_ONCE(world.stop, true);
}

static u64 my_random(void)
{
	return seed + __atomic_add_fetch(&next_thread, 1, __ATOMIC_RELAXED) * 7919ULL;
}

static struct devsess_session session_of(u32 device, u64 number)
{
	struct devsess_session s = { .session = number, .key_len = sizeof(device) };

	memcpy(s.key, &device, sizeof(device));
	return s;
}

static int put(u64 *random, u32 device, u64 number)
{
	struct devsess_session s = session_of(device, number);

	switch (shim_random(random) % 4) {
	case 0:
		return deferred_store(world.t, &s);
	case 1:
		deferred_touch(world.t, s.key, s.key_len, 0, 0);
		return deferred_update(world.t, &s, DEVSESS_F_SESSION);
	default:
		return deferred_update(world.t, &s, DEVSESS_F_SESSION);
	}
}

/* What was put last is what is done last. */
static void drain_and_look(u32 device)
{
	struct devsess_session s;
	int ret = deferred_drain(world.t);

	if (ret && ret != -EOPNOTSUPP)
		fail("drain: %d", ret);
	ret = lookup_one(world.t, &device, sizeof(device), &s);
	if (ret || s.session != world.last[device])
		fail("drained: %d, %llu instead of %u", ret, s.session, world.last[device]);
}

static void *putter(void *arg)
{
	u64 random = my_random();
	u32 device;
	int ret;

	(void)arg;
	while (!READ_ONCE(world.stop)) {
		device = shim_random(&random) % DEVICES;
		pthread_mutex_lock(&world.lock[device]);
		ret = put(&random, device, world.last[device] + 1);
		if (!ret)
			world.last[device]++;
		if (shim_random(&random) % 64 == 0)
			drain_and_look(device);
		pthread_mutex_unlock(&world.lock[device]);
		if (!ret) {
			__atomic_fetch_add(&world.puts, 1, __ATOMIC_RELAXED);
			continue;
		}
		if (ret != -ENOBUFS && ret != -EOPNOTSUPP)
			fail("put: %d", ret);
		__atomic_fetch_add(&world.full, 1, __ATOMIC_RELAXED);
		sched_yield();
	}
	return NULL;
}

static void *reader(void *arg)
{
	u64 random = my_random(), seen[DEVICES] = { 0 };
	struct devsess_session s;
	u32 device;
	int ret;

	(void)arg;
	while (!READ_ONCE(world.stop)) {
		device = shim_random(&random) % DEVICES;
		ret = lookup_one(world.t, &device, sizeof(device), &s);
		if (ret)
			fail("lookup: %d", ret);
		else if (s.session < seen[device])
			fail("went back from %llu to %llu", seen[device], s.session);
		seen[device] = s.session;
		if (shim_random(&random) % 32)
			continue;
		ret = deferred_drain(world.t);
		if (ret && ret != -EOPNOTSUPP)
			fail("drain: %d", ret);
		__atomic_fetch_add(&world.drains, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Lets time pass, and the table have other rings now and then. */
static void *keeper(void *arg)
{
	u64 random = my_random();

	(void)arg;
	while (!READ_ONCE(world.stop)) {
		shim_advance(NSEC_PER_MSEC);
		shim_run_due();
		if (shim_random(&random) % 256 == 0)
			deferred_install(world.t, shim_random(&random) % 4 ?
					 deferred_alloc(world.t, RING) : NULL);
		sched_yield();
	}
	return NULL;
}

/* So many of the putters, and the others. */
static void run_threads(u32 putters)
{
	static void *(*const fn[])(void *arg) = { reader, keeper, putter, putter, putter };
	pthread_t thread[ARRAY_SIZE(fn)];
	u32 n = ARRAY_SIZE(fn) - PUTTERS + putters, i;

	for (i = 0; i < n; i++)
		if (shim_thread(&thread[i], fn[i], NULL))
			abort();
	usleep(EPISODE_US);
	WRITE_ONCE(world.stop, true);
	for (i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

/* Nobody drains any more: the worker comes for what waits, and it is all there. */
static void settle(void)
{
	struct devsess_session s;
	u32 device, i;
	int ret;

	for (i = 0; i < 100 && deferred_waiting(world.t); i++) {
		shim_advance(NSEC_PER_MSEC);
		shim_run_due();
	}
	if (deferred_waiting(world.t))
		fail("%llu wait for ever", deferred_waiting(world.t));
	for (device = 0; device < DEVICES; device++) {
		ret = lookup_one(world.t, &device, sizeof(device), &s);
		if (ret || s.session != world.last[device])
			fail("device %u: %d, %llu instead of %u", device, ret, s.session,
			     world.last[device]);
	}
}

static void make_table(void)
{
	static const struct table_limits limits = { 1000, 16, 0 };

	world.t = table_alloc(&limits);
	if (IS_ERR(world.t))
		abort();
	deferred_install(world.t, deferred_alloc(world.t, RING));
}

static void end_table(const char *name)
{
	deferred_exit(world.t);
	table_free(world.t);
	rcu_barrier();
	if (shim_live())
		fail("%ld allocations are left", shim_live());
	tap_result(!world.failed, "%s", name);
	if (world.failed)
		tap_note("seed %llu", seed);
	world.failed = false;
}

static void put_next(void *arg)
{
	u64 *number = arg;
	struct devsess_session s = session_of(0, ++*number);
	int ret = deferred_store(world.t, &s);

	if (ret)
		fail("store: %d", ret);
}

/* A write in the midst of the worker's round, at each of its steps: it comes again. */
static void woken(void)
{
	struct devsess_session s;
	u64 number = 0, step, i;
	u32 device = 0;

	make_table();
	for (step = 1; !world.failed; step++) {
		put_next(&number);
		shim_advance(DEFER_MS * NSEC_PER_MSEC);
		shim_step(step, put_next, &number);
		shim_run_due();
		if (shim_step(0, NULL, NULL))
			break;
		for (i = 0; i < 2 * DEFER_MS; i++) {
			shim_advance(NSEC_PER_MSEC);
			shim_run_due();
		}
		if (deferred_waiting(world.t))
			fail("%llu wait for ever", deferred_waiting(world.t));
		if (lookup_one(world.t, &device, sizeof(device), &s) || s.session != number)
			fail("step %llu: %llu instead of %llu", step, s.session, number);
	}
	if (step < 20)
		fail("only %llu steps", step);
	tap_note("%llu steps", step);
	end_table("woken");
}

static void order(void)
{
	struct devsess_session s;
	u32 device, i;

	make_table();
	for (device = 0; device < DEVICES; device++) {
		pthread_mutex_init(&world.lock[device], NULL);
		s = session_of(device, 0);
		if (ops_insert(world.t, &s, GFP_KERNEL))
			abort();
	}
	for (i = 0; i < seconds * 1000000 / EPISODE_US && !world.failed; i++) {
		world.stop = false;
		run_threads(1 + i % PUTTERS);
		if (!world.failed)
			settle();
	}
	tap_note("%llu writes taken, %llu not, %llu merged, %llu drains", world.puts, world.full,
		 stats_sum(&world.t->stats, STAT_merged), world.drains);
	if (!world.failed && (!world.full || world.puts < 100))
		fail("too little happened");
	end_table("order");
}

int main(int argc, char **argv)
{
	unsigned int chaos = 100;
	int a;

	seed = time(NULL);
	for (a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seconds"))
			seconds = strtoul(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--chaos"))
			chaos = strtoul(argv[a + 1], NULL, 0);
		else
			break;
	}
	if (a < argc) {
		if (!strcmp(argv[a], "--start"))
			return EXIT_SUCCESS;
		fputs("usage: deferred [--seed N] [--seconds N] [--chaos N]\n", stderr);
		return 2;
	}
	tap_begin("deferred");
	woken();
	shim_chaos_set(chaos);
	order();
	return tap_end();
}
