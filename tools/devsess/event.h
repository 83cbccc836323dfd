/* SPDX-License-Identifier: GPL-2.0 */
/* Events: plain structs, and how they are shown, a line each. */
#ifndef DEVSESS_EVENT_H
#define DEVSESS_EVENT_H

#include "session.h"

struct buf;

/* An event of the kernel. */
struct event {
	uint32_t kind;	   /* enum devsess_event_kind */
	uint32_t reason;   /* enum devsess_event_reason */
	uint32_t table_id;
	uint64_t seq;
	uint64_t count;	   /* how many were lost, of an overrun */
	uint64_t sessions; /* in the table, of a watermark, as the next */
	uint64_t max_sessions;
	uint64_t cost;	   /* what they weigh; where that has a bound, as the next */
	uint64_t max_cost; /* or 0 */
	bool has_session;
	char table[DEVSESS_NAME_MAX + 1];
	struct session s;
};

/* Why a snapshot is shown. */
enum event_sync {
	EVENT_SYNC_START,
	EVENT_SYNC_LOST,    /* the socket had no room */
	EVENT_SYNC_OVERRUN, /* the kernel had no memory */
	EVENT_SYNC_NEW,	    /* the table was created */
	EVENT_SYNC_RENAME,  /* the name has another table, or none */
	EVENT_SYNC_SWAP,    /* the name has another table */
};

void event_format(struct buf *b, const struct event *ev);
void event_format_json(struct buf *b, const struct event *ev);

/* What the program itself tells between events. @count 0: nobody knows how many. */
void event_format_lost(struct buf *b, uint64_t count, bool json);

/* A snapshot: forget the table, then a line a session, then how many they were. */
void event_format_snapshot(struct buf *b, const struct table *t, enum event_sync why, bool json);
void event_format_session(struct buf *b, const struct table *t, const struct session *s,
			  bool json);
void event_format_end(struct buf *b, const struct table *t, uint64_t sessions, bool json);

#endif
