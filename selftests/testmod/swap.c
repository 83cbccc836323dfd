// SPDX-License-Identifier: GPL-2.0
/*
 * A handle that `hold' has taken, on a table whose content is another all the time; to be
 * run by name. There are always the same ids, `many' of them: dev- and seven digits, from 0 on.
 * Either tables are replaced by others, and all sessions of one have the same mark, which is its
 * number. Or files are applied, whose number is the mark, and the owner, of those of their
 * sessions that differ, which are all but each third.
 */
#include "test.h"

#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "crew.h"
#include "many.h"

#define TIME_MS 8000
#define BURST 4

static size_t name_id(void *id, u32 n)
{
	char text[16];
	size_t len = scnprintf(text, sizeof(text), "dev-%07u", n);

	memcpy(id, text, len);
	return len;
}

/* Lookups that belong together see one table, and later ones none that is older. */
static void look_up(struct worker *w)
{
	struct devsess_session s[BURST];
	struct devsess_query q[BURST];
	u8 id[BURST][16];
	u32 last = 0, i;

	while (!crew_off()) {
		for (i = 0; i < BURST; i++) {
			q[i].key = id[i];
			q[i].key_len = name_id(id[i], worker_random(w) % many_ids());
			q[i].s = &s[i];
		}
		EXPECT_EQ(w->t, devsess_lookup_batch(w->t->held, q, BURST), BURST);
		for (i = 0; i < BURST; i++)
			EXPECT_EQ(w->t, s[i].mark, s[0].mark);
		EXPECT(w->t, s[0].mark >= last);
		w->done += s[0].mark != last;
		last = s[0].mark;
		EXPECT_EQ(w->t, devsess_lookup(w->t->held, q[0].key, q[0].key_len, &s[0]), 0);
		EXPECT_EQ(w->t, devsess_count(w->t->held), many_ids());
		cond_resched();
	}
}

/* Writes that change nothing, of those that sleep and those that do not. */
static void write(struct worker *w)
{
	struct devsess_session s = { };

	while (!crew_off()) {
		s.key_len = name_id(s.key, worker_random(w) % many_ids());
		EXPECT_EQ(w->t, devsess_touch(w->t->held, s.key, s.key_len, 0, 0, NULL), 0);
		EXPECT_EQ(w->t, devsess_get_or_insert(w->t->held, &s, GFP_KERNEL), 1);
		EXPECT_EQ(w->t, devsess_update(w->t->held, &s, 0), 0);
		cond_resched();
	}
}

struct seen {
	struct test *t;
	u32 n;
	u32 mark;
};

static int see(const struct devsess_session *s, void *arg)
{
	struct seen *seen = arg;

	if (!seen->n++)
		seen->mark = s->mark;
	EXPECT_EQ(seen->t, s->mark, seen->mark);
	return 0;
}

/* A walk is of one table, to its end. */
static void walk(struct worker *w)
{
	while (!crew_off()) {
		struct seen seen = { .t = w->t };

		EXPECT_EQ(w->t, devsess_range(w->t->held, see, &seen), 0);
		EXPECT_EQ(w->t, seen.n, many_ids());
		cond_resched();
	}
}

/* Runs a crew, whose first members look up: who sees no more than @least had nothing to see. */
static void watch(struct test *t, struct crew *crew, const char *what, unsigned long least)
{
	unsigned int i;

	crew_run(crew, TIME_MS);
	for (i = 0; i < num_online_cpus() && i < crew->n; i++) {
		test_note("saw %lu %s", crew->worker[i].done, what);
		EXPECT(t, crew->worker[i].done > least);
	}
}

static void swap_watch(struct test *t)
{
	struct crew crew = { };

	if (!t->held) {
		t->skipped = "nothing is held";
		return;
	}
	crew_add(&crew, t, look_up, num_online_cpus());
	crew_add(&crew, t, write, 1);
	crew_add(&crew, t, walk, 1);
	watch(t, &crew, "tables", 2);
}

/* What no file changes is not touched, and of another session all or nothing is changed. */
static void look_up_applied(struct worker *w)
{
	u64 *versions = kvcalloc(many_ids(), sizeof(*versions), GFP_KERNEL);
	struct devsess_session s;
	u8 id[16];
	u32 n;

	if (!EXPECT(w->t, versions))
		return;
	while (!crew_off()) {
		n = worker_random(w) % many_ids();
		if (!EXPECT_EQ(w->t, devsess_lookup(w->t->held, id, name_id(id, n), &s), 0))
			continue;
		EXPECT_EQ(w->t, s.owner, s.mark);
		EXPECT(w->t, n % 3 ? s.mark : !s.mark);
		EXPECT(w->t, n % 3 || !versions[n] ? s.version >= versions[n] :
						     s.version == versions[n]);
		w->done += versions[n] && s.version != versions[n];
		versions[n] = s.version;
	}
	kvfree(versions);
}

static void swap_watch_applied(struct test *t)
{
	struct crew crew = { };

	if (!t->held) {
		t->skipped = "nothing is held";
		return;
	}
	crew_add(&crew, t, look_up_applied, num_online_cpus());
	watch(t, &crew, "changes", many_ids() / 2);
}

const struct test_case swap_cases[] = {
	{ "swap_watch", swap_watch },
	{ "swap_watch_applied", swap_watch_applied },
	{ }
};
