// SPDX-License-Identifier: GPL-2.0
#include "align.h"

#include <string.h>

#include "buf.h"

/* Spaces between columns. */
#define GAP 2

void align_add(struct align *a, struct buf *line, FILE *spool)
{
	unsigned int column = 0, width = 0;

	for (size_t i = 0; i < line->len && column < ALIGN_COLUMNS; i++) {
		if (line->text[i] == '\t') {
			column++;
			width = 0;
		} else if (++width > a->width[column]) {
			a->width[column] = width;
		}
	}
	buf_char(line, '\n');
	buf_flush(line, spool);
}

static void print_line(const struct align *a, const char *text, FILE *out)
{
	unsigned int column = 0;
	struct buf line;

	line.len = 0;

	while (*text && *text != '\n') {
		size_t len = strcspn(text, "\t\n");

		buf_bytes(&line, text, len);
		text += len;
		if (*text != '\t')
			break;
		text++;
		for (size_t n = len; column < ALIGN_COLUMNS && n < a->width[column] + GAP; n++)
			buf_char(&line, ' ');
		column++;
	}
	while (line.len && line.text[line.len - 1] == ' ')
		line.len--;
	buf_char(&line, '\n');
	buf_flush(&line, out);
}

void align_print(const struct align *a, FILE *spool, FILE *out)
{
	char text[BUF_MAX + 2];

	rewind(spool);
	while (fgets(text, sizeof(text), spool))
		print_line(a, text, out);
}
