/* SPDX-License-Identifier: GPL-2.0 */
/* A socket to the family, requests through it and what the kernel answers. */
#ifndef DEVSESS_TEST_NL_H
#define DEVSESS_TEST_NL_H

#include <stdio.h>

#include "msg.h"

/**
 * struct nl - a socket, with the last answer
 * @fd:        socket
 * @family:    number of the family devsess
 * @seq:       of the last request
 * @in:        what was received
 * @in_size:   of @in
 * @in_len:    bytes in @in
 * @in_at:     the next message in @in
 * @m:         the request that is being built
 * @err:       0 or the errno, negative, of the last answer
 * @sentence:  of the refusal, "" if there was none
 * @offset:    of the attribute to blame, 0 if none was named
 * @miss_type: type of the attribute that is missing, 0 if none was named
 * @miss_nest: offset of the nest that it is missing in, 0 if none
 * @replies:   messages that were received before the end
 * @reply:     copy of the last of them
 * @reply_size: of @reply
 * @attrs:     its attributes
 * @intr:      NLM_F_DUMP_INTR was seen
 * @dumping:   a dump is under way
 * @unaddressed: send as write() does, without naming the receiver
 * @copy:      all that is received is written there too, or NULL
 */
struct nl {
	int fd;
	__u16 family;
	__u32 seq;
	char *in;
	size_t in_size;
	size_t in_len;
	size_t in_at;
	struct msg m;
	int err;
	char sentence[256];
	size_t offset;
	int miss_type;
	size_t miss_nest;
	int replies;
	char *reply;
	size_t reply_size;
	struct attrs attrs;
	bool intr;
	bool dumping;
	bool unaddressed;
	FILE *copy;
};

int nl_open(struct nl *nl);
int nl_open_with(struct nl *nl, size_t in_size);
int nl_adopt(struct nl *nl, int fd);
void nl_close(struct nl *nl);

void nl_begin(struct nl *nl, __u8 cmd);
int nl_send(struct nl *nl, const void *buf, size_t len);
int nl_call(struct nl *nl);
int nl_call_family(struct nl *nl, const char *name);

void nl_begin_dump(struct nl *nl, __u8 cmd);
int nl_dump(struct nl *nl);
bool nl_next(struct nl *nl);

int nl_join(struct nl *nl, const char *group);
int nl_hear(struct nl *nl);

void nl_forget(struct nl *nl);
bool nl_take_end(struct nl *nl, const struct nlmsghdr *hdr);

#endif
