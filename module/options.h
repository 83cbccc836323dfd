/* SPDX-License-Identifier: GPL-2.0 */
/* Options of a table, and their change. See options.c. */
#ifndef DEVSESS_OPTIONS_H
#define DEVSESS_OPTIONS_H

#include "table.h"

struct net;

/* Options that are to change. */
enum option {
	OPTION_MAX = 1 << 0,
	OPTION_DEFER_RING = 1 << 1,
	OPTION_DEFER_MS = 1 << 2,
	OPTION_TTL = 1 << 3,
	OPTION_POLICY = 1 << 4,
	OPTION_UPCALL = 1 << 5,
	OPTION_UPCALL_INTERVAL = 1 << 6,
	OPTION_UPCALL_RATE = 1 << 7,
	OPTION_NEGATIVE_TTL = 1 << 8,
	OPTION_WATERMARK_HIGH = 1 << 9,
	OPTION_WATERMARK_LOW = 1 << 10,
	OPTION_RESERVE = 1 << 11,
	OPTION_MAX_COST = 1 << 12,
	OPTION_UPCALLS = OPTION_UPCALL | OPTION_UPCALL_INTERVAL | OPTION_UPCALL_RATE |
			  OPTION_NEGATIVE_TTL,
};

bool options_valid(const struct table_limits *limits);
int options_begin(struct devsess_table *t, struct net *net, const struct table_limits *limits);
int options_set(struct devsess_table *t, struct net *net, struct table_limits *limits, u32 which);

#endif /* DEVSESS_OPTIONS_H */
