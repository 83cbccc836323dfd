// SPDX-License-Identifier: GPL-2.0
#include "index.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"

static void tell(struct index *ix, const char *name, uint64_t line, const char *reason)
{
	cli_told("%s:%" PRIu64 ": %s", name, line, reason);
	ix->bad++;
}

static int read_all(struct index *ix, const char *name, struct source *s)
{
	struct err e;

	for (;;) {
		struct session *to = lines_add(&ix->lines);

		if (!to)
			return cli_failed("%s: out of memory", name);
		switch (source_next(s, to, &e)) {
		case SOURCE_ERROR:
			return cli_failed("%s: %s", name, e.text);
		case SOURCE_END:
			return CLI_DONE;
		case SOURCE_SESSION:
			ix->lines.numbers[ix->lines.count++] = s->reader.line;
			break;
		case SOURCE_BAD:
			tell(ix, name, s->reader.line, e.text);
		}
	}
}

static int read_fd(struct index *ix, const struct cli *cli, const char *name, int fd)
{
	struct source s;
	struct err e;
	int ret;

	if (source_init(&s, fd, cli->format))
		return cli_failed("%s: out of memory", name);
	switch (source_begin(&s, &e)) {
	case SOURCE_ERROR:
		ret = cli_failed("%s: %s", name, e.text);
		break;
	case SOURCE_BAD:
		ret = cli_failed("%s:%" PRIu64 ": %s", name, s.reader.line, e.text);
		break;
	case SOURCE_END:
		ret = cli_failed("%s: " SOURCE_IS_EMPTY, name);
		break;
	default:
		ret = read_all(ix, name, &s);
		/* Of CSV there was a header at least. */
		if (!ret && s.format == CLI_FORMAT_JSONL && !ix->lines.count && !ix->bad)
			ret = cli_failed("%s: " SOURCE_IS_EMPTY, name);
	}
	source_destroy(&s);
	ix->order = lines_sort(&ix->lines);
	if (!ix->order)
		ret = cli_failed("%s: out of memory", name);
	return ret;
}

int index_read(struct index *ix, const struct cli *cli, const char *name)
{
	int fd, ret;

	memset(ix, 0, sizeof(*ix));
	if (!strcmp(name, "-"))
		return read_fd(ix, cli, "<stdin>", STDIN_FILENO);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_failed("%s: %s", name, strerror(errno));
	ret = read_fd(ix, cli, name, fd);
	close(fd);
	return ret;
}

void index_free(struct index *ix)
{
	lines_free(&ix->lines);
	free(ix->order);
}

const struct session *index_find(const struct index *ix, const struct id *id)
{
	uint32_t low = 0, high = ix->lines.count;
	const struct session *s;

	/* The last one that is not behind it: of equal devices that of the later line. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (id_compare(&ix->lines.items[ix->order[middle]].device, id) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	s = &ix->lines.items[ix->order[low - 1]];
	return id_compare(&s->device, id) ? NULL : s;
}
