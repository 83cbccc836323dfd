// SPDX-License-Identifier: GPL-2.0
/*
 * faulty - a module that does wrong on request
 *
 * For tools/vm/selftest only, which writes the name of a fault to
 * /sys/module/faulty/parameters/fault and expects the run to fail. Writing
 * "none" does nothing.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static struct timer_list late_timer;
static bool warn_in_exit;

static void fault_warn(void)
{
	WARN(1, "as asked\n");
}

static void fault_oops(void)
{
	WRITE_ONCE(*(int *)8, 0);
}

/* The module can no longer be removed. */
static void fault_hold(void)
{
	__module_get(THIS_MODULE);
}

static void fault_exit(void)
{
	warn_in_exit = true;
}

static void late_timer_fn(struct timer_list *timer)
{
	pr_info("late\n");
}

/* Goes off after the module's end, when its code is gone. */
static void fault_late(void)
{
	timer_setup(&late_timer, late_timer_fn, 0);
	mod_timer(&late_timer, jiffies + HZ);
	msleep(600);
}

static void fault_leak(void)
{
	void *lost = kmalloc(100, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

static void fault_use_after_free(void)
{
	char *freed = kmalloc(100, GFP_KERNEL);

	kfree(freed);
	OPTIMIZER_HIDE_VAR(freed);
	freed[8] = 1;
}

/* No deadlock happens, but a lock validator knows that it could. */
static void fault_lock_order(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);
	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "warn", fault_warn },
	{ "oops", fault_oops },
	{ "hold", fault_hold },
	{ "exit", fault_exit },
	{ "late", fault_late },
	{ "leak", fault_leak },
	{ "use_after_free", fault_use_after_free },
	{ "lock_order", fault_lock_order },
};

static int fault_set(const char *name, const struct kernel_param *param)
{
	size_t i;

	if (sysfs_streq(name, "none"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!sysfs_streq(name, faults[i].name))
			continue;
		faults[i].commit();
		return 0;
	}
	return -EINVAL;
}

static const struct kernel_param_ops fault_ops = {
	.set = fault_set,
};
module_param_cb(fault, &fault_ops, NULL, 0200);

static int __init faulty_init(void)
{
	return 0;
}

static void __exit faulty_exit(void)
{
	WARN_ON(warn_in_exit);
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Does wrong on request, to test the tester");
