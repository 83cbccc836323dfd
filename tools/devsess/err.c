// SPDX-License-Identifier: GPL-2.0
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int err_prefix(struct err *e, const char *where)
{
	char text[ERR_TEXT_MAX];

	memcpy(text, e->text, sizeof(text));
	snprintf(e->text, sizeof(e->text), "%s: %.200s", where, text);
	return -1;
}

const char *err_quote(char out[ERR_QUOTE_MAX], const char *text, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	out[n++] = '\'';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (n > ERR_QUOTE_MAX - 12) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		if (c >= 0x20 && c < 0x7f) {
			out[n++] = c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n++] = '\'';
	out[n] = '\0';
	return out;
}

void err_clean(char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x20 || c >= 0x7f)
			*text = '?';
	}
}
