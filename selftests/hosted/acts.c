// SPDX-License-Identifier: GPL-2.0
#include "acts.h"

#include <string.h>

#include "shim.h"
#include "tap.h"

/* As many bytes of the input as it takes to choose. */
static u32 pick_input(struct run *run, u32 n)
{
	u32 value = 0, most;

	for (most = n - 1; most && run->input < run->input_end; most >>= 8)
		value = value << 8 | *run->input++;
	return value % n;
}

u32 act_pick(struct run *run, u32 n)
{
	return run->input ? pick_input(run, n) : shim_random(&run->random) % n;
}

static u32 random_key(struct run *run)
{
	return act_pick(run, run->r.n);
}

struct devsess_session act_session(struct run *run, u32 i)
{
	/* A fuzzer chooses one of some sessions, not their bytes. */
	if (run->input)
		run->random = act_pick(run, 256);
	return ref_session(&run->r, i, run->plan->ttl_in, &run->random);
}

/* Right, or one that the session had before, or nonsense. */
static u64 random_version(struct run *run, u32 i)
{
	u64 version = run->r.e[i].s.version;

	return act_pick(run, 4) ? version : version + 1 - act_pick(run, 3);
}

u64 act_touch_ttl(struct run *run)
{
	return act_pick(run, 2) ? 0 : 1 + act_pick(run, 5000);
}

void act_lookup(struct run *run)
{
	u32 i = random_key(run);

	ref_lookup(&run->r, i);
	ref_lookup_batch(&run->r, i, i % (REF_BATCH + 1));
}

void act_create(struct run *run)
{
	u32 i = random_key(run);
	struct devsess_session s = act_session(run, i);

	run->r.modest = run->plan->limits.reserve && act_pick(run, 2);
	switch (act_pick(run, 4)) {
	case 0:
		ref_insert(&run->r, i, &s);
		break;
	case 1:
		ref_store(&run->r, i, &s);
		break;
	case 2:
		ref_swap(&run->r, i, &s);
		break;
	default:
		ref_get_or_insert(&run->r, i, &s);
	}
	run->r.modest = false;
}

void act_remove(struct run *run)
{
	u32 i = random_key(run);
	u64 version = random_version(run, i);

	ref_delete(&run->r, i, act_pick(run, 3) ? NULL : &version, act_pick(run, 2));
}

void act_change(struct run *run)
{
	u32 i = random_key(run);
	struct devsess_session s = act_session(run, i);
	u64 version = random_version(run, i);

	if (act_pick(run, 2))
		ref_touch(&run->r, i, act_touch_ttl(run), act_pick(run, 2));
	else
		ref_update(&run->r, i, &s, act_pick(run, DEVSESS_F_ALL + 1),
			   act_pick(run, 2) ? &version : NULL);
}

void act_refuse(struct run *run)
{
	struct devsess_table *t = run->r.t;
	u32 i = random_key(run), fields = DEVSESS_F_ALL;
	struct devsess_session s = act_session(run, i), before;
	u64 count = table_count(t);
	int ret;

	switch (act_pick(run, 8)) {
	case 0:
		s.key_len = run->r.limits.key_max + 1;
		break;
	case 1:
		s.key_len = 0;
		break;
	case 2:
		s.data_len = run->r.limits.data_max + 1;
		break;
	case 3:
		s.state = DEVSESS_STATE_BLOCKED + 1;
		break;
	case 4:
		s.flags = 2;
		break;
	case 5:
		s.family = 1;
		break;
	case 6:
		s.ttl_ms = DEVSESS_TTL_MAX + 1;
		break;
	default:
		s.ttl_ms = 0;
		s.expires = 1;
	}
	before = s;
	switch (act_pick(run, 4)) {
	case 0:
		ret = ops_insert(t, &s, GFP_KERNEL);
		break;
	case 1:
		ret = ops_store(t, &s, GFP_KERNEL);
		break;
	case 2:
		ret = ops_get_or_insert(t, &s, GFP_KERNEL);
		break;
	default:
		ret = ops_update(t, &s, fields);
	}
	if (ret == -EINVAL && table_count(t) == count && !memcmp(&s, &before, sizeof(s)))
		return;
	tap_note("a request out of range answered %d", ret);
	run->r.failed = true;
}

void act_batch(struct run *run)
{
	enum { MOST = 16 };
	struct batch_item items[MOST];
	u32 index[MOST], n = 1 + act_pick(run, MOST), i, bad;

	for (i = 0; i < n; i++) {
		index[i] = random_key(run);
		memset(&items[i], 0, sizeof(items[i]));
		items[i].s = act_session(run, index[i]);
		items[i].op = act_pick(run, 6);
		items[i].fields = DEVSESS_F_ALL;
		if (items[i].op == DEVSESS_OP_TOUCH)
			items[i].s.ttl_ms = act_touch_ttl(run);
	}
	if (!batch_find_twice(items, n, &bad))
		ref_batch(&run->r, items, index, n);
}

void act_all(struct run *run)
{
	switch (act_pick(run, 16)) {
	case 0:
		ref_clear(&run->r);
		break;
	case 1:
	case 2:
		ref_clear_owner(&run->r, act_pick(run, 8));
		break;
	case 3:
		/* Above any reserve, as options_set() wants it; what waits must have room. */
		ref_set_max(&run->r, 1 + run->plan->limits.reserve +
			    (run->plan->later ? run->r.n : 0) +
			    act_pick(run, 2 * run->plan->limits.max_sessions));
		break;
	case 4:
		ref_set_max(&run->r, run->plan->limits.max_sessions);
		break;
	case 5:
		ref_range(&run->r);
		break;
	case 6:
		ref_set_ttl(&run->r, act_pick(run, 3) ? 0 : 1 + act_pick(run, 100000));
		break;
	case 7:
		ref_set_policy(&run->r, run->plan->limits.policy == DEVSESS_POLICY_EVICT ?
			       act_pick(run, 3) : act_pick(run, 2));
		break;
	case 8:
	case 9:
		ref_set_limit(&run->r, act_pick(run, REF_OWNERS),
			      act_pick(run, 3) ? 1 + act_pick(run, run->r.n / 8 + 1) : 0);
		break;
	case 10:
		ref_set_max_cost(&run->r, act_pick(run, 2 * run->plan->limits.max_cost + 1));
		break;
	case 11:
		ref_set_reserve(&run->r, act_pick(run, run->plan->limits.reserve + 1));
		break;
	default:
		ref_sweep(&run->r);
	}
}

void act_time(struct run *run)
{
	static const u64 most_ms[] = { 2, 200, 5000, 100000 };

	shim_advance(act_pick(run, most_ms[act_pick(run, 4)] * 1000) * 1000ULL);
	ref_run_due(&run->r);
}

void act_softirq(struct run *run)
{
	shim_context.softirq = true;
	run->r.gfp = GFP_ATOMIC;
	run->r.may_fail = true;
	if (act_pick(run, 2))
		act_create(run);
	else if (act_pick(run, 2))
		act_change(run);
	else
		act_remove(run);
	shim_context.softirq = false;
	run->r.gfp = GFP_KERNEL;
}
