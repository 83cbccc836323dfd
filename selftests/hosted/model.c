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

#include "ref.h"
#include "shim.h"
#include "tap.h"

/* There is nothing in one thread that ThreadSanitizer could see. */
#define OPS	(SLOW < 10 ? 1000000 : 100000)

/**
 * struct plan - a table and what is done to it
 * @name:   of the test
 * @keys:   how many different keys
 * @limits: of the table
 * @share:  of all operations, in hundredths
 * @ttl_in: one of so many sessions has a time to live
 * @fails:  how many of 10000 allocations fail
 * @mask:   bits of hashes that may be set
 * @check:  operations between comparisons of everything
 */
struct plan {
	const char *name;
	u32 keys;
	struct table_limits limits;
	u32 share;
	u32 ttl_in;
	u32 fails;
	u32 mask;
	u32 check;
};

static const struct plan plans[] = {
	{ "few_keys", 40, { 1000, 8, 0 }, 20, 3, 0, ~0U, 500 },
	{ "one_byte_keys", 256, { 200, 1, 64 }, 10, 3, 0, ~0U, 2000 },
	{ "full_table", 3000, { 900, 16, 4 }, 15, 4, 0, ~0U, 5000 },
	{ "no_memory", 8000, { 100000, 64, 64 }, 20, 10, 5000, ~0U, 5000 },
	{ "many_keys", 15000, { 1000000, 32, 16 }, 30, 20, 20, ~0U, 20000 },
	/* Bad luck: one tag for all; few groups and tags; one end of the directory. */
	{ "one_tag", 2000, { 100000, 16, 0 }, 5, 10, 20, ~0x7fU, 5000 },
	{ "few_hashes", 500, { 100000, 16, 0 }, 5, 10, 20, 0x80000007, 5000 },
	{ "one_side", 6000, { 100000, 64, 64 }, 10, 20, 20, 0x00ffffff, 10000 },
};

/**
 * struct run - a plan that is run
 * @r:      table and reference
 * @plan:   the plan
 * @random: state of the random numbers
 * @grow:   how many of 256 creations and deletions are creations
 */
struct run {
	struct ref r;
	const struct plan *plan;
	u64 random;
	u32 grow;
};

static u32 pick(struct run *run, u32 n)
{
	return shim_random(&run->random) % n;
}

static u32 random_key(struct run *run)
{
	return pick(run, run->r.n);
}

static struct devsess_session random_session(struct run *run, u32 i)
{
	return ref_session(&run->r, i, run->plan->ttl_in, &run->random);
}

/* Right, or one that the session had before, or nonsense. */
static u64 random_version(struct run *run, u32 i)
{
	u64 version = run->r.e[i].s.version;

	return pick(run, 4) ? version : version + 1 - pick(run, 3);
}

static u64 random_touch_ttl(struct run *run)
{
	return pick(run, 2) ? 0 : 1 + pick(run, 5000);
}

