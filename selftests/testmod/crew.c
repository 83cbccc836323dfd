// SPDX-License-Identifier: GPL-2.0
#include "crew.h"

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>

/**
 * crew_add - hire threads
 * @crew: crew, zeroed at first
 * @t:    test
 * @work: what they do
 * @n:    how many
 */
void crew_add(struct crew *crew, struct test *t, work_t work, unsigned int n)
{
	while (n-- && crew->n < CREW_MAX) {
		struct worker *w = &crew->worker[crew->n];

		w->t = t;
		w->work = work;
		w->number = crew->n++;
		w->random = 2463534242U + w->number;
	}
}

static int thread_fn(void *arg)
{
	struct worker *w = arg;

	complete(&w->began);
	w->work(w);
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static unsigned int cpu_of(unsigned int number)
{
	unsigned int cpu = cpumask_first(cpu_online_mask);

	for (number %= num_online_cpus(); number; number--)
		cpu = cpumask_next(cpu, cpu_online_mask);
	return cpu;
}

/**
 * crew_run - let them work
 * @crew:  crew
 * @msecs: how long, for those who ask crew_off(); the others are waited for
 *
 * Return: sum of what they have done.
 */
unsigned long crew_run(struct crew *crew, unsigned int msecs)
{
	unsigned long done = 0;
	unsigned int i;

	for (i = 0; i < crew->n; i++) {
		struct worker *w = &crew->worker[i];

		w->task = kthread_create_on_cpu(thread_fn, w, cpu_of(i), "devsess_test/%u");
		if (IS_ERR(w->task)) {
			test_fail(w->t, "no thread: %ld", PTR_ERR(w->task));
			w->task = NULL;
			continue;
		}
		init_completion(&w->began);
		wake_up_process(w->task);
	}
	msleep(msecs);
	for (i = 0; i < crew->n; i++) {
		struct worker *w = &crew->worker[i];

		if (w->task) {
			/* One that is stopped before it ran would not run at all. */
			wait_for_completion(&w->began);
			kthread_stop(w->task);
		}
		done += w->done;
	}
	return done;
}
