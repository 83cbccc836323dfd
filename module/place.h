/* SPDX-License-Identifier: GPL-2.0 */
/* Places: what a session needs of a table, and how a full one gets it. See place.c. */
#ifndef DEVSESS_PLACE_H
#define DEVSESS_PLACE_H

#include "request.h"
#include "table.h"

/* Whether a full table evicts: any time it may change. */
static inline bool place_evicts(const struct devsess_table *t)
{
	return READ_ONCE(t->policy) == DEVSESS_POLICY_EVICT;
}

bool place_take_cost(struct devsess_table *t, struct write_request *req, u32 weight);
int place_count(struct devsess_table *t, struct write_request *req, struct shard *sh);
bool place_refused(const struct devsess_table *t, struct write_request *req);
bool place_make(struct devsess_table *t, struct write_request *req);
void place_return(struct devsess_table *t, struct write_request *req);
void place_tell_victim(const struct devsess_table *t, const struct slot_key *victim);

/* Places that are not for the request. */
static inline u32 place_kept(const struct devsess_table *t, const struct write_request *req)
{
	return req->modest ? READ_ONCE(t->reserve) : 0;
}

/**
 * place_hopeless - whether it is no use to try to create a session
 * @t:   table
 * @req: its write
 *
 * Context: Any. What it says may be old already.
 * Return: true if so.
 */
static inline bool place_hopeless(const struct devsess_table *t, struct write_request *req)
{
	if (likely(!table_full(t, place_kept(t, req)) && !cost_max(&t->cost)))
		return false;
	return place_refused(t, req);
}

/**
 * place_give_back - give back what was evicted for a write and not used
 * @t:   table
 * @req: the write
 *
 * Context: Process or softirq; no shard lock held.
 */
static inline void place_give_back(struct devsess_table *t, struct write_request *req)
{
	if (unlikely(req->freed | req->places))
		place_return(t, req);
}

#endif /* DEVSESS_PLACE_H */
