/* SPDX-License-Identifier: GPL-2.0 */
/* Evict: which session makes room for a new one. See evict.c. */
#ifndef DEVSESS_EVICT_H
#define DEVSESS_EVICT_H

#include "directory.h"
#include "events.h"
#include "owner.h"

/**
 * struct evicting - who is to know of an eviction, and who is spared
 * @events: of the table
 * @event:  room for one, or NULL
 * @owners: of the table, or NULL
 * @victim: out: key of the session; of length 0 if its time was over
 * @freed:  out: its weight, which still counts, is added
 * @spare:  hash of the session that room is made for, which is not to go
 * @spared: it was met; evict.c's
 * @haunt:  out: its shard wants another ghost
 */
struct evicting {
	struct events *events;
	struct event *event;
	struct owners *owners;
	struct slot_key *victim;
	u32 *freed;
	u32 spare;
	bool spared;
	bool haunt;
};

bool evict_one(struct shard *sh, struct evicting *e);
bool evict_elsewhere(const struct directory *d, u32 hash, gfp_t gfp, struct evicting *e);
bool evict_on_probation(struct shard *sh, u32 hash);

#endif /* DEVSESS_EVICT_H */
