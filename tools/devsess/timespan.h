/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_TIMESPAN_H
#define DEVSESS_TIMESPAN_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/*
 * Read a time: a decimal number and ms, s, m, h or d. A bare number has no
 * meaning but 0. Up to DEVSESS_TTL_MAX. Returns 0, or -1 with @e filled in.
 */
int timespan_parse(const char *text, size_t len, uint64_t *ms, struct err *e);

/* Exact, in the largest unit that divides it; timespan_parse() reads it back. */
void timespan_exact(struct buf *b, uint64_t ms);

/* For people: the two largest units, rounded down, as 4m59s or 2d7h. */
void timespan_rough(struct buf *b, uint64_t ms);

/* A time of day, from ms since 1970, as 2026-01-31T23:59:59.123Z. */
void timespan_date(struct buf *b, uint64_t ms);

#endif
