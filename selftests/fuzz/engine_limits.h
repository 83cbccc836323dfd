/* SPDX-License-Identifier: GPL-2.0 */
/* Limits of the engine under the fuzzer: an input is short, so maps are small. */
#ifndef FUZZ_ENGINE_LIMITS_H
#define FUZZ_ENGINE_LIMITS_H

#include "../../module/limits.h"

/* A shard grows twice, then it splits. */
#undef READ_BYTES_MAX
#define READ_BYTES_MAX	SZ_16K

/* A directory that cannot separate ids any more. */
#undef DIR_DEPTH_MAX
#define DIR_DEPTH_MAX	5

/* Doubles in several steps. */
#undef DIR_COPY_CHUNK
#define DIR_COPY_CHUNK	3

#endif /* FUZZ_ENGINE_LIMITS_H */
