/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_REFCOUNT_H
#define SHIM_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/types.h>

typedef struct {
	atomic_t refs;
} refcount_t;

#define refcount_set(r, n)	atomic_set(&(r)->refs, n)

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	while (old && !atomic_try_cmpxchg(&r->refs, &old, old + 1))
		;
	return old;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return !atomic_add_return(-1, &r->refs);
}

#endif /* SHIM_LINUX_REFCOUNT_H */
