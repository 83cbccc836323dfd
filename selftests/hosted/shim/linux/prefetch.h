/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_PREFETCH_H
#define SHIM_PREFETCH_H

#define prefetch(p)	__builtin_prefetch(p)
#define prefetchw(p)	__builtin_prefetch(p, 1)

#endif /* SHIM_PREFETCH_H */
