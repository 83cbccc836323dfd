/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_KPROBES_H
#define SHIM_LINUX_KPROBES_H

#define nokprobe_inline		__always_inline
#define NOKPROBE_SYMBOL(name)

#endif /* SHIM_LINUX_KPROBES_H */
