// SPDX-License-Identifier: GPL-2.0
/* Dumps of sessions: whole, left half way, of a table that goes away. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define MANY	30000

FIXTURE(dump)
{
	struct nl nl;
	struct nl other;
};

FIXTURE_SETUP(dump)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, nl_open(&self->other));
}

FIXTURE_TEARDOWN(dump)
{
	nl_close(&self->other);
	nl_close(&self->nl);
}

TEST_F(dump, empty)
{
	struct snapshot snap = { };

	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, NULL));
	EXPECT_EQ(0, snap.n);
}

/* Every session once, as get shows it. */
TEST_F(dump, whole)
{
	struct snapshot snap = { };
	struct session s, got;
	int i;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, MANY));
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, NULL));
	EXPECT_EQ(MANY, snap.n);
	EXPECT_FALSE(self->nl.intr);
	for (i = 0; i < MANY; i++) {
		const struct session *found;

		s = number(i);
		fill(&s, i);
		found = snapshot_find(&snap, &s);
		ASSERT_NE(NULL, found);
		ASSERT_TRUE(same(&s, found));
		/* What only get says is whether there was one. */
		if (i % 100)
			continue;
		EXPECT_EQ(0, get(&self->other, NULL, &s, &got));
		EXPECT_TRUE(unchanged(found, &got));
		EXPECT_EQ(found->has | HAS(LOADED), got.has);
	}
	snapshot_free(&snap);
}

TEST_F(dump, largest_sessions)
{
	struct snapshot snap = { }, want = { };
	char data[64];
	int i;

	memset(data, 0xa5, sizeof(data));
	ASSERT_EQ(0, make_table(&self->nl, "wide", 10000, 64, 64));
	for (i = 0; i < 500; i++) {
		struct session s = number(i);

		s.device_len = 64;
		fill(&s, i * 2);
		set_data(&s, data, 64);
		set_ttl(&s, DEVSESS_TTL_MAX);
		ASSERT_EQ(0, insert(&self->nl, "wide", &s));
		snapshot_add(&want, &s);
	}
	snapshot_sort(&want);
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, "wide"));
	EXPECT_TRUE(snapshots_match(&want, &snap, same));
	snapshot_free(&snap);
	snapshot_free(&want);
}

TEST_F(dump, small_buffer)
{
	struct snapshot snap = { };
	struct nl small;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 5000));
	ASSERT_EQ(0, nl_open_with(&small, 8192));
	EXPECT_EQ(0, snapshot_take(&snap, &small, NULL));
	EXPECT_EQ(5000, snap.n);
	snapshot_free(&snap);
	nl_close(&small);
}

/* Begins a dump and reads a part of it. */
static int read_half(struct nl *nl, const char *table, int messages)
{
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	if (table)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, table);
	if (nl_dump(nl))
		return nl->err;
	while (messages--)
		if (!nl_next(nl))
			return nl->err ?: -ENODATA;
	return 0;
}

/*
 * A shard is sent as it was, also sessions that expire before their turn comes:
 * the time that they have left is then short, but not 0, which no write takes.
 */
TEST_F(dump, expires_half_way)
{
	const __u64 ttl = 5000;
	int i, sent = 0;
	struct nl nl;

	for (i = 0; i < 800; i++) {
		struct session s = number(i);

		set_ttl(&s, ttl);
		ASSERT_EQ(0, insert(&self->other, NULL, &s));
	}
	ASSERT_EQ(0, nl_open_with(&nl, 8192));
	nl_begin_dump(&nl, DEVSESS_CMD_GET);
	ASSERT_EQ(0, nl_dump(&nl));
	ASSERT_TRUE(nl_next(&nl));
	pause_ms(ttl + 500);
	for (; nl_next(&nl); sent++) {
		struct session s = get_session(nl.attrs);

		EXPECT_TRUE(s.has & HAS(EXPIRES_IN_MS));
		EXPECT_GE(s.expires_in_ms, 1);
		EXPECT_LE(s.expires_in_ms, ttl);
	}
	EXPECT_EQ(0, nl.err);
	EXPECT_GT(sent, 10);
	nl_close(&nl);
}

TEST_F(dump, closed_half_way)
{
	struct nl reader;
	int i;

	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, make_table(&self->nl, "t", 100000, ~0, ~0));
		ASSERT_EQ(0, insert_many(&self->nl, "t", 0, 2000));
		ASSERT_EQ(0, nl_open(&reader));
		ASSERT_EQ(0, read_half(&reader, "t", 1 + i));
		nl_close(&reader);
		/* Nothing holds the table any more. */
		ASSERT_EQ(0, drop_table(&self->nl, "t"));
	}
}

/* What a dump that was given up keeps is memory: a shard's sessions, and the table. */
TEST_F(dump, closed_half_way_leaves_no_memory)
{
	long before = 0, after;
	struct nl reader;
	int i;

	for (i = 0; i < 140; i++) {
		/* The first few rounds fill caches. */
		if (i == 20)
			before = memory_available();
		ASSERT_EQ(0, make_table(&self->nl, "t", 100000, ~0, ~0));
		ASSERT_EQ(0, insert_many(&self->nl, "t", 0, 8000));
		ASSERT_EQ(0, nl_open(&reader));
		ASSERT_EQ(0, read_half(&reader, "t", 10));
		nl_close(&reader);
		ASSERT_EQ(0, drop_table(&self->nl, "t"));
	}
	pause_ms(500);
	after = memory_available();
	/* 120 tables of a MiB and more would be missing. */
	TH_LOG("%ld MiB less than before", (before - after) / 1024);
	EXPECT_GT(after, before - 60 * 1024);
}

