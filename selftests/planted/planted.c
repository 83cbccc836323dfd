// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_planted - bugs, one of each kind that a debug kernel is there for.
 *
 *	make PLANT='uaf leak'
 *	echo uaf >/sys/module/devsess_planted/parameters/bug
 *
 * A bug is there only if its switch, PLANT_NAME, was on when the module was
 * built; ./run shows that each kernel tells those that it must. They have
 * nothing to do with devsess: what they prove is that silence means something.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#ifdef PLANT_rcu
/* An RCU pointer is followed with neither the read lock nor the update lock. */
static int __rcu *published;

static void plant_rcu(void)
{
	if (rcu_dereference(published))
		pr_info("there is something\n");
}
#endif

#ifdef PLANT_inversion
/* Two locks, in one order and then in the other. */
static void plant_inversion(void)
{
	static DEFINE_SPINLOCK(a);
	static DEFINE_SPINLOCK(b);

	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	spin_lock(&a);
	spin_unlock(&a);
	spin_unlock(&b);
}
#endif

#ifdef PLANT_sleep
/* It may sleep, which a debug kernel tells, and does, which all do. Raw is for PREEMPT_RT. */
static void plant_sleep(void)
{
	static DEFINE_RAW_SPINLOCK(lock);
	int before;

	raw_spin_lock(&lock);
	before = preempt_count();
	kfree(kmalloc(64, GFP_KERNEL));
	msleep(20);
	/* Who has slept may be preempted from then on; who returned like that could not fault. */
	while (preempt_count() < before)
		preempt_disable();
	raw_spin_unlock(&lock);
}
#endif

#ifdef PLANT_shift
static void plant_shift(void)
{
	int bits = 32;

	OPTIMIZER_HIDE_VAR(bits);
	pr_info("1 << %d = %u\n", bits, 1U << bits);
}
#endif

#ifdef PLANT_twice
struct twice {
	struct rcu_head rcu;
};

static void twice_done(struct rcu_head *rcu)
{
}

/* A head is queued again while it waits for its grace period. */
static void plant_twice(void)
{
	struct twice *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	rcu_read_lock();
	call_rcu(&t->rcu, twice_done);
	call_rcu(&t->rcu, twice_done);
	rcu_read_unlock();
	rcu_barrier();
	kfree(t);
}
#endif

#ifdef PLANT_uaf
static void plant_uaf(void)
{
	int *p = kzalloc(sizeof(*p), GFP_KERNEL);

	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	if (p)
		pr_info("freed memory holds %d\n", READ_ONCE(*p));
}
#endif

#ifdef PLANT_leak
static void plant_leak(void)
{
	void *p;
	int i;

	for (i = 0; i < 10; i++) {
		p = kzalloc(1000, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(p);
	}
}
#endif

#ifdef PLANT_race
#define RACE_MS 2000

static u64 raced;

static int race(void *data)
{
	unsigned long end = jiffies + msecs_to_jiffies(RACE_MS);

	while (time_before(jiffies, end)) {
		raced++;
		barrier();
		cond_resched();
	}
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

/* Two threads count in one plain variable, in memory each time. */
static void plant_race(void)
{
	struct task_struct *other = kthread_run(race, NULL, "planted_race");
	unsigned long end = jiffies + msecs_to_jiffies(RACE_MS);

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		raced++;
		barrier();
		cond_resched();
	}
	kthread_stop(other);
}
#endif

#ifdef PLANT_wakeup
static bool looked, come, woken;

/* The waiter looks before it says that it sleeps: who wakes it in between does not. */
static int waiter(void *data)
{
	bool there = READ_ONCE(come);

	WRITE_ONCE(looked, true);
	if (there)
		return 0;
	while (!READ_ONCE(woken))
		msleep(20);
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
	return 0;
}

static void plant_wakeup(void)
{
	struct task_struct *task = kthread_run(waiter, NULL, "planted_waiter");

	if (IS_ERR(task))
		return;
	while (!READ_ONCE(looked))
		msleep(20);
	WRITE_ONCE(come, true);
	wake_up_process(task);
	WRITE_ONCE(woken, true);
}
#endif

static const struct bug {
	const char *name;
	void (*plant)(void);
} bugs[] = {
#ifdef PLANT_rcu
	{ "rcu", plant_rcu },
#endif
#ifdef PLANT_inversion
	{ "inversion", plant_inversion },
#endif
#ifdef PLANT_sleep
	{ "sleep", plant_sleep },
#endif
#ifdef PLANT_shift
	{ "shift", plant_shift },
#endif
#ifdef PLANT_twice
	{ "twice", plant_twice },
#endif
#ifdef PLANT_uaf
	{ "uaf", plant_uaf },
#endif
#ifdef PLANT_leak
	{ "leak", plant_leak },
#endif
#ifdef PLANT_race
	{ "race", plant_race },
#endif
#ifdef PLANT_wakeup
	{ "wakeup", plant_wakeup },
#endif
};

static int set_bug(const char *val, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (sysfs_streq(val, bugs[i].name)) {
			pr_info("plants %s\n", bugs[i].name);
			bugs[i].plant();
			return 0;
		}
	}
	return -EINVAL;
}

static const struct kernel_param_ops bug_ops = { .set = set_bug };

module_param_cb(bug, &bug_ops, NULL, 0200);
MODULE_PARM_DESC(bug, "Bug to show");

MODULE_DESCRIPTION("Bugs that debug kernels must tell");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
