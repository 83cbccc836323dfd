// SPDX-License-Identifier: GPL-2.0
/*
 * The shim itself: what a kernel with all its debugging on would complain
 * about must end a test here, too. Each rule is broken in a process of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kernel.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "shim.h"
#include "tap.h"

static spinlock_t a, b;
static struct mutex m;
static void *pointer;

static void good(void)
{
	unsigned long flags;

	mutex_lock(&m);
	kfree(kmalloc(1, GFP_KERNEL));
	spin_lock(&a);
	lockdep_assert_held(&a);
	spin_lock(&b);
	kfree(kmalloc(1, GFP_ATOMIC));
	spin_unlock(&b);
	spin_unlock(&a);
	mutex_unlock(&m);
	rcu_read_lock();
	(void)rcu_dereference(pointer);
	rcu_read_unlock();
	local_irq_save(flags);
	local_irq_restore(flags);
	cond_resched();
}

static void sleep_under_spinlock(void)
{
	spin_lock(&a);
	kfree(kmalloc(1, GFP_KERNEL));
}

static void sleep_under_rcu(void)
{
	rcu_read_lock();
	mutex_lock(&m);
}

static void sleep_in_softirq(void)
{
	shim_context.softirq = true;
	cond_resched();
}

static void sleep_without_interrupts(void)
{
	unsigned long flags;

	local_irq_save(flags);
	msleep(1);
	local_irq_restore(flags);
}

static void lock_not_held(void)
{
	lockdep_assert_held(&a);
}

static void unlock_not_held(void)
{
	spin_unlock(&a);
}

static void lock_twice(void)
{
	spin_lock(&a);
	spin_lock(&a);
}

static void both_orders(void)
{
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	spin_lock(&a);
}

static void lock_in_nmi(void)
{
	shim_context.nmi = true;
	spin_lock(&a);
}

static void lock_in_hardirq(void)
{
	shim_context.hardirq = true;
	spin_lock(&a);
}

static void dereference_outside(void)
{
	(void)rcu_dereference(pointer);
}

static void dereference_unprotected(void)
{
	(void)rcu_dereference_protected(pointer, lockdep_is_held(&a));
}

static const struct {
	const char *name;
	void (*fn)(void);
	bool bug;
} rules[] = {
	{ "good", good, false },
	{ "sleep_under_spinlock", sleep_under_spinlock, true },
	{ "sleep_under_rcu", sleep_under_rcu, true },
	{ "sleep_in_softirq", sleep_in_softirq, true },
	{ "sleep_without_interrupts", sleep_without_interrupts, true },
	{ "lock_not_held", lock_not_held, true },
	{ "unlock_not_held", unlock_not_held, true },
	{ "lock_twice", lock_twice, true },
	{ "both_orders", both_orders, true },
	{ "lock_in_nmi", lock_in_nmi, true },
	{ "lock_in_hardirq", lock_in_hardirq, true },
	{ "dereference_outside", dereference_outside, true },
	{ "dereference_unprotected", dereference_unprotected, true },
};

/* Whether @fn ends the process by shim_bug(). */
static bool is_bug(void (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		fn();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* From the reference implementation: key 00 01 02 ..., input 00 01 02 ... */
static bool right_hashes(void)
{
	static const struct {
		u32 len;
		u32 hash;
	} known[] = {
		{ 0, 0x050fc4dc }, { 1, 0x7d57ca93 }, { 7, 0x9bb11140 }, { 8, 0x8d299a8e },
		{ 15, 0x2a519956 }, { 16, 0x7d908b66 }, { 63, 0xb7bbb3a8 },
	};
	const hsiphash_key_t key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };
	u8 in[64];
	u32 i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = i;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (hsiphash(in, known[i].len, &key) != known[i].hash)
			return false;
	return true;
}

/* Allocations fail as asked, and are counted. */
static bool right_failures(void)
{
	long live = shim_live();
	bool ok = true;
	void *p;
	int i;

	shim_fail_nth(3, false);
	for (i = 1; i <= 5; i++) {
		p = kmalloc(1, GFP_KERNEL);
		ok &= !p == (i == 3);
		kfree(p);
	}
	ok &= shim_failures() == 1;
	shim_fail_nth(2, true);
	for (i = 1; i <= 5; i++) {
		p = kmalloc(1, GFP_KERNEL);
		ok &= !p == (i >= 2);
		ok &= shim_live() == live + !!p;
		kfree(p);
	}
	shim_fail_nth(0, false);
	return ok && shim_live() == live;
}

/* Work runs when it is due, not before, and at the time it was moved to. */

static unsigned int runs;

static void count_run(struct work_struct *work)
{
	runs += to_delayed_work(work)->running;
}

static bool right_work(void)
{
	struct delayed_work dw;
	bool ok = true;

	INIT_DELAYED_WORK(&dw, count_run);
	ok &= queue_delayed_work(system_unbound_wq, &dw, 10);
	ok &= !queue_delayed_work(system_unbound_wq, &dw, 1);
	msleep(9);
	ok &= !runs && delayed_work_pending(&dw);
	msleep(1);
	ok &= runs == 1 && !delayed_work_pending(&dw);
	queue_delayed_work(system_unbound_wq, &dw, 10);
	ok &= mod_delayed_work(system_unbound_wq, &dw, 20);
	msleep(15);
	ok &= runs == 1;
	msleep(5);
	ok &= runs == 2;
	queue_delayed_work(system_unbound_wq, &dw, 10);
	ok &= cancel_delayed_work_sync(&dw);
	msleep(20);
	return ok && runs == 2;
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	tap_begin("rules");
	spin_lock_init(&a);
	spin_lock_init(&b);
	mutex_init(&m);
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		tap_result(is_bug(rules[i].fn) == rules[i].bug, "%s", rules[i].name);
	tap_result(right_hashes(), "hashes");
	tap_result(right_failures(), "failures");
	tap_result(right_work(), "work");
	return tap_end();
}
