/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar of commands that go on until they are told: top, loader, monitor. As in parse.h. */
#ifndef DEVSESS_PARSE_RUN_H
#define DEVSESS_PARSE_RUN_H

#include "session.h"

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
