/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of output under construction. A dump formats a million of them, so
 * this is cheaper than printf; what does not fit is cut, and BUF_MAX holds the
 * longest line that a session can make.
 */
#ifndef DEVSESS_BUF_H
#define DEVSESS_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BUF_MAX 2048

struct buf {
	size_t len;
	char text[BUF_MAX];
};

static inline void buf_bytes(struct buf *b, const char *text, size_t len)
{
	size_t room = sizeof(b->text) - b->len;

	if (len > room)
		len = room;
	memcpy(b->text + b->len, text, len);
	b->len += len;
}

static inline void buf_str(struct buf *b, const char *text)
{
	buf_bytes(b, text, strlen(text));
}

static inline void buf_char(struct buf *b, char c)
{
	if (b->len < sizeof(b->text))
		b->text[b->len++] = c;
}

void buf_u64(struct buf *b, uint64_t value);
void buf_hex(struct buf *b, const uint8_t *bytes, size_t len);

/* A number as 0x and digits. */
void buf_0x(struct buf *b, uint32_t value);

/* Thousandths as a decimal fraction with three digits. */
void buf_milli(struct buf *b, uint64_t thousandths);

/* @text as a JSON string; control characters and broken UTF-8 are escaped. */
void buf_json(struct buf *b, const char *text);

/* The same of a text of any length: @b is written out as often as it is full. */
void buf_json_long(struct buf *b, const char *text, FILE *f);

/* NUL-terminate (the last byte gives way if it must) and return the text. */
const char *buf_text(struct buf *b);

/* Write the line out and empty it. Write errors show in ferror(@f). */
void buf_flush(struct buf *b, FILE *f);

#endif
