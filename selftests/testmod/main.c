// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_test - tests of devsess as other kernel modules use it.
 *
 *	insmod devsess_test.ko test=all
 *
 * runs all tests and prints KTAP to the kernel's log; it fails with EIO if a
 * test does. A test's name, or the beginning of several up to a _, runs those
 * only. They need the tables `test' and `small', see test.h. Loaded without
 * `test', the module stays idle until one is written to its parameter, which
 * lists them all when read:
 *
 *	echo api_ >/sys/module/devsess_test/parameters/test
 *
 * With `hold=NAME' it has a handle on that table of the namespace of insmod
 * until it is removed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "test.h"

#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>

/* Failures of a test that are printed. */
#define PRINTED_MAX 10

static const struct test_case * const groups[] = {
	api_cases, owner_cases, range_cases, context_cases, parallel_cases, defer_cases,
	gone_cases, many_cases, load_cases, swap_cases, trace_cases,
};

static struct devsess_handle *held;
static atomic_t failures;

void test_note(const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	pr_info("# %pV\n", &vaf);
	va_end(args);
}

void test_fail(struct test *t, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	WRITE_ONCE(t->failed, true);
	if (atomic_inc_return(&failures) > PRINTED_MAX)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_info("# %pV\n", &vaf);
	va_end(args);
}

/* Those for the table that is held are run by name only. */
static bool selected(const struct test_case *c, const struct test_case *group, const char *name)
{
	size_t len = strlen(name);

	if (!strcmp(name, "all"))
		return group != gone_cases && group != many_cases && group != load_cases &&
		       group != swap_cases;
	if (len && name[len - 1] == '_')
		return !strncmp(c->name, name, len);
	return !strcmp(c->name, name);
}

static unsigned int count_selected(const char *name)
{
	const struct test_case *c;
	unsigned int n = 0, g;

	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (c = groups[g]; c->name; c++)
			n += selected(c, groups[g], name);
	return n;
}

/* Returns whether it did not fail. */
static bool run_one(struct test *t, const struct test_case *c, unsigned int number)
{
	t->failed = false;
	t->skipped = NULL;
	atomic_set(&failures, 0);
	if (t->table) {
		devsess_clear(t->table, NULL);
		devsess_clear(t->small, NULL);
	}
	c->run(t);
	if (t->skipped)
		pr_info("ok %u %s # SKIP %s\n", number, c->name, t->skipped);
	else
		pr_info("%sok %u %s\n", t->failed ? "not " : "", number, c->name);
	return !t->failed;
}

static int run_cases(struct test *t, const char *name)
{
	const struct test_case *c;
	unsigned int number = 0, g;
	int err = 0;

	pr_info("KTAP version 1\n");
	pr_info("1..%u\n", count_selected(name));
	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (c = groups[g]; c->name; c++)
			if (selected(c, groups[g], name) && !run_one(t, c, ++number))
				err = -EIO;
	return err;
}

static int run_tests(const char *name)
{
	struct net *net = current->nsproxy->net_ns;
	struct test t = { .held = held };
	int err;

	if (!count_selected(name)) {
		pr_err("no test '%s'\n", name);
		return -EINVAL;
	}
	if (!held) {
		t.table = devsess_table_get(net, "test");
		t.small = devsess_table_get(net, "small");
	}
	if (held || (t.table && t.small)) {
		err = run_cases(&t, name);
	} else {
		pr_err("there are no tables 'test' and 'small'\n");
		err = -ENODEV;
	}
	devsess_table_put(t.table);
	devsess_table_put(t.small);
	return err;
}

static char test_name[32];

static int set_test(const char *val, const struct kernel_param *kp)
{
	if (strscpy(test_name, val, sizeof(test_name)) < 0)
		return -EINVAL;
	strim(test_name);
	/* While the module is loading, this is left to test_init(). */
	return THIS_MODULE->state == MODULE_STATE_LIVE ? run_tests(test_name) : 0;
}

static int list_tests(char *page, const struct kernel_param *kp)
{
	const struct test_case *c;
	int len = 0, g;

	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (c = groups[g]; c->name; c++)
			len += sysfs_emit_at(page, len, "%s\n", c->name);
	return len;
}

static const struct kernel_param_ops test_ops = { .set = set_test, .get = list_tests };

module_param_cb(test, &test_ops, NULL, 0600);
MODULE_PARM_DESC(test, "Test to run, beginning of the names of several, as api_, or all");

static char *hold;
module_param(hold, charp, 0444);
MODULE_PARM_DESC(hold, "Table to keep a handle on until the module is removed");

static int __init test_init(void)
{
	int err;

	if (hold) {
		held = devsess_table_get(current->nsproxy->net_ns, hold);
		if (!held) {
			pr_err("there is no table '%s'\n", hold);
			return -ENODEV;
		}
	}
	err = *test_name ? run_tests(test_name) : 0;
	if (err)
		devsess_table_put(held);
	return err;
}

static void __exit test_exit(void)
{
	devsess_table_put(held);
}

module_init(test_init);
module_exit(test_exit);

MODULE_DESCRIPTION("Tests of devsess as other kernel modules use it");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
