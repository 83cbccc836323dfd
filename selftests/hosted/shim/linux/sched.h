/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/preempt.h>

#define cond_resched() do {	\
	might_sleep();		\
	shim_chaos();		\
} while (0)

#endif /* SHIM_LINUX_SCHED_H */
