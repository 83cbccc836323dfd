// SPDX-License-Identifier: GPL-2.0
/*
 * Count, clear and dump with filters: what the kernel selects against what a
 * plain loop over the same sessions selects.
 */
#include <errno.h>
#include <stdlib.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define SESSIONS	1500

FIXTURE(filter)
{
	struct nl nl;
	struct snapshot all;
};

/* Sessions of which each value of a field is shared by many, in all mixtures. */
static struct session sample(__u32 i)
{
	static const char * const nets[] = {
		"10.0.0.1", "10.0.0.2", "10.0.1.1", "10.128.0.1", "192.0.2.7", "2001:db8::1",
		"2001:db8:1::1", "2001:db8:8000::1", "::a00:1", "fe80::1",
	};
	static const char * const prefixes[] = { "a", "ab", "abc", "abd", "b", "\xff\xff" };
	struct session s;
	char id[32];
	int len;

	len = snprintf(id, sizeof(id), "%s%u", prefixes[i % ARRAY_SIZE(prefixes)], i);
	s = device_bytes(id, len);
	if (i / 7 % 11 < ARRAY_SIZE(nets))
		set_addr(&s, nets[i / 7 % 11], i);
	set_owner(&s, i / 3 % 5);
	set_mark(&s, (i / 5 % 4) << 28 | (i % 3) << 8 | i / 2 % 2);
	set_state(&s, i / 4 % 4);
	return s;
}

/* Inserts the samples that are not there. */
static int insert_samples(struct nl *nl, const struct filter *f)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct session s;
	__u32 i;
	int err;

	if (!b)
		return -ENOMEM;
	batch_begin(b, nl, NULL, false);
	for (i = 0; i < SESSIONS; i++) {
		s = sample(i);
		if (!f || meant(f, &s))
			batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	err = b->n ? batch_run(b) : 0;
	if (!err && b->n && b->done != b->n)
		err = -EEXIST;
	batch_free(b);
	free(b);
	return err;
}

FIXTURE_SETUP(filter)
{
	struct session s;
	__u32 i;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, insert_samples(&self->nl, NULL));
	for (i = 0; i < SESSIONS; i++) {
		s = sample(i);
		snapshot_add(&self->all, &s);
	}
	snapshot_sort(&self->all);
}

FIXTURE_TEARDOWN(filter)
{
	snapshot_free(&self->all);
	nl_close(&self->nl);
}

/* The samples that a filter means, or does not. */
static struct snapshot expected(const struct snapshot *all, const struct filter *f, bool want)
{
	struct snapshot snap = { };
	__u32 i;

	for (i = 0; i < all->n; i++)
		if (meant(f, &all->s[i]) == want)
			snapshot_add(&snap, &all->s[i]);
	return snap;
}

/* Count, dump and clear by a filter. Returns how many checks failed. */
static int check(struct nl *nl, const struct snapshot *all, const struct filter *f)
{
	struct snapshot in = expected(all, f, true), out = expected(all, f, false), got = { };
	int bad = 0;

	bad += count_meant(nl, NULL, f) != in.n;
	bad += !!dump_meant(&got, nl, NULL, f);
	bad += !snapshots_match(&in, &got, same);
	bad += clear_meant(nl, NULL, f) != in.n;
	bad += count_meant(nl, NULL, f) != 0;
	bad += count(nl, NULL) != out.n;
	bad += !!snapshot_take(&got, nl, NULL);
	bad += !snapshots_match(&out, &got, same);
	bad += !!insert_samples(nl, f);
	if (bad)
		printf("# filter %#x, which means %u: %d checks failed\n", f->has, in.n, bad);
	snapshot_free(&in);
	snapshot_free(&out);
	snapshot_free(&got);
	return bad;
}

TEST_F(filter, none)
{
	struct filter f = { };
	struct snapshot got = { };

	EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	/* No filter at all is the same as an empty one. */
	EXPECT_EQ(SESSIONS, count_meant(&self->nl, NULL, NULL));
	EXPECT_EQ(0, dump_meant(&got, &self->nl, NULL, NULL));
	EXPECT_TRUE(snapshots_match(&self->all, &got, same));
	EXPECT_EQ(SESSIONS, clear_meant(&self->nl, NULL, NULL));
	EXPECT_EQ(0, count(&self->nl, NULL));
	snapshot_free(&got);
}

TEST_F(filter, owner)
{
	__u32 owner;

	for (owner = 0; owner < 6; owner++) {
		struct filter f = { };

		want_owner(&f, owner);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	}
}

TEST_F(filter, state)
{
	__u32 state;

	for (state = 0; state < 4; state++) {
		struct filter f = { };

		want_state(&f, state);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	}
}

