// SPDX-License-Identifier: GPL-2.0
#include "later.h"

#include <stdlib.h>
#include <string.h>

#include <linux/rcupdate.h>

#include "../../module/asking.h"
#include "../../module/deferred.h"
#include "../../module/lookup.h"
#include "../../module/upcall.h"
#include "shim.h"
#include "tap.h"

#define A_NAMESPACE	((struct net *)1)
#define A_NAME		"later"

/* Most writes that can wait. */
#define RING		64

#define differs(fmt, ...) do {							\
	if (!l.r->failed)							\
		tap_note("%s:%d: " fmt, __func__, __LINE__, ##__VA_ARGS__);	\
	l.r->failed = true;							\
} while (0)

u64 later_asked, later_done;

/* Whether an id waits for its upcall; not sure, if what happened first cannot be known. */
enum waits { NO, MAYBE, YES };

/**
 * struct id - what is known of an id
 * @waits:   for the worker
 * @until:   it is not asked for before, ms
 * @less:    and by so many sooner, once it is stored
 * @stored:  it was
 * @unsure:  all of these may be otherwise
 * @before:  the version that its session had before the writes that wait
 * @writes:  how many of these there are
 * @changed: some of them changed the session
 */
struct id {
	enum waits waits;
	u64 until;
	u32 less;
	bool stored;
	bool unsure;
	u64 before;
	u32 writes;
	bool changed;
};

/* A write that waits. */
struct waiting {
	u32 i;
	u32 op;
	u32 fields;
	u32 flags;
	u64 ttl_ms;
	struct devsess_session s;
};

/**
 * struct later - of the table
 * @r:       table and reference; NULL: none
 * @id:      of each of its keys
 * @ring:    size of the rings, 0: none
 * @w:       writes that wait, in their order
 * @n:       how many
 * @since:   when the first of them was put, ns
 * @options: of upcalls; none if @options.upcall is off
 * @deaf:    nobody hears the upcalls
 * @paid:    what has been asked for is paid for until then, by the rate, ns
 * @dropped: upcalls, so far
 * @failed:  writes for want of memory, so far
 */
static struct later {
	struct ref *r;
	struct id *id;
	u32 ring;
	struct waiting w[RING];
	u32 n;
	u64 since;
	struct upcall_options options;
	bool deaf;
	u64 paid;
	u64 dropped;
	u64 failed;
} l;

static u64 counter(enum stat_id i)
{
	return stats_sum(&l.r->t->stats, i);
}

static u64 now_ms(void)
{
	return DIV_ROUND_UP_ULL(shim_clock, NSEC_PER_MSEC);
}

static struct id *id_of(const struct ref_entry *e)
{
	return &l.id[e - l.r->e];
}

/* Upcalls */

static bool quiet(const struct id *id)
{
	return id->until * NSEC_PER_MSEC > shim_clock;
}

/* It is not asked for from now on, for so long. */
static void hush(struct id *id, u64 from_ms, u32 ms)
{
	const struct upcall_options *o = &l.options;

	id->until = from_ms + ms;
	id->less = max(o->interval_ms, o->negative_ttl_ms) - o->interval_ms;
	id->stored = false;
	id->unsure = false;
}

/* Its negative entry is over. */
static void created(const struct ref_entry *e)
{
	struct id *id = id_of(e);

	/* What came first is not known: then the longest that it may be. */
	if (!l.options.upcall || !quiet(id) || id->unsure || id->stored || !id->less)
		return;
	id->until -= id->less;
	id->stored = true;
}

/* A tenth of a second's worth may come at once, but one in any case. */
static void pay(void)
{
	u64 cost = DIV_ROUND_UP(NSEC_PER_SEC, l.options.rate);
	u64 burst = max_t(u64, cost, NSEC_PER_SEC / 10);

	l.paid = max_t(u64, l.paid, shim_clock - burst);
	if (l.paid + cost > shim_clock)
		differs("sooner than the rate allows");
	l.paid += cost;
}

static void expect_upcall(struct ref_entry *e)
{
	struct id *id = id_of(e);

	pay();
	if (id->waits == NO)
		differs("an id that nobody looked for, or for the second time");
	if (ref_alive(e) && !id->writes)
		differs("an id that has a session");
	if (quiet(id) && !id->unsure)
		differs("an id within its time");
	id->waits = NO;
	if (l.deaf) {
		id->until = 0;
		return;
	}
	hush(id, now_ms(), max(l.options.interval_ms, l.options.negative_ttl_ms));
	/* It may have got a session in the same moment, and lost it. */
	id->unsure = id->writes;
	later_asked++;
}

