// SPDX-License-Identifier: GPL-2.0
#include "ref.h"

#include <stdlib.h>
#include <string.h>

#include <linux/socket.h>
#include <linux/timekeeping.h>

#include "../../module/lookup.h"
#include "shim.h"
#include "tap.h"

#define POISON		0xa5

#define differs(r, fmt, ...) do {						\
	if (!(r)->failed)							\
		tap_note("%s:%d: " fmt, __func__, __LINE__, ##__VA_ARGS__);	\
	(r)->failed = true;							\
} while (0)

static u64 now(void)
{
	return ktime_get_coarse_boottime_ns();
}

/* What no byte may be written to is full of POISON. */
static struct devsess_session poison;

static bool poisoned(const void *p, size_t n)
{
	return !memcmp(p, &poison, n);
}

/* Keys */

static int compare_keys(const struct devsess_session *a, const void *key, size_t len)
{
	if (a->key_len != len)
		return a->key_len < len ? -1 : 1;
	return memcmp(a->key, key, len);
}

static int compare_entries(const void *a, const void *b)
{
	const struct ref_entry *x = a, *y = b;

	return compare_keys(&x->s, y->s.key, y->s.key_len);
}

/*
 * Half of the keys are random bytes. The others differ in few bytes, or only
 * in zeros at the end.
 */
static void make_key(struct devsess_session *s, u32 i, u32 key_max, u64 *random)
{
	u32 b;

	memset(s, 0, sizeof(*s));
	s->key_len = 1 + shim_random(random) % key_max;
	if (shim_random(random) & 1) {
		for (b = 0; b < s->key_len; b++)
			s->key[b] = shim_random(random);
	} else {
		s->key[0] = i / 16;
		if (s->key_len > 1)
			s->key[1] = i / 16 >> 8;
	}
}

void ref_init(struct ref *r, const struct table_limits *limits, u32 n, u64 *random)
{
	u32 i, distinct = 1;

	memset(&poison, POISON, sizeof(poison));
	*r = (struct ref){ .limits = *limits, .n = n, .gfp = GFP_KERNEL };
	r->e = calloc(n, sizeof(*r->e));
	if (!r->e)
		shim_bug("no memory for the reference");
	for (i = 0; i < n; i++)
		make_key(&r->e[i].s, i, limits->key_max, random);
	qsort(r->e, n, sizeof(*r->e), compare_entries);
	for (i = 1; i < n; i++)
		if (compare_entries(&r->e[distinct - 1], &r->e[i]))
			r->e[distinct++] = r->e[i];
	r->n = distinct;
}

bool ref_table(struct ref *r)
{
	r->t = table_alloc(&r->limits);
	if (!IS_ERR(r->t))
		return true;
	if (PTR_ERR(r->t) != -ENOMEM || !r->may_fail)
		differs(r, "table_alloc: %ld", PTR_ERR(r->t));
	r->t = NULL;
	return false;
}

void ref_free_table(struct ref *r)
{
	u32 i;

	if (r->t)
		table_free(r->t);
	r->t = NULL;
	r->count = 0;
	r->cost = 0;
	r->evictions = 0;
	memset(r->owned, 0, sizeof(r->owned));
	memset(r->limit, 0, sizeof(r->limit));
	memset(r->refused, 0, sizeof(r->refused));
	for (i = 0; i < r->n; i++) {
		r->e[i].stored = false;
		r->e[i].version = 0;
	}
}

void ref_exit(struct ref *r)
{
	ref_free_table(r);
	free(r->e);
	r->e = NULL;
}

struct ref_entry *ref_find(struct ref *r, const struct devsess_session *s)
{
	struct ref_entry key = { .s = *s };

	return bsearch(&key, r->e, r->n, sizeof(*r->e), compare_entries);
}

/* Sessions */

static u64 random_ttl(u64 *random)
{
	switch (shim_random(random) % 4) {
	case 0:
		return 1 + shim_random(random) % 10;
	case 1:
		return 1 + shim_random(random) % 3000;
	case 2:
		return 1 + shim_random(random) % 10000000;
	default:
		return DEVSESS_TTL_MAX;
	}
}

static void fill(u8 *p, u32 n, u64 *random)
{
	u64 word = 0;
	u32 i;

	for (i = 0; i < n; i++, word >>= 8) {
		if (i % 8 == 0)
			word = shim_random(random);
		p[i] = word;
	}
}

struct devsess_session ref_session(const struct ref *r, u32 i, u32 ttl_in, u64 *random)
{
	static const u8 families[] = { AF_UNSPEC, AF_INET, AF_INET6 };
	struct devsess_session s = poison;

