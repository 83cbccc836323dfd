/* SPDX-License-Identifier: GPL-2.0 */
/* Lookups in the table `torture'. */
#ifndef DEVSESS_TORTURE_READER_H
#define DEVSESS_TORTURE_READER_H

#include "ids.h"

/**
 * struct reader_memory - what a reader last saw of a session
 * @version: its version
 * @counter: of its content
 */
struct reader_memory {
	u64 version;
	u32 counter;
};

#define READER_BYTES (IDS * sizeof(struct reader_memory))

void reader_run(struct actor *a);
void reader_check(struct actor *a, u32 n, struct reader_memory *last);

#endif /* DEVSESS_TORTURE_READER_H */
