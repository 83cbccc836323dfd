// SPDX-License-Identifier: GPL-2.0
/*
 * Sweep: the worker of a table. A pass visits the shards in the order of
 * their hashes, one at a time, and does what is due: sessions whose time is
 * over are freed, dirty maps are promoted after enough misses, maps shrink,
 * halves merge. Nobody waits for it; between passes it sleeps until it is
 * kicked or the next session expires. A pass over many shards goes by runs of
 * SWEEP_RUN_MS with a tick in between: it takes no more than its part of a CPU.
 */
#include "sweep.h"

#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/workqueue.h>

#include "charge.h"
#include "clock.h"
#include "queues.h"
#include "session.h"
#include "trace.h"

struct expiry {
	const struct slot_layout *layout;
	struct events *events;
	struct event *event;
	u32 reason;
	u32 late;
	struct owners *owners;
	u64 weight;
	u64 now;
	u64 next;
};

static bool count_late(const u64 *rec, void *arg)
{
	struct expiry *e = arg;

	e->late += session_expired(e->layout, rec, e->now);
	return false;
}

/*
 * Frees an expired session, unless there is no more room for its event; notes when
 * the next of the others expires.
 */
static bool expire(const u64 *rec, void *arg)
{
	u64 expires;
	struct expiry *e = arg;

	if (session_expired(e->layout, rec, e->now) && !event_full(e->event)) {
		events_note(e->events, e->event, DEVSESS_EVENT_KIND_EXPIRE, e->reason, rec);
		return true;
	}
	expires = session_get(e->layout, rec, W_EXPIRES);
	e->next = min_not_zero(e->next, expires);
	return false;
}

static bool is_late(const struct shard *sh, u64 now)
{
	return sh->next_expiry && sh->next_expiry <= now;
}

/* Locks a shard, with room for the events of its sessions that have expired by @now. */
static struct shard *lock_with_room(struct sweep *sw, u32 hash, gfp_t gfp, u64 now,
				    struct event **event)
	__acquires(RCU) __acquires(shard_lock)
{
	struct shard *sh = dir_lock_shard(sw->dir, hash);
	struct expiry e = { .layout = sh->layout, .now = now };

	*event = NULL;
	if (!events_wanted(DEVSESS_EVENT_KIND_EXPIRE) || !is_late(sh, now))
		return sh;
	shard_walk(sh, 0, count_late, NULL, &e);
	dir_unlock_shard(sh);
	/* At the second look it may be another half of a split, or two that were merged. */
	*event = events_alloc(sw->events, e.late + e.late / 8 + 1, gfp);
	return dir_lock_shard(sw->dir, hash);
}

static void gone(const u64 *rec, void *arg)
{
	struct expiry *e = arg;

	owner_give(e->owners, session_owner(e->layout, rec), session_state(rec));
	e->weight += session_weight(rec);
}

/*
 * Frees what has expired by @now, for which the caller has got @event: with a later time there
 * might be something to tell and no room for it. Returns how many were freed.
 */
static u32 expire_shard(struct sweep *sw, struct shard *sh, u64 now, struct event **event,
			u32 reason)
{
	struct expiry e = {
		.layout = sh->layout, .now = now, .events = sw->events,
		.event = *event, .reason = reason, .owners = sw->owners,
	};
	u32 freed;

	if (!is_late(sh, now))
		return 0;
	freed = shard_walk(sh, 0, expire, gone, &e);
	events_post(sw->events, event);
	sh->next_expiry = e.next;
	stats_add(sh->stats, STAT_expired, freed);
	atomic64_sub(freed, sw->fill);
	cost_give(sw->cost, e.weight);
	return freed;
}

/**
 * sweep_expire - free the sessions of a shard whose time is over
 * @sw: sweep
 * @sh: shard
 *
 * Context: Shard lock held.
 * Return: how many were freed; -EAGAIN if somebody is to be told of them, for which
 * sweep_make_room() has room.
 */