TEST_F(filter, mark)
{
	static const struct {
		__u32 mark;
		__u32 mask;
	} marks[] = {
		{ 0, ~0 }, { 0x10000101, ~0 }, { 0x100, 0xff00 }, { 0x12345178, 0xff00 },
		{ 0x30000000, 0xf0000000 }, { 1, 1 }, { 5, 0 }, { 0x80000000, 0x80000000 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		struct filter f = { };

		want_masked(&f, marks[i].mark, marks[i].mask);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
		f = (struct filter){ };
		want_mark(&f, marks[i].mark);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	}
}

TEST_F(filter, prefix)
{
	static const struct {
		const char *prefix;
		size_t len;
	} prefixes[] = {
		{ "a", 1 }, { "ab", 2 }, { "abc", 3 }, { "abc2", 4 }, { "abc2\0", 5 }, { "b", 1 },
		{ "\xff", 1 }, { "\xff\xff", 2 }, { "\0", 1 }, { "c", 1 },
		{ "0123456789012345678901234567890123456789012345678901234567890123", 64 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct filter f = { };

		want_prefix(&f, prefixes[i].prefix, prefixes[i].len);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	}
}

TEST_F(filter, net)
{
	static const struct {
		const char *net;
		__u32 len;
	} nets[] = {
		{ "0.0.0.0", 0 }, { "10.0.0.0", 8 }, { "10.0.0.0", 9 }, { "10.128.0.0", 9 },
		{ "10.0.0.0", 24 }, { "10.0.0.0", 31 }, { "10.0.0.2", 31 }, { "10.0.0.1", 32 },
		{ "10.0.0.3", 32 }, { "192.0.2.200", 24 },
		/* Bits behind the prefix do not matter. */
		{ "10.255.255.255", 8 },
		{ "::", 0 }, { "2001:db8::", 32 }, { "2001:db8::", 33 }, { "2001:db8:8000::", 33 },
		{ "2001:db8::1", 128 }, { "2001:db8::2", 128 }, { "2001:db8::2", 126 },
		{ "2001:db8:1::", 64 }, { "fe80::", 10 },
		/* An IPv6 address whose last or first bytes look like an IPv4 one. */
		{ "::a00:1", 128 }, { "a00:1::", 32 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(nets); i++) {
		struct filter f = { };

		want_net(&f, nets[i].net, nets[i].len);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
	}
}

TEST_F(filter, combinations)
{
	__u32 set, selected = 0;

	for (set = 0; set < 32; set++) {
		struct filter f = { };
		struct snapshot in;

		if (set & 1)
			want_owner(&f, 2);
		if (set & 2)
			want_state(&f, DEVSESS_STATE_IDLE);
		if (set & 4)
			want_masked(&f, 0x100, 0xff00);
		if (set & 8)
			want_prefix(&f, "a", 1);
		if (set & 16)
			want_net(&f, "10.0.0.0", 8);
		EXPECT_EQ(0, check(&self->nl, &self->all, &f));
		in = expected(&self->all, &f, true);
		selected += !!in.n;
		snapshot_free(&in);
	}
	/* A combination that selects nothing would show nothing. */
	EXPECT_GE(selected, 28);
}

TEST_F(filter, idle)
{
	struct filter f = { }, both = { };
	struct snapshot got = { };
	bool quick = false;
	struct session s;
	int try, i, n;

	/* Half of the sessions are heard of, and half are idle for two seconds by then. */
	pause_ms(2000);
	for (try = 0; try < 10 && !quick; try++) {
		double begin = now();

		for (i = 0; i < SESSIONS; i += 2) {
			s = sample(i);
			EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
		}
		want_idle(&f, 2000);
		n = count_meant(&self->nl, NULL, &f);
		EXPECT_EQ(0, dump_meant(&got, &self->nl, NULL, &f));
		/* Those touched first must not be as old when they are looked at. */
		quick = now() - begin < 1.9;
	}
	ASSERT_TRUE(quick);
	EXPECT_EQ(SESSIONS / 2, n);
	EXPECT_EQ(SESSIONS / 2, got.n);
	for (i = 1; i < SESSIONS; i += 2) {
		s = sample(i);
		EXPECT_NE(NULL, snapshot_find(&got, &s));
	}
	want_idle(&f, 0);
	EXPECT_EQ(SESSIONS, count_meant(&self->nl, NULL, &f));
	/* Before the machine was started. */
	want_idle(&f, DEVSESS_TTL_MAX);
	EXPECT_EQ(0, count_meant(&self->nl, NULL, &f));
	EXPECT_EQ(0, clear_meant(&self->nl, NULL, &f));
	want_idle(&f, 0);
	want_owner(&f, 3);
	want_owner(&both, 3);
	EXPECT_EQ(count_meant(&self->nl, NULL, &both), count_meant(&self->nl, NULL, &f));
	snapshot_free(&got);
}

TEST_F(filter, of_a_named_table)
{
	struct filter f = { };

	ASSERT_EQ(0, make_table(&self->nl, "other", 1000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->nl, "other", 0, 100));
	want_owner(&f, number(0).owner);
	EXPECT_EQ(1, count_meant(&self->nl, "other", &f));
	EXPECT_EQ(1, clear_meant(&self->nl, "other", &f));
	EXPECT_EQ(99, clear_meant(&self->nl, "other", NULL));
	EXPECT_EQ(SESSIONS, count(&self->nl, NULL));
}

TEST_F(filter, clear_of_many)
{
	struct filter f = { };
	struct snapshot got = { };

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 40000));
	want_prefix(&f, "device-", 7);
	EXPECT_EQ(40000, count_meant(&self->nl, NULL, &f));
	EXPECT_EQ(40000, clear_meant(&self->nl, NULL, &f));
	EXPECT_EQ(SESSIONS, count(&self->nl, NULL));
	EXPECT_EQ(0, snapshot_take(&got, &self->nl, NULL));
	EXPECT_TRUE(snapshots_match(&self->all, &got, same));
	EXPECT_EQ(40000, figure(&self->nl, NULL, DEVSESS_A_STATS_DELETES));
	snapshot_free(&got);
}

TEST_HARNESS_MAIN
