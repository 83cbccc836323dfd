/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the values that the protocol has as numbers. One table per kind
 * serves parser and printer.
 */
#ifndef DEVSESS_NAME_H
#define DEVSESS_NAME_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

struct names {
	const char *what;	  /* "state", for messages */
	const char *const *names; /* by value, or by bit for flags */
	uint32_t count;
};

extern const struct names name_states;
extern const struct names name_flags;
extern const struct names name_policies;
extern const struct names name_upcalls;
extern const struct names name_event_kinds;
extern const struct names name_event_reasons;

/* Read one name. Returns 0, or -1 with @e filled in. */
int name_parse(const struct names *names, const char *text, size_t len, uint32_t *value,
	       struct err *e);

/* Read names of bits, divided by '|' or ','; nothing is no bits. */
int name_parse_bits(const struct names *names, const char *text, size_t len, uint32_t *bits,
		    struct err *e);

/* The name of @value; a number if this program is older than the module. */
void name_format(struct buf *b, const struct names *names, uint32_t value);

/* The names of @bits, each in @quote (or bare if it is ""), divided by @divider. */
void name_format_bits(struct buf *b, const struct names *names, uint32_t bits, const char *quote,
		      const char *divider);

#endif
