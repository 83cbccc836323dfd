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

/* Value of a digit plus one, 0 for other characters. */
static const uint8_t digit_values[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int hex_digit(char c)
{
	return digit_values[(unsigned char)c] - 1;
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
