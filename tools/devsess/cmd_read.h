/* SPDX-License-Identifier: GPL-2.0 */
/* get, list and count. */
#ifndef DEVSESS_CMD_READ_H
#define DEVSESS_CMD_READ_H

#include "cli.h"

extern const struct command cmd_get;
extern const struct command cmd_list;
extern const struct command cmd_count;

/* The grammar of a filter, also for flush. */
#define CMD_FILTER_ARGS \
	"[owner N] [state NAME] [mark N[/MASK]] [prefix ID] [net CIDR]\n" \
	"       [idle TIME]"

#define CMD_FILTER_HELP \
	"A session is meant if it meets all that are given; without any, all are meant:\n" \
	"  owner N         its owner is N\n" \
	"  state NAME      its state is new, active, idle or blocked\n" \
	"  mark N[/MASK]   its mark is N, in the bits of MASK if there is one\n" \
	"  prefix ID       its device id starts with these bytes (text or 0x hex)\n" \
	"  net CIDR        its address lies in this network, as 10.1.0.0/16 or fd00::/8\n" \
	"  idle TIME       it was last touched at least so long ago, as 5m\n"

#endif
