/* SPDX-License-Identifier: GPL-2.0 */
/* The clock of sessions: CLOCK_BOOTTIME, which goes on while the machine sleeps. */
#ifndef DEVSESS_CLOCK_H
#define DEVSESS_CLOCK_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/timekeeping.h>

/*
 * Now, in ns, to the tick. Context: any. The coarse clock is a read of memory, but loops while the
 * timekeeper is being written. That is done with interrupts off: an NMI may have come in between,
 * or a tracing program been called from there, which then would loop for ever. The fast one is
 * made for that, and may be a tick ahead.
 */
static inline u64 clock_now(void)
{
	if (in_nmi() || irqs_disabled())
		return ktime_get_boot_fast_ns();
	return ktime_get_coarse_boottime_ns();
}

#endif /* DEVSESS_CLOCK_H */
