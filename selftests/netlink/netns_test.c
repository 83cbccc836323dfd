// SPDX-License-Identifier: GPL-2.0
/* Network namespaces: apart from each other, and gone with all that they hold. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

FIXTURE(netns)
{
	struct nl a;
	struct nl b;
};

/* A socket stays in the namespace in which it was opened. */
FIXTURE_SETUP(netns)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->a));
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->b));
}

FIXTURE_TEARDOWN(netns)
{
	nl_close(&self->b);
	nl_close(&self->a);
}

TEST_F(netns, apart)
{
	struct session a = full("device", 1), b = full("device", 2), got;
	struct snapshot snap = { };

	EXPECT_EQ(0, insert(&self->a, NULL, &a));
	EXPECT_EQ(0, count(&self->b, NULL));
	EXPECT_EQ(-ENOENT, get(&self->b, NULL, &a, &got));
	EXPECT_EQ(0, insert(&self->b, NULL, &b));
	EXPECT_EQ(0, get(&self->a, NULL, &a, &got));
	EXPECT_TRUE(same(&a, &got));

	EXPECT_EQ(0, insert_many(&self->b, NULL, 0, 5000));
	EXPECT_EQ(0, snapshot_take(&snap, &self->a, NULL));
	EXPECT_EQ(1, snap.n);
	EXPECT_EQ(1, figure(&self->a, NULL, DEVSESS_A_STATS_INSERTS));
	EXPECT_EQ(5001, figure(&self->b, NULL, DEVSESS_A_STATS_INSERTS));
	EXPECT_EQ(5001, clear_meant(&self->b, NULL, NULL));
	EXPECT_EQ(1, count(&self->a, NULL));
	snapshot_free(&snap);
}

static int tables(struct nl *nl)
{
	int n = 0;

	nl_begin_dump(nl, DEVSESS_CMD_TABLE_GET);
	nl_dump(nl);
	while (nl_next(nl))
		n++;
	return nl->err ?: n;
}

static int figures(struct nl *nl)
{
	int n = 0;

	nl_begin_dump(nl, DEVSESS_CMD_STATS_GET);
	nl_dump(nl);
	while (nl_next(nl))
		n++;
	return nl->err ?: n;
}

TEST_F(netns, tables_apart)
{
	struct session s = device("x");

	EXPECT_EQ(0, make_table(&self->a, "t", 10, ~0, ~0));
	EXPECT_EQ(2, tables(&self->a));
	EXPECT_EQ(1, tables(&self->b));
	EXPECT_EQ(2, figures(&self->a));
	EXPECT_EQ(1, figures(&self->b));
	EXPECT_EQ(-ENOENT, insert(&self->b, "t", &s));
	EXPECT_EQ(-ENOENT, drop_table(&self->b, "t"));
	EXPECT_EQ(-ENOENT, set_table(&self->b, "t", 1));
	EXPECT_EQ(0, make_table(&self->b, "t", 20, ~0, ~0));
	EXPECT_EQ(0, insert(&self->b, "t", &s));
	EXPECT_EQ(0, drop_table(&self->b, "default"));
	EXPECT_EQ(0, count(&self->a, "default"));
	EXPECT_EQ(0, count(&self->a, "t"));
	EXPECT_EQ(0, drop_table(&self->a, "t"));
	EXPECT_EQ(1, count(&self->b, "t"));
}

/* Fills a namespace and leaves it without cleaning up. */
static int fill_and_leave(void *arg)
{
	struct nl nl, reader;
	struct session s;
	int i;

	if (new_netns() || nl_open(&nl) || nl_open(&reader))
		return 1;
	for (i = 0; i < 3; i++) {
		char name[16];

		snprintf(name, sizeof(name), "t%d", i);
		if (make_table(&nl, name, 100000, ~0, ~0) || insert_many(&nl, name, 0, 3000))
			return 2;
	}
	if (insert_many(&nl, NULL, 0, 8000))
		return 3;
	/* The worker has something to do when the table goes, and a dump is open. */
	for (i = 0; i < 100; i++) {
		s = number(20000 + i);
		set_ttl(&s, 1 + i * 10);
		if (insert(&nl, NULL, &s))
			return 4;
	}
	nl_begin_dump(&reader, DEVSESS_CMD_GET);
	return nl_dump(&reader) || !nl_next(&reader);
}

TEST_F_TIMEOUT(netns, gone_with_full_tables, 120)
{
	long before = 0, after = 0;
	int i, try;

	for (i = 0; i < 50; i++) {
		if (i == 10) {
			pause_ms(1000);
			before = memory_available();
		}
		EXPECT_EQ(0, finish(start(fill_and_leave, NULL)));
	}
	/* Namespaces are taken down by a worker of the kernel's. */
	for (try = 0; try < 300; try++) {
		after = memory_available();
		if (after > before - 40 * 1024)
			break;
		pause_ms(100);
	}
	/* 40 namespaces with about 3 MiB each would be missing. */
	TH_LOG("%ld MiB less than before", (before - after) / 1024);
	EXPECT_GT(after, before - 40 * 1024);
}

