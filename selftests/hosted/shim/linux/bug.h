/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

#include <linux/compiler.h>

void shim_bug(const char *fmt, ...) __printf(1, 2) __noreturn;

#define WARN_ON_ONCE(cond) ({						\
	if (cond)							\
		shim_bug("%s:%d: %s", __FILE__, __LINE__, #cond);	\
	false;								\
})

#endif /* SHIM_LINUX_BUG_H */