	s.key_len = r->e[i].s.key_len;
	memcpy(s.key, r->e[i].s.key, s.key_len);
	s.session = shim_random(random);
	s.owner = shim_random(random) % REF_OWNERS;
	s.mark = shim_random(random);
	s.port = shim_random(random);
	s.family = families[shim_random(random) % 3];
	fill((u8 *)&s.addr, sizeof(s.addr), random);
	s.state = shim_random(random) % (DEVSESS_STATE_BLOCKED + 1);
	s.flags = shim_random(random) & DEVSESS_FLAG_PINNED;
	/* 0 is 1. */
	s.weight = shim_random(random) % 8 ? shim_random(random) % 5 : shim_random(random);
	s.data_len = shim_random(random) % (r->limits.data_max + 1);
	fill(s.data, s.data_len, random);
	s.ttl_ms = shim_random(random) % ttl_in ? 0 : random_ttl(random);
	s.expires = 0;
	if (s.ttl_ms && shim_random(random) % 4 == 0) {
		s.expires = now() + 1 + shim_random(random) % (s.ttl_ms * NSEC_PER_MSEC);
		s.ttl_ms *= shim_random(random) & 1;
	}
	if (!s.ttl_ms && shim_random(random) & 1)
		s.ttl_ms = DEVSESS_TTL_TABLE;
	return s;
}

