// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of maps. Their sizes are powers of two and two steps between these, each a
 * quarter more than the one before, in whole pages: so memory stays near to what is in
 * use, but for small maps, of a few pages. kmalloc() would round these sizes up, so they are
 * pages, of which those past the end are given back.
 */
#include "mem.h"

#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "limits.h"

/**
 * mem_next - the next larger size of a map
 * @bytes: a size
 *
 * Context: Any; pure.
 * Return: the next one.
 */
size_t mem_next(size_t bytes)
{
	size_t base = rounddown_pow_of_two(bytes);

	if (bytes < PAGE_ALIGN(base / 4 * 5))
		return PAGE_ALIGN(base / 4 * 5);
	if (bytes < PAGE_ALIGN(base / 16 * 25))
		return PAGE_ALIGN(base / 16 * 25);
	return 2 * base;
}

/**
 * mem_alloc - allocate a map
 * @bytes: one of the sizes of mem_next()
 * @gfp:   allocation flags
 *
 * In one piece if there is one, since a map of many pages costs lookups page tables.
 *
 * Context: As @gfp says.
 * Return: the memory, not cleared, or NULL. Free it with mem_free().
 */
void *mem_alloc(size_t bytes, gfp_t gfp)
{
	void *p;

	gfp |= GFP_MODEST;
	if (is_power_of_2(bytes))
		return kvmalloc(bytes, gfp);
	p = alloc_pages_exact(bytes, gfp);
	if (!p && gfpflags_allow_blocking(gfp))
		p = __vmalloc(bytes, gfp);
	return p;
}

/**
 * mem_free - free a map
 * @p:     memory, or NULL
 * @bytes: its size
 *
 * Context: Process or softirq.
 */
void mem_free(const void *p, size_t bytes)
{
	if (!p || is_power_of_2(bytes))
		kvfree(p);
	else if (is_vmalloc_addr(p))
		vfree(p);
	else
		free_pages_exact((void *)p, bytes);
}
