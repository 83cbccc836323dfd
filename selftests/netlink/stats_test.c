// SPDX-License-Identifier: GPL-2.0
/* Figures of tables: do, dump, and each counter by what it counts. */
#include <errno.h>
#include <time.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

FIXTURE(stats)
{
	struct nl nl;
};

FIXTURE_SETUP(stats)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(stats)
{
	nl_close(&self->nl);
}

struct figures {
	__u64 has;
	__u64 v[DEVSESS_A_STATS_MAX + 1];
	char table[64];
};

static struct figures take_figures(struct attrs attrs)
{
	struct figures f = { };
	const struct nlattr *a;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		if (attr_type(a) > DEVSESS_A_STATS_MAX || attr_type(a) == DEVSESS_A_STATS_PAD)
			continue;
		f.has |= 1ULL << attr_type(a);
		if (attr_type(a) == DEVSESS_A_STATS_TABLE)
			snprintf(f.table, sizeof(f.table), "%s", (const char *)attr_data(a));
		else
			f.v[attr_type(a)] = attr_uint(a);
	}
	return f;
}

static struct figures figures(struct nl *nl, const char *table)
{
	nl_begin(nl, DEVSESS_CMD_STATS_GET);
	if (table)
		put_str(&nl->m, DEVSESS_A_STATS_TABLE, table);
	nl_call(nl);
	return take_figures(nl->attrs);
}

#define STAT(f, name)	((f).v[DEVSESS_A_STATS_##name])

TEST_F(stats, all_are_there)
{
	const __u64 all = (1ULL << (DEVSESS_A_STATS_MAX + 1)) - 1;
	const __u64 none = 1 << DEVSESS_A_STATS_UNSPEC | 1 << DEVSESS_A_STATS_PAD;
	struct figures f = figures(&self->nl, NULL);

	EXPECT_EQ(0, self->nl.err);
	EXPECT_EQ(all & ~none, f.has);
	EXPECT_STREQ("default", f.table);
	EXPECT_EQ(0, STAT(f, SESSIONS));
	EXPECT_EQ(0, STAT(f, PEAK));
	EXPECT_EQ(0, STAT(f, PEAK_AT));
	EXPECT_EQ(1 << 20, STAT(f, MAX_SESSIONS));
	EXPECT_GT(STAT(f, SHARDS), 0);
	EXPECT_GT(STAT(f, MEMORY), 0);
	EXPECT_EQ(0, STAT(f, BYTES_PER_SESSION));
	EXPECT_EQ(0, STAT(f, LOOKUPS));
	EXPECT_EQ(0, STAT(f, INSERTS));
}

TEST_F(stats, operations)
{
	struct session s = full("one", 1), absent = device("absent"), got, stale;
	struct figures f;
	int i;

	for (i = 0; i < 7; i++)
		EXPECT_EQ(i ? -EEXIST : 0, insert(&self->nl, NULL, &s));
	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &absent, &got));
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &s));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, NULL, &s));
	for (i = 0; i < 8; i++)
		EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	for (i = 0; i < 9; i++)
		EXPECT_EQ(-ENOENT, delete(&self->nl, NULL, &absent));
	stale = s;
	set_version(&stale, 1);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(-ESTALE, ask(&self->nl, DEVSESS_CMD_COMPARE_AND_SWAP, NULL, &stale));
	EXPECT_EQ(0, delete(&self->nl, NULL, &s));

	f = figures(&self->nl, NULL);
	EXPECT_EQ(0, STAT(f, SESSIONS));
	EXPECT_EQ(1, STAT(f, PEAK));
	EXPECT_EQ(1, STAT(f, INSERTS));
	EXPECT_EQ(6, STAT(f, FAIL_EXISTS));
	EXPECT_EQ(8, STAT(f, LOOKUPS));
	EXPECT_EQ(5, STAT(f, READ_HITS) + STAT(f, DIRTY_HITS));
	EXPECT_EQ(3, STAT(f, NOT_FOUND));
	EXPECT_EQ(6, STAT(f, UPDATES));
	EXPECT_EQ(8, STAT(f, TOUCHES));
	EXPECT_EQ(1, STAT(f, DELETES));
	EXPECT_EQ(9, STAT(f, FAIL_ABSENT));
	EXPECT_EQ(6, STAT(f, FAIL_VERSION));
	EXPECT_EQ(0, STAT(f, FAIL_FULL));
	EXPECT_EQ(0, STAT(f, FAIL_MEMORY));
	EXPECT_EQ(0, STAT(f, FAIL_INVALID));
	EXPECT_GE(STAT(f, SLOTS_WRITTEN), 1 + 6 + 8);
}