static bool same_address(const struct devsess_session *a, const struct devsess_session *b)
{
	if (a->family != b->family)
		return false;
	return a->port == b->port && !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

bool ref_same(const struct devsess_session *a, const struct devsess_session *b)
{
	return a->session == b->session && a->version == b->version && a->ttl_ms == b->ttl_ms &&
	       a->expires == b->expires && a->created == b->created &&
	       a->last_seen == b->last_seen && same_address(a, b) && a->owner == b->owner &&
	       a->mark == b->mark && a->state == b->state && a->flags == b->flags &&
	       a->weight == b->weight && a->key_len == b->key_len &&
	       !memcmp(a->key, b->key, a->key_len) &&
	       a->data_len == b->data_len && !memcmp(a->data, b->data, a->data_len);
}

/* Compares what came out into poisoned memory, of which no byte more may be written. */
static void compare_out(struct ref *r, const struct devsess_session *got,
			const struct devsess_session *want)
{
	if (!ref_same(got, want))
		differs(r, "another session came out (version %llu, not %llu)",
			got->version, want->version);
	if (!poisoned(got->key + got->key_len, sizeof(got->key) - got->key_len) ||
	    !poisoned(got->data + got->data_len, sizeof(got->data) - got->data_len))
		differs(r, "bytes past the length were written");
}

/* What the engine makes of a session that is given. */
static void normalise(const struct ref *r, struct devsess_session *s)
{
	s->weight = s->weight ?: 1;
	if (s->ttl_ms == DEVSESS_TTL_TABLE)
		s->ttl_ms = r->limits.ttl_ms;
	if (s->family == AF_UNSPEC) {
		memset(&s->addr, 0, sizeof(s->addr));
		s->port = 0;
	}
}

u64 ref_expiry(u64 ttl_ms)
{
	return ttl_ms ? now() + ttl_ms * NSEC_PER_MSEC : 0;
}

static bool expired(const struct ref_entry *e)
{
	return e->stored && e->s.expires && e->s.expires <= now();
}

bool ref_alive(const struct ref_entry *e)
{
	return e->stored && !expired(e);
}

/* Owners */

/* Counts a session, or counts it no more. */
static void own(struct ref *r, const struct ref_entry *e, int by)
{
	if (!e->stored)
		return;
	r->owned[e->s.owner][e->s.state] += by;
	r->cost += by * e->s.weight;
}

/* What the figures of an owner must be. */
static struct devsess_owner figures(const struct ref *r, u32 owner)
{
	struct devsess_owner f = { .owner = owner, .limit = r->limit[owner] };
	u32 i;

	for (i = 0; i < DEVSESS_STATES; i++) {
		f.state[i] = r->owned[owner][i] + r->kept[owner][i];
		f.sessions += f.state[i];
	}
	return f;
}

static bool known(const struct ref *r, u32 owner)
{
	return r->limit[owner] || figures(r, owner).sessions;
}

/* Whether there is no entry left for an owner. */
static bool too_many(const struct ref *r, u32 owner)
{
	u32 i, n = 0;

	for (i = 0; i < REF_OWNERS; i++)
		n += known(r, i);
	return !known(r, owner) && n >= r->limits.owner_max;
}

/* What a write answers that makes the session of @e one of @owner. */
static int owner_result(const struct ref *r, const struct ref_entry *e, u32 owner)
{
	if (!r->limits.owner_max || (e->stored && e->s.owner == owner))
		return 0;
	if (too_many(r, owner))
		return -EUSERS;
	return r->limit[owner] && figures(r, owner).sessions >= r->limit[owner] ? -EDQUOT : 0;
}

static void compare_owner(struct ref *r, u32 owner)
{
	struct devsess_owner got, want = figures(r, owner);

	owner_get(r->t->owners, owner, &got);
	if (got.owner != owner || got.limit != want.limit || got.sessions != want.sessions ||
	    memcmp(got.state, want.state, sizeof(got.state)))
		differs(r, "owner %u has %u sessions, not %u, or other states or limit", owner,
			got.sessions, want.sessions);
}

static void compare_owners(struct ref *r)
{
	struct devsess_owner list[REF_OWNERS];
	u32 i, n = 0;

	if (!r->limits.owner_max)
		return;
	for (i = 0; i < REF_OWNERS; i++) {
		compare_owner(r, i);
		n += known(r, i);
	}
	if (owner_list(r->t->owners, list) != n)
		differs(r, "not %u owners are listed", n);
	for (i = 1; i < n; i++)
		if (list[i].sessions > list[i - 1].sessions)
			differs(r, "owners are not sorted");
}

/* What has expired may count for its owner a little longer. */
static bool owner_late(const struct ref *r, int ret)
{
	return r->evicted && (ret == -EDQUOT || ret == -EUSERS);
}

static void note_refused(struct ref *r, int ret)
{
	r->refused[0] += ret == -EDQUOT;
	r->refused[1] += ret == -EUSERS;
}

void ref_forget(struct ref *r, struct ref_entry *e)
{
	own(r, e, -1);
	r->count -= e->stored;
	e->stored = false;
}

static u64 counter(const struct ref *r, enum stat_id i)
{
	return stats_sum(&r->t->stats, i);
}

/* Any write frees the slot of an expired session. */
bool ref_found(struct ref *r, struct ref_entry *e)
{
	if (expired(e))
		ref_forget(r, e);
	return e->stored;
}

/* The session after a write; its version must be one that the key never had. */
void ref_adopt(struct ref *r, struct ref_entry *e, const struct devsess_session *s)
{
	if (s->version <= e->version)
		differs(r, "version %llu after %llu", s->version, e->version);
	e->version = s->version;
	own(r, e, -1);
	r->count += !e->stored;
	if (!e->stored && r->created)
		r->created(e);
	e->stored = true;
	e->s = *s;
	own(r, e, 1);
}

static u32 walk_mark;

static bool mark(const struct devsess_session *s, const void *arg)
{
	const struct ref *r = arg;
	struct ref_entry *e = ref_find((struct ref *)r, s);

	if (e)
		e->mark = walk_mark;
	return e;
}

/*
 * Which sessions were evicted cannot be known beforehand, but that so many were, and that
 * none of them was pinned. A walk does not count as a use.
 */
static void find_evicted(struct ref *r)
{
	u64 evicted = counter(r, STAT_evicted);
	bool softirq = shim_context.softirq;
	u32 i;

	if (evicted == r->evictions)
		return;
	walk_mark++;
	shim_context.softirq = false;
	walk_count(r->t, mark, r);
	shim_context.softirq = softirq;
	for (i = 0; i < r->n; i++) {
		struct ref_entry *e = &r->e[i];

		if (!ref_alive(e) || e->mark == walk_mark)
			continue;
		if (e->s.flags & DEVSESS_FLAG_PINNED)
			differs(r, "a pinned session was evicted");
		ref_forget(r, e);
		r->evictions++;
	}
	if (r->evictions != evicted)
		differs(r, "%llu evicted, not %llu", evicted, r->evictions);
}

/* Returns whether there were any. */
static bool drop_expired(struct ref *r)
{
	u64 before = r->count;
	u32 i;

	for (i = 0; i < r->n; i++)
		if (expired(&r->e[i]))
			ref_forget(r, &r->e[i]);
	return r->count < before;
}

static void compare_result(struct ref *r, const char *what, int got, int want)
{
	if (got != want)
		differs(r, "%s: %d, not %d", what, got, want);
	find_evicted(r);
	note_refused(r, got);
	if (r->evicted) {
		if (!gfpflags_allow_blocking(r->gfp))
			return; /* who cannot sleep cannot sweep: the next one counts */
		r->evicted = false;
		while (sweep_run(&r->t->sweep))
			;
		/* It frees as well what has expired since the engine was left behind. */
		drop_expired(r);
	}
	if (table_count(r->t) != r->count)
		differs(r, "%s: count %llu, not %llu", what, table_count(r->t), r->count);
	if (cost_sum(&r->t->cost) != r->cost)
		differs(r, "%s: cost %llu, not %llu", what, cost_sum(&r->t->cost), r->cost);
	if (r->limits.owner_max)
		compare_owner(r, r->looked++ % REF_OWNERS);
}

/* Who cannot sleep may be refused for want of memory, or of an expired session nearby. */
static bool gave_up(struct ref *r, int ret)
{
	return (ret == -ENOMEM && r->may_fail) || owner_late(r, ret) ||
	       (ret == -ENOSPC && (r->evicted || r->limits.policy == DEVSESS_POLICY_EVICT) &&
		!gfpflags_allow_blocking(r->gfp));
}

/* Operations */

int ref_lookup(struct ref *r, u32 i)
{
	struct ref_entry *e = &r->e[i];
	struct devsess_session out = poison;
	int ret;

	ret = lookup_one(r->t, e->s.key, e->s.key_len, &out);
	compare_result(r, "lookup", ret, ref_alive(e) ? 0 : -ENOENT);
	if (!ret)
		compare_out(r, &out, &e->s);
	else if (!poisoned(&out, sizeof(out)))
		differs(r, "written though absent");
	return ret;
}

/* Sessions from @i on, @n of them, and one whose key is not valid in their midst. */
void ref_lookup_batch(struct ref *r, u32 i, u32 n)
{
	struct devsess_session out[REF_BATCH];
	struct devsess_query q[REF_BATCH];
	u32 k, found = 0, bad = n / 2;

	for (k = 0; k < n; k++) {
		const struct devsess_session *s = &r->e[(i + k) % r->n].s;

		out[k] = poison;
		q[k] = (struct devsess_query){ s->key, k == bad ? 0 : s->key_len, &out[k] };
		found += k != bad && ref_alive(&r->e[(i + k) % r->n]);
	}
	if (lookup_batch(r->t, q, n) != found)
		differs(r, "batch of %u: not %u", n, found);
	for (k = 0; k < n; k++) {
		struct ref_entry *e = &r->e[(i + k) % r->n];

		compare_result(r, "lookup in a batch", q[k].result,
			       k == bad ? -EINVAL : ref_alive(e) ? 0 : -ENOENT);
		if (!q[k].result)
			compare_out(r, &out[k], &e->s);
		else if (!poisoned(&out[k], sizeof(out[k])))
			differs(r, "written though absent");
	}
}

struct devsess_session ref_made(const struct ref *r, const struct devsess_session *given)
{
	struct devsess_session s = *given;

	normalise(r, &s);
	s.created = now();
	s.last_seen = now();
	if (!s.expires)
		s.expires = ref_expiry(s.ttl_ms);
	return s;
}

/* Expects a new session in @s, as it was @given. */
static void created(struct ref *r, struct ref_entry *e, const struct devsess_session *given,
		    const struct devsess_session *s)
{
	struct devsess_session want = ref_made(r, given);

	want.version = s->version;
	compare_out(r, s, &want);
	ref_adopt(r, e, s);
}

static bool all_pinned(const struct ref *r)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->e[i].stored && !(r->e[i].s.flags & DEVSESS_FLAG_PINNED))
			return false;
	return true;
}

