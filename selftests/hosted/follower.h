/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who follows a table by its events, and so has to come to what is in it: each event must fit
 * what he knows, no number may be missing, and the marks of a watermark are told by turns.
 */
#ifndef FOLLOWER_H
#define FOLLOWER_H

#include "ref.h"

/**
 * struct follower - what one knows of a table by its events
 * @r:       the table and its reference
 * @s:       what he takes for the session of each of @r's keys
 * @there:   whether he takes it to be there
 * @count:   how many of them are
 * @seq:     number of the last event
 * @heard:   events so far
 * @lost:    of which so many were told to be lost
 * @behind:  some were, and he has not begun anew
 * @above:   the high mark was reached, and not the low one since
 * @deaf_in: one in so many events cannot be sent; 0: none
 * @random:  state of the random numbers
 */
struct follower {
	struct ref *r;
	struct devsess_session *s;
	bool *there;
	u64 count;
	u64 seq;
	u64 heard;
	u64 lost;
	bool behind;
	bool above;
	u32 deaf_in;
	u64 random;
};

/* Begins with what is in the table; one at a time. A difference is one of @r. */
void follower_begin(struct follower *f, struct ref *r, u32 deaf_in, u64 random);
/* After each operation: whether a mark that it reached is to be told. */
void follower_look(const struct follower *f);
/* Compares what he knows with the table; begins anew if events were lost. */
void follower_check(struct follower *f);
/* Ends, or does nothing if it has not begun. The table goes on. */
void follower_end(struct follower *f);

#endif /* FOLLOWER_H */
