// SPDX-License-Identifier: GPL-2.0
/*
 * hsiphash() of 64-bit kernels: SipHash-1-3 (Aumasson and Bernstein,
 * INDOCRYPT 2012) folded to 32 bits.
 */
#include <string.h>

#include <linux/siphash.h>

#include "shim.h"

u32 shim_hash_mask = ~0U;

static u64 rol(u64 x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(u64 v[4])
{
	v[0] += v[1];
	v[1] = rol(v[1], 13) ^ v[0];
	v[0] = rol(v[0], 32);
	v[2] += v[3];
	v[3] = rol(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rol(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rol(v[1], 17) ^ v[2];
	v[2] = rol(v[2], 32);
}

static void mix(u64 v[4], u64 word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

u32 hsiphash(const void *data, size_t len, const hsiphash_key_t *key)
{
	u64 v[4] = {
		key->key[0] ^ 0x736f6d6570736575ULL,
		key->key[1] ^ 0x646f72616e646f6dULL,
		key->key[0] ^ 0x6c7967656e657261ULL,
		key->key[1] ^ 0x7465646279746573ULL,
	};
	u64 last = (u64)len << 56, word, h;
	const char *p = data;
	size_t n = len;
	int i;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		mix(v, word);
	}
	word = 0;
	memcpy(&word, p, n);
	mix(v, last | word);
	v[2] ^= 0xff;
	for (i = 0; i < 3; i++)
		sip_round(v);
	h = v[0] ^ v[1] ^ v[2] ^ v[3];
	return h & shim_hash_mask;
}
