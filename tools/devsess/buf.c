// SPDX-License-Identifier: GPL-2.0
#include "buf.h"

#include "hex.h"

void buf_u64(struct buf *b, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = '0' + value % 10;
		value /= 10;
	} while (value);
	buf_bytes(b, digits + i, sizeof(digits) - i);
}

void buf_hex(struct buf *b, const uint8_t *bytes, size_t len)
{
	if (len * 2 > sizeof(b->text) - b->len)
		return;
	hex_encode(b->text + b->len, bytes, len);
	b->len += len * 2;
}

void buf_0x(struct buf *b, uint32_t value)
{
	int shift = 28;

	buf_str(b, "0x");
	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		buf_char(b, "0123456789abcdef"[value >> shift & 15]);
}

void buf_milli(struct buf *b, uint64_t thousandths)
{
	unsigned int rest = thousandths % 1000;

	buf_u64(b, thousandths / 1000);
	buf_char(b, '.');
	buf_char(b, '0' + rest / 100);
	buf_char(b, '0' + rest / 10 % 10);
	buf_char(b, '0' + rest % 10);
}

/* Length of the well-formed UTF-8 sequence at @s, 0 if there is none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void json_escape(struct buf *b, unsigned char c)
{
	char text[8] = "\\u00";

	hex_encode(text + 4, &c, 1);
	buf_bytes(b, text, 6);
}

/* A character. Returns how many bytes it has. */
static size_t json_char(struct buf *b, const unsigned char *s)
{
	size_t len = utf8_len(s);

	if (*s == '"' || *s == '\\') {
		buf_char(b, '\\');
		buf_char(b, *s);
	} else if (*s < 0x20 || *s == 0x7f) {
		json_escape(b, *s);
	} else if (*s < 0x80) {
		buf_char(b, *s);
	} else if (len) {
		buf_bytes(b, (const char *)s, len);
	} else {
		buf_str(b, "\\ufffd");
	}
	return len ? len : 1;
}

void buf_json(struct buf *b, const char *text)
{
	buf_char(b, '"');
	while (*text)
		text += json_char(b, (const unsigned char *)text);
	buf_char(b, '"');
}

void buf_json_long(struct buf *b, const char *text, FILE *f)
{
	buf_char(b, '"');
	while (*text) {
		text += json_char(b, (const unsigned char *)text);
		if (b->len > sizeof(b->text) / 2)
			buf_flush(b, f);
	}
	buf_char(b, '"');
}

const char *buf_text(struct buf *b)
{
	if (b->len == sizeof(b->text))
		b->len--;
	b->text[b->len] = '\0';
	return b->text;
}

void buf_flush(struct buf *b, FILE *f)
{
	fwrite(b->text, 1, b->len, f);
	b->len = 0;
}
