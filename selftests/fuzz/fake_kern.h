/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel for the tool: it notes what is stored, and refuses as it is told.
 * It also serves the bytes of the file that the tool reads.
 */
#ifndef FAKE_KERN_H
#define FAKE_KERN_H

#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "session.h"

/**
 * struct fake - the kernel
 * @error:    errno of each request, 0 if it succeeds
 * @no_open:  there is no such kernel
 * @nth_fails: each so manieth item is refused, 0 none
 * @item_error: with this errno
 * @changes:  requests that would change something
 * @pauses:   times that the tool waited
 * @taken:    sessions that were stored, @count of them
 */
struct fake {
	int error;
	bool no_open;
	uint32_t nth_fails;
	int item_error;
	uint32_t changes;
	struct session *taken;
	uint32_t count;
	uint32_t room;
	uint32_t items;
	uint32_t pauses;
};

extern struct fake fake;

/* Forgets what was stored and done, and what was told. */
void fake_reset(void);

/* What is read from any file: @chunk bytes at a time at most, then the end or an error. */
void fake_file(const void *bytes, size_t len, size_t chunk, bool error);

/* What the tool's objects call in the place of the C library's, see fakes.syms. */
ssize_t fake_read(int fd, void *buf, size_t size);
int fake_open(const char *path, int flags, ...);
FILE *fake_fopen(const char *path, const char *mode);
int fake_mkstemp(char *path);
int fake_rename(const char *from, const char *to);
int fake_unlink(const char *path);
int fake_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			 struct timespec *left);

/* main() of the tool, by the name that it is compiled with. */
int devsess_main(int argc, char **argv);

#endif
