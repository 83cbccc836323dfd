/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_NUM_H
#define DEVSESS_NUM_H

#include <stddef.h>
#include <stdint.h>

struct err;

/*
 * Read a number from 0 to @max, decimal or hexadecimal with 0x. No sign, no
 * space, no octal: 010 is ten. Returns 0, or -1 with @e filled in.
 */
int num_parse(const char *text, size_t len, uint64_t max, uint64_t *out, struct err *e);

/* num_parse() for a u32 of any value. */
int num_parse_u32(const char *text, size_t len, uint32_t *out, struct err *e);

#endif