static void create(struct run *run)
{
	u32 i = random_key(run);
	struct devsess_session s = random_session(run, i);

	switch (pick(run, 4)) {
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
}

static void remove_one(struct run *run)
{
	u32 i = random_key(run);
	u64 version = random_version(run, i);

	ref_delete(&run->r, i, pick(run, 3) ? NULL : &version, pick(run, 2));
}

static void change(struct run *run)
{
	u32 i = random_key(run);
	struct devsess_session s = random_session(run, i);
	u64 version = random_version(run, i);

	if (pick(run, 2))
		ref_touch(&run->r, i, random_touch_ttl(run), pick(run, 2));
	else
		ref_update(&run->r, i, &s, pick(run, DEVSESS_F_ALL + 1),
			   pick(run, 2) ? &version : NULL);
}

/* Requests that are out of range: refused, and nothing changes. */
static void refuse(struct run *run)
{
	struct devsess_table *t = run->r.t;
	u32 i = random_key(run), fields = DEVSESS_F_ALL;
	struct devsess_session s = random_session(run, i), before;
	u64 count = devsess_count(t);
	int ret;

	switch (pick(run, 8)) {
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
	switch (pick(run, 4)) {
	case 0:
		ret = devsess_insert(t, &s, GFP_KERNEL);
		break;
	case 1:
		ret = devsess_store(t, &s, GFP_KERNEL);
		break;
	case 2:
		ret = devsess_get_or_insert(t, &s, GFP_KERNEL);
		break;
	default:
		ret = devsess_update(t, &s, fields);
	}
	if (ret == -EINVAL && devsess_count(t) == count && !memcmp(&s, &before, sizeof(s)))
		return;
	tap_note("a request out of range answered %d", ret);
	run->r.failed = true;
}

static void batch(struct run *run)
{
	enum { MOST = 16 };
	struct batch_item items[MOST];
	u32 index[MOST], n = 1 + pick(run, MOST), i, bad;

	for (i = 0; i < n; i++) {
		index[i] = random_key(run);
		memset(&items[i], 0, sizeof(items[i]));
		items[i].s = random_session(run, index[i]);
		items[i].op = pick(run, 6);
		items[i].fields = DEVSESS_F_ALL;
	}
	if (!batch_find_twice(items, n, &bad))
		ref_batch(&run->r, items, index, n);
}

static void all(struct run *run)
{
	switch (pick(run, 12)) {
	case 0:
		ref_clear(&run->r);
		break;
	case 1:
	case 2:
		ref_clear_owner(&run->r, pick(run, 8));
		break;
	case 3:
		ref_set_max(&run->r, 1 + pick(run, 2 * run->plan->limits.max_sessions));
		break;
	case 4:
		ref_set_max(&run->r, run->plan->limits.max_sessions);
		break;
	case 5:
		ref_range(&run->r);
		break;
	default:
		ref_sweep(&run->r);
	}
}

static void pass_time(struct run *run)
{
	static const u64 most_ms[] = { 2, 200, 5000, 100000 };

	shim_advance(pick(run, most_ms[pick(run, 4)] * 1000) * 1000ULL);
	ref_run_due(&run->r);
}

static void one_op(struct run *run)
{
	u32 dice = pick(run, 1000);

	/* Small tables can bear more operations on all of the table. */
	if (dice < 1 + !pick(run, run->r.n / 64 + 1))
		all(run);
	else if (dice < 11)
		pass_time(run);
	else if (dice < 21)
		refuse(run);
	else if (dice < 41)
		batch(run);
	else if (dice < 150)
		ref_lookup(&run->r, random_key(run));
	else if (dice < 300)
		change(run);
	else if (pick(run, 256) < run->grow)
		create(run);
	else
		remove_one(run);
}

/* Softirqs come between; memory fails or not for some time. */
static void set_weather(struct run *run)
{
	struct ref *r = &run->r;

	shim_context.softirq = false;
	r->gfp = GFP_KERNEL;
	if (pick(run, 64))
		return;
	shim_fail_rate(pick(run, 2) ? run->plan->fails : 0);
	/* Long enough to fill the table, or to empty it. */
	if (!pick(run, r->n / 16 + 1))
		run->grow = run->grow > 128 ? pick(run, 16) : 256 - pick(run, 64);
}

/* An operation in softirq; only those that are allowed there. */
static void softirq_op(struct run *run)
{
	shim_context.softirq = true;
	run->r.gfp = GFP_ATOMIC;
	run->r.may_fail = true;
	if (pick(run, 2))
		create(run);
	else if (pick(run, 2))
		change(run);
	else
		remove_one(run);
	shim_context.softirq = false;
	run->r.gfp = GFP_KERNEL;
}

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
	return all;
}

static bool run_plan(const struct plan *plan, u64 seed, u64 ops)
{
	struct run run = { .plan = plan, .random = seed, .grow = 240 };
	struct ref *r = &run.r;
	u64 op;

	shim_seed(seed);
	shim_hash_mask = plan->mask;
	ref_init(r, &plan->limits, plan->keys, &run.random);
	ref_table(r);
	for (op = 0; op < ops && !r->failed; op++) {
		set_weather(&run);
		r->may_fail = plan->fails;
		if (pick(&run, 8))
			one_op(&run);
		else
			softirq_op(&run);
		if (op % plan->check && op != ops - 1)
			continue;
		shim_fail_rate(0);
		r->may_fail = false;
		ref_check(r);
	}
	shim_fail_rate(0);
	add_counters(r);
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