int sweep_expire(struct sweep *sw, struct shard *sh)
{
	struct event *none = NULL;
	u64 now = clock_now();

	if (is_late(sh, now) && events_wanted(DEVSESS_EVENT_KIND_EXPIRE))
		return -EAGAIN;
	return expire_shard(sw, sh, now, &none, DEVSESS_EVENT_REASON_ROOM);
}

/* Does what is due in the shard of @hash. Returns 0 or -ENOMEM. */
static int tidy_shard(struct sweep *sw, u32 hash)
{
	struct directory *d = sw->dir;
	struct resize_room room = { };
	struct shard *sh;
	int ret, err = 0;

	do {
		sh = dir_lock_shard(d, hash);
		ret = resize_tidy(sh, &room);
		if (ret == 1) {
			u8 depth = sh->depth + 1;

			ret = dir_split(d, sh, &room);
			if (ret)
				err = dir_grow(d, depth);
			else
				trace_split(sw->table, atomic_read(&d->stats->shards));
			continue;
		}
		dir_unlock_shard(sh);
		if (ret == -EAGAIN)
			err = resize_room_alloc(d->layout, d->stats, &room, GFP_KERNEL);
	} while (ret == -EAGAIN && !err);
	resize_room_free(&room);
	if (room.moved)
		trace_promote(sw->table, room.moved);
	return err;
}

/* Gives the shard of @hash a ghost for what it holds, or takes it away. Returns 0 or -ENOMEM. */
static int fit_ghost(struct sweep *sw, u32 hash)
{
	struct shard *sh = dir_lock_shard(sw->dir, hash);
	u32 sessions = READ_ONCE(sh->layout->uses) ? shard_sessions(sh) : 0;
	struct ghost *ghost = NULL;

	dir_unlock_shard(sh);
	if (sessions) {
		ghost = ghost_alloc(sessions, GFP_KERNEL);
		if (!ghost)
			return -ENOMEM;
	}
	sh = dir_lock_shard(sw->dir, hash);
	ghost = shard_set_ghost(sh, ghost);
	dir_unlock_shard(sh);
	ghost_free(ghost);
	return 0;
}

/* One shard of a pass. */
static void visit(struct sweep *sw, struct sweep_pass *p)
{
	u64 now = clock_now();
	struct event *event;
	struct shard *sh = lock_with_room(sw, p->hash, GFP_KERNEL, now, &event);
	bool noted = event, untidy, haunt;
	u32 freed;
	int ret;

	freed = expire_shard(sw, sh, now, &event, DEVSESS_EVENT_REASON_WORKER);
	untidy = resize_wants_tidy(sh);
	haunt = shard_wants_ghost(sh);
	dir_unlock_shard(sh);
	events_free(sw->events, event);
	if (freed) {
		trace_expire(sw->table, freed);
		watermark_look(sw->watermark);
		if (READ_ONCE(events_door))
			events_relieve(sw->events, noted ? freed : 0);
	}
	if (untidy && tidy_shard(sw, p->hash))
		p->failed = true;
	if (haunt && fit_ghost(sw, p->hash))
		p->failed = true;
	while ((ret = dir_merge(sw->dir, p->hash)) > 0) {
		p->merged = true;
		trace_merge(sw->table, atomic_read(&sw->dir->stats->shards));
	}
	if (ret)
		p->failed = true;

	sh = dir_lock_shard(sw->dir, p->hash);
	if (sh->next_expiry)
		p->next = min(p->next, sh->next_expiry);
	p->depth = max(p->depth, sh->depth);
	p->hash = dir_after(sh);
	dir_unlock_shard(sh);
}

static void end_pass(struct sweep *sw, struct sweep_pass *p)
{
	if (dir_shrink(sw->dir, p->depth) < 0)
		p->failed = true;
	/* Nobody else may ever ask for what could not be done now. */
	if (p->failed)
		p->next = min(p->next, clock_now() + SWEEP_RETRY_MS * NSEC_PER_MSEC);
}

/**
 * sweep_some - begin a pass, or go on with one that was left
 * @sw: sweep
 * @p:  the pass; one begins if it is all zeros
 * @ns: for how long, in ns; at least one shard is visited
 *
 * Context: Process, may sleep. Called by the worker, and by tests.
 * Return: true if the pass is at its end.
 */
