/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a table does later: deferred writes, and upcalls for ids that were not found. Each
 * write is done to the reference once the engine has done it, and each upcall must be one
 * that is due: for an id that was looked for, has no session, and was not asked for within
 * its time.
 */
#ifndef LATER_H
#define LATER_H

#include "acts.h"

/* Gives the table of @run rings and upcalls; one at a time. A difference is one of its @r. */
void later_begin(struct run *run);
/* Something that is done later, or that it is done now, or other rings or options. */
void later_act(struct run *run);
/* Time goes by until nothing waits any more; all that was to be done must have been. */
void later_check(struct run *run);
/* Takes them from the table, which is freed next. Does nothing if it has none. */
void later_end(struct run *run);

/* Ids that were asked for so far, and writes that were done. */
extern u64 later_asked, later_done;

#endif /* LATER_H */
