// SPDX-License-Identifier: GPL-2.0
/*
 * Random operations of every kind, one at a time, on a table and on the
 * reference map; time jumps, passes of the worker and failing allocations come
 * between them. A difference is told with the seed that shows it again.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/rcupdate.h>

#include "acts.h"
#include "follower.h"
#include "later.h"
#include "shim.h"
#include "tap.h"

/* There is nothing in one thread that ThreadSanitizer could see. */
#define OPS	(SLOW < 10 ? 1000000 : 100000)

static const struct plan plans[] = {
	{ "few_keys", 40, { 1000, 8, 0, .owner_max = 6 }, 20, 3, 0, ~0U, 500 },
	{ "one_byte_keys", 256, { 200, 1, 64 }, 10, 3, 0, ~0U, 2000 },
	{ "full_table", 3000, { 900, 16, 4, .owner_max = 7, .reserve = 90 }, 15, 4, 0, ~0U, 5000 },
	{ "evicting", 600, { 200, 16, 4, DEVSESS_POLICY_EVICT, .owner_max = 6, .reserve = 40 }, 10,
	  8, 20, ~0U, 2000 },
	{ "costly", 600, { 10000, 16, 4, .owner_max = 6, .max_cost = 2000 }, 10, 4, 0, ~0U, 2000 },
	{ "evicting_by_cost", 600, { 400, 16, 4, DEVSESS_POLICY_EVICT, .max_cost = 1500 }, 10, 8,
	  20, ~0U, 2000 },
	{ "no_memory", 8000, { 100000, 64, 64, .owner_max = 8 }, 20, 10, 5000, ~0U, 5000 },
	{ "many_keys", 15000, { 1000000, 32, 16 }, 30, 20, 20, ~0U, 20000 },
	/* Bad luck: one tag for all; few groups and tags; one end of the directory. */
	{ "one_tag", 2000, { 100000, 16, 0 }, 5, 10, 20, ~0x7fU, 5000 },
	{ "few_hashes", 500, { 100000, 16, 0 }, 5, 10, 20, 0x80000007, 5000 },
	{ "one_side", 6000, { 100000, 64, 64 }, 10, 20, 20, 0x00ffffff, 10000 },
	/* Few keys, so that writes to one are merged, and ids are looked for again. */
	{ "later", 100, { 1000, 16, 8 }, 20, 4, 0, ~0U, 1000, .later = true },
	{ "later_no_memory", 1200, { 4000, 64, 64 }, 10, 8, 5000, ~0U, 5000, .later = true },
};

static void one_op(struct run *run)
{
	u32 dice = act_pick(run, 1000);

	/* Small tables can bear more operations on all of the table. */
	if (dice < 1 + !act_pick(run, run->r.n / 64 + 1))
		act_all(run);
	else if (dice < 11)
		act_time(run);
	else if (dice < 21)
		act_refuse(run);
	else if (dice < 41)
		act_batch(run);
	else if (run->plan->later && dice < 500)
		later_act(run);
	else if (dice < 150)
		act_lookup(run);
	else if (dice < 300)
		act_change(run);
	else if (act_pick(run, 256) < run->grow)
		act_create(run);
	else
		act_remove(run);
}

/* Softirqs come between; memory fails or not for some time. */
static void set_weather(struct run *run)
{
	struct ref *r = &run->r;

	shim_context.softirq = false;
	r->gfp = GFP_KERNEL;
	if (act_pick(run, 64))
		return;
	shim_fail_rate(act_pick(run, 2) ? run->plan->fails : 0);
	/* Long enough to fill the table, or to empty it. */
	if (!act_pick(run, r->n / 16 + 1))
		run->grow = run->grow > 128 ? act_pick(run, 16) : 256 - act_pick(run, 64);
}

/* One in so many events cannot be sent, where memory fails. */
#define DEAF_IN	200

/* What the followers of all plans have heard of, and what they were told to have lost. */
static u64 heard, lost;

/* What the operations of all plans made the engine do. */
static u64 totals[STAT_MAX];

static void add_counters(const struct ref *r)
{
	u32 i;

	for (i = 0; i < STAT_MAX; i++)
		totals[i] += stats_sum(&r->t->stats, i);
}

/* A run in which something never happened shows little. */
static bool all_happened(void)
{
#define NAME(name, ATTR)	\
	[STAT_##name] = #name,
	static const char * const names[STAT_MAX] = { DEVSESS_STATS(NAME) };
#undef NAME
	bool all = true;
	u32 i;

	for (i = 0; i < STAT_MAX; i++) {
		tap_note("%12llu %s", totals[i], names[i]);
		all &= totals[i] > 0;
	}
	tap_note("%12llu events", heard);
	tap_note("%12llu events lost", lost);
	tap_note("%12llu deferred writes done", later_done);
	tap_note("%12llu ids asked for", later_asked);
	return all && heard && lost && later_done && later_asked;
}

static bool run_plan(const struct plan *plan, u64 seed, u64 ops)
{
	struct run run = { .plan = plan, .random = seed, .grow = 240 };
	struct follower follower = { };
	struct ref *r = &run.r;
	u64 op;

	shim_seed(seed);
	shim_hash_mask = plan->mask;
	ref_init(r, &plan->limits, plan->keys, &run.random);
	ref_table(r);
	if (plan->later)
		later_begin(&run);
	for (op = 0; op < ops && !r->failed; op++) {
		set_weather(&run);
		r->may_fail = plan->fails;
		if (act_pick(&run, 8))
			one_op(&run);
		else
			act_softirq(&run);
		follower_look(&follower);
		if (op % plan->check && op != ops - 1)
			continue;
		shim_fail_rate(0);
		r->may_fail = false;
		later_check(&run);
		ref_check(r);
		/* The first third is without a listener. */
		if (!follower.r && op >= ops / 3)
			follower_begin(&follower, r, plan->fails ? DEAF_IN : 0, seed);
		follower_check(&follower);
	}
	shim_fail_rate(0);
	add_counters(r);
	heard += follower.heard;
	lost += follower.lost;
	follower_end(&follower);
	later_end(&run);
	if (r->failed)
		tap_note("seed %llu, operation %llu of %s", seed, op - 1, plan->name);
	ref_exit(r);
	rcu_barrier();
	if (shim_live()) {
		tap_note("%ld allocations left", shim_live());
		return false;
	}
	return !r->failed;
}

static int usage(void)
{
	fputs("model [--seed N] [--ops N] [--plan NAME]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	u64 seed = time(NULL), ops = OPS;
	const char *only = NULL;
	u32 i;
	int a;

	for (a = 1; a < argc; a += 2) {
		if (!strcmp(argv[a], "--start"))
			return EXIT_SUCCESS;
		if (a + 1 == argc)
			return usage();
		if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--ops"))
			ops = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--plan"))
			only = argv[a + 1];
		else
			return usage();
	}
	tap_begin("model");
	tap_note("seed %llu, %llu operations", seed, ops);
	for (i = 0; i < ARRAY_SIZE(plans); i++)
		if (!only || !strcmp(only, plans[i].name))
			tap_result(run_plan(&plans[i], seed, ops * plans[i].share / 100),
				   "%s", plans[i].name);
	if (!only && ops >= 500000)
		tap_result(all_happened(), "every_counter_moved");
	return tap_end();
}
