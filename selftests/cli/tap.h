/* SPDX-License-Identifier: GPL-2.0 */
/* TAP: a line per test, the plan at the end. One file per program includes this. */
#ifndef DEVSESS_TAP_H
#define DEVSESS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

static int tap_tests, tap_failures;

/* Names hold what was parsed, which may be any bytes; a stream of TAP is text. */
static inline bool __printf(2, 3) tap_ok(bool ok, const char *fmt, ...)
{
	char name[512];
	va_list ap;
	int i;

	tap_tests++;
	tap_failures += !ok;
	printf("%s %d ", ok ? "ok" : "not ok", tap_tests);
	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	for (i = 0; name[i]; i++)
		printf(name[i] >= ' ' && name[i] <= '~' ? "%c" : "\\x%02x",
		       (unsigned char)name[i]);
	putchar('\n');
	return ok;
}

/* Whether a parser took its input, or refused it with @says in the sentence. */
static inline bool tap_parsed(int ret, const struct err *e, const char *says)
{
	if (!says)
		return !ret;
	return ret == -1 && strstr(e->text, says);
}

/* The plan; returns the exit status. */
static inline int tap_end(void)
{
	printf("1..%d\n# passed %d, failed %d\n", tap_tests, tap_tests - tap_failures,
	       tap_failures);
	return tap_failures ? 1 : 0;
}

#endif
