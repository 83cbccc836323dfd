/* SPDX-License-Identifier: GPL-2.0 */
/* Time stands still unless a test moves it: see shim_clock in shim.h. */
#ifndef SHIM_LINUX_TIMEKEEPING_H
#define SHIM_LINUX_TIMEKEEPING_H

#include <linux/time64.h>

extern u64 shim_clock;
extern u64 shim_asleep;

static inline u64 ktime_get_coarse_boottime_ns(void)
{
	return __atomic_load_n(&shim_clock, __ATOMIC_RELAXED);
}

/* What jiffies tell: they stand still while the machine sleeps. */
static inline u64 shim_jiffies_ns(void)
{
	return ktime_get_coarse_boottime_ns() - __atomic_load_n(&shim_asleep, __ATOMIC_RELAXED);
}

static inline u64 ktime_get_boot_fast_ns(void)
{
	return ktime_get_coarse_boottime_ns();
}

static inline time64_t ktime_get_real_seconds(void)
{
	return ktime_get_coarse_boottime_ns() / NSEC_PER_SEC;
}

#endif /* SHIM_LINUX_TIMEKEEPING_H */
