/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit's macros, as far as selftests/kunit uses them; run by kunit.c, and in a
 * kernel without KUnit by selftests/kunit/lite.c.
 */
#ifndef SHIM_KUNIT_TEST_H
#define SHIM_KUNIT_TEST_H

#ifndef MODULE
#include <setjmp.h>
#include <string.h>
#endif

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

struct kunit {
	const char *name;
	void *priv;
	bool failed;
	bool skipped;
	char why[128];
#ifndef MODULE
	jmp_buf out;
#endif
	struct kunit_memory *memory;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[64];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_suite *next;
};

#define KUNIT_CASE(fn)		{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_SLOW(fn)	KUNIT_CASE(fn)

#ifdef MODULE
#define kunit_test_suite(suite)	struct kunit_suite *const shim_##suite = &(suite)
#else
void shim_kunit_add(struct kunit_suite *suite);

#define kunit_test_suite(suite)					\
static void __attribute__((constructor)) add_##suite(void)	\
{								\
	shim_kunit_add(&(suite));				\
}								\
_Static_assert(1, "")
#endif

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp);
void shim_kunit_fail(struct kunit *test, bool abort, const char *file, int line,
		     const char *fmt, ...) __printf(5, 6);
void shim_kunit_skip(struct kunit *test, const char *fmt, ...) __printf(2, 3) __noreturn;

#define kunit_skip(test, fmt, ...)	shim_kunit_skip(test, fmt, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...)	printf("# %s: " fmt, (test)->name, ##__VA_ARGS__)

#define KUNIT_FAIL(test, fmt, ...) \
	shim_kunit_fail(test, false, __FILE__, __LINE__, fmt, ##__VA_ARGS__)

#define shim_compare(test, abort, left, op, right, fmt, ...) do {		\
	typeof(left) l_ = (left);						\
	typeof(right) r_ = (right);						\
										\
	if (!(l_ op r_))							\
		shim_kunit_fail(test, abort, __FILE__, __LINE__,		\
				"%s " #op " %s, but %lld and %lld" fmt,		\
				#left, #right, (long long)l_, (long long)r_,	\
				##__VA_ARGS__);					\
} while (0)

#define shim_true(test, abort, cond, fmt, ...) do {				\
	if (!(cond))								\
		shim_kunit_fail(test, abort, __FILE__, __LINE__,		\
				"%s" fmt, #cond, ##__VA_ARGS__);		\
} while (0)

#define KUNIT_EXPECT_EQ(test, l, r)	shim_compare(test, false, l, ==, r, "")
#define KUNIT_EXPECT_NE(test, l, r)	shim_compare(test, false, l, !=, r, "")
#define KUNIT_EXPECT_LT(test, l, r)	shim_compare(test, false, l, <, r, "")
#define KUNIT_EXPECT_LE(test, l, r)	shim_compare(test, false, l, <=, r, "")
#define KUNIT_EXPECT_GT(test, l, r)	shim_compare(test, false, l, >, r, "")
#define KUNIT_EXPECT_GE(test, l, r)	shim_compare(test, false, l, >=, r, "")
#define KUNIT_ASSERT_EQ(test, l, r)	shim_compare(test, true, l, ==, r, "")
#define KUNIT_ASSERT_NE(test, l, r)	shim_compare(test, true, l, !=, r, "")
#define KUNIT_ASSERT_LT(test, l, r)	shim_compare(test, true, l, <, r, "")
#define KUNIT_ASSERT_LE(test, l, r)	shim_compare(test, true, l, <=, r, "")
#define KUNIT_ASSERT_GT(test, l, r)	shim_compare(test, true, l, >, r, "")
#define KUNIT_ASSERT_GE(test, l, r)	shim_compare(test, true, l, >=, r, "")

#define KUNIT_EXPECT_EQ_MSG(test, l, r, fmt, ...) \
	shim_compare(test, false, l, ==, r, ": " fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, fmt, ...) \
	shim_compare(test, true, l, ==, r, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, l, r, fmt, ...) \
	shim_compare(test, false, l, >=, r, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, l, r, fmt, ...) \
	shim_compare(test, false, l, <=, r, ": " fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, c)	shim_true(test, false, c, "")
#define KUNIT_EXPECT_FALSE(test, c)	shim_true(test, false, !(c), "")
#define KUNIT_ASSERT_TRUE(test, c)	shim_true(test, true, c, "")
#define KUNIT_ASSERT_FALSE(test, c)	shim_true(test, true, !(c), "")
#define KUNIT_EXPECT_TRUE_MSG(test, c, fmt, ...) \
	shim_true(test, false, c, ": " fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, fmt, ...) \
	shim_true(test, false, !(c), ": " fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_NULL(test, p)	shim_true(test, false, !(p), " is NULL")
#define KUNIT_EXPECT_NOT_NULL(test, p)	shim_true(test, false, !!(p), " is not NULL")
#define KUNIT_ASSERT_NOT_NULL(test, p)	shim_true(test, true, !!(p), " is not NULL")
#define KUNIT_EXPECT_PTR_EQ(test, l, r)	shim_true(test, false, (l) == (r), "")
#define KUNIT_ASSERT_PTR_EQ(test, l, r)	shim_true(test, true, (l) == (r), "")
#define KUNIT_EXPECT_PTR_NE(test, l, r)	shim_true(test, false, (l) != (r), "")
#define KUNIT_EXPECT_STREQ(test, l, r)	shim_true(test, false, !strcmp(l, r), "")
#define KUNIT_EXPECT_MEMEQ(test, l, r, n) \
	shim_true(test, false, !memcmp(l, r, n), "")
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p) \
	shim_true(test, true, !IS_ERR_OR_NULL(p), "")

#endif /* SHIM_KUNIT_TEST_H */
