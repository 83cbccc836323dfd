/* SPDX-License-Identifier: GPL-2.0 */
/* What a table lacks to be as a file says, and doing it. */
#ifndef DEVSESS_APPLY_H
#define DEVSESS_APPLY_H

#include "cli.h"
#include "lines.h"

/* What becomes of a session of the file. */
struct wish {
	bool there;	 /* the table has the device */
	uint32_t differ; /* HAS() of the fields that differ */
	uint64_t version;
};

/* A session of the table that the file has not. */
struct gone {
	struct id device;
	uint64_t version;
};

struct apply {
	struct cli *cli;
	const char *name; /* of the file, for messages */
	struct lines want;
	uint32_t *order; /* of lines_sort(@want) */
	struct wish *wishes; /* by item of @want */
	struct gone *gone;
	uint32_t gone_count;
	uint32_t gone_room;
	uint64_t generation; /* of the table, before it was looked at */

	uint32_t adds; /* how many of each there are to do */
	uint32_t changes;
	uint32_t same;

	uint32_t added; /* what has been done */
	uint32_t changed;
	uint32_t deleted;
	uint32_t failed;
	uint64_t made; /* changes, which the generation counts */
	bool stopped; /* by something that is no session's fault; it has been told */
	bool json_open; /* the array of failures has begun */
};

/*
 * Each returns enum cli_exit, and has told what is wrong if it is not CLI_DONE. Nothing
 * is written before apply_run(). In the end apply_free().
 */
int apply_read(struct apply *a, int fd);
int apply_compare(struct apply *a);
int apply_run(struct apply *a);
void apply_free(struct apply *a);

#endif
