/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions from a file into a table. */
#ifndef DEVSESS_LOAD_H
#define DEVSESS_LOAD_H

#include "cli.h"
#include "lines.h"
#include "progress.h"
#include "replace.h"
#include "sender.h"
#include "source.h"

/* Items per batch if nobody says otherwise: the gain of more is small. */
#define LOAD_BATCH 4096

struct load {
	struct cli *cli;
	const char *name; /* of the file, for messages */
	const char *table;
	struct replace *replace; /* NULL, or where the table is built */
	struct source source;
	struct progress progress;

	struct lines next; /* being read */
	struct lines sent; /* the sender's while it is busy */
	struct sender sender;

	uint64_t loaded;
	uint64_t failed;
	bool stopped;	/* by something that is no line's fault; it has been told */
	bool json_open; /* the array of failures has begun */
};

/* @size: of the file, 0 if unknown. @replace: begun, or NULL. Returns 0 or -ENOMEM. */
int load_init(struct load *l, struct cli *cli, const char *name, int fd, uint64_t size,
	      struct replace *replace);
void load_destroy(struct load *l);

/* Load the whole file, tell failures and the sum. Returns enum cli_exit. */
int load_run(struct load *l);

#endif
