/* SPDX-License-Identifier: GPL-2.0 */
/* In which context a thread runs: what it holds, and what a test says it is. */
#ifndef SHIM_LINUX_PREEMPT_H
#define SHIM_LINUX_PREEMPT_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct shim_context - of a thread
 * @locks:    spinlocks held
 * @irqs_off: depth of local_irq_save()
 * @softirq:  set by a test: this is a softirq
 * @hardirq:  set by a test: this is a hard interrupt
 * @nmi:      set by a test: this is an NMI
 * @cpu:      slot of per-CPU data
 */
struct shim_context {
	int locks;
	int irqs_off;
	bool softirq;
	bool hardirq;
	bool nmi;
	int cpu;
};

extern __thread struct shim_context shim_context;

#ifdef SHIM_FAST
#define in_nmi()	false
#define in_interrupt()	false
#define might_sleep()	do { } while (0)
#else
#define in_nmi()	(shim_context.nmi)
#define in_interrupt()	(shim_context.softirq || shim_context.hardirq || in_nmi())
#define might_sleep()	shim_might_sleep(__FILE__, __LINE__)
#endif

/* A thread stays on its CPU. */
#define migrate_disable()	do { } while (0)
#define migrate_enable()	do { } while (0)

void shim_might_sleep(const char *file, int line);

#endif /* SHIM_LINUX_PREEMPT_H */
