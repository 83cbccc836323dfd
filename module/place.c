// SPDX-License-Identifier: GPL-2.0
/*
 * Places: what a new session needs of a table, or one that becomes heavier, and how a full table
 * gets it from others. What was evicted for a write still counts until the write has taken it, so
 * that nobody else does.
 */
#include "place.h"

#include "evict.h"
#include "trace.h"

/**
 * place_take_cost - count more weight
 * @t:      table
 * @req:    write that needs it
 * @weight: how much
 *
 * First of what was evicted for this write: else lighter ones could take that again and again.
 *
 * Context: Shard lock held.
 * Return: whether there was room.
 */
bool place_take_cost(struct devsess_table *t, struct write_request *req, u32 weight)
{
	u32 own = min(req->freed, weight);

	if (likely(cost_take(&t->cost, weight - own))) {
		req->freed -= own;
		return true;
	}
	req->want = weight;
	return false;
}

static struct evicting evicting(struct devsess_table *t, struct write_request *req)
{
	return (struct evicting){
		&t->events, req->event, t->owners, req->victim, &req->freed, req->key->hash,
	};
}

/*
 * Takes the place of a session of the shard if the table's policy is to evict; first those go
 * whose time is over. Returns whether there was one.
 */
static bool take_anothers(struct devsess_table *t, struct write_request *req, struct shard *sh)
{
	struct evicting e = evicting(t, req);
	int freed;

	do {
		if (!place_evicts(t))
			return false;
		freed = sweep_expire(&t->sweep, sh);
		if (freed < 0)
			return false;
		req->expired += freed;
		if (freed)
			continue;
		req->evicted = evict_one(sh, &e);
		if (req->evicted && e.haunt)
			sweep_kick(&t->sweep);
		return req->evicted;
	} while (!table_reserve(t, place_kept(t, req)));
	return true;
}

/* Counts the new session. Returns whether there was a place. */
static bool take_place(struct devsess_table *t, struct write_request *req, struct shard *sh)
{
	if (unlikely(req->places)) {
		req->places--;
		return true;
	}
	return likely(table_reserve(t, place_kept(t, req))) || take_anothers(t, req, sh);
}

/**
 * place_count - count a new session: its place, its weight, and its owner's
 * @t:   table
 * @req: its write
 * @sh:  its shard
 *
 * Context: Shard lock held.
 * Return: 0, -ENOSPC, -EDQUOT or -EUSERS.
 */
int place_count(struct devsess_table *t, struct write_request *req, struct shard *sh)
{
	const struct devsess_session *s = req->s;
	int err = owner_take(t->owners, s->owner, s->state);
	u32 weight = session_weight_of(s);

	if (err)
		return err;
	if (place_take_cost(t, req, weight)) {
		if (take_place(t, req, sh))
			return 0;
		cost_give(&t->cost, weight);
	}
	owner_give(t->owners, s->owner, s->state);
	return -ENOSPC;
}

/* place_hopeless(), if the table is full or its cost has a bound. */
bool place_refused(const struct devsess_table *t, struct write_request *req)
{
	u32 weight = session_weight_of(req->s);

	if (table_full(t, place_kept(t, req)) && !place_evicts(t))
		return true;
	if (place_evicts(t) ? !cost_never(&t->cost, weight) : cost_fits(&t->cost, weight))
		return false;
	req->want = weight;
	return true;
}

/**
 * place_tell_victim - trace a session that made room
 * @t:      table
 * @victim: its key; of length 0 if its time was over
 *
 * Context: Any; no shard lock held.
 */
void place_tell_victim(const struct devsess_table *t, const struct slot_key *victim)
{
	if (victim->len)
		trace_evict(&t->name, victim);
	else
		trace_expire(&t->name, 1);
}

/* Evicts a session of any shard, as this one has none to spare, or as its weight is needed. */
static bool evict(struct devsess_table *t, struct write_request *req)
{
	struct evicting e = evicting(t, req);

	if (!evict_elsewhere(&t->dir, req->key->hash, req->gfp, &e))
		return false;
	/* One for the session; what else goes has to, for its weight. */
	if (req->create && !req->places)
		req->places++;
	else
		table_forget(t, 1);
	if (e.haunt)
		sweep_kick(&t->sweep);
	place_tell_victim(t, req->victim);
	return true;
}

/*
 * Whether there is room by now. What was evicted for this write is given back before: another
 * one may hold the rest of what it needs likewise.
 */
static bool has_room(struct devsess_table *t, struct write_request *req)
{
	table_forget(t, req->places);
	req->places = 0;
	if (!req->want)
		return !table_full(t, place_kept(t, req));
	cost_give(&t->cost, req->freed);
	req->freed = 0;
	return cost_fits(&t->cost, req->want);
}

/**
 * place_make - make room for a session that found none
 * @t:   table
 * @req: its write
 *
 * Context: Process, or softirq if @req->gfp is GFP_ATOMIC; no shard lock held.
 * Return: whether it is worth another try, as a full table has lost sessions that its policy
 * lets it lose: here, or since the last try to somebody else who looked for them.
 */
bool place_make(struct devsess_table *t, struct write_request *req)
{
	if (READ_ONCE(t->policy) == DEVSESS_POLICY_REJECT ||
	    (req->want && cost_never(&t->cost, session_weight_of(req->s))))
		return false;
	if (sweep_make_room(&t->sweep, req->key->hash, req->gfp) ||
	    (place_evicts(t) && evict(t, req))) {
		req->made_room = true;
		return true;
	}
	return has_room(t, req);
}

/**
 * place_return - as place_give_back(), if there is something
 * @t:   table
 * @req: the write
 *
 * Context: likewise.
 */
void place_return(struct devsess_table *t, struct write_request *req)
{
	cost_give(&t->cost, req->freed);
	req->freed = 0;
	table_forget(t, req->places);
	req->places = 0;
}
