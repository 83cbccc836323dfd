// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_irqs_off - runs an XDP program once with interrupts off, as no driver does.
 *
 *	echo FD >/sys/module/devsess_irqs_off/parameters/program
 *
 * FD is the program's, of the process that writes. The packet is of zeros, and of the loopback
 * device of the writer's namespace.
 */
#include <linux/filter.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/xdp.h>

#define PACKET 64

static u8 frame[XDP_PACKET_HEADROOM + PACKET];

static void run(const struct bpf_prog *prog)
{
	struct xdp_rxq_info rxq = { .dev = current->nsproxy->net_ns->loopback_dev };
	struct xdp_buff xdp;
	unsigned long flags;

	xdp_init_buff(&xdp, sizeof(frame), &rxq);
	xdp_prepare_buff(&xdp, frame, XDP_PACKET_HEADROOM, PACKET, false);
	local_irq_save(flags);
	rcu_read_lock();
	bpf_prog_run(prog, &xdp);
	rcu_read_unlock();
	local_irq_restore(flags);
}

static int set_program(const char *val, const struct kernel_param *kp)
{
	struct bpf_prog *prog;
	u32 fd;
	int err = kstrtouint(val, 0, &fd);

	if (err)
		return err;
	prog = bpf_prog_get_type_dev(fd, BPF_PROG_TYPE_XDP, false);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	run(prog);
	bpf_prog_put(prog);
	return 0;
}

static const struct kernel_param_ops program_ops = { .set = set_program };

module_param_cb(program, &program_ops, NULL, 0200);
MODULE_PARM_DESC(program, "File descriptor of an XDP program, which is run");

static int __init irqs_off_init(void)
{
	return 0;
}

static void __exit irqs_off_exit(void)
{
}

module_init(irqs_off_init);
module_exit(irqs_off_exit);

MODULE_DESCRIPTION("Runs an XDP program with interrupts off");
MODULE_AUTHOR("The devsess authors");
MODULE_LICENSE("GPL");
