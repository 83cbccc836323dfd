/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SIPHASH_H
#define SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

typedef struct {
	unsigned long key[2];
} hsiphash_key_t;

u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key);

static inline u32 hsiphash_1u32(u32 a, const hsiphash_key_t *key)
{
	return hsiphash(&a, sizeof(a), key);
}

static inline u32 hsiphash_4u32(u32 a, u32 b, u32 c, u32 d, const hsiphash_key_t *key)
{
	const u32 word[] = { a, b, c, d };

	return hsiphash(word, sizeof(word), key);
}

#endif /* SHIM_LINUX_SIPHASH_H */
