/* SPDX-License-Identifier: GPL-2.0 */
/* Dumps that are whole or not there at all. */
#ifndef DEVSESS_SNAPSHOT_H
#define DEVSESS_SNAPSHOT_H

#include <stdio.h>

#include "kern.h"

/*
 * Write one dump to @out, from the start. Returns 0, or a negative errno with
 * @e filled in, -EINTR if the dump was interrupted.
 */
typedef int (*snapshot_fn)(FILE *out, void *arg, struct kern_error *e);

/* An unlinked temporary file, or one in memory if there is no room for it; NULL: errno. */
FILE *snapshot_spool(void);

/*
 * Have @fn write a dump to @out, a file of its own. An interrupted dump is
 * thrown away and tried again, some times. Returns 0, or a negative errno with
 * @e filled in; then what is in @out is of no use.
 */
int snapshot_take(FILE *out, snapshot_fn fn, void *arg, struct kern_error *e);

/* Copy the whole of @spool to @out; errors show in ferror(). */
void snapshot_copy(FILE *spool, FILE *out);

#endif
