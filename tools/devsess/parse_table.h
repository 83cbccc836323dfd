/* SPDX-License-Identifier: GPL-2.0 */
/* The grammar of table and owner, as in parse.h. */
#ifndef DEVSESS_PARSE_TABLE_H
#define DEVSESS_PARSE_TABLE_H

#include "session.h"

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

#endif
