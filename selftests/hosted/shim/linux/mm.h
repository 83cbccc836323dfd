/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MM_H
#define SHIM_LINUX_MM_H

#include <linux/slab.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)

/* A machine of 4 GiB. */
static inline unsigned long totalram_pages(void)
{
	return 1UL << 20;
}

#endif /* SHIM_LINUX_MM_H */
