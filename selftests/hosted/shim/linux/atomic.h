/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/compiler.h>
#include <linux/types.h>

#define SHIM_ATOMIC(name, type, t)						\
static inline t name##_read(const type *v)					\
{										\
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);			\
}										\
static inline t name##_read_acquire(const type *v)				\
{										\
	shim_chaos();								\
	return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);			\
}										\
static inline void name##_set_release(type *v, t i)				\
{										\
	shim_chaos();								\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);			\
}										\
static inline void name##_set(type *v, t i)					\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static inline void name##_add(t i, type *v)					\
{										\
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static inline void name##_sub(t i, type *v)					\
{										\
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static inline void name##_inc(type *v)						\
{										\
	name##_add(1, v);							\
}										\
static inline void name##_dec(type *v)						\
{										\
	name##_sub(1, v);							\
}										\
static inline t name##_add_return(t i, type *v)					\
{										\
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);		\
}										\
static inline bool name##_try_cmpxchg(type *v, t *old, t new)			\
{										\
	return __atomic_compare_exchange_n(&v->counter, old, new, false,	\
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);	\
}

SHIM_ATOMIC(atomic, atomic_t, int)
SHIM_ATOMIC(atomic_long, atomic_long_t, long)
SHIM_ATOMIC(atomic64, atomic64_t, s64)

static inline s64 atomic64_inc_return(atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

#endif /* SHIM_LINUX_ATOMIC_H */
