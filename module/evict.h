/* SPDX-License-Identifier: GPL-2.0 */
/* Evict: which session makes room for a new one. See evict.c. */
#ifndef DEVSESS_EVICT_H
#define DEVSESS_EVICT_H

#include "directory.h"
#include "events.h"
#include "owner.h"

/**
 * struct evicting - who is to know of an eviction
 * @events: of the table
 * @event:  room for one, or NULL
 * @owners: of the table, or NULL
 * @victim: out: key of the session; of length 0 if its time was over
 */
struct evicting {
	struct events *events;
	struct event *event;
	struct owners *owners;
	struct slot_key *victim;
};

bool evict_one(struct shard *sh, const struct evicting *e);
bool evict_elsewhere(const struct directory *d, u32 hash, gfp_t gfp, struct evicting *e);
bool evict_on_probation(struct shard *sh, u32 hash);

#endif /* DEVSESS_EVICT_H */
