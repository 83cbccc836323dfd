// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_kunit - the unit tests of the engine, in the kernel.
 *
 * KUnit runs them when the module is loaded, and keeps the results in debugfs.
 * In a kernel without KUnit lite.c runs them and prints KTAP to the log.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

#if IS_ENABLED(CONFIG_KUNIT)
/* Without KUnit lite.c has one. */
static void __exit main_exit(void)
{
	rcu_barrier(); /* map_free_rcu() */
}
module_exit(main_exit);
#endif

MODULE_DESCRIPTION("Unit tests of devsess");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
