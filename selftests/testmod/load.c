// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups of ids that user space is to load, through a handle that `hold' has taken; to be
 * run by name while somebody listens, or not. The parameter `many' is how many ids: dev-
 * and seven digits, from 0 on. What becomes of them is for who runs it to look at.
 */
#include "test.h"

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "many.h"

/* All must be there by then. */
#define LOAD_TIMEOUT	(180 * HZ)

static int look(struct test *t, u32 n)
{
	struct devsess_session s;
	char id[16];
	int len = scnprintf(id, sizeof(id), "dev-%07u", n);

	return devsess_lookup_or_load(t->held, id, len, &s);
}

/* One lookup of each. Returns how many were not there. */
static u32 look_once(struct test *t)
{
	u32 n, absent = 0;
	int ret;

	for (n = 0; n < many_ids(); n++) {
		ret = look(t, n);
		if (ret)
			absent += EXPECT_EQ(t, ret, -ENOENT);
		cond_resched();
	}
	return absent;
}

static bool is_held(struct test *t)
{
	if (!t->held)
		t->skipped = "nothing is held";
	return t->held;
}

static void load_once(struct test *t)
{
	if (is_held(t))
		test_note("%u are not there", look_once(t));
}

static void load_all(struct test *t)
{
	unsigned long end = jiffies + LOAD_TIMEOUT;
	u32 rounds = 0, absent;

	if (!is_held(t))
		return;
	do {
		absent = look_once(t);
		rounds++;
		if (absent)
			msleep(20);
	} while (absent && !t->failed && time_before(jiffies, end));
	EXPECT_EQ(t, absent, 0);
	test_note("%u ids in %u rounds", many_ids(), rounds);
}

/* Ids are bytes: as long as they may be, and nothing that could be text. */
static void load_bytes(struct test *t)
{
	struct devsess_session s;
	u8 id[DEVSESS_KEY_MAX];
	u32 i;

	if (!is_held(t))
		return;
	for (i = 0; i < sizeof(id); i++)
		id[i] = i * 7;
	EXPECT_EQ(t, devsess_lookup_or_load(t->held, id, sizeof(id), &s), -ENOENT);
	EXPECT_EQ(t, devsess_lookup_or_load(t->held, "\n%s\"", 5, &s), -ENOENT);
	EXPECT_EQ(t, devsess_lookup_or_load(t->held, "\0", 1, &s), -ENOENT);
}

const struct test_case load_cases[] = {
	{ "load_once", load_once },
	{ "load_all", load_all },
	{ "load_bytes", load_bytes },
	{ }
};
