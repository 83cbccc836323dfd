// SPDX-License-Identifier: GPL-2.0
/* Runs the suites of selftests/kunit. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kunit/test.h>
#include <linux/rcupdate.h>

#include "shim.h"
#include "tap.h"

struct kunit_memory {
	struct kunit_memory *next;
	max_align_t p[];
};

static struct kunit_suite *suites;

void shim_kunit_add(struct kunit_suite *suite)
{
	struct kunit_suite **p = &suites;

	while (*p && strcmp((*p)->name, suite->name) < 0)
		p = &(*p)->next;
	suite->next = *p;
	*p = suite;
}

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	struct kunit_memory *m = calloc(1, sizeof(*m) + size);

	(void)gfp;
	if (!m)
		return NULL;
	m->next = test->memory;
	test->memory = m;
	return m->p;
}

void shim_kunit_fail(struct kunit *test, bool abort, const char *file, int line,
		     const char *fmt, ...)
{
	va_list ap;

	test->failed = true;
	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (abort)
		longjmp(test->out, 1);
}

void shim_kunit_skip(struct kunit *test, const char *fmt, ...)
{
	va_list ap;

	test->skipped = true;
	va_start(ap, fmt);
	vsnprintf(test->why, sizeof(test->why), fmt, ap);
	va_end(ap);
	longjmp(test->out, 1);
}

static void free_memory(struct kunit *test)
{
	struct kunit_memory *m = test->memory;

	while (m) {
		struct kunit_memory *next = m->next;

		free(m);
		m = next;
	}
}

static void run_case(const struct kunit_suite *suite, const struct kunit_case *c)
{
	struct kunit test = { .name = c->name };
	char name[128];
	long before;

	snprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
	rcu_barrier();
	before = shim_live();
	if (suite->init && suite->init(&test))
		test.failed = true;
	else if (!setjmp(test.out))
		c->run_case(&test);
	if (suite->exit)
		suite->exit(&test);
	free_memory(&test);
	rcu_barrier();
	if (!test.failed && !test.skipped && shim_live() != before) {
		tap_note("%ld allocations left", shim_live() - before);
		test.failed = true;
	}
	if (test.skipped)
		tap_skip(name, test.why);
	else
		tap_result(!test.failed, "%s", name);
}

/* The argument selects cases by a part of suite.case. */
int main(int argc, char **argv)
{
	const struct kunit_suite *suite;
	const struct kunit_case *c;
	char name[128];

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	tap_begin("kunit");
	for (suite = suites; suite; suite = suite->next) {
		for (c = suite->test_cases; c->run_case; c++) {
			snprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
			if (argc < 2 || strstr(name, argv[1]))
				run_case(suite, c);
		}
	}
	return tap_end();
}
