/* SPDX-License-Identifier: GPL-2.0 */
/* Timers of CLOCK_BOOTTIME, which go off in shim_run_due(). */
#ifndef SHIM_LINUX_HRTIMER_H
#define SHIM_LINUX_HRTIMER_H

#include <linux/time64.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

/* The program's own headers may have it, too. */
#ifndef CLOCK_BOOTTIME
#define CLOCK_BOOTTIME 7
#endif

typedef s64 ktime_t;

enum hrtimer_restart { HRTIMER_NORESTART };
enum hrtimer_mode { HRTIMER_MODE_ABS };

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	struct hrtimer *next;
	u64 due;
	bool queued;
	bool running;
};

static inline ktime_t ns_to_ktime(u64 ns)
{
	return ns;
}

static inline void hrtimer_init(struct hrtimer *timer, int clock, enum hrtimer_mode mode)
{
	(void)clock;
	(void)mode;
	*timer = (struct hrtimer){ };
}

void hrtimer_start(struct hrtimer *timer, ktime_t when, enum hrtimer_mode mode);
int hrtimer_cancel(struct hrtimer *timer);

#endif /* SHIM_LINUX_HRTIMER_H */
