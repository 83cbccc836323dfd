// SPDX-License-Identifier: GPL-2.0
/* Work: noted when it is queued, run by shim_run_due() in the caller's thread. */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "shim.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct delayed_work *queue;
static struct hrtimer *timers;

/* A stack without a lock, since an NMI may push. */
static struct irq_work *raised;

static struct delayed_work **find(const struct delayed_work *dw)
{
	struct delayed_work **p = &queue;

	while (*p && *p != dw)
		p = &(*p)->next;
	return p;
}

static void unlink_work(struct delayed_work *dw)
{
	*find(dw) = dw->next;
	WRITE_ONCE(dw->pending, false);
}

static void link_work(struct delayed_work *dw, unsigned long delay)
{
	dw->due = shim_jiffies_ns() + delay * NSEC_PER_MSEC;
	dw->next = queue;
	queue = dw;
	WRITE_ONCE(dw->pending, true);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dw, unsigned long delay)
{
	bool queued;

	(void)wq;
	pthread_mutex_lock(&lock);
	queued = !dw->pending;
	if (queued)
		link_work(dw, delay);
	pthread_mutex_unlock(&lock);
	return queued;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dw, unsigned long delay)
{
	bool pending;

	(void)wq;
	pthread_mutex_lock(&lock);
	pending = dw->pending;
	if (pending)
		unlink_work(dw);
	link_work(dw, delay);
	pthread_mutex_unlock(&lock);
	return pending;
}

/* Also waits for a run that queues the work again. */
bool cancel_delayed_work_sync(struct delayed_work *dw)
{
	bool pending, running;

	might_sleep();
	do {
		pthread_mutex_lock(&lock);
		pending = dw->pending;
		if (pending)
			unlink_work(dw);
		running = dw->running;
		pthread_mutex_unlock(&lock);
		if (running)
			sched_yield();
	} while (running);
	return pending;
}

static void unlink_timer(struct hrtimer *timer)
{
	struct hrtimer **p = &timers;

	while (*p != timer)
		p = &(*p)->next;
	*p = timer->next;
	timer->queued = false;
}

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode)
{
	(void)mode;
	pthread_mutex_lock(&lock);
	if (timer->queued)
		unlink_timer(timer);
	timer->due = when;
	timer->next = timers;
	timers = timer;
	timer->queued = true;
	pthread_mutex_unlock(&lock);
}

/* Also waits for a run of its function. */
int hrtimer_cancel(struct hrtimer *timer)
{
	bool queued, running;

	do {
		pthread_mutex_lock(&lock);
		queued = timer->queued;
		if (queued)
			unlink_timer(timer);
		running = timer->running;
		pthread_mutex_unlock(&lock);
		if (running)
			sched_yield();
	} while (running);
	return queued;
}

bool irq_work_queue(struct irq_work *work)
{
	struct irq_work *head = READ_ONCE(raised);

	if (__atomic_exchange_n(&work->pending, true, __ATOMIC_ACQ_REL))
		return false;
	do {
		WRITE_ONCE(work->next, head);
	} while (!__atomic_compare_exchange_n(&raised, &head, work, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return true;
}

static unsigned int run_irq_work(void)
{
	unsigned int n = 0;
	struct irq_work *work, *next;

	work = __atomic_exchange_n(&raised, NULL, __ATOMIC_ACQUIRE);
	for (; work; work = next, n++) {
		next = READ_ONCE(work->next);
		__atomic_store_n(&work->running, true, __ATOMIC_RELAXED);
		__atomic_store_n(&work->pending, false, __ATOMIC_RELEASE);
		shim_context.hardirq = true;
		work->func(work);
		shim_context.hardirq = false;
		__atomic_store_n(&work->running, false, __ATOMIC_RELEASE);
	}
	return n;
}

void irq_work_sync(struct irq_work *work)
{
	might_sleep();
	while (__atomic_load_n(&work->pending, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&work->running, __ATOMIC_ACQUIRE)) {
		run_irq_work();
		sched_yield();
	}
}

static struct hrtimer *take_timer(u64 now)
{
	struct hrtimer *timer;

	pthread_mutex_lock(&lock);
	for (timer = timers; timer; timer = timer->next)
		if (timer->due <= now && !timer->running)
			break;
	if (timer) {
		unlink_timer(timer);
		timer->running = true;
	}
	pthread_mutex_unlock(&lock);
	return timer;
}

static unsigned int run_timers(void)
{
	struct hrtimer *timer;
	unsigned int n = 0;

	for (; (timer = take_timer(ktime_get_coarse_boottime_ns())); n++) {
		shim_context.hardirq = true;
		timer->function(timer);
		shim_context.hardirq = false;
		pthread_mutex_lock(&lock);
		timer->running = false;
		pthread_mutex_unlock(&lock);
	}
	return n;
}

static struct delayed_work *take_due(u64 now)
{
	struct delayed_work *dw;

	pthread_mutex_lock(&lock);
	for (dw = queue; dw; dw = dw->next)
		if (dw->due <= now && !dw->running)
			break;
	if (dw) {
		unlink_work(dw);
		dw->running = true;
	}
	pthread_mutex_unlock(&lock);
	return dw;
}

unsigned int shim_run_due(void)
{
	struct delayed_work *dw;
	unsigned int n = run_irq_work();

	n += run_timers();
	while ((dw = take_due(shim_jiffies_ns()))) {
		dw->work.func(&dw->work);
		pthread_mutex_lock(&lock);
		dw->running = false;
		pthread_mutex_unlock(&lock);
		n += 1 + run_irq_work();
		n += run_timers();
	}
	return n;
}

void msleep(unsigned int ms)
{
	might_sleep();
	shim_run_due();
	while (ms--) {
		shim_advance(NSEC_PER_MSEC);
		shim_run_due();
	}
}

void mdelay(unsigned int ms)
{
	shim_advance(ms * (u64)NSEC_PER_MSEC);
}

__thread bool shim_is_live;
static pthread_t live;
static bool living;

static void *live_on(void *arg)
{
	const struct timespec tick = { .tv_nsec = NSEC_PER_MSEC };
	u64 then = local_clock(), now;

	(void)arg;
	shim_is_live = true;
	while (READ_ONCE(living)) {
		nanosleep(&tick, NULL);
		now = local_clock();
		shim_advance(now - then);
		then = now;
		shim_run_due();
	}
	return NULL;
}

void shim_live_begin(void)
{
	WRITE_ONCE(living, true);
	if (shim_thread(&live, live_on, NULL))
		shim_bug("no thread for the worker");
}

void shim_live_end(void)
{
	WRITE_ONCE(living, false);
	pthread_join(live, NULL);
}
