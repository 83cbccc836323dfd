// SPDX-License-Identifier: GPL-2.0
/* devsess_range(), and what its function may do to the table it walks. */
#include "test.h"

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/gfp.h>

#include "sessions.h"

#define SESSIONS 5000

enum { KEPT, PASSING };

struct walk {
	struct test *t;
	unsigned long *seen;
	u32 calls;
	u32 limit;
};

static int fill(struct test *t)
{
	u32 i;

	for (i = 0; i < SESSIONS; i++)
		if (!EXPECT_EQ(t, session_insert(t->table, KEPT, i, GFP_KERNEL), 0))
			return -EIO;
	return 0;
}

/* Takes a session down: it is as it was stored and was not seen before. */
static void note(struct walk *w, const struct devsess_session *s)
{
	w->calls++;
	if (!EXPECT(w->t, s->mark < SESSIONS) || !EXPECT(w->t, session_intact(s, KEPT, s->mark)))
		return;
	EXPECT(w->t, !test_and_set_bit(s->mark, w->seen));
}

static int see(const struct devsess_session *s, void *arg)
{
	struct walk *w = arg;

	note(w, s);
	if (!(w->calls % 1000))
		msleep(20);
	return w->calls == w->limit ? 42 : 0;
}

/* Every kind of operation, on the session at hand, others that are kept, and new ones. */
static int meddle(const struct devsess_session *s, void *arg)
{
	struct walk *w = arg;
	struct devsess_handle *table = w->t->table;
	struct devsess_session other;
	u32 n = s->mark;
	u8 id[ID_LEN];

	/* New ones are met or not: it depends on where they come to lie. */
	session_id(id, PASSING, n);
	if (!memcmp(s->key, id, ID_LEN))
		return 0;
	note(w, s);
	EXPECT_EQ(w->t, session_lookup(table, KEPT, n, &other), 0);
	session_fill(&other, KEPT, n, s->owner + 1);
	EXPECT_EQ(w->t, devsess_update(table, &other, DEVSESS_F_ALL), 0);
	EXPECT_EQ(w->t, devsess_touch(table, s->key, s->key_len, 0, 0, NULL), 0);
	EXPECT_EQ(w->t, session_insert(table, PASSING, n, GFP_KERNEL), 0);
	if (n % 2)
		EXPECT_EQ(w->t, session_delete(table, PASSING, n), 0);
	return 0;
}

static int count_one(const struct devsess_session *s, void *arg)
{
	++*(u32 *)arg;
	return 0;
}

/* A walk within a walk, and the end of everything within both. */
static int nest(const struct devsess_session *s, void *arg)
{
	struct walk *w = arg;
	u32 count = 0;
	u64 deleted;

	w->calls++;
	EXPECT_EQ(w->t, devsess_range(w->t->table, count_one, &count), 0);
	EXPECT_EQ(w->t, count, SESSIONS);
	EXPECT_EQ(w->t, devsess_clear(w->t->table, &deleted), 0);
	EXPECT_EQ(w->t, deleted, SESSIONS);
	return 1;
}

static void run(struct test *t, int (*fn)(const struct devsess_session *s, void *arg), u32 limit,
		int want, u32 calls)
{
	struct walk w = { .t = t, .limit = limit };

	w.seen = bitmap_zalloc(SESSIONS, GFP_KERNEL);
	if (!EXPECT(t, w.seen) || fill(t))
		goto out;
	EXPECT_EQ(t, devsess_range(t->table, fn, &w), want);
	EXPECT_EQ(t, w.calls, calls);
out:
	bitmap_free(w.seen);
}

static void range_empty(struct test *t)
{
	u32 count = 0;

	EXPECT_EQ(t, devsess_range(t->table, count_one, &count), 0);
	EXPECT_EQ(t, count, 0);
}

static void range_all(struct test *t)
{
	run(t, see, 0, 0, SESSIONS);
	EXPECT_EQ(t, devsess_count(t->table), SESSIONS);
}

static void range_ends(struct test *t)
{
	run(t, see, 1234, 42, 1234);
}

static void range_meddle(struct test *t)
{
	run(t, meddle, 0, 0, SESSIONS);
	EXPECT_EQ(t, devsess_count(t->table), SESSIONS + SESSIONS / 2);
}

static void range_nested(struct test *t)
{
	run(t, nest, 0, 1, 1);
	EXPECT_EQ(t, devsess_count(t->table), 0);
}

const struct test_case range_cases[] = {
	{ "range_empty", range_empty },
	{ "range_all", range_all },
	{ "range_ends", range_ends },
	{ "range_meddle", range_meddle },
	{ "range_nested", range_nested },
	{ }
};