/* What the processes of the next test have in common. */
struct crowd {
	int next;
	bool stop;
	__u32 done[8];
	struct {
		bool there;
		__u32 owner;
	} mine[8][64];
};

/*
 * Does everything to sessions of its own, and knows what has to come out. What
 * others do to the same table must not matter.
 */
static int keep_books(void *arg)
{
	struct crowd *crowd = arg;
	int me = __sync_fetch_and_add(&crowd->next, 1);
	unsigned int seed = me, i;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	while (!crowd->stop) {
		int k = rand_r(&seed) % 64, want, err;
		bool *there = &crowd->mine[me][k].there;
		__u32 *owner = &crowd->mine[me][k].owner;
		struct session s = number(me * 1000 + k), got;

		i = rand_r(&seed);
		switch (i % 6) {
		case 0:
			set_owner(&s, i);
			err = insert(&nl, "shared", &s);
			want = *there ? -EEXIST : 0;
			*owner = *there ? *owner : i;
			*there = true;
			break;
		case 1:
			set_owner(&s, i);
			err = ask(&nl, DEVSESS_CMD_STORE, "shared", &s);
			want = 0;
			if (!err && answer(&nl).loaded != *there)
				return 3;
			*owner = i;
			*there = true;
			break;
		case 2:
			set_owner(&s, i);
			err = ask(&nl, DEVSESS_CMD_UPDATE, "shared", &s);
			want = *there ? 0 : -ENOENT;
			*owner = *there ? i : *owner;
			break;
		case 3:
			err = delete(&nl, "shared", &s);
			want = *there ? 0 : -ENOENT;
			*there = false;
			break;
		case 4:
			err = touch(&nl, "shared", &s, 0, 0);
			want = *there ? 0 : -ENOENT;
			break;
		default:
			err = get(&nl, "shared", &s, &got);
			want = *there ? 0 : -ENOENT;
			if (!err && got.owner != *owner)
				return 4;
		}
		if (err != want) {
			printf("# operation %d of %d: %d, not %d\n", i % 6, me, err, want);
			return 5;
		}
		crowd->done[me]++;
	}
	return 0;
}

TEST_F(netns, parallel_operations)
{
	struct crowd *crowd = shared(sizeof(*crowd));
	struct snapshot snap = { };
	__u32 there = 0, i, k;
	struct session s;
	pid_t pid[8];

	ASSERT_EQ(0, make_table(&self->b, "shared", 10000, ~0, ~0));
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		pid[i] = start(keep_books, crowd);
	pause_ms(6000);
	crowd->stop = true;
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		EXPECT_EQ(0, finish(pid[i]));
	EXPECT_EQ(0, snapshot_take(&snap, &self->b, "shared"));
	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		EXPECT_GT(crowd->done[i], 100);
		for (k = 0; k < 64; k++) {
			const struct session *found;

			s = number(i * 1000 + k);
			found = snapshot_find(&snap, &s);
			EXPECT_EQ(crowd->mine[i][k].there, !!found);
			EXPECT_TRUE(!found || found->owner == crowd->mine[i][k].owner);
			there += crowd->mine[i][k].there;
		}
	}
	EXPECT_EQ(there, snap.n);
	EXPECT_EQ(there, count(&self->b, "shared"));
	snapshot_free(&snap);
}

/* One large batch after the other. */
static int run_batches(void *arg)
{
	struct crowd *crowd = arg;
	struct batch b = { };
	struct session s;
	struct nl nl;
	__u32 i;

	if (nl_open(&nl))
		return 1;
	while (!crowd->stop) {
		batch_begin(&b, &nl, NULL, false);
		for (i = 0; i < DEVSESS_BATCH_MAX; i++) {
			s = number(i);
			batch_add(&b, DEVSESS_OP_STORE, &s);
		}
		crowd->next = 1;
		if (batch_run(&b) || b.done != DEVSESS_BATCH_MAX)
			return 2;
		crowd->next = 0;
		crowd->done[0]++;
	}
	return 0;
}

/*
 * A request does not wait until another process's has been worked. Were there
 * one lock around all of them, hardly any would be answered while a batch of
 * 65536 is under way.
 */
TEST_F(netns, requests_do_not_wait_for_each_other)
{
	struct crowd *crowd = shared(sizeof(*crowd));
	struct session s = number(7), got;
	__u32 during = 0, best = 0;
	double end;
	pid_t pid;

	pid = start(run_batches, crowd);
	while (!crowd->done[0])
		pause_ms(10);
	for (end = now() + 5; now() < end;) {
		bool before = crowd->next;

		EXPECT_EQ(0, get(&self->b, NULL, &s, &got));
		/* Asked and answered within one and the same batch. */
		during = before && crowd->next ? during + 1 : 0;
		best = during > best ? during : best;
	}
	crowd->stop = true;
	EXPECT_EQ(0, finish(pid));
	TH_LOG("%u requests within one of %u batches", best, crowd->done[0]);
	EXPECT_GT(best, 20);
}

TEST_HARNESS_MAIN
