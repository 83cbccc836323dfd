/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over the table `torture'. */
#ifndef DEVSESS_TORTURE_DUMP_H
#define DEVSESS_TORTURE_DUMP_H

#include "ids.h"

/**
 * struct dump - a walk
 * @a:      actor
 * @before: what was known of each session before it
 * @times:  how often it was met
 */
struct dump {
	struct actor *a;
	struct id_word before[IDS];
	u8 times[IDS];
};

#define DUMP_BYTES sizeof(struct dump)

void dump_run(struct actor *a);

#endif /* DEVSESS_TORTURE_DUMP_H */
