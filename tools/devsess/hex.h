/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_HEX_H
#define DEVSESS_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Write the 2 * @len digits of @bytes, lower case, without a NUL. */
void hex_encode(char *out, const uint8_t *bytes, size_t len);

/*
 * Read @len digits into @out. Returns the number of bytes, or -EINVAL for an
 * odd number of digits, -EILSEQ for another character, -EMSGSIZE for more than
 * @max bytes.
 */
int hex_decode(uint8_t *out, size_t max, const char *text, size_t len);

/* Value of a digit, -1 if it is none. */
int hex_digit(char c);

#endif
