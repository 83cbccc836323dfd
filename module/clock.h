/* SPDX-License-Identifier: GPL-2.0 */
/* The clock of sessions: CLOCK_BOOTTIME, which goes on while the machine sleeps. */
#ifndef DEVSESS_CLOCK_H
#define DEVSESS_CLOCK_H

#include <linux/preempt.h>
#include <linux/timekeeping.h>

/*
 * Now, in ns, to the tick. Context: any. The coarse clock is a read of memory,
 * but loops while the timekeeper is being written, which an NMI may have
 * interrupted; the fast one is made for that.
 */
static inline u64 clock_now(void)
{
	return in_nmi() ? ktime_get_boot_fast_ns() : ktime_get_coarse_boottime_ns();
}

#endif /* DEVSESS_CLOCK_H */
