/* SPDX-License-Identifier: GPL-2.0 */
/* Following tables by their events: what is shown, and what is done about losses. */
#ifndef DEVSESS_FOLLOW_H
#define DEVSESS_FOLLOW_H

#include "backlog.h"
#include "kern_event.h"
#include "marks.h"

struct follow {
	struct kern *kern;
	struct kern_events *events;
	const char *table; /* NULL: all */
	bool json;
	bool sync;
	uint32_t kinds; /* 0: all */
	struct event_filter filter;
	bool (*over)(void *arg); /* whether to end within a snapshot; NULL: never */
	void *arg;
	uint64_t left;	/* events that are to be shown */
	uint64_t shown;
	bool behind;	/* the socket has lost events, and has older ones to be read first */
	bool told;	/* that, to whom reads */
	bool renew;	/* a snapshot is due */
	enum event_sync why;
	struct backlog backlog;
	struct marks marks;
	struct kern_error *e; /* of the call under way */
};

bool follow_wants_updates(const struct follow *f);

/*
 * Each returns 0, or a negative errno with @e filled in; follow_read() -EAGAIN for nothing now.
 * After -ECANCELED, for which @over or the end of stdout is the reason, the rest is not shown.
 */
int follow_begin(struct follow *f, struct kern_error *e);
int follow_read(struct follow *f, struct kern_error *e);
void follow_end(struct follow *f);

#endif
