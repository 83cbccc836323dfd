/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_IRQFLAGS_H
#define SHIM_LINUX_IRQFLAGS_H

#include <linux/preempt.h>

/* A signal handler that plays a hard interrupt looks at irqs_off: see shim.h. */
#define local_irq_save(flags) do {		\
	shim_chaos();				\
	(flags) = shim_context.irqs_off++;	\
	barrier();				\
} while (0)
#define local_irq_restore(flags) do {		\
	barrier();				\
	shim_context.irqs_off = (flags);	\
} while (0)
#ifdef SHIM_FAST
#define irqs_disabled()	false
#else
#define irqs_disabled()	(shim_context.irqs_off || shim_context.hardirq || shim_context.nmi)
#endif

#endif /* SHIM_LINUX_IRQFLAGS_H */