TEST_F(dump, of_a_table_that_is_deleted)
{
	struct snapshot snap = { };
	struct session key;

	ASSERT_EQ(0, make_table(&self->nl, "t", 100000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->nl, "t", 0, MANY));
	ASSERT_EQ(0, read_half(&self->nl, "t", 10));
	EXPECT_EQ(0, drop_table(&self->other, "t"));
	/* It goes on to its end: who replaces a table deletes what others are reading. */
	EXPECT_EQ(0, snapshot_read(&snap, &self->nl));
	EXPECT_EQ(MANY - 10, snap.n);
	snapshot_free(&snap);
	/* Nor does it go on in the next table of that name. */
	ASSERT_EQ(0, make_table(&self->nl, "t", 100000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->nl, "t", 0, MANY));
	ASSERT_EQ(0, read_half(&self->nl, "t", 10));
	EXPECT_EQ(0, drop_table(&self->other, "t"));
	ASSERT_EQ(0, make_table(&self->other, "t", 100000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->other, "t", MANY, 100));
	EXPECT_EQ(0, snapshot_read(&snap, &self->nl));
	EXPECT_EQ(MANY - 10, snap.n);
	key = number(MANY);
	EXPECT_TRUE(!snapshot_find(&snap, &key));
	snapshot_free(&snap);
}

/* A second dump on a socket has to wait, and does not disturb the first. */
TEST_F(dump, two_on_one_socket)
{
	struct snapshot snap = { };
	__u32 first;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, MANY));
	ASSERT_EQ(0, read_half(&self->nl, NULL, 1));
	first = self->nl.seq;

	nl_begin_dump(&self->nl, DEVSESS_CMD_GET);
	EXPECT_EQ(0, nl_dump(&self->nl));
	EXPECT_FALSE(nl_next(&self->nl));
	EXPECT_EQ(-EBUSY, self->nl.err);

	self->nl.seq = first;
	self->nl.dumping = true;
	EXPECT_EQ(0, snapshot_read(&snap, &self->nl));
	/* Some of the first datagram were thrown away while the refusal was looked for. */
	EXPECT_GT(snap.n, MANY / 2);
	/* And then it is free. */
	EXPECT_EQ(0, snapshot_take(&snap, &self->nl, NULL));
	EXPECT_EQ(MANY, snap.n);
	snapshot_free(&snap);
}

/* Requests on a socket are answered in the middle of its dump. */
TEST_F(dump, requests_meanwhile)
{
	struct session s = number(5), got;
	int i;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, MANY));
	ASSERT_EQ(0, read_half(&self->nl, NULL, 1));
	for (i = 0; i < 20; i++)
		EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(-EEXIST, insert(&self->nl, NULL, &s));
}

TEST_F(dump, several_at_once)
{
	struct snapshot snap = { };
	struct filter f = { };
	struct nl nl[8];
	int i;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, MANY));
	for (i = 0; i < ARRAY_SIZE(nl); i++) {
		ASSERT_EQ(0, nl_open(&nl[i]));
		ASSERT_EQ(0, read_half(&nl[i], NULL, i));
	}
	want_prefix(&f, "device-1", 8);
	EXPECT_EQ(0, dump_meant(&snap, &self->nl, NULL, &f));
	EXPECT_EQ(11111, snap.n);
	for (i = ARRAY_SIZE(nl) - 1; i >= 0; i--) {
		EXPECT_EQ(0, snapshot_read(&snap, &nl[i]));
		EXPECT_EQ(MANY - i, snap.n);
		nl_close(&nl[i]);
	}
	snapshot_free(&snap);
}

/* What is inserted or deleted behind or before the cursor does not matter to the rest. */
TEST_F(dump, of_a_table_that_is_cleared)
{
	struct snapshot snap = { };

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, MANY));
	ASSERT_EQ(0, read_half(&self->nl, NULL, 10));
	EXPECT_EQ(MANY, clear_meant(&self->other, NULL, NULL));
	EXPECT_EQ(0, snapshot_read(&snap, &self->nl));
	EXPECT_LT(snap.n, MANY - 10);
	EXPECT_FALSE(self->nl.intr);
	snapshot_free(&snap);
}

/* Tables come and go while they are listed: those that stay are listed once. */
TEST_F(dump, of_tables_that_come_and_go)
{
	int i, n = 0, missing = 0, twice = 0;
	bool seen[300] = { };
	char name[32];
	struct nl nl;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		snprintf(name, sizeof(name), "table-%d", i);
		ASSERT_EQ(0, make_table(&self->nl, name, 10, ~0, ~0));
	}
	ASSERT_EQ(0, nl_open_with(&nl, 8192));
	nl_begin_dump(&nl, DEVSESS_CMD_TABLE_GET);
	EXPECT_EQ(0, nl_dump(&nl));
	while (nl_next(&nl)) {
		const char *table = attr_data(attr_find(nl.attrs, DEVSESS_A_TABLE_NAME));

		/* Each third goes, and others come in their places. */
		snprintf(name, sizeof(name), "table-%d", n * 3 % 300);
		drop_table(&self->other, name);
		snprintf(name, sizeof(name), "new-%d", n++);
		make_table(&self->other, name, 10, ~0, ~0);
		if (strncmp(table, "table-", 6))
			continue;
		i = atoi(table + 6);
		twice += seen[i];
		seen[i] = true;
	}
	EXPECT_EQ(0, nl.err);
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		missing += i % 3 && !seen[i];
	EXPECT_EQ(0, missing);
	EXPECT_EQ(0, twice);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
