// SPDX-License-Identifier: GPL-2.0
/* Threads on all CPUs: counts stay exact, nothing is lost, nothing torn. */
#include "test.h"

#include <linux/cpumask.h>
#include <linux/gfp.h>

#include "crew.h"
#include "sessions.h"

#define TIME_MS 2000

enum { KEPT, COMING };

/* Sessions that stay, and how many come and go beside them. */
#define KEPT_SESSIONS	2000
#define WAVE_SESSIONS	20000

static int count_one(const struct devsess_session *s, void *arg)
{
	++*(u64 *)arg;
	return 0;
}

static u64 count_by_range(struct test *t, struct devsess_handle *table)
{
	u64 count = 0;

	EXPECT_EQ(t, devsess_range(table, count_one, &count), 0);
	return count;
}

/* Inserts ids of its own until the table is full. */
static void fill_small(struct worker *w)
{
	struct devsess_session s = { .key_len = 2 * sizeof(u32) };
	u32 id[2] = { w->number };

	do {
		memcpy(s.key, id, sizeof(id));
		if (devsess_insert(w->t->small, &s, id[1] & 1 ? GFP_KERNEL : GFP_ATOMIC))
			break;
		w->done++;
		cond_resched();
	} while (++id[1] <= SMALL_SESSIONS);
	EXPECT(w->t, devsess_count(w->t->small) <= SMALL_SESSIONS);
}

/* At the limit: one goes, one comes, nobody gets above it. */
static void churn_small(struct worker *w)
{
	struct devsess_session s = { .key_len = 2 * sizeof(u32) };
	u32 id[2] = { w->number };

	while (!crew_off()) {
		id[1] = worker_random(w) % SMALL_SESSIONS;
		memcpy(s.key, id, sizeof(id));
		if (worker_random(w) & 1)
			devsess_delete(w->t->small, id, sizeof(id));
		else
			devsess_store(w->t->small, &s, GFP_KERNEL);
		EXPECT(w->t, devsess_count(w->t->small) <= SMALL_SESSIONS);
	}
}

static void parallel_count(struct test *t)
{
	struct crew fillers = { }, churners = { };

	crew_add(&fillers, t, fill_small, 2 * num_online_cpus());
	EXPECT_EQ(t, crew_run(&fillers, 0), SMALL_SESSIONS);
	EXPECT_EQ(t, devsess_count(t->small), SMALL_SESSIONS);
	EXPECT_EQ(t, count_by_range(t, t->small), SMALL_SESSIONS);
	crew_add(&churners, t, churn_small, 2 * num_online_cpus());
	crew_run(&churners, TIME_MS / 2);
	EXPECT_EQ(t, devsess_count(t->small), count_by_range(t, t->small));
}

#define INCREMENTS 2000

/* Adds one to the owner, as often as others get in between. */
static void increment(struct worker *w)
{
	struct devsess_session s;
	int i, ret;

	for (i = 0; i < INCREMENTS; i++) {
		do {
			if (!EXPECT_EQ(w->t, session_lookup(w->t->table, KEPT, 0, &s), 0))
				return;
			s.owner++;
			ret = devsess_compare_and_swap(w->t->table, &s, DEVSESS_F_OWNER,
						       s.version);
			cond_resched();
		} while (ret == -ESTALE);
		EXPECT_EQ(w->t, ret, 0);
	}
}

static void parallel_compare(struct test *t)
{
	struct devsess_session s;
	struct crew crew = { };

	EXPECT_EQ(t, session_insert(t->table, KEPT, 0, GFP_KERNEL), 0);
	crew_add(&crew, t, increment, 2 * num_online_cpus());
	crew_run(&crew, 0);
	EXPECT_EQ(t, session_lookup(t->table, KEPT, 0, &s), 0);
	EXPECT_EQ(t, s.owner, crew.n * INCREMENTS);
}

/* The first of several to ask for an id makes it; the others get what he made. */
static void load_or_store(struct worker *w)
{
	struct devsess_session s;
	u32 n;
	int ret;

	for (n = 0; n < WAVE_SESSIONS / 4; n++) {
		session_fill(&s, COMING, n, w->number);
		ret = devsess_get_or_insert(w->t->table, &s, GFP_KERNEL);
		EXPECT(w->t, ret == 0 || ret == 1);
		EXPECT(w->t, session_intact(&s, COMING, n));
		EXPECT(w->t, ret || s.owner == w->number);
		w->done += !ret;
		cond_resched();
	}
}

