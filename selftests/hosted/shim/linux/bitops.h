/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/types.h>

#define BIT_ULL(n)	(1ULL << (n))
#define BITS_PER_LONG	(8 * (unsigned int)sizeof(long))

static inline unsigned int __ffs64(u64 word)
{
	return __builtin_ctzll(word);
}

#endif /* SHIM_LINUX_BITOPS_H */
