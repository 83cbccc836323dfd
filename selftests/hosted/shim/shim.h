/* SPDX-License-Identifier: GPL-2.0 */
/* What a test can do to the kernel that the engine believes to run in. */
#ifndef SHIM_H
#define SHIM_H

#include <pthread.h>

#include <linux/preempt.h>
#include <linux/types.h>

/* Prints the message and aborts: the engine broke a rule of the kernel's. */
void shim_bug(const char *fmt, ...) __printf(1, 2) __noreturn;

/* Memory */

/* Fails the @nth allocation from now, 1 being the next, and all later ones if asked; 0: none. */
void shim_fail_nth(long nth, bool and_later);
/* Fails so many of 10000 allocations, at random. */
void shim_fail_rate(unsigned int rate);
/* Has a function called at each allocation that may sleep, in its thread; NULL: none. */
void shim_on_alloc(void (*fn)(void));
/* Allocations that were made to fail since the last call of either. */
long shim_failures(void);
/* Allocations of the engine that are not freed yet, those that wait for RCU included. */
long shim_live(void);
/* Their bytes. */
long shim_live_bytes(void);

/* Time, in ns of CLOCK_BOOTTIME, and work */

extern u64 shim_clock;

void shim_advance(u64 ns);
/* The machine sleeps so long: jiffies, and with them delayed work, do not go on. */
void shim_suspend(u64 ns);
/* Runs the work that is due, and irq_work; returns how many functions ran. */
unsigned int shim_run_due(void);
/* Lets time go by as it does outside, and runs what is due, in a thread: for benchmarks. */
void shim_live_begin(void);
void shim_live_end(void);
/* Whether this is that thread. */
extern __thread bool shim_is_live;

/* Threads and contexts; a context is set in shim_context */

int shim_thread(pthread_t *thread, void *(*fn)(void *arg), void *arg);

/* Random numbers: of the engine (keys of hashes), and for tests */

void shim_seed(u64 seed);

static inline u64 shim_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL; /* splitmix64 */

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Bits of hashes that are not zero: for bad luck with hashes. */
extern u32 shim_hash_mask;

/*
 * Stalls threads at marked accesses and barriers, on average at one of @mean
 * of them, 0 never. It makes windows of a few ns so wide that another thread
 * gets into them.
 */
void shim_chaos_set(unsigned int mean);

/*
 * Calls @fn(@arg) in this thread at its @nth step from now, once; the steps
 * are the marked accesses, barriers and lockings. A @fn of NULL calls it off. Returns
 * whether the last one had not come yet.
 */
bool shim_step(unsigned int nth, void (*fn)(void *arg), void *arg);

#endif /* SHIM_H */
