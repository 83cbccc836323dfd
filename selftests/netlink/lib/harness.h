/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's harness, with time for debug kernels on emulated CPUs. */
#ifndef DEVSESS_TEST_HARNESS_H
#define DEVSESS_TEST_HARNESS_H

#include <kselftest_harness.h>

/* Seconds, of each test; the program as a whole has a limit, too. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	240

#endif
