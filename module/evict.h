/* SPDX-License-Identifier: GPL-2.0 */
/* Evict: which session makes room for a new one. See evict.c. */
#ifndef DEVSESS_EVICT_H
#define DEVSESS_EVICT_H

#include "directory.h"
#include "events.h"

bool evict_one(struct shard *sh, struct events *ev, struct event *event,
	       struct slot_key *victim);
bool evict_elsewhere(const struct directory *d, u32 hash, gfp_t gfp, struct events *ev,
		     struct slot_key *victim);
bool evict_on_probation(struct shard *sh, u32 hash);

#endif /* DEVSESS_EVICT_H */
