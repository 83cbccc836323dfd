/* SPDX-License-Identifier: GPL-2.0 */
/* Events that wait while a snapshot is shown. */
#ifndef DEVSESS_BACKLOG_H
#define DEVSESS_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"

/* Most of them, some 200 MB; with more the next ones wait in the socket. */
#define BACKLOG_MAX (512 * 1024)

struct backlog {
	struct event *all;
	size_t count, size;
};

/* There must be room, see backlog_has_room(). */
void backlog_add(struct backlog *b, const struct event *ev);
/* Makes room for some more if it can. */
bool backlog_has_room(struct backlog *b);
void backlog_free(struct backlog *b);

#endif
