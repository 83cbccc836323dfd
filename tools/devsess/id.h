/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_ID_H
#define DEVSESS_ID_H

#include <stddef.h>
#include <stdint.h>

#include <linux/devsess.h>

struct buf;
struct err;

/* A device id: 1 to DEVSESS_KEY_MAX arbitrary bytes; len 0 where there is none. */
struct id {
	uint8_t len;
	uint8_t bytes[DEVSESS_KEY_MAX];
};

/*
 * Read an id: printable ASCII stands for itself, "0x" and an even number of
 * hexadecimal digits for any bytes. Returns 0, or -1 with @e filled in.
 */
int id_parse(const char *text, size_t len, struct id *id, struct err *e);

/*
 * Write an id so that id_parse() gives the same bytes: as it is if that needs
 * no quoting in a shell's word, CSV or JSON, else as 0x and digits.
 */
void id_format(struct buf *b, const struct id *id);

/* Order by bytes, then length; for qsort() and to find equal ones. */
int id_compare(const struct id *a, const struct id *b);

#endif
