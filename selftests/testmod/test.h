/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the interface for other kernel modules: what all of them use. */
#ifndef DEVSESS_TEST_H
#define DEVSESS_TEST_H

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/types.h>

#include "devsess.h"

/**
 * struct test - a test under way
 * @table:   handle on the table `test': max_sessions 100000 or more, key_max
 *           and data_max 64, defer_ring 512; empty when a test begins
 * @small:   handle on the table `small': max_sessions 1000, key_max 8,
 *           data_max 4, owner_max 3, upcall on-request; empty when a test begins.
 *           Its policy is reject; trace_unlocked wants evict, and is skipped else
 * @held:    handle of the parameter `hold', or NULL
 * @failed:  a check has failed
 * @skipped: why it cannot be run here, or NULL
 */
struct test {
	struct devsess_handle *table;
	struct devsess_handle *small;
	struct devsess_handle *held;
	bool failed;
	const char *skipped;
};

#define SMALL_SESSIONS	1000
#define SMALL_KEY	8
#define SMALL_DATA	4
#define SMALL_OWNERS	3

/**
 * struct test_case - a test
 * @name: name
 * @run:  function
 */
struct test_case {
	const char *name;
	void (*run)(struct test *t);
};

/* Each ends with an entry without a name. */
extern const struct test_case api_cases[];
extern const struct test_case owner_cases[];
extern const struct test_case range_cases[];
extern const struct test_case context_cases[];
extern const struct test_case parallel_cases[];
extern const struct test_case defer_cases[];
extern const struct test_case gone_cases[];
extern const struct test_case many_cases[];
extern const struct test_case load_cases[];
extern const struct test_case swap_cases[];
extern const struct test_case trace_cases[];

/* Any context. The first few failures are printed, all count. */
#define EXPECT(t, cond)							\
({									\
	bool __ok = (cond);						\
									\
	if (!__ok)							\
		test_fail(t, "%s:%d: not true: %s", __func__, __LINE__, #cond);\
	__ok;								\
})

#define EXPECT_EQ(t, a, b)						\
({									\
	long long __a = (a), __b = (b);					\
									\
	if (__a != __b)							\
		test_fail(t, "%s:%d: %s is %lld, not %lld", __func__, __LINE__, #a, __a, __b);\
	__a == __b;							\
})

__printf(2, 3) void test_fail(struct test *t, const char *fmt, ...);
__printf(1, 2) void test_note(const char *fmt, ...);

#endif /* DEVSESS_TEST_H */