static int sender(struct net *net, const char *table, const struct slot_key *ids, u32 n)
{
	struct devsess_session key;
	struct ref_entry *e;
	u32 i;

	if (net != A_NAMESPACE || strcmp(table, A_NAME))
		differs("in another namespace, or of table %s", table);
	for (i = 0; i < n; i++) {
		key.key_len = ids[i].len;
		memcpy(key.key, ids[i].word, ids[i].len);
		e = ref_find(l.r, &key);
		if (e)
			expect_upcall(e);
		else
			differs("an id of %u bytes that nobody has", ids[i].len);
	}
	if (l.deaf)
		l.dropped += n;
	return l.deaf ? -ESRCH : 0;
}

static void look_or_load(struct run *run)
{
	u32 i = act_pick(run, l.r->n);
	struct ref_entry *e = &l.r->e[i];
	u64 told = counter(STAT_negative_hits), dropped = counter(STAT_upcalls_dropped);
	struct devsess_session out;
	struct id *id = &l.id[i];
	int ret = lookup_or_load(l.r->t, e->s.key, e->s.key_len, &out);

	if (ret != (ref_alive(e) ? 0 : -ENOENT))
		differs("lookup: %d", ret);
	if (!ret && !ref_same(&out, &e->s))
		differs("another session");
	told = counter(STAT_negative_hits) - told;
	dropped = counter(STAT_upcalls_dropped) - dropped;
	l.dropped += dropped;
	id->unsure &= quiet(id);
	if (!ret || !l.options.upcall) {
		if (told || dropped)
			differs("asked for without need");
	} else if (!id->unsure && told != quiet(id)) {
		differs("told %llu times that it was asked for, not %d", told, quiet(id));
	} else if (!told && !dropped && id->waits == NO) {
		id->waits = id->unsure ? MAYBE : YES;
	}
}

static void refuse(struct run *run)
{
	u32 i = act_pick(run, l.r->n);
	const struct devsess_session *s = &l.r->e[i].s;
	struct id *id = &l.id[i], old = *id;
	struct slot_key key;
	int ret;

	table_key(l.r->t, s->key, s->key_len, &key);
	ret = upcall_refuse(l.r->t, &key);
	if (ret != (l.options.upcall ? 0 : -EOPNOTSUPP))
		differs("refusal: %d", ret);
	if (ret)
		return;
	hush(id, DIV_ROUND_UP_ULL(shim_clock + NSEC_PER_MSEC, NSEC_PER_MSEC),
	     l.options.negative_ttl_ms);
	/* The later of both; which one if they are the same is nobody's business. */
	id->unsure = old.unsure || old.until == id->until;
	if (old.until > id->until)
		*id = old;
	if (id->waits == YES)
		id->waits = MAYBE;
}

/* What waits for upcalls by now: not what has got a session, or was refused, or is dropped. */
static void settle_ids(void)
{
	u64 dropped = counter(STAT_upcalls_dropped);
	u32 i;

	for (i = 0; i < l.r->n; i++) {
		struct id *id = &l.id[i];

		if (id->waits == YES && (ref_alive(&l.r->e[i]) || id->writes || quiet(id) ||
					 dropped != l.dropped))
			id->waits = MAYBE;
	}
	l.dropped = dropped;
}

/* Other options, or none: what waits is dropped, what was asked for is remembered. */
static void give_options(struct run *run)
{
	static const u32 rates[] = { 5, 200, 1000 };
	const struct upcall_options o = {
		act_pick(run, 8) ? DEVSESS_UPCALL_ON_REQUEST : DEVSESS_UPCALL_OFF,
		1 + act_pick(run, 3000), rates[act_pick(run, 3)],
		act_pick(run, 2) ? act_pick(run, 10000) : 0,
	};
	struct upcalls *u = o.upcall ? upcall_alloc(l.r->t, A_NAMESPACE, &o) : NULL;
	u32 i;

	if (o.upcall && !u) {
		if (!l.r->may_fail)
			differs("no upcalls");
		return;
	}
	upcall_install(l.r->t, u, &o);
	if (!l.options.upcall)
		l.paid = 0;
	l.options = o;
	l.dropped = counter(STAT_upcalls_dropped);
	for (i = 0; i < l.r->n; i++) {
		l.id[i].waits = NO;
		if (!o.upcall)
			l.id[i].until = 0;
	}
}

/* Deferred writes */

