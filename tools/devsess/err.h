/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with an input, as a sentence; the parsers' only way to complain. */
#ifndef DEVSESS_ERR_H
#define DEVSESS_ERR_H

#include <stddef.h>

#define ERR_TEXT_MAX 256

/* Room for a quoted value and its NUL. */
#define ERR_QUOTE_MAX 64

#define __printf(a, b) __attribute__((	\
	__format__(__printf__, a, b)))

struct err {
	char text[ERR_TEXT_MAX];
};

/* Fill @e in; always returns -1, for `return err_set(...)`. */
int __printf(2, 3) err_set(struct err *e, const char *fmt, ...);

/* Put "@where: " in front of what @e says; always returns -1. */
int err_prefix(struct err *e, const char *where);

/*
 * Quote foreign text for a message: at most some 40 bytes, anything but
 * printable ASCII as \xNN. Returns @out.
 */
const char *err_quote(char out[ERR_QUOTE_MAX], const char *text, size_t len);

/* Replace what could harm a terminal (anything but printable ASCII) by '?'. */
void err_clean(char *text);

#endif
