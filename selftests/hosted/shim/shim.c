// SPDX-License-Identifier: GPL-2.0
/* Threads, contexts, time and chance of the shim. */
#include "shim.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched/clock.h>
#include <linux/siphash.h>
#include <linux/timekeeping.h>

__thread struct shim_context shim_context;
unsigned int shim_possible_cpus = 2;
u64 shim_clock = 1000 * NSEC_PER_SEC;
u64 shim_asleep;

void shim_bug(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	va_start(ap, fmt);
	fputs("BUG: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

void shim_not_held(const char *what, const char *file, int line)
{
	shim_bug("%s:%d: not held, or not true: %s", file, line, what);
}

void shim_might_sleep(const char *file, int line)
{
	const struct shim_context *c = &shim_context;

	if (c->locks || c->irqs_off || c->softirq || c->hardirq || c->nmi || rcu_read_lock_held())
		shim_bug("%s:%d: sleeps where it must not", file, line);
}

u64 local_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void shim_advance(u64 ns)
{
	__atomic_fetch_add(&shim_clock, ns, __ATOMIC_RELAXED);
}

void shim_suspend(u64 ns)
{
	__atomic_fetch_add(&shim_asleep, ns, __ATOMIC_RELAXED);
	shim_advance(ns);
}

/* Random numbers */

static pthread_mutex_t random_lock = PTHREAD_MUTEX_INITIALIZER;
static u64 random_state;

void shim_seed(u64 seed)
{
	pthread_mutex_lock(&random_lock);
	random_state = seed;
	pthread_mutex_unlock(&random_lock);
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *p = buf;

	pthread_mutex_lock(&random_lock);
	while (len--)
		*p++ = shim_random(&random_state);
	pthread_mutex_unlock(&random_lock);
}

/* Threads: each is registered with RCU and has a slot of per-CPU data. */

struct start {
	void *(*fn)(void *arg);
	void *arg;
};

static bool cpu_taken[SHIM_CPUS];

static void enter_thread(void)
{
	int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		if (!__atomic_exchange_n(&cpu_taken[cpu], true, __ATOMIC_ACQUIRE))
			break;
	if (cpu == SHIM_CPUS)
		shim_bug("more than %d threads", SHIM_CPUS);
	shim_context.cpu = cpu;
	rcu_register_thread();
}

static void leave_thread(void)
{
	rcu_unregister_thread();
	__atomic_store_n(&cpu_taken[shim_context.cpu], false, __ATOMIC_RELEASE);
}

static void *run_thread(void *arg)
{
	struct start start = *(struct start *)arg;
	void *ret;

	free(arg);
	enter_thread();
	ret = start.fn(start.arg);
	leave_thread();
	return ret;
}

int shim_thread(pthread_t *thread, void *(*fn)(void *arg), void *arg)
{
	struct start *start = malloc(sizeof(*start));

	if (!start)
		return -ENOMEM;
	*start = (struct start){ fn, arg };
	return -pthread_create(thread, NULL, run_thread, start);
}

static void __attribute__((constructor)) enter_main(void)
{
	enter_thread();
}

/* Chaos */

static unsigned int chaos_mean;
static u64 chaos_threads;

void shim_chaos_set(unsigned int mean)
{
	__atomic_store_n(&chaos_mean, mean, __ATOMIC_RELAXED);
}

#ifndef SHIM_FAST
__thread int shim_chaos_left;
static __thread u64 chaos_state;
static __thread void (*step_fn)(void *arg);
static __thread void *step_arg;

bool shim_step(unsigned int nth, void (*fn)(void *arg), void *arg)
{
	bool pending = step_fn;

	step_fn = fn;
	step_arg = arg;
	shim_chaos_left = fn ? nth - 1 : 0;
	return pending;
}

static void stall(u64 random)
{
	/* Mostly as long as a few cache misses; now and then as an interrupt. */
	u32 spins = random >> 32 & (random & 0x70 ? 0x1f : 0x3ff);

	if (!(random & 0x0f)) {
		sched_yield();
		return;
	}
	while (spins--)
		cpu_relax();
}

void shim_chaos_now(void)
{
	unsigned int mean = __atomic_load_n(&chaos_mean, __ATOMIC_RELAXED);
	void (*fn)(void *arg) = step_fn;

	if (fn) {
		step_fn = NULL;
		shim_chaos_left = 1000;
		fn(step_arg);
		return;
	}
	if (!mean) {
		shim_chaos_left = 1000;
		return;
	}
	if (!chaos_state)
		chaos_state = __atomic_add_fetch(&chaos_threads, 1, __ATOMIC_RELAXED) << 32;
	shim_chaos_left = shim_random(&chaos_state) % (2 * mean);
	stall(shim_random(&chaos_state));
}
#endif
