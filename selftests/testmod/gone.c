// SPDX-License-Identifier: GPL-2.0
/*
 * A handle whose namespace has gone: still valid, every call says so. To be
 * run, by name, on a table that `hold' has taken in a namespace of its own.
 */
#include "test.h"

#include <linux/delay.h>
#include <linux/gfp.h>

#include "sessions.h"

static int never(const struct devsess_session *s, void *arg)
{
	return 1;
}

/* The end of a namespace takes its time. */
static int wait_for_end(struct devsess_handle *held)
{
	struct devsess_session s;
	int i, err = 0;

	for (i = 0; i < 200; i++) {
		err = session_lookup(held, 0, 0, &s);
		if (err == -ENODEV)
			break;
		msleep(50);
	}
	return err;
}

static void gone(struct test *t)
{
	struct devsess_handle *held = t->held;
	struct devsess_session s, prev;
	struct devsess_query q = { .key = s.key, .key_len = 4, .s = &s };
	struct devsess_owner owner;
	u64 n;

	if (!held) {
		t->skipped = "nothing is held";
		return;
	}
	if (!EXPECT_EQ(t, wait_for_end(held), -ENODEV))
		return;
	session_fill(&s, 0, 0, 0);
	s.key_len = 4;
	s.data_len = 0;
	EXPECT_EQ(t, devsess_lookup(held, s.key, s.key_len, &s), -ENODEV);
	EXPECT_EQ(t, devsess_lookup_batch(held, &q, 1), 0);
	EXPECT_EQ(t, q.result, -ENODEV);
	EXPECT_EQ(t, devsess_insert(held, &s, GFP_KERNEL), -ENODEV);
	EXPECT_EQ(t, devsess_store(held, &s, GFP_ATOMIC), -ENODEV);
	EXPECT_EQ(t, devsess_update(held, &s, DEVSESS_F_OWNER), -ENODEV);
	EXPECT_EQ(t, devsess_get_or_insert(held, &s, GFP_KERNEL), -ENODEV);
	EXPECT_EQ(t, devsess_swap(held, &s, &prev, GFP_KERNEL), -ENODEV);
	EXPECT_EQ(t, devsess_delete(held, s.key, s.key_len), -ENODEV);
	EXPECT_EQ(t, devsess_get_and_delete(held, s.key, s.key_len, &prev), -ENODEV);
	EXPECT_EQ(t, devsess_compare_and_swap(held, &s, DEVSESS_F_OWNER, 1), -ENODEV);
	EXPECT_EQ(t, devsess_compare_and_delete(held, s.key, s.key_len, 1), -ENODEV);
	EXPECT_EQ(t, devsess_touch(held, s.key, s.key_len, 0, 0, NULL), -ENODEV);
	EXPECT_EQ(t, devsess_lookup_or_load(held, s.key, s.key_len, &s), -ENODEV);
	/* With a ring or without. */
	EXPECT_EQ(t, devsess_defer_store(held, &s), -ENODEV);
	EXPECT_EQ(t, devsess_defer_update(held, &s, DEVSESS_F_OWNER), -ENODEV);
	EXPECT_EQ(t, devsess_defer_touch(held, s.key, s.key_len, 0, 0), -ENODEV);
	EXPECT_EQ(t, devsess_defer_delete(held, s.key, s.key_len), -ENODEV);
	EXPECT_EQ(t, devsess_defer_drain(held), -ENODEV);
	/* Which counts no owners, and asks for nothing. */
	EXPECT_EQ(t, devsess_refuse(held, s.key, s.key_len), -ENODEV);
	EXPECT_EQ(t, devsess_owner_get(held, 1, &owner), -ENODEV);
	EXPECT_EQ(t, devsess_owner_set(held, 1, 1), -ENODEV);
	EXPECT_EQ(t, devsess_range(held, never, NULL), -ENODEV);
	EXPECT_EQ(t, devsess_clear(held, &n), -ENODEV);
	/* Counting looks at nothing that could be gone. */
	devsess_count(held);
}

const struct test_case gone_cases[] = {
	{ "gone", gone },
	{ }
};
