/* SPDX-License-Identifier: GPL-2.0 */
/* A socket that bursts go out through, and what comes back. */
#ifndef DEVSESS_FUZZ_LINE_H
#define DEVSESS_FUZZ_LINE_H

#include "burst.h"
#include "ear.h"
#include "judge.h"
#include "nl.h"

/**
 * struct line - a socket
 * @nl:         for its descriptor, buffer and the last answer
 * @privileged: this process has CAP_NET_ADMIN in the socket's namespace
 * @narrow:     the receive buffer is small
 * @seq:        number of the last message
 * @dump:       a dump that has not come to its end, if @dumping
 * @dump_msg:   its request
 * @dumping:    there is one
 * @ear:        who listens to what is done
 */
struct line {
	struct nl nl;
	bool privileged;
	bool narrow;
	__u32 seq;
	struct sent dump;
	struct msg dump_msg;
	bool dumping;
	struct ear ear;
};

int line_open(struct line *l, bool privileged, bool listens);
void line_close(struct line *l);
int line_exchange(struct line *l, struct burst *b, struct judge *j, bool drain);

#endif
