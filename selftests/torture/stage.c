// SPDX-License-Identifier: GPL-2.0
/*
 * Each act has an actor per CPU and context that it can run in. Those in
 * process context are threads bound to their CPU. The others take turns in two
 * timers per CPU, one that expires in softirq and one in hard interrupt.
 *
 * Debug kernels under emulation take longer for the interrupt than for what is
 * done in it. So a timer rests four times as long as it took from when it was
 * due until the actor was done, and threads are as nice as can be: else the
 * kernel's own threads starve, some of them in RCU read sections.
 */
#include "stage.h"

#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include "acts.h"
#include "writers.h"

/* Rest of a timer: up to this, and what is said above, up to that. */
#define REST_NS		(400 * NSEC_PER_USEC)
#define REST_MAX_NS	(20 * NSEC_PER_MSEC)

/* How often the watcher looks at the tide and for actors that are stuck. */
#define WATCH_MS 50

/**
 * struct turns - the actors in interrupts of one CPU
 * @timer:   timer
 * @context: SOFTIRQ or HARDIRQ
 * @cpu:     CPU
 * @next:    whose turn it is
 * @random:  for the rests; an actor as it would be
 */
struct turns {
	struct hrtimer timer;
	enum context context;
	unsigned int cpu;
	unsigned int next;
	struct actor random;
};

const char * const context_names[] = { "process", "softirq", "hardirq" };

static struct actor *actors;
static unsigned int actors_n;
static struct turns *turns;
static unsigned int turns_n;
static struct task_struct *watcher;

static void act(struct actor *a)
{
	a->act->run(a);
	actor_lives(a);
}

static struct actor *next_turn(struct turns *t)
{
	struct actor *a;

	do {
		a = &actors[t->next];
		t->next = (t->next + 1) % actors_n;
	} while (a->context != t->context || a->cpu != t->cpu);
	return a;
}

static enum hrtimer_restart turn(struct hrtimer *timer)
{
	struct turns *t = container_of(timer, struct turns, timer);
	ktime_t due = hrtimer_get_expires(timer), now;
	s64 took;

	if (t->context == HARDIRQ ? !in_hardirq() : !in_serving_softirq() || in_hardirq())
		torture_error(&t->random, CONTEXT, "its timer expired elsewhere");
	act(next_turn(t));
	now = hrtimer_cb_get_time(timer);
	took = clamp_t(s64, ktime_to_ns(ktime_sub(now, due)), 0, REST_MAX_NS / 4);
	hrtimer_set_expires(timer, ktime_add_ns(now, 4 * took +
						actor_random(&t->random) % REST_NS));
	return HRTIMER_RESTART;
}

static int start_turns(void *arg)
{
	struct turns *t = arg;
	enum hrtimer_mode mode = t->context == HARDIRQ ? HRTIMER_MODE_REL_PINNED_HARD :
							 HRTIMER_MODE_REL_PINNED_SOFT;

	hrtimer_init(&t->timer, CLOCK_MONOTONIC, mode);
	t->timer.function = turn;
	hrtimer_start(&t->timer, ns_to_ktime(REST_NS), mode);
	return 0;
}

static int play(void *arg)
{
	struct actor *a = arg;

	set_user_nice(current, MAX_NICE);
	while (!kthread_should_stop()) {
		act(a);
		if (a->pause_ms)
			schedule_timeout_interruptible(msecs_to_jiffies(a->pause_ms));
		cond_resched();
	}
	return 0;
}

static int watch(void *arg)
{
	unsigned int i;

	while (!kthread_should_stop()) {
		writers_turn();
		for (i = 0; i < actors_n; i++) {
			struct actor *a = &actors[i];

			if (time_before(jiffies, READ_ONCE(a->seen) + STALL_SECONDS * HZ))
				continue;
			torture_error(a, STALL, "no progress for %d s", STALL_SECONDS);
			WRITE_ONCE(a->seen, jiffies);
		}
		schedule_timeout_interruptible(msecs_to_jiffies(WATCH_MS));
	}
	return 0;
}

static int hire_one(const struct act *act, enum context context, unsigned int cpu)
{
	struct actor *a = &actors[actors_n];

	a->act = act;
	a->pause_ms = act->pause_ms;
	a->context = context;
	a->cpu = cpu;
	a->number = actors_n;
	a->random = 2463534242U + actors_n;
	a->seen = jiffies;
	if (act->memory) {
		a->memory = vzalloc(act->memory);
		if (!a->memory)
			return -ENOMEM;
	}
	actors_n++;
	return 0;
}

