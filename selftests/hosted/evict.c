// SPDX-License-Identifier: GPL-2.0
/*
 * Which part of the lookups of a load finds a session, when each that does not is followed
 * by an insert into a full table: the engine with the policy `evict', beside LRU, clock,
 * ARC and S3-FIFO.
 *
 *	evict LOAD CAPACITY		prints samples for selftests/bench/summary
 *	evict LOAD CAPACITY --trace	writes the ids that are asked for, a u32 each
 *
 * The second half counts. No clock but the worker's goes, and that one by the number of lookups.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/err.h>
#include <linux/gfp.h>

#include "caches.h"
#include "module/lookup.h"
#include "module/ops.h"
#include "module/table.h"
#include "shim.h"

#define IDS		100000		/* that are popular, more or less */
#define LOOKUPS		4000000
#define SEED		1

static u32 *trace, ids = IDS, capacity;

/* Ids by popularity: the one of rank r is asked for as often as 1 / r^skew says. */

static double cumulated[IDS];

static void popularity(double skew)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < IDS; i++)
		cumulated[i] = sum += pow(i + 1, -skew);
	for (i = 0; i < IDS; i++)
		cumulated[i] /= sum;
}

static u32 popular(void)
{
	static u64 random = SEED;
	double x = (shim_random(&random) >> 11) / 9007199254740992.0;
	u32 low = 0, high = IDS - 1;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (cumulated[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static u32 from_zipf(u32 at)
{
	(void)at;
	return popular();
}

/* Now and then twice as many ids as fit in, each once, between the popular ones. */
static u32 from_scan(u32 at)
{
	if (at % (20 * capacity) < 4 * capacity && at & 1)
		return ids++;
	return popular();
}

/* The same ids in the same order, again and again, one and a half times what fits in. */
static u32 from_loop(u32 at)
{
	return at % (capacity + capacity / 2);
}

/* One in two is new and never comes again. */
static u32 from_churn(u32 at)
{
	return at & 1 ? ids++ : popular();
}

/*
 * Three quarters of what fits in are asked for again and again, and from some time on a new one
 * after each. Where none of the others is pushed out 50 % are found.
 */
static u32 from_flood(u32 at)
{
	if (at & 1 && at > LOOKUPS / 4)
		return ids++;
	return at / 2 % (capacity - capacity / 4);
}

static const struct load {
	const char *name;
	double skew;
	u32 (*next)(u32 at);
} loads[] = {
	{ "zipf0.8", 0.8, from_zipf },
	{ "zipf0.9", 0.9, from_zipf },
	{ "zipf1.0", 1.0, from_zipf },
	{ "zipf1.1", 1.1, from_zipf },
	{ "zipf1.2", 1.2, from_zipf },
	{ "scan", 1.0, from_scan },
	{ "loop", 1.0, from_loop },
	{ "churn", 1.0, from_churn },
	{ "flood", 1.0, from_flood },
};

static void make_trace(const struct load *load)
{
	u32 i;

	trace = malloc(LOOKUPS * sizeof(*trace));
	if (!trace)
		shim_bug("no memory for the trace");
	popularity(load->skew);
	for (i = 0; i < LOOKUPS; i++)
		trace[i] = load->next(i);
}

/* The engine, as the caches are. */

static struct devsess_table *table;

static void engine_make(u32 sessions, u32 most)
{
	struct table_limits limits = {
		.max_sessions = sessions, .key_max = 16, .policy = DEVSESS_POLICY_EVICT,
	};

	(void)most;
	table = table_alloc(&limits);
	if (IS_ERR(table))
		shim_bug("no memory for the table");
}

static void engine_free(void)
{
	table_free(table);
	rcu_barrier();
}

static bool engine_use(u32 id)
{
	static u32 n;
	struct devsess_session s;
	bool there = !lookup_one(table, &id, sizeof(id), &s);

	if (!there) {
		s = (struct devsess_session){ .key_len = sizeof(id) };
		memcpy(s.key, &id, sizeof(id));
		if (ops_insert(table, &s, GFP_KERNEL))
			shim_bug("id %u: not inserted", id);
	}
	if (++n % 1000 == 0) {
		shim_advance(NSEC_PER_MSEC);
		shim_run_due();
	}
	return there;
}

static const struct cache engine = { "devsess", engine_make, engine_free, engine_use };

static void run(const struct load *load, const struct cache *cache)
{
	u32 i, hits = 0;

	shim_seed(SEED);
	cache->make(capacity, ids);
	for (i = 0; i < LOOKUPS; i++)
		hits += cache->use(trace[i]) && i >= LOOKUPS / 2;
	cache->free();
	printf("BENCH evict,%s,%s,%u,1,hit_ratio,%.3f,percent\n", load->name, cache->name, capacity,
	       hits * 100.0 / (LOOKUPS - LOOKUPS / 2));
}

int main(int argc, char **argv)
{
	static const struct cache *const caches[] = {
		&engine, &cache_lru, &cache_clock, &cache_arc, &cache_s3fifo,
	};
	const struct load *load = NULL;
	u32 i;

	for (i = 0; argc > 2 && i < ARRAY_SIZE(loads); i++)
		if (!strcmp(argv[1], loads[i].name))
			load = &loads[i];
	if (argc > 2)
		capacity = strtoul(argv[2], NULL, 0);
	if (!load || !capacity || argc > 4) {
		fputs("evict LOAD CAPACITY [--trace]\n", stderr);
		return 2;
	}
	make_trace(load);
	if (argc == 4)
		return fwrite(trace, sizeof(*trace), LOOKUPS, stdout) != LOOKUPS;
	for (i = 0; i < ARRAY_SIZE(caches); i++)
		run(load, caches[i]);
	return 0;
}
