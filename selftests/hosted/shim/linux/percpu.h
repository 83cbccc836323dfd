/* SPDX-License-Identifier: GPL-2.0 */
/* Each thread is a CPU of its own, up to SHIM_CPUS at a time. */
#ifndef SHIM_LINUX_PERCPU_H
#define SHIM_LINUX_PERCPU_H

#include <linux/preempt.h>
#include <linux/slab.h>

#define SHIM_CPUS		64
#define SHIM_PERCPU_STRIDE	512

/* What the machine says that it has: a table's first shards depend on it. */
extern unsigned int shim_possible_cpus;

#define num_possible_cpus()	(shim_possible_cpus)
#define nr_cpu_ids		((unsigned int)SHIM_CPUS)
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)

#define per_cpu_ptr(p, cpu) \
	((typeof(p))((char *)(p) + (size_t)(cpu) * SHIM_PERCPU_STRIDE))

/* Only the thread itself writes its slot; a signal that comes between may get lost. */
#define this_cpu_add(pcp, n) do {					\
	typeof(&(pcp)) p_ = per_cpu_ptr(&(pcp), shim_context.cpu);	\
									\
	__atomic_store_n(p_, __atomic_load_n(p_, __ATOMIC_RELAXED) + (n),	\
			 __ATOMIC_RELAXED);				\
} while (0)

#define this_cpu_read(pcp) \
	__atomic_load_n(per_cpu_ptr(&(pcp), shim_context.cpu), __ATOMIC_RELAXED)
#define this_cpu_write(pcp, value) \
	__atomic_store_n(per_cpu_ptr(&(pcp), shim_context.cpu), value, __ATOMIC_RELAXED)

#define alloc_percpu_gfp(type, gfp) ({					\
	_Static_assert(sizeof(type) <= SHIM_PERCPU_STRIDE, "stride");	\
	(type *)kzalloc(SHIM_CPUS * SHIM_PERCPU_STRIDE, gfp);		\
})
#define free_percpu	shim_free

#endif /* SHIM_LINUX_PERCPU_H */
