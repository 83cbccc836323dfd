/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SCHED_SIGNAL_H
#define SHIM_LINUX_SCHED_SIGNAL_H

/* Nobody is killed here. */
#define fatal_signal_pending(task)	false

#endif /* SHIM_LINUX_SCHED_SIGNAL_H */
