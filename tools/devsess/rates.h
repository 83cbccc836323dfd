/* SPDX-License-Identifier: GPL-2.0 */
/* What happened to a table between two looks at its figures. */
#ifndef DEVSESS_RATES_H
#define DEVSESS_RATES_H

#include <stdio.h>

#include "session.h"

struct buf;

/* Per second, but for the first two and the ratios; a ratio below 0 has no meaning. */
struct rates {
	uint64_t sessions;
	double fill;		/* sessions by max_sessions */
	double lookups;
	double hits;		/* share of the lookups that found a session */
	double misses;		/* share that the dirty map served */
	double writes;
	double amplification;	/* slots written by writes */
	double promotions;
	double growth;		/* sessions more */
	double full_in;		/* seconds until the table is full if it goes on so */
};

/* @before NULL: the table is new. @seconds between the two, more than 0. */
struct rates rates_of(const struct stats *before, const struct stats *now, double seconds);

/* A longer name does not fit into a row. */
#define RATES_NAME_MAX	11

/* A line of 79 columns for people, and the line above it; without newline. */
void rates_heading(struct buf *b);
void rates_row(struct buf *b, const char *table, const struct rates *r);

/* As a JSON object; what has no meaning is null. */
void rates_json(struct buf *b, const char *table, const struct rates *r);

#endif
