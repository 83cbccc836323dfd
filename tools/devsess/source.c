// SPDX-License-Identifier: GPL-2.0
#include "source.h"

#include <errno.h>
#include <string.h>

#include "jsonl.h"

int source_init(struct source *src, int fd, enum cli_format format)
{
	memset(src, 0, sizeof(*src));
	src->format = format;
	return reader_init(&src->reader, fd);
}

void source_destroy(struct source *src)
{
	reader_destroy(&src->reader);
}

static bool is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	}
	return true;
}

/* The next line that is not blank; SOURCE_SESSION if it may be one. */
static enum source_status next_line(struct source *src, const char **line, size_t *len,
				    struct err *e)
{
	do {
		switch (reader_next(&src->reader, line, len)) {
		case READER_ERROR:
			err_set(e, "%s", strerror(errno));
			return SOURCE_ERROR;
		case READER_END:
			return SOURCE_END;
		case READER_TOO_LONG:
			err_set(e, "the line is longer than 64 KiB");
			return SOURCE_BAD;
		case READER_LINE:
			break;
		}
	} while (is_blank(*line, *len));
	return SOURCE_SESSION;
}

enum source_status source_begin(struct source *src, struct err *e)
{
	int first = reader_peek(&src->reader);
	enum source_status status;
	const char *line;
	size_t len;

	if (src->format == CLI_FORMAT_ANY)
		src->format = first == '{' ? CLI_FORMAT_JSONL : CLI_FORMAT_CSV;
	if (src->format == CLI_FORMAT_JSONL)
		return SOURCE_SESSION;
	status = next_line(src, &line, &len, e);
	if (status == SOURCE_BAD)
		err_set(e, "the header line is longer than 64 KiB");
	if (status == SOURCE_SESSION && csv_parse_header(line, len, &src->header, e))
		return SOURCE_BAD;
	return status;
}

static int parse(struct source *src, const char *line, size_t len, struct session *s,
		 struct err *e)
{
	if (memchr(line, '\0', len))
		return err_set(e, "a NUL byte");
	if (src->format == CLI_FORMAT_JSONL)
		return jsonl_parse(line, len, s, e);
	return csv_parse(&src->header, line, len, s, e);
}

enum source_status source_next(struct source *src, struct session *s, struct err *e)
{
	enum source_status status;
	const char *line;
	size_t len;

	status = next_line(src, &line, &len, e);
	if (status == SOURCE_SESSION && parse(src, line, len, s, e))
		return SOURCE_BAD;
	return status;
}