/* Each id has one to take it away. */
static void load_and_delete(struct worker *w)
{
	struct devsess_session s;
	u8 id[ID_LEN];
	u32 n;
	int ret;

	for (n = 0; n < WAVE_SESSIONS / 4; n++) {
		session_id(id, COMING, n);
		ret = devsess_get_and_delete(w->t->table, id, sizeof(id), &s);
		EXPECT(w->t, ret == 0 || ret == -ENOENT);
		EXPECT(w->t, ret || session_intact(&s, COMING, n));
		w->done += !ret;
		cond_resched();
	}
}

static void parallel_once(struct test *t)
{
	struct crew storers = { }, deleters = { };

	crew_add(&storers, t, load_or_store, 2 * num_online_cpus());
	EXPECT_EQ(t, crew_run(&storers, 0), WAVE_SESSIONS / 4);
	EXPECT_EQ(t, devsess_count(t->table), WAVE_SESSIONS / 4);
	crew_add(&deleters, t, load_and_delete, 2 * num_online_cpus());
	EXPECT_EQ(t, crew_run(&deleters, 0), WAVE_SESSIONS / 4);
	EXPECT_EQ(t, devsess_count(t->table), 0);
}

/* Reads sessions that are there throughout. Their generation only rises. */
static void read_kept(struct worker *w)
{
	struct devsess_session s, absent;
	u32 last = 0, n = 0, i;

	while (!crew_off()) {
		if (!(w->done % 16)) {
			n = worker_random(w) % KEPT_SESSIONS;
			last = 0;
		}
		EXPECT_EQ(w->t, session_lookup(w->t->table, KEPT, n, &s), 0);
		EXPECT(w->t, session_intact(&s, KEPT, n));
		EXPECT(w->t, s.owner >= last);
		last = s.owner;
		i = KEPT_SESSIONS + worker_random(w) % KEPT_SESSIONS;
		EXPECT_EQ(w->t, session_lookup(w->t->table, KEPT, i, &absent), -ENOENT);
		w->done++;
	}
}

/* Each updater has sessions of its own. */
static void update_kept(struct worker *w)
{
	struct devsess_session s;
	u32 generation = 0, n;

	while (!crew_off()) {
		generation++;
		for (n = w->number % 2; n < KEPT_SESSIONS && !crew_off(); n += 2) {
			session_fill(&s, KEPT, n, generation);
			EXPECT_EQ(w->t, devsess_update(w->t->table, &s, DEVSESS_F_ALL), 0);
			w->done++;
		}
	}
}

/* Makes maps grow and shards split, then shrink and merge, then again. */
static void wave(struct worker *w)
{
	u32 from = w->number * WAVE_SESSIONS, n;

	while (!crew_off()) {
		for (n = from; n < from + WAVE_SESSIONS && !crew_off(); n++)
			EXPECT_EQ(w->t, session_insert(w->t->table, COMING, n, GFP_KERNEL), 0);
		w->done += n - from;
		while (n-- > from) {
			EXPECT_EQ(w->t, session_delete(w->t->table, COMING, n), 0);
			cond_resched();
		}
	}
}

static void parallel_kept(struct test *t)
{
	struct crew crew = { };
	unsigned int i;

	for (i = 0; i < KEPT_SESSIONS; i++)
		EXPECT_EQ(t, session_insert(t->table, KEPT, i, GFP_KERNEL), 0);
	crew_add(&crew, t, read_kept, num_online_cpus());
	crew_add(&crew, t, update_kept, 2);
	crew_add(&crew, t, wave, 2);
	crew_run(&crew, 2 * TIME_MS);
	for (i = 0; i < crew.n; i++)
		EXPECT(t, crew.worker[i].done > 100);
	EXPECT_EQ(t, devsess_count(t->table), KEPT_SESSIONS);
	EXPECT_EQ(t, count_by_range(t, t->table), KEPT_SESSIONS);
}

const struct test_case parallel_cases[] = {
	{ "parallel_count", parallel_count },
	{ "parallel_compare", parallel_compare },
	{ "parallel_once", parallel_once },
	{ "parallel_kept", parallel_kept },
	{ }
};
