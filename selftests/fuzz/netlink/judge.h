/* SPDX-License-Identifier: GPL-2.0 */
/* Whether what the kernel answers is as it has to be, and whether it is new. */
#ifndef DEVSESS_FUZZ_JUDGE_H
#define DEVSESS_FUZZ_JUDGE_H

#include "burst.h"
#include "nl.h"

#define SEEN_SIZE	65536

/**
 * struct judge - what was made of the answers so far
 * @quiet:      say nothing
 * @outcomes:   tell the outcome of each message
 * @complaints: answers that were wrong
 * @wrong:      what the last of them answered, in its burst
 * @answers:    messages received
 * @events:     of them, those that nobody asked for
 * @refused:    requests that were refused
 * @done:       requests that were not
 * @ways:       different ways to be answered: operation, errno, sentence, attribute
 * @seen:       they, in an open hash table
 */
struct judge {
	bool quiet;
	bool outcomes;
	int complaints;
	const struct sent *wrong;
	__u64 answers;
	__u64 events;
	__u64 refused;
	__u64 done;
	__u32 ways;
	__u64 seen[SEEN_SIZE];
};

__attribute__((format(printf, 3, 4)))
void complain(struct judge *j, const struct sent *s, const char *format, ...);
bool judge_fresh(struct judge *j, __u64 way);
__u64 judge_mix(__u64 way, __u64 value);
__u64 judge_mix_text(__u64 way, const char *text);

void judge_attrs(struct judge *j, const struct sent *s, const struct set_spec *set,
		 __u64 allowed, struct attrs attrs);
void judge_answer(struct judge *j, struct sent *s, const struct nlmsghdr *hdr, struct nl *nl,
		  bool privileged);
void judge_silence(struct judge *j, struct sent *s);

#endif
