// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: the input is a table's limits and operations on it, which are
 * done to the reference map too (selftests/hosted/ref.c). Any difference, and
 * memory that is left, aborts. With FUZZ_TRACE in the environment the
 * operations are told.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "acts.h"
#include "follower.h"
#include "later.h"
#include "shim.h"
#include "tap.h"

/* The target of libFuzzer. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define CLOCK_BEGIN	(1000 * NSEC_PER_SEC)

/* Maps are small here (engine_limits.h), so few sessions make shards grow and split. */
static const struct plan plans[] = {
	{ "plain", 600, { 100000, 16, 0 }, .ttl_in = 4, .mask = ~0U },
	{ "full", 300, { 40, 8, 4 }, .ttl_in = 4, .mask = ~0U },
	{ "large", 300, { 100000, 64, 64 }, .ttl_in = 2, .mask = ~0U },
	{ "counted", 300, { 1000, 16, 0, .owner_max = 6, .max_cost = 2000, .reserve = 50 },
	  .ttl_in = 8, .mask = ~0U },
	{ "evicting", 200, { 60, 8, 4, DEVSESS_POLICY_EVICT, .owner_max = 6, .reserve = 10 },
	  .ttl_in = 8, .mask = ~0U },
	{ "evicting_by_cost", 400, { 200, 8, 0, DEVSESS_POLICY_EVICT, .max_cost = 800 },
	  .ttl_in = 8, .mask = ~0U },
	/* Bad luck: one tag for all; few groups and tags; one end of the directory. */
	{ "one_tag", 300, { 100000, 8, 0 }, .ttl_in = 8, .mask = ~0x7fU },
	{ "few_hashes", 300, { 100000, 2, 0 }, .ttl_in = 8, .mask = 0xc0000007 },
	{ "one_side", 600, { 100000, 32, 1 }, .ttl_in = 8, .mask = 0x00ffffff },
	{ "later", 60, { 1000, 16, 8 }, .ttl_in = 4, .mask = ~0U, .later = true },
};

/* So many keys, one after the other, with one session's fields. */
static void fill(struct run *run)
{
	u32 i = act_pick(run, run->r.n), n = act_pick(run, 256);

	for (; n-- && !run->r.failed; i = (i + 1) % run->r.n) {
		struct devsess_session s = ref_session(&run->r, i, run->plan->ttl_in, &run->random);

		ref_insert(&run->r, i, &s);
	}
}

static void drain(struct run *run)
{
	u32 i = act_pick(run, run->r.n), n = act_pick(run, 256);

	for (; n-- && !run->r.failed; i = (i + 1) % run->r.n)
		ref_delete(&run->r, i, NULL, false);
}

/* Lookups that the dirty map serves make a promotion due. */
static void look(struct run *run)
{
	u32 i = act_pick(run, run->r.n), n = act_pick(run, 256);

	for (; n-- && !run->r.failed; i = (i + 1) % run->r.n)
		ref_lookup(&run->r, i);
}

/* Allocations may fail, until they are told not to. */
static bool failing;

static void fail_nth(struct run *run, u32 nth, bool and_later)
{
	shim_fail_nth(nth, and_later);
	failing = nth;
	run->r.may_fail = nth;
}

/* An allocation that is to come fails, and maybe those after it; or none does. */
static void no_memory(struct run *run)
{
	u32 nth = act_pick(run, 32);

	fail_nth(run, nth, act_pick(run, 2));
}

/* Hears of all that is done to the table. */
static struct follower follower;

static void check(struct run *run)
{
	fail_nth(run, 0, false);
	later_check(run);
	ref_check(&run->r);
	follower_check(&follower);
}

static void new_table(struct run *run)
{
	follower_end(&follower);
	later_end(run);
	ref_free_table(&run->r);
	run->r.limits = run->plan->limits;
	if (!ref_table(&run->r)) {
		fail_nth(run, 0, false);
		ref_table(&run->r);
	}
	follower_begin(&follower, &run->r, 0, 0);
	if (run->plan->later)
		later_begin(run);
}

static void due(struct run *run)
{
	ref_run_due(&run->r);
}

/* One byte of the input chooses: add operations here. */
static const struct entry {
	const char *name;
	void (*act)(struct run *run);
} entries[] = {
	{ "create", act_create },   { "remove", act_remove },	{ "change", act_change },
	{ "lookup", act_lookup },   { "batch", act_batch },	{ "refuse", act_refuse },
	{ "all", act_all },	    { "time", act_time },	{ "softirq", act_softirq },
	{ "fill", fill },	    { "drain", drain },		{ "look", look },
	{ "no_memory", no_memory }, { "new_table", new_table }, { "check", check },
	{ "due", due },		    { "later", later_act },
};

static void run_input(struct run *run)
{
	const struct entry *e;

	while (run->input < run->input_end && !run->r.failed) {
		e = &entries[act_pick(run, ARRAY_SIZE(entries))];
		if (getenv("FUZZ_TRACE"))
			tap_note("%-9s %llu sessions", e->name, run->r.count);
		e->act(run);
		follower_look(&follower);
		/* In softirq memory may fail at any time. */
		run->r.may_fail = failing;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct run run = { .input = data, .input_end = data + size };
	struct ref *r = &run.r;

	if (!size)
		return -1;
	run.plan = &plans[act_pick(&run, ARRAY_SIZE(plans))];
	shim_clock = CLOCK_BEGIN;
	shim_possible_cpus = 1;
	shim_seed(1);
	shim_hash_mask = run.plan->mask;
	ref_init(r, &run.plan->limits, run.plan->keys, &run.random);
	fail_nth(&run, 0, false);
	ref_table(r);
	follower_begin(&follower, r, 0, 0);
	if (run.plan->later)
		later_begin(&run);
	run_input(&run);
	check(&run);
	follower_end(&follower);
	later_end(&run);
	ref_exit(r);
	rcu_barrier();
	if (shim_live()) {
		tap_note("%ld allocations left", shim_live());
		r->failed = true;
	}
	if (r->failed) {
		fflush(stdout);
		abort();
	}
	return 0;
}
