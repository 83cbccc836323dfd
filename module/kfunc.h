/* SPDX-License-Identifier: GPL-2.0 */
/* What BPF programs call: uapi/linux/devsess_bpf.h, which has the contracts. See kfunc.c. */
#ifndef DEVSESS_KFUNC_H
#define DEVSESS_KFUNC_H

#include <linux/init.h>
#include <linux/printk.h>
#include <linux/types.h>

#include <uapi/linux/devsess_bpf.h>

#ifdef CONFIG_DEBUG_INFO_BTF_MODULES
void kfunc_init(void);
bool kfunc_there(void);
#else
static inline void kfunc_init(void)
{
	pr_info("no kfuncs for BPF programs: the kernel has no types of modules\n");
}

static inline bool kfunc_there(void)
{
	return false;
}
#endif

#endif /* DEVSESS_KFUNC_H */
