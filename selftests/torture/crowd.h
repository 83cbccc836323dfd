/* SPDX-License-Identifier: GPL-2.0 */
/* The table `crowd', always full: what is pinned stays while all else pushes each other out. */
#ifndef DEVSESS_TORTURE_CROWD_H
#define DEVSESS_TORTURE_CROWD_H

#include "torture.h"

#define CROWD_PINNED	64
#define CROWD_IDS	4096
#define CROWD_MAX	300

int crowd_init(void);
void crowd_exit(void);
void crowd_fill(struct actor *a);
void crowd_read(struct actor *a);

#endif /* DEVSESS_TORTURE_CROWD_H */