static bool above(const struct ref *r, const struct ref_entry *e, u32 weight, u64 cost)
{
	u32 more = weight ?: 1;

	if (e->stored)
		more = more > e->s.weight ? more - e->s.weight : 0;
	return more && r->limits.max_cost && cost + more > r->limits.max_cost;
}

/* Whether there is no room for the session of @e to weigh so much. */
static bool too_heavy(const struct ref *r, const struct ref_entry *e, u32 weight)
{
	return above(r, e, weight, r->cost + r->kept_cost);
}

/* Whether the engine has to make room first: of what has expired it may not have freed all. */
static bool too_heavy_now(const struct ref *r, const struct ref_entry *e, u32 weight)
{
	return above(r, e, weight, cost_sum(&r->t->cost));
}

/* Whether there is none even if all others are evicted that can be. */
static bool pinned_down(const struct ref *r, const struct ref_entry *e, u32 weight)
{
	u64 pinned = weight ?: 1;
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->e[i].stored && &r->e[i] != e && r->e[i].s.flags & DEVSESS_FLAG_PINNED)
			pinned += r->e[i].s.weight;
	return pinned > r->limits.max_cost;
}

/* What a write answers that makes the session of @e weigh so much. */
static int cost_result(struct ref *r, const struct ref_entry *e, u32 weight)
{
	if (!too_heavy(r, e, weight))
		return 0;
	if (weight > r->limits.max_cost)
		return -ENOSPC;
	if (r->limits.policy != DEVSESS_POLICY_REJECT)
		r->evicted |= drop_expired(r);
	if (!too_heavy(r, e, weight))
		return 0;
	return r->limits.policy != DEVSESS_POLICY_EVICT || pinned_down(r, e, weight) ? -ENOSPC : 0;
}

