// SPDX-License-Identifier: GPL-2.0
/* Memory of the engine: counted, poisoned, and made to fail on request. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "shim.h"

/* Odd, so that a sequence count that nobody has set stops who reads it. */
#define POISON	0xa5

static long live, live_bytes, countdown, failures;
static bool later;
static unsigned int rate;
static u64 rate_state;

void shim_fail_nth(long nth, bool and_later)
{
	__atomic_store_n(&later, and_later, __ATOMIC_RELAXED);
	__atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&countdown, nth, __ATOMIC_RELAXED);
}

void shim_fail_rate(unsigned int per_10000)
{
	__atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&rate, per_10000, __ATOMIC_RELAXED);
}

long shim_failures(void)
{
	return __atomic_load_n(&failures, __ATOMIC_RELAXED);
}

long shim_live(void)
{
	return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

long shim_live_bytes(void)
{
	return __atomic_load_n(&live_bytes, __ATOMIC_RELAXED);
}

static bool fails(void)
{
	long left = __atomic_load_n(&countdown, __ATOMIC_RELAXED);
	unsigned int r = __atomic_load_n(&rate, __ATOMIC_RELAXED);
	u64 state;

	if (left > 1) {
		__atomic_fetch_sub(&countdown, 1, __ATOMIC_RELAXED);
	} else if (left == 1) {
		if (!__atomic_load_n(&later, __ATOMIC_RELAXED))
			__atomic_store_n(&countdown, 0, __ATOMIC_RELAXED);
		return true;
	}
	if (!r)
		return false;
	state = __atomic_add_fetch(&rate_state, 1, __ATOMIC_RELAXED);
	return shim_random(&state) % 10000 < r;
}

static void (*on_alloc)(void);

void shim_on_alloc(void (*fn)(void))
{
	on_alloc = fn;
}

void *shim_alloc(size_t size, gfp_t gfp)
{
	void *p;

	if (gfpflags_allow_blocking(gfp)) {
		might_sleep();
		if (on_alloc)
			on_alloc();
	}
	if (fails()) {
		__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	if (posix_memalign(&p, 128, size))
		return NULL;
#ifdef SHIM_FAST
	if (gfp & __GFP_ZERO)
		memset(p, 0, size);
#else
	memset(p, gfp & __GFP_ZERO ? 0 : POISON, size);
#endif
	__atomic_fetch_add(&live, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&live_bytes, malloc_usable_size(p), __ATOMIC_RELAXED);
	return p;
}

void shim_free(const void *p)
{
	if (!p)
		return;
	__atomic_fetch_sub(&live, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&live_bytes, malloc_usable_size((void *)p), __ATOMIC_RELAXED);
	free((void *)p);
}

struct deferred {
	struct rcu_head rcu;
	void *p;
};

static void free_deferred(struct rcu_head *head)
{
	struct deferred *d = container_of(head, struct deferred, rcu);

	shim_free(d->p);
	free(d);
}

/*
 * The grace period is counted by a head of our own, since the callback needs
 * the address of the allocation; that of the object is written all the same,
 * as the kernel does while readers may still be there.
 */
void shim_kvfree_rcu(void *p, struct rcu_head *head)
{
	struct deferred *d = malloc(sizeof(*d));

	if (!d)
		shim_bug("no memory for kvfree_rcu()");
	memset(head, POISON, sizeof(*head));
	d->p = p;
	call_rcu(&d->rcu, free_deferred);
}
