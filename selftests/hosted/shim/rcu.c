// SPDX-License-Identifier: GPL-2.0
/*
 * A small RCU of atomics, for ThreadSanitizer.
 *
 * A reader stores the number of the current grace period when it enters and 0,
 * with release, when it leaves. A grace period takes the next number and waits,
 * with acquire, until each reader has left or has entered since. Both the store
 * of the reader and the number are sequentially consistent: a reader that was
 * not seen sees all that was unpublished before.
 */
#ifdef SHIM_RCU_EPOCH

#include <pthread.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "shim.h"

struct reader {
	u64 entered;
	unsigned int depth;
	struct reader *next;
};

static u64 period = 1;
static pthread_mutex_t readers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct reader *readers;
static __thread struct reader self;

void rcu_register_thread(void)
{
	pthread_mutex_lock(&readers_lock);
	self.next = readers;
	readers = &self;
	pthread_mutex_unlock(&readers_lock);
}

void rcu_unregister_thread(void)
{
	struct reader **p = &readers;

	pthread_mutex_lock(&readers_lock);
	while (*p != &self)
		p = &(*p)->next;
	*p = self.next;
	pthread_mutex_unlock(&readers_lock);
}

void rcu_read_lock(void)
{
	if (self.depth++)
		return;
	/* An exchange, since it is a full barrier too. */
	__atomic_exchange_n(&self.entered, __atomic_load_n(&period, __ATOMIC_RELAXED),
			    __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	if (!self.depth)
		shim_bug("end of a critical section that was not begun");
	if (!--self.depth)
		__atomic_store_n(&self.entered, 0, __ATOMIC_RELEASE);
}

bool rcu_read_lock_held(void)
{
	return self.depth;
}

static bool inside_since(const struct reader *r, u64 number)
{
	u64 entered = __atomic_load_n(&r->entered, __ATOMIC_SEQ_CST);

	return entered && entered < number;
}

void synchronize_rcu(void)
{
	const struct reader *r;
	u64 number;

	number = __atomic_add_fetch(&period, 1, __ATOMIC_SEQ_CST);
	pthread_mutex_lock(&readers_lock);
	for (r = readers; r; r = r->next)
		while (inside_since(r, number))
			usleep(100);
	pthread_mutex_unlock(&readers_lock);
}

/* Callbacks, run by a thread of their own in the order of their coming. */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t callbacks_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static pthread_cond_t fewer = PTHREAD_COND_INITIALIZER;
static struct rcu_head *first, **last = &first;
static unsigned long queued, done;

static unsigned long run_batch(struct rcu_head *head)
{
	struct rcu_head *next;
	unsigned long n = 0;

	synchronize_rcu();
	for (; head; head = next, n++) {
		next = head->next;
		head->func(head);
	}
	return n;
}

static void *run_callbacks(void *arg)
{
	struct rcu_head *batch;
	unsigned long n;

	for (;;) {
		pthread_mutex_lock(&callbacks_lock);
		while (!first)
			pthread_cond_wait(&more, &callbacks_lock);
		batch = first;
		first = NULL;
		last = &first;
		pthread_mutex_unlock(&callbacks_lock);

		n = run_batch(batch);

		pthread_mutex_lock(&callbacks_lock);
		done += n;
		pthread_cond_broadcast(&fewer);
		pthread_mutex_unlock(&callbacks_lock);
	}
	return arg;
}

static void start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_callbacks, NULL) || pthread_detach(thread))
		shim_bug("no thread for RCU");
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	pthread_once(&once, start);
	head->next = NULL;
	head->func = func;
	pthread_mutex_lock(&callbacks_lock);
	*last = head;
	last = &head->next;
	queued++;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&callbacks_lock);
}

void rcu_barrier(void)
{
	unsigned long target;

	pthread_mutex_lock(&callbacks_lock);
	target = queued;
	while (done < target)
		pthread_cond_wait(&fewer, &callbacks_lock);
	pthread_mutex_unlock(&callbacks_lock);
}

#endif /* SHIM_RCU_EPOCH */