static int put(struct devsess_table *t, const struct waiting *w)
{
	switch (w->op) {
	case DEVSESS_OP_STORE:
		return deferred_store(t, &w->s);
	case DEVSESS_OP_UPDATE:
		return deferred_update(t, &w->s, w->fields);
	case DEVSESS_OP_TOUCH:
		return deferred_touch(t, w->s.key, w->s.key_len, w->ttl_ms, w->flags);
	default:
		return deferred_delete(t, w->s.key, w->s.key_len);
	}
}

static void defer(struct run *run)
{
	static const u8 ops[] = {
		DEVSESS_OP_STORE, DEVSESS_OP_UPDATE, DEVSESS_OP_TOUCH, DEVSESS_OP_DELETE,
	};
	struct waiting w = {
		.i = act_pick(run, 2) ? act_pick(run, l.r->n) : act_pick(run, 4) % l.r->n,
		.op = ops[act_pick(run, 4)], .fields = act_pick(run, DEVSESS_F_ALL + 1),
		.flags = act_pick(run, 2), .ttl_ms = act_touch_ttl(run),
	};
	int want = !l.ring ? -EOPNOTSUPP : l.n == l.ring ? -ENOBUFS : 0, ret;
	u64 taken = counter(STAT_deferred), full = counter(STAT_fail_ring);

	w.s = act_session(run, w.i);
	/* It may be over before it is done. */
	if (!act_pick(run, 4))
		w.s.expires = shim_clock + NSEC_PER_MSEC + act_pick(run, 20000) * 1000;
	ret = put(l.r->t, &w);
	if (ret != want)
		differs("deferred: %d, not %d", ret, want);
	if (counter(STAT_deferred) - taken != !ret ||
	    counter(STAT_fail_ring) - full != (ret == -ENOBUFS))
		differs("deferred: %d, and counted as another answer", ret);
	if (ret)
		return;
	if (!l.n)
		l.since = shim_clock;
	l.id[w.i].writes++;
	l.w[l.n++] = w;
}

/* Whether the next write to the same id makes a delete superfluous. */
static bool undone(u32 n)
{
	u32 next;

	for (next = n + 1; next < l.n; next++)
		if (l.w[next].i == l.w[n].i)
			return l.w[next].op == DEVSESS_OP_STORE ||
			       l.w[next].op == DEVSESS_OP_DELETE;
	return false;
}

static void do_one(u32 n)
{
	const struct waiting *w = &l.w[n];
	struct ref_entry *e = &l.r->e[w->i];
	bool there = ref_found(l.r, e);
	struct devsess_session s;

	switch (w->op) {
	case DEVSESS_OP_TOUCH:
		ref_touched(l.r, e, w->ttl_ms, w->flags);
		return;
	case DEVSESS_OP_DELETE:
		if (there && !undone(n))
			ref_forget(l.r, e);
		return;
	case DEVSESS_OP_UPDATE:
		if (!there)
			return;
		s = ref_updated(l.r, &e->s, &w->s, w->fields);
		break;
	default:
		s = ref_made(l.r, &w->s);
	}
	s.version = e->version + 1;
	ref_adopt(l.r, e, &s);
	l.id[w->i].changed = true;
}

/* What has become of an entry, by what the engine says. */
static void compare_entry(struct ref_entry *e, struct id *id)
{
	struct devsess_session out;
	int ret = lookup_one(l.r->t, e->s.key, e->s.key_len, &out);

	if (ret != (ref_alive(e) ? 0 : -ENOENT)) {
		differs("deferred: %d, but %s", ret, e->stored ? "stored" : "deleted");
		return;
	}
	e->version = ret ? id->before : out.version;
	if (ret)
		return;
	if (id->changed ? out.version <= id->before : out.version != id->before)
		differs("deferred: version %llu after %llu", out.version, id->before);
	e->s.version = out.version;
	if (!ref_same(&out, &e->s))
		differs("deferred: another session");
}

/* There was no memory: who knows which of the writes were done, and when. */
static void take_over(struct ref_entry *e, struct id *id)
{
	struct devsess_session out;
	int ret = lookup_one(l.r->t, e->s.key, e->s.key_len, &out);

	l.r->created = NULL;
	ref_forget(l.r, e);
	if (!ret) {
		if (out.version < id->before)
			differs("deferred: version %llu after %llu", out.version, id->before);
		e->version = min(id->before, out.version - 1);
		ref_adopt(l.r, e, &out);
	}
	l.r->created = created;
	id->unsure = true;
}

