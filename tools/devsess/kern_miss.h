/* SPDX-License-Identifier: GPL-2.0 */
/* Miss upcalls: the kernel asks for sessions of unknown ids. Never prints. */
#ifndef DEVSESS_KERN_MISS_H
#define DEVSESS_KERN_MISS_H

#include "kern.h"

struct kern_miss;

/* Most ids that one message has. */
#define KERN_MISS_IDS 32

typedef void (*kern_miss_fn)(const struct id *id, void *arg);

/* Join the group, in the network namespace of the process. Returns 0 or a negative errno. */
int kern_miss_open(struct kern_miss **m, struct kern_error *e);
void kern_miss_close(struct kern_miss *m);

/* A descriptor that is readable when something has come. */
int kern_miss_fd(const struct kern_miss *m);

/*
 * Take one message and call @fn for each id in it that is asked for in @table. 0; -EAGAIN if
 * there is none now; -ENOBUFS: some were lost, and what comes until -EAGAIN came before;
 * -ENODEV: the module is gone, which also shows by the -EAGAIN after a loss; or another
 * negative errno. With @e filled in but for -EAGAIN.
 */
int kern_miss_take(struct kern_miss *m, const char *table, kern_miss_fn fn, void *arg,
		   struct kern_error *e);

#endif
