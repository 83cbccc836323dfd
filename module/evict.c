// SPDX-License-Identifier: GPL-2.0
/*
 * Evict: which session makes room for a new one, with the policy `evict'. It is S3-FIFO
 * (Yang et al., SOSP'23), as a read map and a dirty map have it, shard by shard, as the sets of
 * a cache are.
 *
 * A new session is on probation. About a twentieth of a shard's sessions are: when there are
 * more, the oldest of them goes, unless it was used meanwhile: then its probation is over. When
 * there are fewer, one of the others goes, the established ones: a hand passes over them, takes a
 * use from each, and stops at the first that has none. Whoever was sent away from probation
 * is remembered (ghost.c), and is established at once if it comes back soon. So a flood of new ids
 * pushes out new ids.
 *
 * A use is a lookup that finds the session, or a write. It is noted in the session's own slot, up
 * to USES_MAX, so that lookups of what is used much write nothing. Queues there are none: the
 * oldest is the one of the lowest version among EVICT_SAMPLE of them, and slots are passed in the
 * order of their places, which the hashes make random.
 *
 * All of this looks at twice EVICT_LOOKS sessions of a shard, or at more of them, up to all, if
 * those are pinned, or established while too many are new; and if all are pinned, at none again
 * until one is written.
 */
#include "evict.h"

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "clock.h"
#include "session.h"

/* More newcomers than their part of the shard. */
static bool too_many_new(const struct shard *sh)
{
	return sh->new * EVICT_NEW_PART > shard_sessions(sh);
}

/* The next session from a hand on: those of the read map, then of the dirty map, then again. */
static bool turn(struct shard *sh, u32 *hand, struct spot *spot)
{
	u32 end = slots_of(shard_read_map(sh)->groups), tries;

	for (tries = 0; tries < 3; tries++) {
		u32 begin = *hand < end ? 0 : end;

		spot->map = begin ? shard_dirty_map(sh) : shard_read_map(sh);
		spot->i = slots_next(spot->map, *hand - begin);
		if (spot->i >= 0) {
			*hand = begin + spot->i + 1;
			return true;
		}
		*hand = begin ? 0 : end;
	}
	return false;
}

static u8 uses_of(u64 word)
{
	return word >> USES_SHIFT;
}

static bool pinned(u64 word)
{
	return session_flags(word) & DEVSESS_FLAG_PINNED;
}

/* Whether this is the one that room is made for. */
static bool spare(struct evicting *e, const struct spot *spot)
{
	if (likely(slots_hash(spot->map, spot->i) != e->spare))
		return false;
	e->spared = true;
	return true;
}

static void admit(struct shard *sh, const struct spot *spot)
{
	slots_admit(spot->map, spot->i);
	sh->new--;
}

/*
 * The oldest of some newcomers that were not used; those that were are none any more. While they
 * are too many, and none is found, it goes on: else it would be an established one's turn.
 */
static bool newcomer(struct shard *sh, u32 looks, struct evicting *e, struct spot *victim)
{
	u32 all = shard_sessions(sh), seen = 0, n;
	u64 oldest = U64_MAX;
	struct spot spot;

	for (n = 0; n < all && seen < EVICT_SAMPLE && sh->new; n++) {
		u64 word, version;

		if (n >= looks && (oldest < U64_MAX || !too_many_new(sh)))
			break;
		if (!turn(sh, &sh->hand, &spot))
			break;
		word = slots_word(spot.map, spot.i, 0);
		if (!(word & WORD0_NEW) || spare(e, &spot))
			continue;
		if (pinned(word) || uses_of(word) >= EVICT_ADMIT_USES) {
			admit(sh, &spot);
			continue;
		}
		seen++;
		version = slots_word(spot.map, spot.i, 1 + sh->layout->key_words + W_VERSION);
		if (version < oldest) {
			oldest = version;
			*victim = spot;
		}
	}
	return oldest < U64_MAX;
}

/* The first established one that was not used, or of some the one that was used least. */
static bool established(struct shard *sh, u32 looks, struct evicting *e, struct spot *victim)
{
	u8 least = U8_MAX;
	struct spot spot;

	while (looks-- && least && turn(sh, &sh->clock, &spot)) {
		u64 word = slots_word(spot.map, spot.i, 0);
		u8 uses = uses_of(word);

		if (word & WORD0_NEW || pinned(word) || spare(e, &spot))
			continue;
		if (uses < least) {
			least = uses;
			*victim = spot;
		}
		if (uses)
			slots_set_uses(spot.map, spot.i, uses - 1);
	}
	return least < U8_MAX;
}

static bool choose(struct shard *sh, struct evicting *e, struct spot *spot)
{
	u32 all = shard_sessions(sh);

	if (sh->stuck)
		return false;
	e->spared = false;
	if (too_many_new(sh) && newcomer(sh, EVICT_LOOKS, e, spot))
		return true;
	if (established(sh, EVICT_LOOKS, e, spot) || newcomer(sh, all, e, spot) ||
	    established(sh, all, e, spot))
		return true;
	sh->stuck = !e->spared; /* for another one it can go */
	return false;
}

static bool expired(struct shard *sh, const struct spot *spot)
{
	u64 expires = slots_word(spot->map, spot->i, 1 + sh->layout->key_words + W_EXPIRES);

	return expires && expires <= clock_now();
}

/* Frees the slot of a session, and tells who is to know; its owner's place is free after that. */
static void give_up(struct shard *sh, const struct spot *spot, const struct evicting *e, u32 kind)
{
	u64 rec[REC_WORDS_MAX] __uninitialized;

	slots_load(spot->map, spot->i, rec);
	shard_remove(sh, spot);
	events_note(e->events, e->event, kind, DEVSESS_EVENT_REASON_ROOM, rec);
	owner_give(e->owners, session_owner(sh->layout, rec), session_state(rec));
	*e->freed += session_weight(rec);
}

