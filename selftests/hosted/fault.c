// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation fails. A scenario runs with its first allocation failing,
 * then with its second, and so on until none is left to fail; then the same
 * with all later ones failing too. After each run the table must hold exactly
 * what the reference map says, and work on, and in the end all memory must be
 * back.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "ref.h"
#include "shim.h"
#include "tap.h"

#define KEYS	3500
#define BATCH	64

/**
 * struct scenario - something that allocates
 * @name:   of the test
 * @before: made while no allocation fails; makes the table
 * @run:    made while some fail
 * @fails:  @run can be refused for want of memory
 */
struct scenario {
	const char *name;
	void (*before)(struct ref *r);
	void (*run)(struct ref *r);
	bool fails;
};

static u64 random_state;

static struct devsess_session session(struct ref *r, u32 i)
{
	return ref_session(r, i, 3, &random_state);
}

static void insert_up_to(struct ref *r, u32 n)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < n; i++) {
		s = session(r, i);
		if (!r->e[i].stored)
			ref_insert(r, i, &s);
	}
}

static void no_table(struct ref *r)
{
	(void)r;
}

static void make_table(struct ref *r)
{
	ref_table(r);
}

static void with_some(struct ref *r)
{
	ref_table(r);
	insert_up_to(r, 50);
}

static void with_many(struct ref *r)
{
	ref_table(r);
	insert_up_to(r, 1200);
}

static void with_all(struct ref *r)
{
	ref_table(r);
	insert_up_to(r, r->n);
}

static void with_few_left(struct ref *r)
{
	u32 i;

	with_all(r);
	for (i = 0; i < r->n; i++)
		if (i % 20)
			ref_delete(r, i, NULL, false);
}

static void with_a_deep_directory(struct ref *r)
{
	with_some(r);
	if (dir_grow(&r->t->dir, 6))
		r->failed = true;
}

static void insert_more(struct ref *r)
{
	insert_up_to(r, 400);
}

static void insert_all(struct ref *r)
{
	insert_up_to(r, r->n);
}

static void store_all(struct ref *r)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < r->n; i++) {
		s = session(r, i);
		switch (i % 3) {
		case 0:
			ref_swap(r, i, &s);
			break;
		case 1:
			ref_store(r, i, &s);
			break;
		default:
			ref_get_or_insert(r, i, &s);
		}
	}
}

static void insert_in_softirq(struct ref *r)
{
	shim_context.softirq = true;
	r->gfp = GFP_ATOMIC;
	insert_up_to(r, 1000);
	shim_context.softirq = false;
	r->gfp = GFP_KERNEL;
}

static void sweep(struct ref *r)
{
	ref_sweep(r);
}

static void range(struct ref *r)
{
	ref_range(r);
}

static void batches(struct ref *r)
{
	struct batch_item *items = calloc(BATCH, sizeof(*items));
	u32 index[BATCH], i, n, bad;
	int ret;

	for (i = 0; items && i < r->n; i += n) {
		for (n = 0; n < BATCH && i + n < r->n; n++) {
			index[n] = i + n;
			memset(&items[n], 0, sizeof(*items));
			items[n].s = session(r, i + n);
			items[n].op = DEVSESS_OP_STORE;
		}
		ret = batch_find_twice(items, n, &bad);
		if (ret && ret != -ENOMEM)
			r->failed = true;
		ref_batch(r, items, index, n);
	}
	free(items);
}

/* What needs no memory must not fail for want of it. */
static void change_all(struct ref *r)
{
	struct devsess_session s;
	u32 i;

	r->may_fail = false;
	for (i = 0; i < r->n; i++) {
		s = session(r, i);
		switch (i % 5) {
		case 0:
			ref_store(r, i, &s);
			break;
		case 1:
			ref_update(r, i, &s, DEVSESS_F_ALL, NULL);
			break;
		case 2:
			ref_touch(r, i, 1000, 0);
			break;
		case 3:
			ref_delete(r, i, NULL, true);
			break;
		default:
			ref_lookup(r, i);
		}
	}
	ref_clear_owner(r, 3);
	ref_clear(r);
}

