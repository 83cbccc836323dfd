/* SPDX-License-Identifier: GPL-2.0 */
/* There is none: an allocation that fails has failed. */
#ifndef SHIM_LINUX_VMALLOC_H
#define SHIM_LINUX_VMALLOC_H

#include <linux/gfp.h>

static inline void *__vmalloc(unsigned long size, gfp_t gfp)
{
	(void)size;
	(void)gfp;
	return NULL;
}

static inline void vfree(const void *p)
{
	(void)p;
}

#endif /* SHIM_LINUX_VMALLOC_H */
