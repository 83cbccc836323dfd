/* SPDX-License-Identifier: GPL-2.0 */
/* Words of a command line, most of them with a value. For the parse*.c files only. */
#ifndef DEVSESS_WORDS_H
#define DEVSESS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* A word of a command's grammar and the reader of its value. */
struct word {
	const char *name;
	int (*read)(void *out, const char *text, size_t len, struct err *e);
	bool alone; /* takes no value */
};

/* One of @words by its name, or NULL. */
const struct word *words_find(const struct word *words, size_t count, const char *name);

/*
 * Read words and their values to the end of the line into @out. Each may stand once, and there are
 * 32 at the most. Returns 0, or -1 with @e filled in.
 */
int words_read(const struct word *words, size_t count, int argc, char **argv, void *out,
	       struct err *e);

#endif
