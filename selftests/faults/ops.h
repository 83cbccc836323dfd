/* SPDX-License-Identifier: GPL-2.0 */
/* The operations whose allocations are made to fail. */
#ifndef DEVSESS_TEST_OPS_H
#define DEVSESS_TEST_OPS_H

#include "world.h"

/* The device of requests on one session, and the first one of batches. */
#define OWN	1000000

struct attempt;

/* What a request on one session is like. */
enum op_flags {
	OP_EXISTS = 1 << 0,	/* the device has a session before */
	OP_GONE = 1 << 1,	/* and none afterwards */
	OP_SESSION = 1 << 2,	/* takes a session, which is there afterwards */
	OP_VERSION = 1 << 3,	/* takes the version */
	OP_ATOMIC = 1 << 4,	/* of a batch */
};

/**
 * struct op - an operation
 * @name:    name
 * @scope:   the function of the module whose allocations fail one after the other;
 *           NULL: all of the task's, sending and receiving included
 * @chance:  the function whose allocations fail by chance, several at a time; NULL:
 *           the module's
 * @least:   so many allocations must have failed, one after the other
 * @cmd:     request, for those who make one
 * @flags:   set of enum op_flags
 * @data_max: of the table, for a batch
 * @before:  sessions in the table before, for a batch of new ones
 * @items:   how many
 * @prepare: makes the table what it has to be, and the request
 * @operate: does it. Returns 0 or an errno
 * @settle:  checks the result, and notes in the world what it says. Returns whether
 *           it is one that may be
 */
struct op {
	const char *name;
	const char *scope;
	const char *chance;
	unsigned int least;
	__u8 cmd;
	unsigned int flags;
	__u32 data_max;
	__u32 before;
	__u32 items;
	int (*prepare)(struct attempt *a);
	int (*operate)(struct attempt *a);
	bool (*settle)(struct attempt *a, int err);
};

/**
 * struct attempt - an operation under way
 * @op:    operation
 * @w:     table
 * @nl:    socket of the one whose allocations fail
 * @s:     device, and its session if the operation is done
 * @b:     batch, if it is one
 * @item:  its items
 * @read:  what a dump sent
 * @found: what else came back
 * @refused: items of a batch that were refused
 */
struct attempt {
	const struct op *op;
	struct world *w;
	struct nl nl;
	struct session s;
	struct batch b;
	struct session *item;
	struct snapshot read;
	int found;
	__u32 refused;
};

/* Ends with an entry without a name. */
extern const struct op ops[];

#endif
