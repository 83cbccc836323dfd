/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Half as large as in the kernel: tests that try each step of a split have half the steps. And
 * few events at once, so that senders take turns.
 */
#ifndef HOSTED_SMALL_SHARDS_H
#define HOSTED_SMALL_SHARDS_H

#include "../../module/limits.h"

#undef READ_BYTES_MAX
#define READ_BYTES_MAX	SZ_128K

#undef EVENTS_AT_ONCE
#define EVENTS_AT_ONCE	7U

#endif /* HOSTED_SMALL_SHARDS_H */
