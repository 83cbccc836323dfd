/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions, tables and figures as text for people; as JSON, see jsonl.h too. */
#ifndef DEVSESS_PRINT_H
#define DEVSESS_PRINT_H

#include <stdio.h>

#include "session.h"

struct buf;

/* A session as a block: its id, then a field a line. */
void print_session(FILE *out, const struct session *s);

/* A line of `list`: the heading or a session, cells divided by tabs. */
void print_row_heading(struct buf *b);
void print_row(struct buf *b, const struct session *s);

/* A line of `table list`, in the same way, and a table as a JSON object. */
void print_table_heading(struct buf *b);
void print_table_row(struct buf *b, const struct table *t);
void print_table_json(struct buf *b, const struct table *t);

/* An owner, likewise. */
void print_owner_heading(struct buf *b);
void print_owner_row(struct buf *b, const struct owner *o);
void print_owner_json(struct buf *b, const struct owner *o);

/* Figures as /proc/net/devsess has them, and as a JSON object. */
void print_stats(FILE *out, const struct stats *s);
void print_stats_json(FILE *out, const struct stats *s);

#endif
