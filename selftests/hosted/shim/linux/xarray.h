/* SPDX-License-Identifier: GPL-2.0 */
/* An array, as far as names.c needs it: one writer at a time, readers under RCU. */
#ifndef SHIM_LINUX_XARRAY_H
#define SHIM_LINUX_XARRAY_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define XA_SIZE			65536
#define XA_FLAGS_ALLOC1		1

/* @end: above all that were ever taken */
struct xarray {
	void *entry[XA_SIZE];
	bool taken[XA_SIZE];
	unsigned long end;
};

struct xa_limit {
	u32 min, max;
};

#define XA_LIMIT(a, b)		((struct xa_limit){ .min = (a), .max = (b) })

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	(void)flags;
	memset(xa, 0, sizeof(*xa));
}

static inline void xa_destroy(struct xarray *xa)
{
	memset(xa->taken, 0, sizeof(xa->taken));
}

static inline void *xa_load(struct xarray *xa, unsigned long i)
{
	return i < XA_SIZE ? __atomic_load_n(&xa->entry[i], __ATOMIC_CONSUME) : NULL;
}

static inline void *xa_store(struct xarray *xa, unsigned long i, void *entry, gfp_t gfp)
{
	(void)gfp;
	xa->taken[i] = true;
	return __atomic_exchange_n(&xa->entry[i], entry, __ATOMIC_RELEASE);
}

static inline void *xa_erase(struct xarray *xa, unsigned long i)
{
	xa->taken[i] = false;
	return __atomic_exchange_n(&xa->entry[i], NULL, __ATOMIC_RELAXED);
}

static inline int xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			   gfp_t gfp)
{
	u32 i;

	for (i = limit.min; i <= limit.max && xa->taken[i]; i++)
		;
	if (i > limit.max)
		return -EBUSY;
	if (i >= xa->end)
		__atomic_store_n(&xa->end, i + 1, __ATOMIC_RELAXED);
	*id = i;
	xa_store(xa, i, entry, gfp);
	return 0;
}

/* Returns 1 if it began at the lowest again. */
static inline int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				  u32 *next, gfp_t gfp)
{
	struct xa_limit above = { .min = max(limit.min, *next), .max = limit.max };
	int err = xa_alloc(xa, id, entry, above, gfp), wrapped = err && above.min > limit.min;

	if (wrapped)
		err = xa_alloc(xa, id, entry, limit, gfp);
	if (err)
		return err;
	*next = *id + 1;
	return wrapped;
}

/* The first at or after @i. */
static inline void *shim_xa_at(struct xarray *xa, unsigned long *i)
{
	unsigned long end = __atomic_load_n(&xa->end, __ATOMIC_RELAXED);
	void *entry = NULL;

	for (; *i < end; ++*i) {
		entry = xa_load(xa, *i);
		if (entry)
			break;
	}
	return entry;
}

#define xa_for_each(xa, i, e)	\
	for ((i) = 0; ((e) = shim_xa_at(xa, &(i))); (i)++)

#endif /* SHIM_LINUX_XARRAY_H */
