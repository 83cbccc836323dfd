/* SPDX-License-Identifier: GPL-2.0 */
/* Messages that are sent at once, and which of them the kernel will find. */
#ifndef DEVSESS_FUZZ_BURST_H
#define DEVSESS_FUZZ_BURST_H

#include "msg.h"
#include "spec.h"

#define BURST_MAX	64

/* Messages that hide in others are found too. */
#define SENT_MAX	(4 * BURST_MAX)

#define OUTCOME_MAX	384

/**
 * struct sent - a message that the kernel finds in what was sent
 * @msg:     its bytes, in the burst
 * @len:     how many
 * @seq:     its number
 * @type:    of the message
 * @flags:   NLM_F_*
 * @op:      the operation, NULL if it is none
 * @dump:    asks for a dump
 * @late:    follows a dump that may be under way still
 * @ends:    acknowledgements, errors and ends of dumps that were received
 * @replies: other answers
 * @err:     0 or a positive errno
 * @fresh:   it was answered in a way that was new
 * @number:  which of the burst it is, from 0; -1 if it is hidden in one
 * @outcome: for people
 */
struct sent {
	const char *msg;
	size_t len;
	__u32 seq;
	__u16 type;
	__u16 flags;
	const struct op_spec *op;
	bool dump;
	bool late;
	int ends;
	int replies;
	int err;
	bool fresh;
	int number;
	char outcome[OUTCOME_MAX];
};

/**
 * struct burst - messages that are sent at once
 * @buf:  they; a struct msg for its memory only
 * @n:    messages that were put in
 * @at:   where they begin
 * @sent: those that the kernel finds
 * @found: how many
 * @barrier: the kernel gets to the end, where a message asks for an answer
 */
struct burst {
	struct msg buf;
	int n;
	size_t at[BURST_MAX];
	struct sent sent[SENT_MAX];
	int found;
	bool barrier;
};

void burst_begin(struct burst *b);
void burst_add(struct burst *b, const void *msg, size_t len);
void burst_seal(struct burst *b, __u16 family, __u32 seq);
size_t burst_len(const struct burst *b, int i);

#endif
