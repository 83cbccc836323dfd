/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lock knows its owner, and each spin_lock_init() or mutex_init() makes a
 * class. The shim aborts when a lock that must be held is not, when a lock is
 * taken twice, and when two classes are taken in both orders.
 */
#ifndef SHIM_LINUX_LOCKDEP_H
#define SHIM_LINUX_LOCKDEP_H

#include <linux/compiler.h>
#include <linux/preempt.h>

#define SINGLE_DEPTH_NESTING	1

/* One per place that initialises locks; @id is given at its first use. */
struct lock_class_key {
	const char *name;
	int id;
};

struct shim_lock {
	int taken;
	const void *owner;
	struct lock_class_key *class;
};

void shim_not_held(const char *what, const char *file, int line) __noreturn;
void shim_lock_check(struct shim_lock *l, unsigned int subclass);
void shim_unlock_check(struct shim_lock *l);
void shim_lock_wait(struct shim_lock *l);

static inline void shim_lock_init(struct shim_lock *l, struct lock_class_key *class)
{
	*l = (struct shim_lock){ .class = class };
}

static inline void shim_lock(struct shim_lock *l, unsigned int subclass)
{
	int free = 0;

#ifndef SHIM_FAST
	shim_lock_check(l, subclass);
#else
	(void)subclass;
#endif
	if (!__atomic_compare_exchange_n(&l->taken, &free, 1, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		shim_lock_wait(l);
	__atomic_store_n(&l->owner, &shim_context, __ATOMIC_RELAXED);
}

static inline void shim_unlock(struct shim_lock *l)
{
#ifndef SHIM_FAST
	shim_unlock_check(l);
#endif
	__atomic_store_n(&l->owner, NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&l->taken, 0, __ATOMIC_RELEASE);
}

static inline bool shim_lock_held(const struct shim_lock *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == &shim_context;
}

#define lockdep_is_held(lock)	shim_lock_held(&(lock)->shim)

#ifdef SHIM_FAST
#define lockdep_assert_held(lock)	do { } while (0)
#else
#define lockdep_assert_held(lock) do {				\
	if (!lockdep_is_held(lock))				\
		shim_not_held(#lock, __FILE__, __LINE__);	\
} while (0)
#endif

#endif /* SHIM_LINUX_LOCKDEP_H */
