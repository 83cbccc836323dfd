/* SPDX-License-Identifier: GPL-2.0 */
/* JSON Lines: a session as a JSON object on a line. */
#ifndef DEVSESS_JSONL_H
#define DEVSESS_JSONL_H

#include "session.h"

struct buf;

/*
 * Read a line: an object of fields, null as good as missing. Numbers may also
 * stand in strings. Returns 0, or -1 with @e filled in.
 */
int jsonl_parse(const char *line, size_t len, struct session *s, struct err *e);

/* Write a session as an object, without an end of line. */
void jsonl_format(struct buf *b, const struct session *s);

/* The same but for the closing brace, so that the caller can add to it. */
void jsonl_format_open(struct buf *b, const struct session *s);

#endif
