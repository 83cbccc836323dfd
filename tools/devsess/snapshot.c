// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "snapshot.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel promises whole dumps of sessions, so that even one retry would be a surprise. */
#define ATTEMPTS 8

/* Times the number of the attempt: for whatever disturbs to pass. */
#define PAUSE_US 20000

FILE *snapshot_spool(void)
{
	FILE *f = tmpfile();
	int fd;

	if (f)
		return f;
	fd = memfd_create("devsess", MFD_CLOEXEC);
	return fd < 0 ? NULL : fdopen(fd, "w+");
}

static int write_error(struct kern_error *e)
{
	memset(e, 0, sizeof(*e));
	e->code = errno ? errno : EIO;
	snprintf(e->text, sizeof(e->text), "the dump could not be written");
	return -e->code;
}

static int take_once(FILE *out, snapshot_fn fn, void *arg, struct kern_error *e)
{
	int ret;

	memset(e, 0, sizeof(*e));
	errno = 0;
	rewind(out);
	if (ftruncate(fileno(out), 0))
		return write_error(e);
	ret = fn(out, arg, e);
	if (ferror(out) || fflush(out))
		return write_error(e);
	return ret;
}

int snapshot_take(FILE *out, snapshot_fn fn, void *arg, struct kern_error *e)
{
	int ret = 0;

	for (unsigned int attempt = 1; attempt <= ATTEMPTS; attempt++) {
		ret = take_once(out, fn, arg, e);
		if (ret != -EINTR)
			break;
		usleep(attempt * PAUSE_US);
	}
	return ret;
}

void snapshot_copy(FILE *spool, FILE *out)
{
	char piece[65536];
	size_t n;

	rewind(spool);
	while ((n = fread(piece, 1, sizeof(piece), spool)) > 0)
		fwrite(piece, 1, n, out);
}
