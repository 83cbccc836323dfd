/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include <linux/compiler.h>
#include <linux/types.h>

#define U8_MAX	UINT8_MAX
#define U16_MAX	UINT16_MAX
#define U32_MAX	UINT32_MAX
#define U64_MAX	((u64)~0ULL)

#undef static_assert
#define static_assert(expr, ...)	_Static_assert(expr, #expr)
#define BUILD_BUG_ON(cond)		_Static_assert(!(cond), #cond)

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP(n, d)
#define ALIGN(x, a)		(((x) + (a) - 1) / (a) * (a))
#define round_down(x, y)	((x) & ~((typeof(x))(y) - 1))

#define lower_32_bits(n)	((u32)((n) & 0xffffffff))
#define upper_32_bits(n)	((u32)((n) >> 16 >> 16))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define min_t(type, a, b) ({			\
	type a_ = (a), b_ = (b);		\
						\
	a_ < b_ ? a_ : b_;			\
})
#define max_t(type, a, b) ({			\
	type c_ = (a), d_ = (b);		\
						\
	c_ > d_ ? c_ : d_;			\
})
#define clamp_t(type, v, lo, hi)	min_t(type, max_t(type, v, lo), hi)

/* As the kernel's: both sides must have the same signedness. clang cannot tell of pointers. */
#ifdef __clang__
#define shim_same_sign(a, b)	do { } while (0)
#else
#define shim_same_sign(a, b)			\
	BUILD_BUG_ON(((typeof(a))-1 < (typeof(a))1) != ((typeof(b))-1 < (typeof(b))1))
#endif
#define min(a, b) ({				\
	shim_same_sign(a, b);			\
	typeof(a) e_ = (a);			\
	typeof(b) f_ = (b);			\
	e_ < f_ ? e_ : f_;			\
})
#define max(a, b) ({				\
	shim_same_sign(a, b);			\
	typeof(a) g_ = (a);			\
	typeof(b) h_ = (b);			\
	g_ > h_ ? g_ : h_;			\
})
#define min_not_zero(x, y) ({				\
	typeof(x) x_ = (x);				\
	typeof(y) y_ = (y);				\
	x_ == 0 ? y_ : (y_ == 0 ? x_ : min(x_, y_));	\
})

static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return ((u64)val * ep_ro) >> 32;
}

#endif /* SHIM_LINUX_KERNEL_H */
