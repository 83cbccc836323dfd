/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/types.h>

void *shim_alloc(size_t size, gfp_t gfp) __attribute__((malloc, alloc_size(1)));
void shim_free(const void *p);

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(size, gfp);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(size, gfp | __GFP_ZERO);
}

static inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return n && size > (size_t)-1 / n ? NULL : shim_alloc(n * size, gfp);
}

#define kvmalloc	kmalloc
#define kvzalloc	kzalloc
#define kvmalloc_array	kmalloc_array
#define kvmalloc_node(size, gfp, node)	kmalloc(size, gfp)
#define kvcalloc(n, size, gfp)	kmalloc_array(n, size, (gfp) | __GFP_ZERO)
#define kcalloc		kvcalloc
#define kfree		shim_free

/* What may be of vmalloc() takes sleep, but in interrupts. */
static inline void kvfree(const void *p)
{
	if (p && !in_interrupt())
		might_sleep();
	shim_free(p);
}

#endif /* SHIM_LINUX_SLAB_H */
