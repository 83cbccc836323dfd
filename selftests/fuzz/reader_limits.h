/* SPDX-License-Identifier: GPL-2.0 */
/* The reader under the fuzzer: lines soon are too long, and its room is soon full. */
#ifndef FUZZ_READER_LIMITS_H
#define FUZZ_READER_LIMITS_H

#include "reader.h"

#undef READER_LINE_MAX
#define READER_LINE_MAX 200

#endif
