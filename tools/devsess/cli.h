/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands share: options, the connection, and how failures are told. */
#ifndef DEVSESS_CLI_H
#define DEVSESS_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "kern.h"

/* Exit status of the program and of the commands. */
enum cli_exit {
	CLI_DONE = 0,
	CLI_REFUSED = 1, /* by the kernel or the system, or for some of many */
	CLI_USAGE = 2,
};

/* Options that only some commands take. */
enum cli_option {
	CLI_OPT_TABLE = 1 << 0,
	CLI_OPT_IF_VERSION = 1 << 1,
	CLI_OPT_ATOMIC = 1 << 2,
	CLI_OPT_BATCH = 1 << 3,
	CLI_OPT_FORMAT = 1 << 4,
	CLI_OPT_INSERT = 1 << 5,
	CLI_OPT_PROMETHEUS = 1 << 6,
	CLI_OPT_DRY_RUN = 1 << 7,
	CLI_OPT_IF_GENERATION = 1 << 8,
	CLI_OPT_EXEC = 1 << 9,
	CLI_OPT_FROM = 1 << 10,
	CLI_OPT_SYNC = 1 << 11,
	CLI_OPT_REPLACE = 1 << 12,
};

enum cli_format {
	CLI_FORMAT_ANY,
	CLI_FORMAT_CSV,
	CLI_FORMAT_JSONL,
};

struct command;

struct cli {
	const struct command *command;
	uint32_t given;	     /* enum cli_option */
	const char *table;   /* NULL: the default table */
	const char *netns;   /* NULL: that of the process */
	bool json;
	bool quiet;
	bool help;
	bool show_version;
	uint64_t if_version;
	uint64_t if_generation;
	uint32_t batch;	     /* 0: as the command likes */
	enum cli_format format;
	const char *exec;    /* program that the loader runs */
	const char *from;    /* file that the loader reads */
	struct kern *kern;
};

struct command {
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv); /* returns enum cli_exit */
	uint32_t options;  /* enum cli_option that it takes */
	const char *args;  /* what may follow the name, a form per line */
	const char *brief; /* a line for the list of commands */
	const char *help;  /* the rest, for `devsess help NAME` */
};

/* Enter the network namespace and connect, once. Tells why not; CLI_DONE or CLI_REFUSED. */
int cli_connect(struct cli *cli);

/* "devsess: what: reason" to stderr. Returns CLI_REFUSED. */
int cli_refused(const char *what, const struct kern_error *e);

/* "devsess: ..." to stderr. Returns CLI_REFUSED. */
int __printf(1, 2) cli_failed(const char *fmt, ...);

/* A line of its own to stderr, as "FILE:LINE: reason". What is not printable is not printed. */
void __printf(1, 2) cli_told(const char *fmt, ...);

/* "devsess COMMAND: reason" and where to read on. Returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *reason);

/* A failure in one line: the kernel's sentence, the attribute and the errno's text. */
void cli_reason(char *out, size_t size, const struct kern_error *e);

/* The sentence for an item of a batch: @text if there is one, else our own for @code. */
const char *cli_item_reason(const char *text, int code);

/* Report a failed write to stdout, if any. Returns CLI_REFUSED then, else @status. */
int cli_finish(int status);

#endif
