/* SPDX-License-Identifier: GPL-2.0 */
/* add, set, update, getadd and swap: requests that give a session. */
#ifndef DEVSESS_CMD_WRITE_H
#define DEVSESS_CMD_WRITE_H

#include "cli.h"

extern const struct command cmd_add;
extern const struct command cmd_set;
extern const struct command cmd_update;
extern const struct command cmd_getadd;
extern const struct command cmd_swap;

/* The grammar of a session and what its values are, for the help of other commands. */
#define CMD_SESSION_ARGS \
	"ID [session N] [addr IP[:PORT]|[IP6]:PORT] [owner N] [mark N]\n" \
	"       [state NAME] [flags pinned] [ttl TIME] [data HEX] [weight N]"

#endif
