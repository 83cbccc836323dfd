/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/preempt.h>

#define cond_resched()	might_sleep()

#endif /* SHIM_LINUX_SCHED_H */
