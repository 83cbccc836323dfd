/* SPDX-License-Identifier: GPL-2.0 */
/* HZ is 1000. */
#ifndef SHIM_LINUX_JIFFIES_H
#define SHIM_LINUX_JIFFIES_H

#include <linux/time64.h>

#define TICK_NSEC	NSEC_PER_MSEC

#endif /* SHIM_LINUX_JIFFIES_H */
