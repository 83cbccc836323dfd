// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the suites in a kernel without KUnit, each test in a thread of its own,
 * which an assertion that does not hold ends.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "main.h"

struct kunit_memory {
	struct kunit_memory *next;
	u64 p[];
};

/* One test; what it is given comes first. */
struct run {
	struct kunit test;
	struct completion done;
	const struct kunit_suite *suite;
	const struct kunit_case *c;
};

/* Kbuild knows which there are. */
DECLARE_SUITES

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	struct kunit_memory *m = kzalloc(sizeof(*m) + size, gfp);

	if (!m)
		return NULL;
	m->next = test->memory;
	test->memory = m;
	return m->p;
}

static void free_memory(struct kunit *test)
{
	struct kunit_memory *m = test->memory;

	while (m) {
		struct kunit_memory *next = m->next;

		kfree(m);
		m = next;
	}
}

static void leave(struct kunit *test)
{
	kthread_complete_and_exit(&container_of(test, struct run, test)->done, 0);
}

void shim_kunit_fail(struct kunit *test, bool abort, const char *file, int line,
		     const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list ap;

	test->failed = true;
	va_start(ap, fmt);
	vaf.va = &ap;
	pr_info("# %s:%d: %pV\n", kbasename(file), line, &vaf);
	va_end(ap);
	if (abort)
		leave(test);
}

void shim_kunit_skip(struct kunit *test, const char *fmt, ...)
{
	va_list ap;

	test->skipped = true;
	va_start(ap, fmt);
	vscnprintf(test->why, sizeof(test->why), fmt, ap);
	va_end(ap);
	leave(test);
	unreachable();
}

static int thread(void *data)
{
	struct run *run = data;

	if (run->suite->init && run->suite->init(&run->test))
		run->test.failed = true;
	else
		run->c->run_case(&run->test);
	leave(&run->test);
	return 0;
}

static void run_case(const struct kunit_suite *suite, const struct kunit_case *c, int number)
{
	struct run run = { .test.name = c->name, .suite = suite, .c = c };
	struct task_struct *task;

	init_completion(&run.done);
	task = kthread_run(thread, &run, "devsess_kunit");
	if (IS_ERR(task)) {
		run.test.failed = true;
	} else {
		wait_for_completion(&run.done);
		if (suite->exit)
			suite->exit(&run.test);
	}
	free_memory(&run.test);
	if (run.test.skipped)
		pr_info("ok %d %s.%s # SKIP %s\n", number, suite->name, c->name, run.test.why);
	else
		pr_info("%sok %d %s.%s\n", run.test.failed ? "not " : "", number, suite->name,
			c->name);
}

static int __init lite_init(void)
{
	const struct kunit_suite * const suites[] = { SUITES };
	const struct kunit_case *c;
	int number = 0, i, err = main_begin();

	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(suites); i++)
		for (c = suites[i]->test_cases; c->run_case; c++)
			run_case(suites[i], c, ++number);
	pr_info("1..%d\n", number);
	return 0;
}

static void __exit lite_exit(void)
{
	main_end();
}

module_init(lite_init);
module_exit(lite_exit);
