// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for a longest line with CR LF, and to read by large pieces. */
#define BUF_SIZE (2 * READER_LINE_MAX)

int reader_init(struct reader *r, int fd)
{
	memset(r, 0, sizeof(*r));
	r->fd = fd;
	r->buf = malloc(BUF_SIZE);
	return r->buf ? 0 : -ENOMEM;
}

void reader_destroy(struct reader *r)
{
	free(r->buf);
	r->buf = NULL;
}

static bool is_stopped(const struct reader *r)
{
	return r->stop && __atomic_load_n(&r->stop->came, __ATOMIC_RELAXED);
}

/* Lets signals come, while there is nothing to read and also if there is. */
static void wait_for_more(const struct reader *r)
{
	struct pollfd p = { .fd = r->fd, .events = POLLIN };
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, &r->stop->waiting, &blocked);
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	if (!is_stopped(r))
		(void)ppoll(&p, 1, NULL, &r->stop->waiting);
}

/* As read(), but a signal that came before ends it as well. */
static ssize_t read_more(struct reader *r, char *to, size_t size)
{
	if (r->stop)
		wait_for_more(r);
	if (is_stopped(r)) {
		errno = EINTR;
		return -1;
	}
	return read(r->fd, to, size);
}

/* Read more behind what is there. Returns bytes read, 0 at the end, -1. */
static ssize_t fill(struct reader *r)
{
	ssize_t n;

	if (r->eof)
		return 0;
	if (r->start) {
		memmove(r->buf, r->buf + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	do
		n = read_more(r, r->buf + r->end, BUF_SIZE - r->end);
	while (n < 0 && errno == EINTR && !is_stopped(r));
	if (n > 0)
		r->end += n;
	else if (!n)
		r->eof = true;
	return n;
}

static void consume(struct reader *r, size_t n)
{
	r->start += n;
	r->bytes += n;
}

/* Drop everything up to the end of the line that is too long. */
static enum reader_status skip_line(struct reader *r)
{
	for (;;) {
		char *lf = memchr(r->buf + r->start, '\n', r->end - r->start);
		ssize_t n;

		if (lf) {
			consume(r, lf + 1 - (r->buf + r->start));
			return READER_TOO_LONG;
		}
		consume(r, r->end - r->start);
		n = fill(r);
		if (n <= 0)
			return n ? READER_ERROR : READER_TOO_LONG;
	}
}

static enum reader_status hand_out(struct reader *r, size_t used, const char **line, size_t *len)
{
	*line = r->buf + r->start;
	*len = used;
	r->cut = (*line)[*len - 1] != '\n';
	if (!r->cut)
		--*len;
	if (*len && (*line)[*len - 1] == '\r')
		--*len;
	consume(r, used);
	return *len > READER_LINE_MAX ? READER_TOO_LONG : READER_LINE;
}

enum reader_status reader_next(struct reader *r, const char **line, size_t *len)
{
	size_t seen = 0;

	for (;;) {
		size_t have = r->end - r->start;
		char *lf = memchr(r->buf + r->start + seen, '\n', have - seen);
		ssize_t n;

		if (lf || (r->eof && have)) {
			r->line++;
			return hand_out(r, lf ? (size_t)(lf + 1 - r->buf) - r->start : have, line,
					len);
		}
		if (have > READER_LINE_MAX + 1) {
			r->line++;
			return skip_line(r);
		}
		seen = have;
		n = fill(r);
		if (n < 0)
			return READER_ERROR;
		if (!n && r->start == r->end)
			return READER_END;
	}
}

/* Some editors put a byte order mark in front of UTF-8. */
static void skip_mark(struct reader *r)
{
	while (r->end - r->start < 3 && fill(r) > 0)
		;
	if (r->end - r->start >= 3 && !memcmp(r->buf + r->start, "\xef\xbb\xbf", 3))
		consume(r, 3);
}

int reader_peek(struct reader *r)
{
	skip_mark(r);
	do {
		for (size_t i = r->start; i < r->end; i++) {
			if (!strchr(" \t\r\n", r->buf[i]))
				return (unsigned char)r->buf[i];
			if (!r->buf[i])
				return 0;
		}
	} while (r->end - r->start < READER_LINE_MAX && fill(r) > 0);
	return 0;
}
