// SPDX-License-Identifier: GPL-2.0
/*
 * As many sessions as a big gateway has, through a handle that `hold' has taken,
 * in threads on all CPUs; to be run by name: many_fill, then the others, or many_deferred.
 * The parameter `many' is how many.
 */
#include "test.h"

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>

#include "crew.h"
#include "many.h"
#include "sessions.h"

enum { THERE, ABSENT };

/* Enough for a thread to have started: before, it would be stopped unheard. */
#define START_MS 200

static unsigned int many = 100000;
module_param(many, uint, 0644);
MODULE_PARM_DESC(many, "Sessions of the tests many_*, ids of load_*");

unsigned int many_ids(void)
{
	return many;
}

static unsigned int crew_size;

static void fill(struct worker *w)
{
	struct devsess_session s = { .key_len = ID_LEN };
	u32 n;

	for (n = w->number; n < many; n += crew_size) {
		session_id(s.key, THERE, n);
		s.mark = n;
		if (!EXPECT_EQ(w->t, devsess_insert(w->t->held, &s, GFP_KERNEL), 0))
			return;
		w->done++;
		cond_resched();
	}
}

static void find(struct worker *w)
{
	struct devsess_session s;
	u32 n;

	for (n = w->number; n < many; n += crew_size) {
		if (EXPECT_EQ(w->t, session_lookup(w->t->held, THERE, n, &s), 0))
			w->done += EXPECT_EQ(w->t, s.mark, n);
		cond_resched();
	}
}

static void miss(struct worker *w)
{
	struct devsess_session s;
	u32 n;

	for (n = w->number; n < many; n += crew_size) {
		w->done += EXPECT_EQ(w->t, session_lookup(w->t->held, ABSENT, n, &s), -ENOENT);
		cond_resched();
	}
}

static void delete_one_by_one(struct worker *w)
{
	u32 n;

	for (n = w->number; n < many; n += crew_size) {
		w->done += EXPECT_EQ(w->t, session_delete(w->t->held, THERE, n), 0);
		cond_resched();
	}
}

/* What is there before and after, and every one of them seen in between. */
static void all_cpus(struct test *t, work_t work, u64 before, u64 after)
{
	struct crew crew = { };
	ktime_t begin = ktime_get();
	s64 ms;

	if (!t->held) {
		t->skipped = "nothing is held";
		return;
	}
	crew_size = min_t(unsigned int, num_online_cpus(), CREW_MAX);
	EXPECT_EQ(t, devsess_count(t->held), before);
	crew_add(&crew, t, work, crew_size);
	EXPECT_EQ(t, crew_run(&crew, START_MS), many);
	EXPECT_EQ(t, devsess_count(t->held), after);
	ms = ktime_ms_delta(ktime_get(), begin);
	test_note("%u in %lld ms", many, ms);
}

static void many_fill(struct test *t)
{
	all_cpus(t, fill, 0, many);
}

static void many_find(struct test *t)
{
	all_cpus(t, find, many, many);
}

static void many_miss(struct test *t)
{
	all_cpus(t, miss, many, many);
}

static void many_delete(struct test *t)
{
	all_cpus(t, delete_one_by_one, many, 0);
}

#define SCALE_MS 500

static void find_at_random(struct worker *w)
{
	struct devsess_session s;
	u32 i;

	while (!crew_off()) {
		for (i = 0; i < 64; i++)
			EXPECT_EQ(w->t, session_lookup(w->t->held, THERE,
						       worker_random(w) % many, &s), 0);
		w->done += i;
	}
}

/* Lookups by one CPU, and by all: how many is for the reader, not to be judged. */
static void many_scale(struct test *t)
{
	unsigned int n, cpus = min_t(unsigned int, num_online_cpus(), CREW_MAX);
	unsigned long done;

	if (!t->held) {
		t->skipped = "nothing is held";
		return;
	}
	EXPECT_EQ(t, devsess_count(t->held), many);
	for (n = 1; n <= cpus; n += max(cpus - 1, 1U)) {
		struct crew crew = { };

		crew_add(&crew, t, find_at_random, n);
		done = crew_run(&crew, SCALE_MS);
		EXPECT(t, done);
		test_note("%u CPUs: %lu lookups in %u ms", n, done, SCALE_MS);
	}
}

/* Until a ring must have had room again. */
#define FULL_MAX (60 * HZ)

/* Deferred writes, of which the worker may not be able to do some: who runs this counts them. */
static void many_deferred(struct test *t)
{
	struct devsess_session s = { .key_len = ID_LEN };
	unsigned long end = jiffies + FULL_MAX;
	u32 n, there = 0;
	int ret;

	if (!t->held) {
		t->skipped = "nothing is held";
		return;
	}
	for (n = 0; n < many; n++) {
		session_id(s.key, THERE, n);
		s.mark = n;
		while ((ret = devsess_defer_store(t->held, &s)) == -ENOBUFS &&
		       time_before(jiffies, end))
			usleep_range(500, 1000);
		if (!EXPECT_EQ(t, ret, 0))
			return;
	}
	EXPECT_EQ(t, devsess_defer_drain(t->held), 0);
	for (n = 0; n < many; n++) {
		ret = session_lookup(t->held, THERE, n, &s);
		if (ret)
			EXPECT_EQ(t, ret, -ENOENT);
		else
			there += EXPECT_EQ(t, s.mark, n);
	}
	EXPECT_EQ(t, devsess_count(t->held), there);
	test_note("%u of %u are there", there, many);
}

const struct test_case many_cases[] = {
	{ "many_fill", many_fill },
	{ "many_find", many_find },
	{ "many_miss", many_miss },
	{ "many_scale", many_scale },
	{ "many_delete", many_delete },
	{ "many_deferred", many_deferred },
	{ }
};