/* Frees the slot of a session and hands out its key. */
static void send_away(struct shard *sh, const struct spot *spot, struct evicting *e)
{
	struct slot_key *victim = e->victim;
	u64 word = slots_word(spot->map, spot->i, 0);
	u32 i;

	if (expired(sh, spot)) {
		victim->len = 0;
		give_up(sh, spot, e, DEVSESS_EVENT_KIND_EXPIRE);
		stats_inc(sh->stats, STAT_expired);
		e->haunt = shard_wants_ghost(sh);
		return;
	}
	victim->hash = slots_hash(spot->map, spot->i);
	victim->len = word & 0xff;
	for (i = 0; i < DIV_ROUND_UP(victim->len, 8); i++)
		victim->word[i] = slots_word(spot->map, spot->i, 1 + i);
	if (sh->ghost && word & WORD0_NEW)
		ghost_add(sh->ghost, victim->hash);
	give_up(sh, spot, e, DEVSESS_EVENT_KIND_EVICT);
	stats_inc(sh->stats, STAT_evicted);
	e->haunt = shard_wants_ghost(sh);
}

/**
 * evict_one - evict a session of a shard
 * @sh:     shard
 * @e:      who is to know
 *
 * The session still counts, and its weight: another one can have its place.
 *
 * Context: Shard lock held.
 * Return: false if none was evicted, as all are pinned, or as the shard is too small to spare an
 * established one before evict_elsewhere() has looked at others.
 */
bool evict_one(struct shard *sh, struct evicting *e)
{
	struct spot spot;

	lockdep_assert_held(&sh->lock);
	if (shard_sessions(sh) < EVICT_SET && !too_many_new(sh))
		return false;
	if (!choose(sh, e, &spot))
		return false;
	send_away(sh, &spot, e);
	return true;
}

/* A guess, without the lock. */
static bool is_empty(const struct shard *sh)
{
	return !READ_ONCE(sh->in_dirty) && !READ_ONCE(rcu_dereference(sh->read)->used);
}

/* Skips empty shards. Returns where the next one begins that is not, at the latest @end. */
static u64 skip_empty(const struct directory *d, u64 at, u64 end)
{
	const struct shard *sh;
	u32 n;

	rcu_read_lock();
	for (n = 0; at < end && n < EVICT_EMPTY_SHARDS; n++) {
		sh = dir_shard(d, lower_32_bits(at));
		if (!is_empty(sh))
			break;
		at = at - lower_32_bits(at) + dir_after(sh);
	}
	rcu_read_unlock();
	return at;
}

/* Evicts a newcomer of some small shards that together are as one of EVICT_SET sessions. */
static bool evict_new(const struct directory *d, u32 hash, struct evicting *e)
{
	u64 at = hash, end = at + (1ULL << 32);
	bool done = false;
	u32 seen = 0, n;

	/* Those that are empty count as well, lest they be many. */
	for (n = 0; at < end && seen < EVICT_SET && n < EVICT_SET && !done; n++) {
		struct shard *sh = dir_lock_shard(d, lower_32_bits(at));
		struct spot spot;

		seen += shard_sessions(sh);
		if (too_many_new(sh) && newcomer(sh, EVICT_LOOKS, e, &spot)) {
			send_away(sh, &spot, e);
			events_post(e->events, &e->event);
			done = true;
		}
		/* After the last comes the first. */
		at = at - lower_32_bits(at) + dir_after(sh);
		dir_unlock_shard(sh);
		at = skip_empty(d, at, end);
	}
	return done;
}

/**
 * evict_elsewhere - evict a session, as the shard of the new one has none to spare
 * @d:      the shards
 * @hash:   of the new one: the search begins at its shard
 * @gfp:    of the caller: who cannot sleep looks at ROOM_SHARDS shards that hold sessions, and goes
 *          past EVICT_SET times EVICT_EMPTY_SHARDS that hold none
 * @e:      who is to know; its event is ours to make
 *
 * The session still counts, as after evict_one().
 *
 * Context: Process, or softirq if @gfp is GFP_ATOMIC; no shard lock held.
 * Return: false if there is none.
 */
bool evict_elsewhere(const struct directory *d, u32 hash, gfp_t gfp, struct evicting *e)
{
	bool patient = gfpflags_allow_blocking(gfp), done;
	u64 at = hash, end = at + (1ULL << 32);
	u32 n = 0, held = 0;
	struct spot spot;

	e->event = NULL;
	if (events_wanted(DEVSESS_EVENT_KIND_EVICT))
		e->event = events_alloc(e->events, 1, patient ? GFP_KERNEL : GFP_NOWAIT);
	done = evict_new(d, hash, e);
	while (at < end && !done && (patient || (held < ROOM_SHARDS && n++ < EVICT_SET))) {
		struct shard *sh = dir_lock_shard(d, lower_32_bits(at));

		held += shard_sessions(sh) > 0;
		done = choose(sh, e, &spot);
		if (done) {
			send_away(sh, &spot, e);
			events_post(e->events, &e->event);
		}
		at = at - lower_32_bits(at) + dir_after(sh);
		dir_unlock_shard(sh);
		at = skip_empty(d, at, end);
		if (patient)
			cond_resched();
	}
	events_free(e->events, e->event);
	return done;
}

/**
 * evict_on_probation - whether a new session begins on probation
 * @sh:   shard
 * @hash: of its key
 *
 * Context: Shard lock held.
 * Return: false if it was sent away from there not long ago.
 */
bool evict_on_probation(struct shard *sh, u32 hash)
{
	lockdep_assert_held(&sh->lock);
	return !sh->ghost || !ghost_take(sh->ghost, hash);
}
