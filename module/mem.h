/* SPDX-License-Identifier: GPL-2.0 */
/* Memory of maps. See mem.c. */
#ifndef DEVSESS_MEM_H
#define DEVSESS_MEM_H

#include <linux/types.h>

size_t mem_next(size_t bytes);
void *mem_alloc(size_t bytes, gfp_t gfp);
void mem_free(const void *p, size_t bytes);

#endif /* DEVSESS_MEM_H */
