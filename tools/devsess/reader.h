/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of a file, in bounded memory whatever the file holds. */
#ifndef DEVSESS_READER_H
#define DEVSESS_READER_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest line, without its end; a session takes less than one KiB. */
#define READER_LINE_MAX 65536

enum reader_status {
	READER_ERROR = -1, /* errno says why */
	READER_END,
	READER_LINE,
	READER_TOO_LONG, /* skipped to its end */
};

/*
 * Signals that end the reading, with READER_ERROR and EINTR: they are blocked all the time but
 * when it waits for more.
 */
struct reader_stop {
	int came; /* one of them; set by its handler */
	sigset_t waiting; /* mask while it waits */
};

struct reader {
	int fd;
	const struct reader_stop *stop; /* or NULL */
	bool eof;
	bool cut; /* the line handed out last does not end, which is the file's last */
	size_t start; /* of what is not yet handed out */
	size_t end;
	uint64_t line;	/* number of the line handed out last, from 1 */
	uint64_t bytes; /* of the file, handed out or skipped */
	char *buf;
};

/* Returns 0 or -ENOMEM. The descriptor stays the caller's. */
int reader_init(struct reader *r, int fd);
void reader_destroy(struct reader *r);

/*
 * Hand out the next line, without its LF or CR LF; it may hold any bytes. It
 * is valid until the next call.
 */
enum reader_status reader_next(struct reader *r, const char **line, size_t *len);

/*
 * At the start of the file: skip a byte order mark and tell the first byte
 * that is no white space, 0 if there is none.
 */
int reader_peek(struct reader *r);

#endif