bool sweep_some(struct sweep *sw, struct sweep_pass *p, u64 ns)
{
	u64 begin = local_clock();

	if (!p->hash)
		p->next = U64_MAX;
	do {
		visit(sw, p);
		cond_resched();
	} while (p->hash <= U32_MAX && local_clock() - begin < ns);
	if (p->hash <= U32_MAX)
		return false;
	end_pass(sw, p);
	return true;
}

static void note_expiry(struct sweep *sw, const struct sweep_pass *p)
{
	if (p->next != U64_MAX)
		sweep_expiry(sw, p->next);
}

/**
 * sweep_run - one pass
 * @sw: sweep
 *
 * Context: Process, may sleep. Called by tests, also while the worker is within a pass.
 * Return: whether another pass may find more to merge.
 */
bool sweep_run(struct sweep *sw)
{
	struct sweep_pass p = { };

	sweep_some(sw, &p, U64_MAX);
	note_expiry(sw, &p);
	return p.merged;
}

/* Whether some session may have expired that is still there. */
static bool may_be_late(struct sweep *sw)
{
	unsigned long flags;
	bool late;

	raw_spin_lock_irqsave(&sw->lock, flags);
	/* Between passes it is known that none expires before one is due. */
	late = sw->midway || sw->due <= clock_now();
	raw_spin_unlock_irqrestore(&sw->lock, flags);
	return late;
}

/**
 * sweep_make_room - free expired sessions that the worker has not come to yet
 * @sw:   sweep
 * @hash: of the session that needs the room: the search begins at its shard
 * @gfp:  of the caller: who cannot sleep looks at ROOM_SHARDS shards only
 *
 * Frees those of one shard.
 *
 * Context: Process, or softirq if @gfp is GFP_ATOMIC; no shard lock held.
 * Return: true if there was one.
 */
bool sweep_make_room(struct sweep *sw, u32 hash, gfp_t gfp)
{
	bool patient = gfpflags_allow_blocking(gfp);
	u64 at = hash, end = at + (1ULL << 32);
	u32 freed = 0, n;

	if (!may_be_late(sw))
		return false;
	/* By hashes, of which there are as many whatever splits meanwhile. */
	for (n = 0; at < end && !freed && (patient || n < ROOM_SHARDS); n++) {
		u64 now = clock_now();
		struct event *event;
		struct shard *sh = lock_with_room(sw, lower_32_bits(at), gfp, now, &event);

		freed = expire_shard(sw, sh, now, &event, DEVSESS_EVENT_REASON_ROOM);
		/* After the last comes the first. */
		at = at - lower_32_bits(at) + dir_after(sh);
		dir_unlock_shard(sh);
		events_free(sw->events, event);
		if (patient)
			cond_resched();
	}
	if (freed) {
		trace_expire(sw->table, freed);
		events_kick(sw->events);
	}
	return freed;
}

/*
 * The next pass is when it is due, or a little later: not before the clock of sessions, which goes
 * by ticks, is there as well.
 */
static void set_timer(struct sweep *sw)
{
	u64 soon = clock_now() + SWEEP_DELAY_MS * NSEC_PER_MSEC;

	lockdep_assert_held(&sw->lock);
	hrtimer_start(&sw->timer, ns_to_ktime(max(sw->due + TICK_NSEC, soon)), HRTIMER_MODE_ABS);
}

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	struct sweep *sw = container_of(timer, struct sweep, timer);

	mod_delayed_work(queue_tidy, &sw->work, 0);
	return HRTIMER_NORESTART;
}

/* Makes sure that there is a pass at some time, ns of CLOCK_BOOTTIME, or soon after. */
static void pass_at(struct sweep *sw, u64 when)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&sw->lock, flags);
	if (when < sw->due && !sw->stopped) {
		WRITE_ONCE(sw->due, when);
		if (!sw->midway)
			set_timer(sw);
	}
	raw_spin_unlock_irqrestore(&sw->lock, flags);
}

