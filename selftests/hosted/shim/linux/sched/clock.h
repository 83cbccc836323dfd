/* SPDX-License-Identifier: GPL-2.0 */
/* The one clock that is real: how long a shard lock is held. */
#ifndef SHIM_LINUX_SCHED_CLOCK_H
#define SHIM_LINUX_SCHED_CLOCK_H

#include <linux/types.h>

u64 local_clock(void);

#endif /* SHIM_LINUX_SCHED_CLOCK_H */
