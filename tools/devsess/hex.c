// SPDX-License-Identifier: GPL-2.0
#include "hex.h"

#include <errno.h>

void hex_encode(char *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_decode(uint8_t *out, size_t max, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (hex_digit(text[i]) < 0)
			return -EILSEQ;
	}
	if (len % 2)
		return -EINVAL;
	if (len / 2 > max)
		return -EMSGSIZE;
	for (size_t i = 0; i < len / 2; i++)
		out[i] = hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]);
	return len / 2;
}
