// SPDX-License-Identifier: GPL-2.0
#include "num.h"

#include <inttypes.h>
#include <stdbool.h>

#include "err.h"
#include "hex.h"

int num_parse(const char *text, size_t len, uint64_t max, uint64_t *out, struct err *e)
{
	char quote[ERR_QUOTE_MAX];
	unsigned int base = 10;
	bool above;
	uint64_t value = 0;
	size_t i = 0;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return err_set(e, "a number is missing");
	/* Nearly all numbers: they cannot overflow. */
	for (; base == 10 && i < len && i < 19 && text[i] >= '0' && text[i] <= '9'; i++)
		value = value * 10 + (text[i] - '0');
	for (above = value > max; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || digit >= (int)base)
			return err_set(e, "%s is not a number", err_quote(quote, text, len));
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			above = true;
	}
	if (above)
		return err_set(e, "%s is above %" PRIu64, err_quote(quote, text, len), max);
	*out = value;
	return 0;
}

int num_parse_u32(const char *text, size_t len, uint32_t *out, struct err *e)
{
	uint64_t value;

	if (num_parse(text, len, UINT32_MAX, &value, e))
		return -1;
	*out = value;
	return 0;
}
