/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of ids that the kernel asks for: stored, refused or failed, and counted. */
#ifndef DEVSESS_LOADER_H
#define DEVSESS_LOADER_H

#include "cli.h"

struct loader {
	struct cli *cli;
	uint64_t asked;	   /* ids */
	uint64_t answered; /* of these, in whatever way */
	uint64_t loaded;   /* sessions */
	uint64_t there;	   /* sessions that somebody else had stored meanwhile */
	uint64_t refused;  /* ids */
	uint64_t failed;   /* ids or sessions; each was told */
	uint64_t lost;	   /* times that upcalls were lost */
};

/* Store sessions, up to DEVSESS_BATCH_MAX, but replace none. */
void loader_store(struct loader *l, const struct session *items, uint32_t n);

/* Say that a device has no session. */
void loader_refuse(struct loader *l, const struct id *id);

/* Tell that no answer was found for a device; the kernel will ask again. */
void loader_fail(struct loader *l, const struct id *id, const char *reason);

/* Print the figures. */
void loader_print(const struct loader *l);

#endif
