/* SPDX-License-Identifier: GPL-2.0 */
/* A table's content built aside, in a table of its own, and put in its place at once. */
#ifndef DEVSESS_REPLACE_H
#define DEVSESS_REPLACE_H

#include "cli.h"

/* What the name of the table aside ends with. */
#define REPLACE_SUFFIX ".replace"

struct replace {
	struct cli *cli;
	const char *table;
	char aside[DEVSESS_NAME_MAX + 1];
	uint32_t policy; /* of the table */
};

/*
 * Make the table aside, with the options and the owners' limits that the table has now. Until
 * the swap its policy is to reject: a file that does not fit is refused, and evicts nothing.
 * The functions tell what fails, and return enum cli_exit.
 */
int replace_begin(struct replace *r, struct cli *cli);

/* Put it in the table's place. */
int replace_swap(struct replace *r);

/* Delete what is aside: the old content after a swap, else what was built. */
int replace_end(struct replace *r);

#endif
