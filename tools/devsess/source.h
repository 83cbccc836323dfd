/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions from the lines of a file, CSV or JSON Lines. Never prints. */
#ifndef DEVSESS_SOURCE_H
#define DEVSESS_SOURCE_H

#include "cli.h"
#include "csv.h"
#include "reader.h"

enum source_status {
	SOURCE_ERROR = -1, /* the file cannot be read on */
	SOURCE_END,
	SOURCE_SESSION,
	SOURCE_BAD, /* a line is no session */
};

/* What is refused where no sessions would mean an empty table. */
#define SOURCE_IS_EMPTY "the file is empty; a CSV header alone empties the table"

/* And where what is missing would be deleted. */
#define SOURCE_IS_CUT "the last line does not end: is that all of the file?"

struct source {
	struct reader reader;
	enum cli_format format; /* found out by source_begin() if it is CLI_FORMAT_ANY */
	struct csv_header header;
};

/* Returns 0 or -ENOMEM. The descriptor stays the caller's. */
int source_init(struct source *src, int fd, enum cli_format format);
void source_destroy(struct source *src);

/*
 * Find the format out, and read the header line of CSV. Returns SOURCE_SESSION: go on;
 * SOURCE_END: there is not even a header; or SOURCE_ERROR or SOURCE_BAD with @e filled in.
 */
enum source_status source_begin(struct source *src, struct err *e);

/* Read the next line that is not blank. With SOURCE_ERROR and SOURCE_BAD @e is filled in. */
enum source_status source_next(struct source *src, struct session *s, struct err *e);

#endif