/* An update cannot sleep, nor can who is in a softirq: he may be refused though there is room. */
static bool impatient(const struct ref *r, int ret, bool heavy)
{
	return heavy && ret == -ENOSPC && r->limits.policy != DEVSESS_POLICY_REJECT;
}

/* Whether there is no place for another session. */
static bool full(const struct ref *r)
{
	return r->count + (r->modest ? r->limits.reserve : 0) >= r->limits.max_sessions;
}

/* What a request that creates answers if there is no session. */
static int create_result(struct ref *r, const struct ref_entry *e, const struct devsess_session *s)
{
	int ret;

	if (full(r) && r->limits.policy != DEVSESS_POLICY_REJECT)
		r->evicted |= drop_expired(r);
	if (full(r) && r->limits.policy != DEVSESS_POLICY_EVICT)
		return -ENOSPC;
	ret = cost_result(r, e, s->weight) ?: owner_result(r, e, s->owner);
	if (ret)
		return ret;
	return full(r) && all_pinned(r) ? -ENOSPC : 0;
}

/* What one answers that replaces. */
static int replace_result(struct ref *r, const struct ref_entry *e,
			  const struct devsess_session *s)
{
	return cost_result(r, e, s->weight) ?: owner_result(r, e, s->owner) ?: 1;
}

/* A request that creates, or does @found with the session that there is. */
static int create(struct ref *r, struct devsess_session *s, struct devsess_session *prev,
		  found_fn found)
{
	if (r->modest)
		return ops_create_modest(r->t, s, prev, found, r->gfp);
	if (found == write_exists)
		return ops_insert(r->t, s, r->gfp);
	if (found == write_load)
		return ops_get_or_insert(r->t, s, r->gfp);
	return prev ? ops_swap(r->t, s, prev, r->gfp) : ops_store(r->t, s, r->gfp);
}

int ref_insert(struct ref *r, u32 i, const struct devsess_session *s)
{
	struct ref_entry *e = &r->e[i];
	struct devsess_session inout = *s;
	int want = ref_found(r, e) ? -EEXIST : create_result(r, e, s);
	int ret = create(r, &inout, NULL, write_exists);

	if (gave_up(r, ret))
		want = ret;
	if (!ret && !want)
		created(r, e, s, &inout);
	compare_result(r, "insert", ret, want);
	return ret;
}

static int swap(struct ref *r, u32 i, const struct devsess_session *s, bool with_prev)
{
	struct ref_entry *e = &r->e[i];
	struct devsess_session inout = *s, prev = poison;
	bool there = ref_found(r, e), heavy = there && too_heavy_now(r, e, s->weight);
	int want = there ? replace_result(r, e, s) : create_result(r, e, s);
	int ret;

	ret = create(r, &inout, with_prev ? &prev : NULL, write_replace);
	if ((gave_up(r, ret) && want <= 0) || owner_late(r, ret) ||
	    (impatient(r, ret, heavy) && !gfpflags_allow_blocking(r->gfp)))
		want = ret;
	if (ret == 1 && want == 1 && with_prev)
		compare_out(r, &prev, &e->s);
	if (ret >= 0 && ret == want)
		created(r, e, s, &inout);
	compare_result(r, "swap", ret, want);
	return ret;
}

int ref_store(struct ref *r, u32 i, const struct devsess_session *s)
{
	return swap(r, i, s, false);
}

int ref_swap(struct ref *r, u32 i, const struct devsess_session *s)
{
	return swap(r, i, s, true);
}

int ref_get_or_insert(struct ref *r, u32 i, const struct devsess_session *s)
{
	struct ref_entry *e = &r->e[i];
	struct devsess_session inout = *s;
	int want = ref_found(r, e) ? 1 : create_result(r, e, s);
	int ret = create(r, &inout, NULL, write_load);

	if (gave_up(r, ret) && want <= 0)
		want = ret;
	if (ret == 1 && want == 1 && !ref_same(&inout, &e->s))
		differs(r, "another session was got");
	if (!ret && !want)
		created(r, e, s, &inout);
	compare_result(r, "get_or_insert", ret, want);
	return ret;
}

