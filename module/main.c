// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

#include "kfunc.h"
#include "net.h"
#include "netlink.h"
#include "proc.h"

static int __init devsess_init(void)
{
	int err;

	err = net_init();
	if (err)
		return err;
	err = proc_init();
	if (err)
		goto err_net;
	err = netlink_init();
	if (err)
		goto err_proc;
	kfunc_init();
	return 0;

err_proc:
	proc_exit();
err_net:
	net_exit();
	return err;
}

static void __exit devsess_exit(void)
{
	netlink_exit();
	proc_exit();
	net_exit();
}

module_init(devsess_init);
module_exit(devsess_exit);

MODULE_DESCRIPTION("Device sessions: lock-free lookup of IoT device sessions");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
