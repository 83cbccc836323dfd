/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MODULE_H
#define SHIM_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/kernel.h>

#define MODULE_LICENSE(x)	_Static_assert(sizeof(x), "")
#define MODULE_DESCRIPTION(x)	_Static_assert(sizeof(x), "")

#endif /* SHIM_LINUX_MODULE_H */