struct devsess_session ref_updated(const struct ref *r, const struct devsess_session *old,
				   const struct devsess_session *s, u32 fields)
{
	struct devsess_session n = *old;

	if (fields & DEVSESS_F_SESSION)
		n.session = s->session;
	if (fields & DEVSESS_F_ADDR) {
		n.family = s->family;
		n.addr = s->addr;
		n.port = s->port;
	}
	if (fields & DEVSESS_F_OWNER)
		n.owner = s->owner;
	if (fields & DEVSESS_F_MARK)
		n.mark = s->mark;
	if (fields & DEVSESS_F_STATE)
		n.state = s->state;
	if (fields & DEVSESS_F_FLAGS)
		n.flags = s->flags;
	if (fields & DEVSESS_F_WEIGHT)
		n.weight = s->weight;
	if (fields & DEVSESS_F_TTL) {
		n.ttl_ms = s->ttl_ms == DEVSESS_TTL_TABLE ? r->limits.ttl_ms : s->ttl_ms;
		n.expires = s->expires ?: ref_expiry(n.ttl_ms);
	}
	if (fields & DEVSESS_F_DATA) {
		n.data_len = s->data_len;
		memcpy(n.data, s->data, s->data_len);
	}
	normalise(r, &n);
	return n;
}

static int version_result(const struct ref_entry *e, const u64 *version)
{
	return version && *version != e->s.version ? -ESTALE : 0;
}

int ref_update(struct ref *r, u32 i, const struct devsess_session *s, u32 fields,
	       const u64 *version)
{
	struct ref_entry *e = &r->e[i];
	struct devsess_session inout = *s, n;
	int want = ref_found(r, e) ? version_result(e, version) : -ENOENT;
	bool heavy = fields & DEVSESS_F_WEIGHT && too_heavy_now(r, e, s->weight), there;
	int ret = version ? ops_compare_and_swap(r->t, &inout, fields, *version) :
			    ops_update(r->t, &inout, fields);

	there = !want;
	if (there && heavy)
		want = cost_result(r, e, s->weight);
	if (!want && (fields & DEVSESS_F_OWNER))
		want = owner_result(r, e, s->owner);
	/* The room is looked for before the owner. */
	if ((owner_late(r, ret) && !want) || (impatient(r, ret, heavy) && there))
		want = ret;
	if (!ret && !want) {
		n = ref_updated(r, &e->s, s, fields);
		n.version = inout.version;
		if (!ref_same(&inout, &n))
			differs(r, "update made another session");
		ref_adopt(r, e, &n);
	}
	compare_result(r, "update", ret, want);
	return ret;
}

int ref_delete(struct ref *r, u32 i, const u64 *version, bool get)
{
	struct ref_entry *e = &r->e[i];
	int want = ref_found(r, e) ? version_result(e, version) : -ENOENT, ret;
	struct devsess_session out = poison;

	if (version)
		ret = ops_compare_and_delete(r->t, e->s.key, e->s.key_len, *version);
	else if (get)
		ret = ops_get_and_delete(r->t, e->s.key, e->s.key_len, &out);
	else
		ret = ops_delete(r->t, e->s.key, e->s.key_len);
	if (!ret && !want) {
		if (get && !version)
			compare_out(r, &out, &e->s);
		ref_forget(r, e);
	}
	compare_result(r, "delete", ret, want);
	return ret;
}

int ref_touched(struct ref *r, struct ref_entry *e, u64 ttl_ms, u32 flags)
{
	u64 later;
	int want;

	if (!ref_found(r, e))
		return -ENOENT;
	later = ref_expiry(ttl_ms ?: e->s.ttl_ms);
	want = flags & DEVSESS_TOUCH_FLAG_ONLY_LATER &&
	       (!e->s.expires || (later && later <= e->s.expires));
	if (!want)
		e->s.expires = later;
	e->s.last_seen = now();
	return want;
}

int ref_touch(struct ref *r, u32 i, u64 ttl_ms, u32 flags)
{
	struct ref_entry *e = &r->e[i];
	int want = ref_touched(r, e, ttl_ms, flags), ret;
	u64 expires = 1;

	ret = ops_touch(r->t, e->s.key, e->s.key_len, ttl_ms, flags, &expires);
	compare_result(r, "touch", ret, want);
	if (ret >= 0 && expires != e->s.expires)
		differs(r, "touch: expires %llu, not %llu", expires, e->s.expires);
	if (ret < 0 && expires != 1)
		differs(r, "touch: expiry written though refused");
	return ret;
}

/* Batches: all or nothing, deletes last. */

/* What an item answers, before others have taken the room that it needs. */
static int item_result(struct ref *r, const struct batch_item *item, struct ref_entry *e)
{
	bool there = item->op == DEVSESS_OP_GET || item->op == DEVSESS_OP_DELETE ?
		     ref_alive(e) : ref_found(r, e);

	switch (item->op) {
	case DEVSESS_OP_INSERT:
		return there ? -EEXIST : create_result(r, e, &item->s);
	case DEVSESS_OP_STORE:
		return there ? replace_result(r, e, &item->s) : create_result(r, e, &item->s);
	case DEVSESS_OP_UPDATE:
		if (!there)
			return -ENOENT;
		return cost_result(r, e, item->s.weight) ?: owner_result(r, e, item->s.owner);
	default:
		return there ? 0 : -ENOENT;
	}
}

