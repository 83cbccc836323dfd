/* SPDX-License-Identifier: GPL-2.0 */
/* A write under way. See write.c. */
#ifndef DEVSESS_REQUEST_H
#define DEVSESS_REQUEST_H

#include "session.h"
#include "shard.h"

struct devsess_table;
struct write_request;

/* What a request does with a session that is there. Shard lock held. */
typedef int (*found_fn)(struct devsess_table *t, struct write_request *req, struct shard *sh,
			const struct spot *spot, u64 *rec);

/**
 * struct write_request - a write
 * @key:       device id
 * @found:     what to do if the session is there
 * @create:    create it if it is not
 * @modest:    leaves the places that are reserved to others
 * @versioned: @version is the one expected
 * @fields:    what an update changes
 * @flags:     of a touch
 * @ttl_ms:    of a touch
 * @version:   expected
 * @s:         the session, in and out
 * @prev:      out: the previous session, or NULL
 * @written:   what a restore undoes
 * @expires:   out: expiry after a touch
 * @created:   out: the session is a new one
 * @evicted:   out: another one was evicted for it
 * @expired:   out: sessions whose time was over that were freed
 * @victim:    out: key of the session that was evicted, if @evicted
 * @reason:    of the event, of a delete
 * @event:     room for some, NULL where nobody listens
 * @lossy:     there was no memory for it
 * @tell:      there has to be one, of an expired session
 * @keep:      a session that changes its owner stays counted under the old one too, and
 *             one that becomes lighter as what it was, so that it can be restored; the
 *             caller gives that back. Times of the device are 1 ns older, see heard_at()
 * @want:      cost for which there was no room at the last try, 0 if it was not that
 * @freed:     cost of what was evicted, still counted: this write takes of it first
 * @places:    of what was evicted from any shard, likewise
 * @made_room: out: sessions of any shard went for it, whether it took their places or not
 * @gfp:       of the caller
 * @now:       time of the request: when the lock is held, so that a session's
 *             times never go back, but by 1 ns with @keep
 */
struct write_request {
	const struct slot_key *key;
	found_fn found;
	bool create;
	bool modest;
	bool versioned;
	u32 fields;
	u32 flags;
	u64 ttl_ms;
	u64 version;
	struct devsess_session *s;
	struct devsess_session *prev;
	const struct devsess_session *written;
	u64 expires;
	bool created;
	bool evicted;
	u32 expired;
	struct slot_key *victim;
	u32 reason;
	struct event *event;
	bool lossy;
	bool tell;
	bool keep;
	u32 want;
	u32 freed;
	u32 places;
	bool made_room;
	gfp_t gfp;
	u64 now;
};

#endif /* DEVSESS_REQUEST_H */
