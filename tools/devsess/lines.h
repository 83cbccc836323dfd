/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions that stand in a file, kept with the numbers of their lines. */
#ifndef DEVSESS_LINES_H
#define DEVSESS_LINES_H

#include "session.h"

struct lines {
	struct session *items;
	uint64_t *numbers; /* of the line of each */
	uint32_t count;
	uint32_t room;
};

/* Room for one more, which the caller fills in and counts. NULL: no memory. */
struct session *lines_add(struct lines *to);
void lines_free(struct lines *l);

/*
 * The items in the order of their devices, and of their lines where a device stands
 * there twice: indices, to be freed. NULL: no memory.
 */
uint32_t *lines_sort(const struct lines *l);

typedef void (*lines_twice_fn)(uint64_t line, const char *reason, void *arg);

/* Call @fn for each line whose device stands on an earlier one. @order: of lines_sort(). */
void lines_find_twice(const struct lines *l, const uint32_t *order, lines_twice_fn fn, void *arg);

#endif
