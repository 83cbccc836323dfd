/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Force-included by Kbuild. The prefix of all messages, and the only tests of
 * the kernel version: Linux 6.1 LTS and 6.12.
 */
#ifndef DEVSESS_COMPAT_H
#define DEVSESS_COMPAT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

#ifndef __uninitialized
#define __uninitialized __attribute__((__uninitialized__))
#endif

#ifndef GENL_MCAST_CAP_NET_ADMIN
/* Groups had the flags of operations. */
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* The first argument of pre_doit. */
#define genl_pre_ops genl_ops
#else
#define genl_pre_ops genl_split_ops
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
/* A family does not hear who joins its groups. */
#define COMPAT_HEARS_BIND	0
#define COMPAT_BIND(fn)
#else
#define COMPAT_HEARS_BIND	1
#define COMPAT_BIND(fn)		.bind = (fn),
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
/* The range is not const yet, though nobody writes to it. */
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {		\
	.type = NLA_ENSURE_UINT_TYPE(tp),		\
	.validation_type = NLA_VALIDATE_RANGE_PTR,	\
	.range = (void *)(_range),			\
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
/* Nobody calls them but BPF programs. */
#define __bpf_kfunc noinline
/* Programs of this type could call none. */
#define COMPAT_SCHED_ACT_KFUNCS	0
#else
#define COMPAT_SCHED_ACT_KFUNCS	1
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
/* Sets of kfuncs were as others. */
#define BTF_KFUNCS_START(name)	BTF_SET8_START(name)
#define BTF_KFUNCS_END(name)	BTF_SET8_END(name)
#endif

/* Attributes of a dump request. */
static inline struct nlattr **compat_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif /* DEVSESS_COMPAT_H */
