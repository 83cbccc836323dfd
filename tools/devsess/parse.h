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

/*
 * NAME [max-sessions N] [key-max N] [data-max N] [policy NAME] [defer-ring N]
 * [defer-interval TIME] [ttl TIME] [upcall NAME] [upcall-interval TIME] [upcall-rate N]
 * [negative-ttl TIME] [watermark-high PERCENT] [watermark-low PERCENT] [reserve N]
 * [max-cost N] [owner-max N]
 */
int parse_table_new(int argc, char **argv, struct table *t, struct err *e);

/* As parse_table_new() without key-max, data-max and owner-max; at least one of the others. */
int parse_table_set(int argc, char **argv, struct table *t, struct err *e);

/* NAME of a table: any that fits; what it may be made of, the kernel says. */
int parse_table_name(const char *name, char out[DEVSESS_NAME_MAX + 1], struct err *e);

/* OWNER limit N, where N may be "none" (0) */
int parse_owner_set(int argc, char **argv, uint32_t *owner, uint32_t *limit, struct err *e);

/* Which owners are listed. */
struct owner_list {
	bool has_owner; /* this one */
	uint32_t owner;
	uint32_t top; /* 0: all */
};

/* [OWNER | top N] */
int parse_owner_list(int argc, char **argv, struct owner_list *l, struct err *e);

/* How often top looks. */
struct top {
	bool has_times;
	uint64_t every_ms;
	uint64_t times;
};

/* [every TIME] [times N] */
int parse_top(int argc, char **argv, struct top *t, struct err *e);

/* How the loader works, and when it ends. */
struct loader_words {
	bool has_count;
	bool has_for;
	uint32_t jobs;
	uint64_t timeout_ms; /* of a program */
	uint64_t count;	     /* of ids */
	uint64_t for_ms;
};

/* [jobs N] [timeout TIME] [count N] [for TIME] */
int parse_loader(int argc, char **argv, struct loader_words *l, struct err *e);

/* Bytes for events that wait: some 10000, as the kernel counts their memory; and bounds. */
#define MONITOR_BUFFER (16 * 1024 * 1024)
#define MONITOR_BUFFER_MIN 4096
#define MONITOR_BUFFER_MAX (1024 * 1024 * 1024)

/* What monitor shows, and until when. */
struct monitor {
	bool has_owner;
	bool has_count;
	bool has_timeout;
	uint32_t kinds; /* a bit per enum devsess_event_kind; 0: all */
	uint32_t owner;
	uint64_t count;
	uint64_t timeout_ms;
	uint32_t buffer;
};

/* [kind NAME,...] [owner N] [count N] [timeout TIME] [buffer BYTES] */
int parse_monitor(int argc, char **argv, struct monitor *m, struct err *e);

#endif
