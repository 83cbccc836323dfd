/* SPDX-License-Identifier: GPL-2.0 */
/* The figures of several tables at one time. */
#ifndef DEVSESS_STATS_LIST_H
#define DEVSESS_STATS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "kern.h"

/* Each name is there once. */
struct stats_list {
	struct stats *all;
	size_t count;
	bool twice; /* one was not, in what the kernel said */
};

/*
 * Take the figures of the table @name, or of all if it is NULL, in the place of what is
 * in @l. Returns 0, or a negative errno with @e filled in; then nothing is in @l.
 */
int stats_list_take(struct stats_list *l, struct kern *kern, const char *name,
		    struct kern_error *e);
void stats_list_free(struct stats_list *l);

/* The figures of the table @name, or NULL. */
const struct stats *stats_list_find(const struct stats_list *l, const char *name);

#endif
