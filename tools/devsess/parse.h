/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The grammar of the command line: words and their values into plain structs.
 * Each word may stand once. All return 0, or -1 with @e filled in.
 */
#ifndef DEVSESS_PARSE_H
#define DEVSESS_PARSE_H

#include "session.h"

struct touch {
	bool has_ttl;
	bool only_later;
	uint64_t ttl_ms;
};

/* ID [session N] [addr IP[:PORT]|[IP6]:PORT] [owner N] [mark N] [state NAME] ... */
int parse_session(int argc, char **argv, struct session *s, struct err *e);

/* ID; more words are an error. */
int parse_one_id(int argc, char **argv, struct id *id, struct err *e);

/* [owner N] [state NAME] [mark N[/MASK]] [prefix ID] [net CIDR] [idle TIME] */
int parse_filter(int argc, char **argv, struct filter *f, struct err *e);

/*
 * ID... [ttl TIME] [only-later]; the number of ids goes to @ids. From the
 * second word on, ttl and only-later are words of the grammar: a device of
 * that name is to be given as 0x and digits.
 */
int parse_touch(int argc, char **argv, struct touch *t, int *ids, struct err *e);

#endif
