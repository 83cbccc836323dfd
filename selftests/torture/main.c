// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_torture - all operations on a table at once, in all contexts, with
 * a judge of everything that they answer.
 *
 *	devsess table add torture key-max 64 data-max 64 max-sessions 100000
 *	devsess table add cleared key-max 64 data-max 64 max-sessions 800 policy evict
 *	devsess table add crowd key-max 64 data-max 64 max-sessions 300 policy evict \
 *		max-cost 30000
 *	insmod devsess_torture.ko
 *	echo 1 >/sys/module/devsess_torture/parameters/run
 *	cat /sys/module/devsess_torture/parameters/report
 *	echo 0 >/sys/module/devsess_torture/parameters/run
 *
 * The report has a line `error PROPERTY COUNT' for each property of torture.h,
 * `act NAME CONTEXT SUM LEAST' for each kind of actor, with the operations of
 * all and of the laziest of these, and `figure NAME VALUE'. The first errors of each
 * property are told in the kernel's log. When the run ends the tables are
 * compared with what should be in them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "torture.h"

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

#include "acts.h"
#include "crowd.h"
#include "handles.h"
#include "ids.h"
#include "stage.h"
#include "writers.h"

/* Errors of a property that are told. */
#define TOLD_MAX 5

struct devsess_handle *torture_table, *cleared_table, *crowd_table;

static atomic_t errors[PROPERTY_MAX];
static bool running;

#define PROPERTY_NAME(NAME, name) #name,
static const char * const property_names[] = { PROPERTIES(PROPERTY_NAME) };

/**
 * torture_error - something is wrong
 * @a:   who has found it
 * @p:   what does not hold
 * @fmt: details
 *
 * Context: Any.
 */
void torture_error(const struct actor *a, enum property p, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	if (atomic_inc_return(&errors[p]) > TOLD_MAX)
		return;
	va_start(args, fmt);
	vaf.va = &args;
	pr_err("%s: %s in %s on CPU %u: %pV\n", property_names[p], a->act->name,
	       context_names[a->context], a->cpu, &vaf);
	va_end(args);
}

static void put_tables(void)
{
	devsess_table_put(torture_table);
	devsess_table_put(cleared_table);
	devsess_table_put(crowd_table);
	torture_table = NULL;
	cleared_table = NULL;
	crowd_table = NULL;
}

static int get_tables(void)
{
	struct net *net = current->nsproxy->net_ns;

	torture_table = devsess_table_get(net, "torture");
	cleared_table = devsess_table_get(net, "cleared");
	crowd_table = devsess_table_get(net, "crowd");
	if (torture_table && cleared_table && crowd_table && !devsess_count(torture_table) &&
	    !devsess_count(crowd_table))
		return 0;
	pr_err("there are no tables `torture', `cleared' and `crowd', or not empty ones\n");
	put_tables();
	return -ENODEV;
}

static int prepare(void)
{
	int err;

	memset(errors, 0, sizeof(errors));
	err = get_tables();
	if (err)
		return err;
	err = crowd_init() ?: ids_init();
	if (err)
		goto err_tables;
	err = writers_init();
	if (err)
		goto err_ids;
	err = handles_init();
	if (err)
		goto err_ids;
	return 0;

err_ids:
	ids_exit();
err_tables:
	crowd_exit();
	put_tables();
	return err;
}

static void clean_up(void)
{
	handles_exit();
	ids_exit();
	crowd_exit();
	put_tables();
}

static int begin(void)
{
	int err = prepare();

	if (err)
		return err;
	err = stage_begin();
	if (err)
		clean_up();
	else
		running = true;
	return err;
}

static void end(void)
{
	static const struct act finish = { "finish" };
	struct actor a = { .act = &finish };

	stage_end();
	writers_finish(&a);
	clean_up();
	running = false;
}

static int set_run(const char *val, const struct kernel_param *kp)
{
	bool run;
	int err = kstrtobool(val, &run);

	if (err)
		return err;
	/* While the module is loading there is nobody to stop it if it fails. */
	if (run == running || THIS_MODULE->state != MODULE_STATE_LIVE)
		return -EINVAL;
	if (run)
		return begin();
	end();
	return 0;
}

static int get_run(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%d\n", running);
}

static const struct kernel_param_ops run_ops = { .set = set_run, .get = get_run };

module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "1 to begin, 0 to end");

static int get_report(char *page, const struct kernel_param *kp)
{
	int len = 0, p;

	for (p = 0; p < PROPERTY_MAX; p++)
		len += sysfs_emit_at(page, len, "error %s %d\n", property_names[p],
				     atomic_read(&errors[p]));
	len += writers_report(page, len);
	len += handles_report(page, len);
	return len + stage_report(page, len);
}

static const struct kernel_param_ops report_ops = { .get = get_report };

module_param_cb(report, &report_ops, NULL, 0400);
MODULE_PARM_DESC(report, "What has been done, and what is wrong");

static int __init torture_init(void)
{
	return 0;
}

static void __exit torture_exit(void)
{
	if (running)
		end();
	stage_free();
}

module_init(torture_init);
module_exit(torture_exit);

MODULE_DESCRIPTION("Torture of devsess");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