/* A pass begins: what is asked for from now on it may not find. */
static void begin_run(struct sweep *sw)
{
	raw_spin_lock_irq(&sw->lock);
	if (!sw->midway) {
		WRITE_ONCE(sw->due, U64_MAX);
		WRITE_ONCE(sw->kicked, false);
		sw->midway = true;
	}
	raw_spin_unlock_irq(&sw->lock);
}

/* Goes on with the pass at the next tick, or with another when it is due. */
static void end_run(struct sweep *sw, bool ended)
{
	raw_spin_lock_irq(&sw->lock);
	sw->midway = !ended;
	if (!sw->stopped && !ended)
		mod_delayed_work(queue_tidy, &sw->work, 1);
	else if (!sw->stopped && sw->due != U64_MAX)
		set_timer(sw);
	raw_spin_unlock_irq(&sw->lock);
}

static void work_fn(struct work_struct *work)
{
	struct sweep *sw = container_of(to_delayed_work(work), struct sweep, work);
	struct mem_cgroup *old;
	bool ended;

	begin_run(sw);
	old = charge_begin(sw->charge);
	ended = sweep_some(sw, &sw->pass, SWEEP_RUN_MS * NSEC_PER_MSEC);
	charge_end(old);
	if (ended) {
		note_expiry(sw, &sw->pass);
		if (sw->pass.merged)
			sweep_kick(sw);
		sw->pass = (struct sweep_pass){ };
	}
	end_run(sw, ended);
}

static void kick_fn(struct irq_work *kick)
{
	struct sweep *sw = container_of(kick, struct sweep, kick);

	WRITE_ONCE(sw->kicked, true);
	pass_at(sw, clock_now());
}

/**
 * sweep_kick - ask for a pass soon
 * @sw: sweep
 *
 * Context: Any, NMI included.
 */
void sweep_kick(struct sweep *sw)
{
	if (!READ_ONCE(sw->kicked))
		irq_work_queue(&sw->kick);
}

/**
 * sweep_expiry - make sure that there is a pass when a session expires
 * @sw:      sweep
 * @expires: when, ns of CLOCK_BOOTTIME; 0 never
 *
 * Context: Process or softirq.
 */
void sweep_expiry(struct sweep *sw, u64 expires)
{
	if (expires && expires < READ_ONCE(sw->due))
		pass_at(sw, expires);
}

/**
 * sweep_init - make the worker ready
 * @sw:   sweep
 * @dir:  the shards
 * @fill: of the table: sessions in the lower half
 * @watermark: of the table
 * @cost: of the table
 * @events: of the table
 * @owners: of the table, or NULL
 * @table: its name, for traces
 * @charge: of the table, charged with what the worker allocates
 *
 * Context: Process.
 */
void sweep_init(struct sweep *sw, struct directory *dir, atomic64_t *fill,
		struct watermark *watermark, struct cost *cost, struct events *events,
		struct owners *owners, const struct table_name *table,
		const struct charge *charge)
{
	INIT_DELAYED_WORK(&sw->work, work_fn);
	hrtimer_init(&sw->timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
	sw->timer.function = timer_fn;
	init_irq_work(&sw->kick, kick_fn);
	raw_spin_lock_init(&sw->lock);
	sw->due = U64_MAX;
	sw->dir = dir;
	sw->fill = fill;
	sw->watermark = watermark;
	sw->cost = cost;
	sw->events = events;
	sw->owners = owners;
	sw->table = table;
	sw->charge = charge;
}

/**
 * sweep_stop - stop the worker
 * @sw: sweep that nobody kicks any more
 *
 * Context: Process, may sleep.
 */
void sweep_stop(struct sweep *sw)
{
	/* A pass that is running may still kick. */
	raw_spin_lock_irq(&sw->lock);
	sw->stopped = true;
	raw_spin_unlock_irq(&sw->lock);
	hrtimer_cancel(&sw->timer);
	cancel_delayed_work_sync(&sw->work);
	irq_work_sync(&sw->kick);
}
