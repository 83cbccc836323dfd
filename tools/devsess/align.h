/* SPDX-License-Identifier: GPL-2.0 */
/* Columns of text for people, aligned however many lines there are. */
#ifndef DEVSESS_ALIGN_H
#define DEVSESS_ALIGN_H

#include <stdio.h>

struct buf;

#define ALIGN_COLUMNS 16

/* Lines wait in a file, divided by tabs, while the widths are being found. */
struct align {
	unsigned int width[ALIGN_COLUMNS];
};

/* Add a line of cells, each followed by a tab but the last, to @spool; empties @line. */
void align_add(struct align *a, struct buf *line, FILE *spool);

/* Print all lines from the start of @spool, padded with spaces. */
void align_print(const struct align *a, FILE *spool, FILE *out);

#endif