static const struct scenario scenarios[] = {
	{ "table_alloc", no_table, make_table, true },
	{ "first_inserts", make_table, insert_more, true },
	{ "growth", with_some, insert_more, true },
	{ "split", with_many, insert_all, true },
	{ "store", with_some, store_all, true },
	{ "softirq", with_some, insert_in_softirq, true },
	{ "shrink_and_merge", with_few_left, sweep, false },
	{ "shrink_directory", with_a_deep_directory, sweep, false },
	{ "range", with_many, range, true },
	{ "batch", with_some, batches, true },
	{ "change", with_all, change_all, false },
};

/* Returns how many allocations failed. */
static long run_once(struct ref *r, const struct scenario *s, long nth, bool later)
{
	long failures;

	s->before(r);
	r->may_fail = s->fails;
	shim_fail_nth(nth, later);
	s->run(r);
	failures = shim_failures();
	shim_fail_nth(0, false);
	r->may_fail = false;
	if (r->t) {
		ref_check(r);
		insert_up_to(r, 500);
		ref_check(r);
	}
	ref_free_table(r);
	return failures;
}

static void run_scenario(const struct scenario *s, bool later)
{
	static const struct table_limits limits = { 1000000, 64, 64, .owner_max = REF_OWNERS };
	struct ref r;
	long n = 0;

	random_state = 1;
	shim_seed(1);
	ref_init(&r, &limits, KEYS, &random_state);
	while (!r.failed && run_once(&r, s, n + 1, later))
		n++;
	if (r.failed)
		tap_note("allocation %ld failed%s", n + 1, later ? ", and all later ones" : "");
	ref_exit(&r);
	rcu_barrier();
	if (shim_live()) {
		tap_note("%ld allocations left", shim_live());
		r.failed = true;
	}
	tap_note("%s: %ld allocations", s->name, n);
	tap_result(!r.failed, "%s%s", s->name, later ? ".and_later" : "");
}

/* None that expires, which would bring the worker back anyway. */
static void with_few_for_ever(struct ref *r)
{
	struct devsess_session s;
	u32 i;

	ref_table(r);
	for (i = 0; i < r->n; i++) {
		s = session(r, i);
		s.ttl_ms = 0;
		s.expires = 0;
		ref_insert(r, i, &s);
	}
	for (i = 0; i < r->n; i++)
		if (i % 20)
			ref_delete(r, i, NULL, false);
}

/* Nothing but the directory is too large. */
static void with_few_in_a_deep_directory(struct ref *r)
{
	ref_table(r);
	if (dir_grow(&r->t->dir, 14))
		r->failed = true;
	sweep_kick(&r->t->sweep);
}

/* What the worker had no memory for it does later, with nobody asking. */
static void try_again(const char *what, void (*before_it)(struct ref *r))
{
	static const struct table_limits limits = { 1000000, 64, 64 };
	u64 before, after;
	struct ref r;
	int i;

	random_state = 1;
	shim_seed(1);
	ref_init(&r, &limits, KEYS, &random_state);
	before_it(&r);
	shim_fail_nth(1, true);
	for (i = 0; i < 5; i++) {
		shim_advance(SWEEP_DELAY_MS * NSEC_PER_MSEC);
		shim_run_due();
	}
	if (!shim_failures())
		r.failed = true;
	shim_fail_nth(0, false);
	before = table_memory(r.t);
	for (i = 0; i < 5; i++) {
		shim_advance(SWEEP_RETRY_MS * NSEC_PER_MSEC);
		shim_run_due();
	}
	after = table_memory(r.t);
	tap_note("%llu bytes, then %llu", before, after);
	ref_check(&r);
	tap_result(!r.failed && after < before / 2, "try_again.%s", what);
	ref_free_table(&r);
	ref_exit(&r);
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	tap_begin("fault");
	shim_possible_cpus = 1; /* few shards at first, so that they split */
	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		run_scenario(&scenarios[i], false);
		run_scenario(&scenarios[i], true);
	}
	try_again("shrink_and_merge", with_few_for_ever);
	try_again("shrink_directory", with_few_in_a_deep_directory);
	return tap_end();
}
