/* SPDX-License-Identifier: GPL-2.0 */
/* Commands on many ids: requests in batches, each failure told by its id. */
#ifndef DEVSESS_MANY_H
#define DEVSESS_MANY_H

#include "cli.h"
#include "kern_batch.h"

/* The ids of a command line, as items of batches. */
struct many {
	uint32_t count;
	char **names; /* as they were typed */
	struct session *items;
};

typedef void (*many_failed_fn)(const struct session *s, const char *reason, void *arg);

/* Read ids. Returns 0, or -1 with @e filled in; then there is nothing to free. */
int many_parse(struct many *m, int argc, char **argv, struct err *e);
void many_free(struct many *m);

/*
 * Send up to @max items from @at on in one batch. Returns CLI_DONE, and the
 * answer is to be freed; or tells why not and returns CLI_REFUSED.
 */
int many_send(struct cli *cli, const struct many *m, uint32_t at, uint32_t max, uint32_t op,
	      struct kern_batch *b);

/* Tell the failures of a batch that began at @at, to @fn too; returns their number. */
uint32_t many_report(const struct many *m, uint32_t at, const struct kern_batch *b,
		     many_failed_fn fn, void *arg);

#endif
