/* SPDX-License-Identifier: GPL-2.0 */
/* The table `cleared', too small for its ids: everything in it goes at once, again and again. */
#ifndef DEVSESS_TORTURE_CLEARED_H
#define DEVSESS_TORTURE_CLEARED_H

#include "reader.h"

#define CLEARED_IDS		4096
#define CLEARED_MAX		800
#define CLEARED_READ_BYTES	(CLEARED_IDS * sizeof(struct reader_memory))

void cleared_fill(struct actor *a);
void cleared_defer(struct actor *a);
void cleared_read(struct actor *a);
void cleared_clear(struct actor *a);

#endif /* DEVSESS_TORTURE_CLEARED_H */
