/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions of a file, to be found by their device. */
#ifndef DEVSESS_INDEX_H
#define DEVSESS_INDEX_H

#include "cli.h"
#include "lines.h"

struct index {
	struct lines lines;
	uint32_t *order; /* of lines_sort() */
	uint64_t bad;	 /* lines that are no session; each was told */
};

/*
 * Read a file, or standard input if it is -, in the format of @cli. Of a device that stands
 * there twice the later line counts. Tells why not; CLI_DONE, CLI_REFUSED or CLI_USAGE.
 */
int index_read(struct index *ix, const struct cli *cli, const char *name);
void index_free(struct index *ix);

/* The session of a device, or NULL. */
const struct session *index_find(const struct index *ix, const struct id *id);

#endif