static void undone(struct ref *r, struct batch_item *item, struct ref_entry *e,
		   const struct ref_entry *before)
{
	struct devsess_session out;

	if (item->op == DEVSESS_OP_GET || item->op == DEVSESS_OP_DELETE)
		return;
	if (!before->stored) {
		ref_forget(r, e);
		return;
	}
	/* As it was, but for the version. */
	own(r, e, -1);
	e->s = before->s;
	own(r, e, 1);
	if (lookup_one(r->t, e->s.key, e->s.key_len, &out)) {
		differs(r, "gone after a batch was taken back");
		return;
	}
	e->s.version = out.version;
	if (out.version <= e->version)
		differs(r, "a batch that was taken back left a used version");
	e->version = out.version;
}

int ref_batch(struct ref *r, struct batch_item *items, u32 *index, u32 n)
{
	struct ref_entry *before = calloc(n, sizeof(*before));
	u64 *ttl_ms = calloc(n, sizeof(*ttl_ms));
	/* What has expired may count in the engine a little longer. */
	u64 cost = cost_sum(&r->t->cost), late = cost - r->cost;
	u32 bad = n, at, i;
	int want = 0, ret;

	/* A batch may evict what it has stored itself, and what is taken back. */
	if (r->limits.policy == DEVSESS_POLICY_EVICT &&
	    (table_count(r->t) + n > r->limits.max_sessions ||
	     (r->limits.max_cost && cost + n * U8_MAX > r->limits.max_cost))) {
		free(before);
		free(ttl_ms);
		return 0;
	}
	if (!before || !ttl_ms)
		shim_bug("no memory for a batch");
	for (i = 0; i < n; i++)
		ttl_ms[i] = items[i].s.ttl_ms;
	ret = batch_run_atomic(r->t, items, n, &bad);
	for (i = 0; i < n && want >= 0; i++) {
		struct ref_entry *e = &r->e[index[i]];

		bool heavy = above(r, e, items[i].s.weight, r->cost + r->kept_cost + late);

		want = item_result(r, &items[i], e);
		if ((gave_up(r, ret) || impatient(r, ret, heavy)) && bad == i)
			want = ret;
		before[i] = *e;
		if (want < 0)
			break;
		if (items[i].op == DEVSESS_OP_INSERT || items[i].op == DEVSESS_OP_STORE ||
		    items[i].op == DEVSESS_OP_UPDATE) {
			if (e->stored && e->s.owner != items[i].s.owner)
				r->kept[e->s.owner][e->s.state]++;
			if (e->stored && e->s.weight > items[i].s.weight)
				r->kept_cost += e->s.weight - items[i].s.weight;
			ref_adopt(r, e, &items[i].s);
		}
		/* A touch: with the session's own ttl, or that of the item. */
		if (items[i].op == DEVSESS_OP_TOUCH) {
			e->s.expires = ref_expiry(ttl_ms[i] ?: e->s.ttl_ms);
			e->s.last_seen = now() - 1; /* before other touches */
		}
	}
	at = i;
	if (want < 0) {
		if (ret != want || bad != at)
			differs(r, "batch: %d at %u, not %d at %u", ret, bad, want, at);
		while (i--)
			undone(r, &items[i], &r->e[index[i]], &before[i]);
	} else if (ret) {
		differs(r, "batch: %d at %u, not 0", ret, bad);
	}
	memset(r->kept, 0, sizeof(r->kept));
	r->kept_cost = 0;
	for (i = 0; i < n && want >= 0; i++)
		if (items[i].op == DEVSESS_OP_DELETE)
			ref_forget(r, &r->e[index[i]]);
	compare_result(r, "batch", ret, want < 0 ? want : 0);
	free(ttl_ms);
	free(before);
	return ret;
}

/* Walks */

static int visit(const struct devsess_session *s, void *arg)
{
	struct ref *r = arg;
	struct ref_entry *e = ref_find(r, s);

	if (!e || !ref_alive(e))
		differs(r, "range: a session that is not there");
	else if (e->mark == walk_mark)
		differs(r, "range: a session twice");
	else if (!ref_same(s, &e->s))
		differs(r, "range: another session");
	if (e)
		e->mark = walk_mark;
	return r->failed;
}

int ref_range(struct ref *r)
{
	int ret;
	u32 i;

	walk_mark++;
	ret = walk_range(r->t, visit, r);
	if (gave_up(r, ret) || r->failed)
		return ret;
	compare_result(r, "range", ret, 0);
	for (i = 0; i < r->n; i++)
		if (ref_alive(&r->e[i]) && r->e[i].mark != walk_mark)
			differs(r, "range: a session is missing");
	return ret;
}

