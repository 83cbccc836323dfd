/* SPDX-License-Identifier: GPL-2.0 */
/* A process that makes requests, sends them and judges the answers. */
#ifndef DEVSESS_FUZZ_WORKER_H
#define DEVSESS_FUZZ_WORKER_H

#include "script.h"

/**
 * struct tally - what all workers have done, in shared memory
 * @found:   messages that the kernel has worked, proven by answers
 * @good:    of them, requests that were done
 * @refused: those that were not
 * @answers: messages of the kernel
 * @events:  of them, those that nobody asked for
 * @ways:    different ways to be answered, as many as one worker saw
 * @kept:    messages that were kept for that
 * @spaces:  network namespaces that came and went
 */
struct tally {
	__u64 found;
	__u64 good;
	__u64 refused;
	__u64 answers;
	__u64 events;
	__u64 ways;
	__u64 kept;
	__u64 spaces;
};

/**
 * struct plan - what to do
 * @seed:    decides it all, with the number of the worker
 * @count:   messages, of all workers
 * @nobody:  the number of the worker without privileges
 * @netns:   the number of the one whose namespaces are short-lived
 * @kept:    what an earlier run printed as kept, or NULL
 * @seeds:   good messages to begin with
 */
struct plan {
	__u64 seed;
	__u64 count;
	int nobody;
	int netns;
	const char *kept;
	struct script seeds;
};

int worker_run(const struct plan *plan, int id, struct tally *all);

#endif
