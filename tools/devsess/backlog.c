// SPDX-License-Identifier: GPL-2.0
#include "backlog.h"

#include <stdlib.h>

/* Events of one message, at the most. */
#define STEP 256

bool backlog_has_room(struct backlog *b)
{
	size_t size = b->size ? 2 * b->size : 4 * STEP;
	struct event *all;

	if (b->size - b->count >= STEP)
		return true;
	if (size > BACKLOG_MAX)
		return false;
	all = realloc(b->all, size * sizeof(*all));
	if (!all)
		return false;
	b->all = all;
	b->size = size;
	return true;
}

void backlog_add(struct backlog *b, const struct event *ev)
{
	b->all[b->count++] = *ev;
}

void backlog_free(struct backlog *b)
{
	free(b->all);
	*b = (struct backlog){ 0 };
}