static void writes_done(void)
{
	bool failed = l.r->may_fail && counter(STAT_fail_memory) != l.failed, over = false;
	u32 n;

	for (n = 0; n < l.n; n++)
		l.id[l.w[n].i].before = l.r->e[l.w[n].i].version;
	for (n = 0; n < l.n && !failed; n++)
		do_one(n);
	for (n = 0; n < l.n; n++) {
		struct id *id = &l.id[l.w[n].i];

		if (!id->writes)
			continue;
		if (failed)
			take_over(&l.r->e[l.w[n].i], id);
		else
			compare_entry(&l.r->e[l.w[n].i], id);
		id->writes = 0;
		id->changed = false;
	}
	for (n = 0; n < l.n; n++)
		over |= l.w[n].s.expires && l.w[n].s.expires <= shim_clock;
	later_done += l.n;
	l.n = 0;
	/* One that was over when it was stored, and changed in vain, may be there still. */
	if (over || failed)
		ref_sweep(l.r);
}

/* Of the writes, all or none is done. */
static void look_at_writes(void)
{
	u64 waits = deferred_waiting(l.r->t);

	if (waits && waits != l.n)
		differs("%llu of %u writes wait", waits, l.n);
	/* Delays are exact here. */
	if (waits && shim_clock - l.since >= READ_ONCE(l.r->t->defer_ms) * (u64)NSEC_PER_MSEC)
		differs("a write waits for %llu ns", shim_clock - l.since);
	if (!waits)
		writes_done();
	l.failed = counter(STAT_fail_memory);
}

static void drain(void)
{
	int ret = deferred_drain(l.r->t);

	if (ret != (l.ring ? 0 : -EOPNOTSUPP))
		differs("drain: %d", ret);
	if (deferred_waiting(l.r->t))
		differs("drained, but %llu wait", deferred_waiting(l.r->t));
	look_at_writes();
}

static void give_rings(struct run *run)
{
	u32 ring = act_pick(run, 4) ? 1 << act_pick(run, 7) : 0;
	struct deferred *d = ring ? deferred_alloc(l.r->t, ring) : NULL;

	if (ring && !d) {
		if (!l.r->may_fail)
			differs("no rings");
		return;
	}
	deferred_install(l.r->t, d);
	l.ring = ring;
	if (deferred_waiting(l.r->t))
		differs("%llu wait in other rings", deferred_waiting(l.r->t));
	look_at_writes();
}

static void worked(void)
{
	settle_ids(); /* also of those whose writes may have been done before or after */
	look_at_writes();
}

/* Both */

void later_begin(struct run *run)
{
	l = (struct later){ .r = &run->r, .id = calloc(run->r.n, sizeof(*l.id)) };
	if (!l.id)
		shim_bug("no memory for what is done later");
	l.r->created = created;
	l.r->worked = worked;
	name_set(&run->r.t->name, A_NAME);
	asking_set_sender(sender);
	give_rings(run);
	give_options(run);
}

static void wait_some(struct run *run)
{
	shim_advance(act_pick(run, 20000) * 1000ULL);
	ref_run_due(l.r);
}

void later_act(struct run *run)
{
	u32 dice = act_pick(run, 256);

	if (!l.r)
		return;
	if (dice < 128)
		defer(run);
	else if (dice < 200)
		look_or_load(run);
	else if (dice < 224)
		refuse(run);
	else if (dice < 228)
		drain();
	else if (dice < 232)
		give_rings(run);
	else if (dice < 236)
		give_options(run);
	else if (dice < 238)
		deferred_set_interval(l.r->t, 1 + act_pick(run, 100));
	else if (dice < 240)
		l.deaf = !act_pick(run, 4);
	else
		wait_some(run);
}

static bool tags_wait(void)
{
	const struct upcalls *u = rcu_dereference_protected(l.r->t->upcalls, true);
	u32 i;

	for (i = 0; u && i < u->slots; i++)
		if (atomic64_read(&u->tag[i]))
			return true;
	return false;
}

static bool some_wait(void)
{
	u32 i;

	for (i = 0; i < l.r->n; i++)
		if (l.id[i].waits == YES)
			return true;
	return l.n || tags_wait();
}

void later_check(struct run *run)
{
	u32 n;

	if (!l.r)
		return;
	/* By the lowest of the rates. */
	for (n = 0; some_wait() && n < 10 * run->r.n && !l.r->failed; n++) {
		shim_advance(100 * NSEC_PER_MSEC);
		ref_run_due(l.r);
	}
	if (some_wait())
		differs("something waits for ever");
	for (n = 0; n < l.r->n; n++)
		l.id[n].waits = NO;
}

void later_end(struct run *run)
{
	if (!l.r)
		return;
	asking_set_sender(NULL);
	deferred_exit(run->r.t);
	upcall_exit(run->r.t);
	l.r->created = NULL;
	l.r->worked = NULL;
	free(l.id);
	l = (struct later){ };
}