/* As options_set() does. */
static void look_at_marks(struct ref *r)
{
	struct watermark *w = &r->t->watermark;

	watermark_set(w, watermark_high(w), watermark_low(w));
}

int ref_set_max(struct ref *r, u64 max)
{
	int want = r->count > max ? -EBUSY : 0;
	int ret = table_set_max(r->t, max);

	compare_result(r, "set_max", ret, want);
	if (!ret) {
		r->limits.max_sessions = max;
		look_at_marks(r);
	}
	return ret;
}

int ref_set_max_cost(struct ref *r, u64 max)
{
	int want = max && r->cost > max ? -EBUSY : 0;
	int ret = cost_set_max(&r->t->cost, max);

	compare_result(r, "set_max_cost", ret, want);
	if (!ret) {
		r->limits.max_cost = max;
		look_at_marks(r);
	}
	return ret;
}

void ref_set_limit(struct ref *r, u32 owner, u32 limit)
{
	int want, ret;

	if (!r->limits.owner_max)
		return;
	want = limit && too_many(r, owner) ? -EUSERS : 0;
	ret = owner_set(r->t->owners, owner, limit);
	if (owner_late(r, ret))
		want = ret;
	if (!ret)
		r->limit[owner] = limit;
	else
		r->refused[1]--; /* that no session was refused for it */
	compare_result(r, "limit of an owner", ret, want);
}

void ref_set_reserve(struct ref *r, u32 reserve)
{
	r->t->reserve = reserve;
	r->limits.reserve = reserve;
}

void ref_set_policy(struct ref *r, u32 policy)
{
	table_set_policy(r->t, policy);
	r->limits.policy = policy;
}

void ref_set_ttl(struct ref *r, u64 ttl_ms)
{
	r->t->ttl_ms = ttl_ms;
	r->limits.ttl_ms = ttl_ms;
}

static u64 drop(struct ref *r, bool all, u32 owner)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < r->n; i++) {
		struct ref_entry *e = &r->e[i];
		bool meant = ref_alive(e) && (all || e->s.owner == owner);

		n += meant;
		if (meant || expired(e))
			ref_forget(r, e);
	}
	return n;
}

void ref_clear(struct ref *r)
{
	u64 want = drop(r, true, 0), got = walk_clear(r->t, NULL, NULL);

	if (got != want)
		differs(r, "clear: %llu, not %llu", got, want);
}

static bool has_owner(const struct devsess_session *s, const void *arg)
{
	return s->owner == *(const u32 *)arg;
}

void ref_clear_owner(struct ref *r, u32 owner)
{
	u64 count = walk_count(r->t, has_owner, &owner), want = drop(r, false, owner);
	u64 got = walk_clear(r->t, has_owner, &owner);

	compare_result(r, "clear of an owner", 0, 0);
	if (got != want || count != want)
		differs(r, "clear of an owner: %llu, counted %llu, not %llu", got, count, want);
}

/* A half that was merged in a pass is expired in the next one. */
void ref_sweep(struct ref *r)
{
	while (sweep_run(&r->t->sweep))
		;
	drop_expired(r);
	compare_result(r, "sweep", 0, 0);
}

void ref_run_due(struct ref *r)
{
	shim_run_due();
	if (r->worked)
		r->worked();
	if (table_count(r->t) != r->count || cost_sum(&r->t->cost) != r->cost)
		ref_sweep(r);
}

bool ref_check(struct ref *r)
{
	u64 slots, peak;
	u32 i;

	for (i = 0; i < r->n && !r->failed; i++)
		ref_lookup(r, i);
	if (!r->failed)
		ref_range(r);
	if (counter(r, STAT_inserts) - counter(r, STAT_deletes) - counter(r, STAT_expired) -
	    counter(r, STAT_evicted) != r->count)
		differs(r, "inserts - deletes - expired - evicted is not the count");
	slots = atomic_long_read(&r->t->stats.slots);
	peak = atomic_long_read(&r->t->peak);
	if (slots < r->count)
		differs(r, "%llu slots for %llu sessions", slots, r->count);
	if (peak < r->count)
		differs(r, "peak %llu below %llu sessions", peak, r->count);
	if (counter(r, STAT_promoted) > counter(r, STAT_slots_written))
		differs(r, "more promoted than written");
	if (counter(r, STAT_fail_quota) != r->refused[0] ||
	    counter(r, STAT_fail_owners) != r->refused[1])
		differs(r, "%llu and %llu refused for owners, not %llu and %llu",
			counter(r, STAT_fail_quota), counter(r, STAT_fail_owners), r->refused[0],
			r->refused[1]);
	compare_owners(r);
	return !r->failed;
}