TEST_F(stats, peak)
{
	struct timespec ts;
	struct figures f;

	EXPECT_EQ(0, insert_many(&self->nl, NULL, 0, 3000));
	EXPECT_EQ(0, delete_many(&self->nl, NULL, 0, 2000));
	EXPECT_EQ(0, insert_many(&self->nl, NULL, 5000, 500));
	clock_gettime(CLOCK_REALTIME, &ts);
	f = figures(&self->nl, NULL);
	EXPECT_EQ(3000, STAT(f, PEAK));
	EXPECT_EQ(1500, STAT(f, SESSIONS));
	/* Noted to the second, in ms. */
	EXPECT_LE(STAT(f, PEAK_AT), ts.tv_sec * 1000ULL);
	EXPECT_GT(STAT(f, PEAK_AT) + 60000, ts.tv_sec * 1000ULL);
}

TEST_F(stats, engine_at_work)
{
	struct figures empty = figures(&self->nl, NULL), f, after;
	struct session s, got;
	int i;

	EXPECT_EQ(0, insert_many(&self->nl, NULL, 0, 40000));
	f = figures(&self->nl, NULL);
	EXPECT_EQ(40000, STAT(f, SESSIONS));
	EXPECT_GT(STAT(f, SHARDS), STAT(empty, SHARDS));
	EXPECT_EQ(STAT(f, SHARDS) - STAT(empty, SHARDS), STAT(f, SPLITS) - STAT(f, MERGES));
	EXPECT_GT(STAT(f, PROMOTIONS), 0);
	EXPECT_GT(STAT(f, PROMOTED), 0);
	EXPECT_LE(STAT(f, PROMOTED), 40000 * 2);
	EXPECT_GT(STAT(f, GROWS), 0);
	EXPECT_GE(STAT(f, SLOTS), 40000);
	EXPECT_GE(STAT(f, MEMORY), STAT(f, SLOTS) * STAT(f, SLOT_SIZE));
	EXPECT_EQ(STAT(f, MEMORY) / 40000, STAT(f, BYTES_PER_SESSION));
	EXPECT_GT(STAT(f, LOAD_FACTOR), 100);
	EXPECT_LE(STAT(f, LOAD_FACTOR), 1000);
	EXPECT_GE(STAT(f, WRITE_AMPLIFICATION), 1000);
	EXPECT_GT(STAT(f, LOCK_HOLD_MAX_NS), 0);

	/* Lookups of what the dirty map serves are due for promotion. */
	for (i = 0; i < 40000; i += 10) {
		s = number(i);
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	}
	after = figures(&self->nl, NULL);
	EXPECT_EQ(4000, STAT(after, LOOKUPS));
	EXPECT_EQ(4000, STAT(after, READ_HITS) + STAT(after, DIRTY_HITS));
	EXPECT_GT(STAT(after, READ_HITS), 0);
	EXPECT_GT(STAT(after, DIRTY_HITS), 0);

	EXPECT_EQ(40000, clear_meant(&self->nl, NULL, NULL));
	for (i = 0; i < 100; i++) {
		after = figures(&self->nl, NULL);
		if (STAT(after, MEMORY) < STAT(f, MEMORY) / 8)
			break;
		pause_ms(50);
	}
	/* A mass logout gives the memory back. */
	EXPECT_LT(STAT(after, MEMORY), STAT(f, MEMORY) / 8);
	EXPECT_GT(STAT(after, MERGES) + STAT(after, SHRINKS), 0);
}

TEST_F(stats, batches_count_as_single_requests)
{
	struct batch b = { };
	struct figures f;
	struct session s;
	int i;

	batch_begin(&b, &self->nl, NULL, false);
	for (i = 0; i < 60; i++) {
		s = number(i % 20);
		batch_add(&b, i / 20 ? DEVSESS_OP_STORE : DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, batch_run(&b));
	f = figures(&self->nl, NULL);
	EXPECT_EQ(20, STAT(f, INSERTS));
	EXPECT_EQ(40, STAT(f, UPDATES));
	batch_free(&b);
}

TEST_F(stats, dump_shows_what_do_shows)
{
	struct figures f, one;
	struct nl small; /* several messages, which end amid a table's figures */
	char name[32];
	int i, n = 0;

	ASSERT_EQ(0, nl_open_with(&small, 8192));
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "table-%d", i);
		EXPECT_EQ(0, make_table(&self->nl, name, 100 + i, 16, 0));
		EXPECT_EQ(0, insert_many(&self->nl, name, 0, i));
	}
	nl_begin_dump(&small, DEVSESS_CMD_STATS_GET);
	EXPECT_EQ(0, nl_dump(&small));
	while (nl_next(&small)) {
		f = take_figures(small.attrs);
		n++;
		if (!strcmp(f.table, "default"))
			continue;
		i = atoi(f.table + strlen("table-"));
		EXPECT_EQ(i, STAT(f, SESSIONS));
		EXPECT_EQ(i, STAT(f, INSERTS));
		EXPECT_EQ(100 + i, STAT(f, MAX_SESSIONS));
		one = figures(&self->nl, f.table);
		EXPECT_EQ(one.has, f.has);
		EXPECT_EQ(0, memcmp(one.v, f.v, sizeof(f.v)));
	}
	EXPECT_EQ(0, small.err);
	EXPECT_EQ(41, n);
	nl_close(&small);
}

TEST_HARNESS_MAIN