static int hire(void)
{
	unsigned int cpu, i;
	enum context c;
	int err;

	for (i = 0; i < acts_n; i++) {
		for_each_online_cpu(cpu) {
			for (c = 0; c < CONTEXTS; c++) {
				if (!(acts[i].contexts & BIT(c)))
					continue;
				err = hire_one(&acts[i], c, cpu);
				if (err)
					return err;
			}
			if (acts[i].single)
				break;
		}
	}
	return 0;
}

static int start_threads(void)
{
	struct task_struct *task;
	unsigned int i;

	for (i = 0; i < actors_n; i++) {
		if (actors[i].context != PROCESS)
			continue;
		task = kthread_create_on_cpu(play, &actors[i], actors[i].cpu, "torture/%u");
		if (IS_ERR(task))
			return PTR_ERR(task);
		actors[i].task = task;
		wake_up_process(task);
	}
	return 0;
}

static int start_timers(void)
{
	unsigned int cpu;
	enum context c;
	int err;

	for_each_online_cpu(cpu) {
		for (c = SOFTIRQ; c <= HARDIRQ; c++) {
			struct turns *t = &turns[turns_n];

			t->context = c;
			t->cpu = cpu;
			t->random.act = &acts[0];
			t->random.context = c;
			t->random.cpu = cpu;
			t->random.random = 88172645U + turns_n;
			err = smp_call_on_cpu(cpu, start_turns, t, false);
			if (err)
				return err;
			turns_n++;
		}
	}
	return 0;
}

static int start(void)
{
	int err;

	actors = vcalloc(num_online_cpus() * CONTEXTS, acts_n * sizeof(*actors));
	turns = vcalloc(2 * num_online_cpus(), sizeof(*turns));
	if (!actors || !turns)
		return -ENOMEM;
	err = hire();
	if (err)
		return err;
	err = start_threads();
	if (err)
		return err;
	err = start_timers();
	if (err)
		return err;
	watcher = kthread_run(watch, NULL, "torture");
	return PTR_ERR_OR_ZERO(watcher);
}

/**
 * stage_begin - hire all actors and have them act
 *
 * Context: Process.
 * Return: 0 or an error; if so, nobody acts.
 */
int stage_begin(void)
{
	int err;

	stage_free();
	err = start();
	if (err)
		stage_end();
	return err;
}

/**
 * stage_end - wait until nobody acts any more
 *
 * Context: Process.
 */
void stage_end(void)
{
	unsigned int i;

	if (!IS_ERR_OR_NULL(watcher))
		kthread_stop(watcher);
	watcher = NULL;
	for (i = 0; i < turns_n; i++)
		hrtimer_cancel(&turns[i].timer);
	turns_n = 0;
	for (i = 0; i < actors_n; i++)
		if (actors[i].task)
			kthread_stop(actors[i].task);
	for (i = 0; i < actors_n; i++) {
		actors[i].task = NULL;
		if (actors[i].act->end)
			actors[i].act->end(&actors[i]);
		vfree(actors[i].memory);
		actors[i].memory = NULL;
	}
}

/**
 * stage_free - forget what the actors have done
 *
 * Context: Process, after stage_end() or without stage_begin().
 */
void stage_free(void)
{
	vfree(actors);
	vfree(turns);
	actors = NULL;
	turns = NULL;
	actors_n = 0;
}

/* Operations of all actors of an act in a context, and of the one that did fewest. */
static int report_one(char *page, int len, const struct act *act, enum context context)
{
	unsigned long sum = 0, least = ULONG_MAX;
	unsigned int i;

	for (i = 0; i < actors_n; i++) {
		if (actors[i].act != act || actors[i].context != context)
			continue;
		sum += READ_ONCE(actors[i].ops);
		least = min(least, READ_ONCE(actors[i].ops));
	}
	return sysfs_emit_at(page, len, "act %s %s %lu %lu\n", act->name, context_names[context],
			     sum, sum ? least : 0);
}

/**
 * stage_report - tell what all actors did
 * @page: text
 * @len:  its length
 *
 * Return: how much longer it is.
 */
int stage_report(char *page, int len)
{
	int begin = len;
	unsigned int i;
	enum context c;

	for (i = 0; i < acts_n; i++)
		for (c = 0; c < CONTEXTS; c++)
			if (acts[i].contexts & BIT(c))
				len += report_one(page, len, &acts[i], c);
	return len - begin;
}
