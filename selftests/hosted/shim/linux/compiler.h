/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marked accesses and barriers are the compiler's atomics, so that
 * ThreadSanitizer sees which accesses are meant to race and which are not.
 * Each, like each locking, is also a step, at which a test may stall the thread or do something
 * else: see shim_chaos_set() and shim_step().
 */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define barrier()	__asm__ __volatile__("" : : : "memory")

#define __rcu
#define __percpu
#define __force
#define __acquires(x)
#define __releases(x)
#define __must_check	__attribute__((warn_unused_result))
#define __maybe_unused	__attribute__((unused))
#define __always_unused	__attribute__((unused))
#define __aligned(x)	__attribute__((aligned(x)))
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#define __noreturn	__attribute__((noreturn))

#define __uninitialized

#define get_unaligned(p) ({					\
	struct { typeof(*(p)) x; } __attribute__((packed)) const *u_ = (const void *)(p);	\
								\
	u_->x;							\
})
#define put_unaligned(v, p) do {				\
	struct { typeof(*(p)) x; } __attribute__((packed)) *u_ = (void *)(p);	\
								\
	u_->x = (v);						\
} while (0)

#ifdef SHIM_FAST
static inline void shim_chaos(void) { }
#else
extern __thread int shim_chaos_left;
void shim_chaos_now(void);

/* Counts down to what is to happen to this thread: see shim_step() in shim.h. */
static inline void shim_chaos(void)
{
	if (unlikely(--shim_chaos_left < 0))
		shim_chaos_now();
}
#endif

#define READ_ONCE(x) ({						\
	shim_chaos();						\
	__atomic_load_n(&(x), __ATOMIC_RELAXED);		\
})
#define WRITE_ONCE(x, v)	do {				\
	shim_chaos();						\
	__atomic_store_n(&(x), (v), __ATOMIC_RELAXED);		\
} while (0)

#define smp_load_acquire(p) ({					\
	shim_chaos();						\
	__atomic_load_n(p, __ATOMIC_ACQUIRE);			\
})
#define smp_store_release(p, v) do {				\
	shim_chaos();						\
	__atomic_store_n(p, v, __ATOMIC_RELEASE);		\
} while (0)

#define shim_fence(order) do {					\
	shim_chaos();						\
	__atomic_thread_fence(order);				\
} while (0)

#define smp_mb()	shim_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	shim_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	shim_fence(__ATOMIC_RELEASE)

#define xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)

#if defined(__x86_64__) || defined(__i386__)
#define cpu_relax()	__builtin_ia32_pause()
#else
#define cpu_relax()	barrier()
#endif

#endif /* SHIM_LINUX_COMPILER_H */
