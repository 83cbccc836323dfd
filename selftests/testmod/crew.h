/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel threads that work at the same time. */
#ifndef DEVSESS_TEST_CREW_H
#define DEVSESS_TEST_CREW_H

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "test.h"

#define CREW_MAX 8

struct worker;
typedef void (*work_t)(struct worker *w);

/**
 * struct worker - a thread
 * @t:      test
 * @work:   what it does, until crew_off() or until it is done
 * @number: its number, from 0
 * @random: state of worker_random()
 * @done:   for the test to count in
 * @task:   thread
 * @began:  it works
 */
struct worker {
	struct test *t;
	work_t work;
	unsigned int number;
	u32 random;
	unsigned long done;
	struct task_struct *task;
	struct completion began;
};

/**
 * struct crew - threads of a test, on all CPUs in turn
 * @n:      how many
 * @worker: each
 */
struct crew {
	unsigned int n;
	struct worker worker[CREW_MAX];
};

void crew_add(struct crew *crew, struct test *t, work_t work, unsigned int n);
unsigned long crew_run(struct crew *crew, unsigned int msecs);

/* Whether the time is over. Lets others run. */
static inline bool crew_off(void)
{
	cond_resched();
	return kthread_should_stop();
}

/* Xorshift: any context. */
static inline u32 worker_random(struct worker *w)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 17;
	w->random ^= w->random << 5;
	return w->random;
}

#endif /* DEVSESS_TEST_CREW_H */
