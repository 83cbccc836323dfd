/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU is liburcu's, but for ThreadSanitizer: it cannot see into that library,
 * whose readers use volatile accesses and sys_membarrier(). SHIM_RCU_EPOCH
 * takes a small RCU made of atomics instead (rcu.c), where the end of a
 * critical section is a release and the end of a grace period an acquire.
 */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/types.h>

#ifdef SHIM_RCU_EPOCH

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void synchronize_rcu(void);
void rcu_barrier(void);
void rcu_register_thread(void);
void rcu_unregister_thread(void);

#else

#define _LGPL_SOURCE
#include <urcu/urcu-memb.h>

#undef rcu_dereference
#undef rcu_assign_pointer

#define rcu_read_lock		urcu_memb_read_lock
#define rcu_read_unlock		urcu_memb_read_unlock
#define rcu_read_lock_held	urcu_memb_read_ongoing
#define call_rcu		urcu_memb_call_rcu
#define synchronize_rcu		urcu_memb_synchronize_rcu
#define rcu_barrier		urcu_memb_barrier
#define rcu_register_thread	urcu_memb_register_thread
#define rcu_unregister_thread	urcu_memb_unregister_thread

#endif

#define synchronize_rcu_expedited	synchronize_rcu

#ifdef SHIM_FAST
#define shim_check(cond)	do { } while (0)
#else
#define shim_check(cond) do {					\
	if (!(cond))						\
		shim_not_held(#cond, __FILE__, __LINE__);	\
} while (0)
#endif

#define rcu_read_lock_any_held	rcu_read_lock_held

/* A dependent load: compilers make an acquire of it, which is what TSan knows. */
#define rcu_dereference(p) rcu_dereference_check(p, rcu_read_lock_held())
#define rcu_dereference_check(p, c) ({				\
	shim_check(c);						\
	shim_chaos();						\
	__atomic_load_n(&(p), __ATOMIC_CONSUME);		\
})
#define rcu_access_pointer(p) ({				\
	shim_chaos();						\
	__atomic_load_n(&(p), __ATOMIC_RELAXED);		\
})
#define rcu_dereference_protected(p, c) ({			\
	shim_check(c);						\
	(p);							\
})
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)		__atomic_store_n(&(p), v, __ATOMIC_RELAXED)
#define rcu_replace_pointer(p, v, c) ({				\
	typeof(p) old_ = rcu_dereference_protected(p, c);	\
								\
	rcu_assign_pointer(p, v);				\
	old_;							\
})

void shim_kvfree_rcu(void *p, struct rcu_head *head);

#define kvfree_rcu(p, field)	shim_kvfree_rcu(p, &(p)->field)
#define kfree_rcu		kvfree_rcu

#endif /* SHIM_LINUX_RCUPDATE_H */
