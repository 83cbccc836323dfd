// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netns.h"

/* Names of files and devices are others' choice; lines and tabs are ours, or libbpf's. */
static void blank_controls(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text) && *text != '\n' && *text != '\t')
			*text = '?';
}

static void __attribute__((format(printf, 2, 0))) complain(const char *prefix, const char *fmt,
							   va_list ap)
{
	char *text = NULL;

	fflush(stdout);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	if (text)
		blank_controls(text);
	fprintf(stderr, "%s%s\n", prefix, text ? text : "out of memory");
	free(text);
}

int cli_failed(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain("devsess: ", fmt, ap);
	va_end(ap);
	return CLI_REFUSED;
}

void cli_told(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain("", fmt, ap);
	va_end(ap);
}

int cli_connect(struct cli *cli)
{
	struct kern_error e;
	int ret;

	if (cli->kern)
		return CLI_DONE;
	ret = cli->netns ? netns_enter(cli->netns) : 0;
	if (ret)
		return cli_failed("network namespace '%s': %s", cli->netns, strerror(-ret));
	if (!kern_open(&cli->kern, &e))
		return CLI_DONE;
	return cli_failed("%s", e.text[0] ? e.text : strerror(e.code));
}

void cli_reason(char *out, size_t size, const struct kern_error *e)
{
	const char *errno_text = strerror(e->code);

	if (!e->text[0])
		snprintf(out, size, "%s%s%s%s", errno_text, e->attr[0] ? " [" : "", e->attr,
			 e->attr[0] ? "]" : "");
	else
		snprintf(out, size, "%s%s%s%s (%s)", e->text, e->attr[0] ? " [" : "", e->attr,
			 e->attr[0] ? "]" : "", errno_text);
}

int cli_refused(const char *what, const struct kern_error *e)
{
	char reason[512];

	cli_reason(reason, sizeof(reason), e);
	return cli_failed("%s: %s", what, reason);
}

int cli_usage(const struct cli *cli, const char *reason)
{
	const char *name = cli->command ? cli->command->name : NULL;

	cli_told("devsess%s%s: %s\nTry 'devsess help%s%s'.", name ? " " : "", name ? name : "",
		 reason, name ? " " : "", name ? name : "");
	return CLI_USAGE;
}

const char *cli_item_reason(const char *text, int code)
{
	if (text && text[0])
		return text;
	switch (code) {
	case EEXIST:
		return "the device has a session already";
	case ENOENT:
		return "the device has no session";
	case ENOSPC:
		return "the table is full";
	case ESTALE:
		return "the session has another version";
	case ENOMEM:
		return "the kernel has no memory for it";
	case EDQUOT:
		return "the owner has as many sessions as its limit";
	case EUSERS:
		return "the owner is new, and the table has owner_max others";
	case EINVAL:
		return "a value that the table does not take";
	case ECANCELED:
		return "not tried, since another item failed";
	default:
		return strerror(code);
	}
}

int cli_finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	return cli_failed("standard output: %s", strerror(errno));
}
