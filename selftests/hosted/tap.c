// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *prefix;
static unsigned int count, failed;

void tap_begin(const char *program)
{
	prefix = program;
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

void tap_result(bool ok, const char *fmt, ...)
{
	va_list ap;

	failed += !ok;
	printf("%sok %u - %s.", ok ? "" : "not ", ++count, prefix);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void tap_skip(const char *name, const char *why)
{
	printf("ok %u - %s.%s # SKIP %s\n", ++count, prefix, name, why);
}

void tap_note(const char *fmt, ...)
{
	va_list ap;

	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

int tap_end(void)
{
	printf("1..%u\n", count);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
