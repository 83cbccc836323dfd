/* SPDX-License-Identifier: GPL-2.0 */
/* Comma-separated values (RFC 4180), a session a line. */
#ifndef DEVSESS_CSV_H
#define DEVSESS_CSV_H

#include "session.h"

struct buf;

/* Which field each column holds. */
struct csv_header {
	uint32_t columns;
	uint8_t field[FIELDS];
};

/*
 * Read the header line: names of fields in any order, each once, device among
 * them. Returns 0, or -1 with @e filled in.
 */
int csv_parse_header(const char *line, size_t len, struct csv_header *header, struct err *e);

/*
 * Read a line (without its end) under @header. A field in quotes may hold
 * anything but the end of the line, since no field of a session has a use for
 * that. Returns 0, or -1 with @e filled in.
 */
int csv_parse(const struct csv_header *header, const char *line, size_t len, struct session *s,
	      struct err *e);

/* Write the header line, and a session's line, all fields in enum field's order. */
void csv_format_header(struct buf *b);
void csv_format(struct buf *b, const struct session *s);

#endif
