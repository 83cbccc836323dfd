// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_kunit - the unit tests of the engine, in the kernel.
 *
 * KUnit runs them when the module is loaded, and keeps the results in debugfs.
 * In a kernel without KUnit lite.c runs them and prints KTAP to the log.
 */
#include "main.h"

#include <linux/module.h>
#include <linux/rcupdate.h>

#include "../../module/queues.h"

int main_begin(void)
{
	return queues_init();
}

void main_end(void)
{
	rcu_barrier(); /* map_free_rcu() */
	queues_exit();
}

#if IS_ENABLED(CONFIG_KUNIT)
/* KUnit runs the suites after it. Without KUnit lite.c has both. */
static int __init main_init(void)
{
	return main_begin();
}

static void __exit main_exit(void)
{
	main_end();
}

module_init(main_init);
module_exit(main_exit);
#endif

MODULE_DESCRIPTION("Unit tests of devsess");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
