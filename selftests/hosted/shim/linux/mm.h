/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MM_H
#define SHIM_LINUX_MM_H

#include <linux/slab.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_ALIGN(n)	(((n) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

#define alloc_pages_exact(bytes, gfp)	shim_alloc(bytes, gfp)
#define free_pages_exact(p, bytes)	shim_free(p)
#define is_vmalloc_addr(p)		((void)(p), false)

/* A machine of 4 GiB. */
static inline unsigned long totalram_pages(void)
{
	return 1UL << 20;
}

#endif /* SHIM_LINUX_MM_H */
