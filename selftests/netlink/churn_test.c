// SPDX-License-Identifier: GPL-2.0
/*
 * The promise of a dump: a session that is there from its first to its last
 * message is reported exactly once, while other processes insert and delete
 * and the engine promotes, splits and merges around it.
 */
#include <errno.h>
#include <stdlib.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define VISITORS	40000

/* Where the numbers of the devices begin, each with another digit. */
#define FLOOD		1000000
#define STAY		2000000
#define TRICKLE		3000000

/*
 * Many that stay make a long dump. Shards that hold them stay apart when the
 * others have gone, so for merges there is a table with few of them.
 */
FIXTURE_VARIANT(churn)
{
	__u32 stay;
	int rounds;
	int splits;
	int merges;
};

struct crowd {
	__u32 stay;
	bool stop;
};

FIXTURE(churn)
{
	struct nl nl;
	struct nl small;
	struct crowd *crowd;
	pid_t pid[2];
};

FIXTURE_VARIANT_ADD(churn, many) {
	.stay = 30000,
	.rounds = 10,
	.splits = 16,
};

FIXTURE_VARIANT_ADD(churn, few) {
	.stay = 6000,
	.rounds = 24,
	.splits = 50,
	.merges = 50,
};

/* Sessions come in their ten thousands and go again, so that shards split and merge. */
static int flood(void *arg)
{
	struct crowd *crowd = arg;
	struct nl nl;
	int i;

	if (nl_open(&nl))
		return 1;
	while (!crowd->stop) {
		struct filter f = { };

		for (i = 0; i < VISITORS && !crowd->stop; i += 4000)
			if (insert_many(&nl, NULL, FLOOD + i, 4000))
				return 2;
		want_prefix(&f, "device-1", 8);
		if (clear_meant(&nl, NULL, &f) == ~0ULL)
			return 3;
		/* Long enough for the sweep to see that shards are empty. */
		pause_ms(150);
	}
	return 0;
}

/* One by one, and the permanent ones are written as well. */
static int trickle(void *arg)
{
	struct crowd *crowd = arg;
	struct nl nl;
	__u32 i;

	if (nl_open(&nl))
		return 1;
	for (i = 0; !crowd->stop; i++) {
		struct session s = number(TRICKLE + i % 500), permanent, got;

		if (insert(&nl, NULL, &s) || get(&nl, NULL, &s, &got) || delete(&nl, NULL, &s))
			return 2;
		permanent = number(STAY + i * 7 % crowd->stay);
		if (touch(&nl, NULL, &permanent, 0, 0))
			return 3;
		set_mark(&permanent, i);
		if (ask(&nl, DEVSESS_CMD_UPDATE, NULL, &permanent))
			return 4;
	}
	return 0;
}

FIXTURE_SETUP(churn)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	/* Small pieces make a dump long. */
	ASSERT_EQ(0, nl_open_with(&self->small, 8192));
	ASSERT_EQ(0, insert_many(&self->nl, NULL, STAY, variant->stay));
	self->crowd = shared(sizeof(*self->crowd));
	self->crowd->stay = variant->stay;
	self->pid[0] = start(flood, self->crowd);
	self->pid[1] = start(trickle, self->crowd);
}

FIXTURE_TEARDOWN(churn)
{
	self->crowd->stop = true;
	EXPECT_EQ(0, finish(self->pid[0]));
	EXPECT_EQ(0, finish(self->pid[1]));
	nl_close(&self->small);
	nl_close(&self->nl);
}

/* What a dump said, against what it has to. Returns how much is wrong. */
static int check(const struct snapshot *snap, __u32 stay, __u32 *visitors)
{
	__u32 i, permanent = 0;
	int wrong = 0;

	for (i = 0; i < snap->n; i++) {
		const struct session *s = &snap->s[i];
		bool stays = !memcmp(s->device, "device-2", 8);

		permanent += stays;
		*visitors += !stays;
		/* Sorted, so the same device twice is side by side. */
		if (!i || !same_device(s, s - 1))
			continue;
		/* A visitor may have come again, in a life of its own. */
		if (stays || s->version == s[-1].version) {
			printf("# twice: %.*s\n", (int)s->device_len, s->device);
			wrong++;
			permanent -= stays;
		}
	}
	if (permanent != stay)
		printf("# %u of %u permanent sessions\n", permanent, stay);
	return wrong + (permanent != stay);
}

/* What the engine is to have done meanwhile. */
static const int engine[] = {
	DEVSESS_A_STATS_SPLITS, DEVSESS_A_STATS_MERGES, DEVSESS_A_STATS_PROMOTIONS,
};

static bool is_done(struct nl *nl, const __u64 *before, const int *least)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(engine); i++)
		if (figure(nl, NULL, engine[i]) - before[i] < (__u64)least[i])
			return false;
	return true;
}

TEST_F_TIMEOUT(churn, exactly_once, 280)
{
	const int least[] = { variant->splits, variant->merges, 50 };
	struct nl *nl = &self->nl;
	struct snapshot snap = { };
	int round, wrong = 0, i;
	double begin = now();
	__u32 visitors = 0;
	__u64 done[3];

	for (i = 0; i < ARRAY_SIZE(engine); i++)
		done[i] = figure(nl, NULL, engine[i]);
	/* A busy machine takes longer. */
	for (round = 0; wrong < 5; round++) {
		if (round >= variant->rounds &&
		    (now() - begin > 200 || is_done(nl, done, least)))
			break;
		struct nl *reader = round % 2 ? &self->nl : &self->small;

		ASSERT_EQ(0, snapshot_take(&snap, reader, NULL));
		EXPECT_FALSE(reader->intr);
		wrong += check(&snap, variant->stay, &visitors);
	}
	EXPECT_EQ(0, wrong);
	/* Else there was no churn, and nothing is shown. */
	EXPECT_GT(visitors, 1000);
	for (i = 0; i < ARRAY_SIZE(engine); i++) {
		done[i] = figure(nl, NULL, engine[i]) - done[i];
		EXPECT_GE(done[i], least[i]);
	}
	TH_LOG("%d dumps, %u visitors seen, %llu splits, %llu merges, %llu promotions", round,
	       visitors, done[0], done[1], done[2]);
	snapshot_free(&snap);
}

/* Whether a shard has split since: else there was no churn, and nothing is shown. */
static bool has_split(struct nl *nl, __u64 before)
{
	return figure(nl, NULL, DEVSESS_A_STATS_SPLITS) > before;
}

/* The same of a dump that the kernel filters. */
TEST_F_TIMEOUT(churn, exactly_once_of_those_meant, 280)
{
	__u64 splits = figure(&self->nl, NULL, DEVSESS_A_STATS_SPLITS);
	struct snapshot snap = { };
	struct filter f = { };
	double begin = now();
	__u32 visitors = 0;
	int round, wrong = 0;

	want_prefix(&f, "device-2", 8);
	for (round = 0; round < variant->rounds / 4 ||
	     (!has_split(&self->nl, splits) && now() - begin < 200); round++) {
		ASSERT_EQ(0, dump_meant(&snap, &self->small, NULL, &f));
		EXPECT_FALSE(self->small.intr);
		wrong += check(&snap, variant->stay, &visitors);
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, visitors);
	EXPECT_TRUE(has_split(&self->nl, splits));
	snapshot_free(&snap);
}

/* And of those that it counts. */
TEST_F_TIMEOUT(churn, counts_those_meant, 280)
{
	__u64 splits = figure(&self->nl, NULL, DEVSESS_A_STATS_SPLITS);
	struct filter f = { };
	double begin = now();
	int round, wrong = 0;

	want_prefix(&f, "device-2", 8);
	for (round = 0; round < variant->rounds ||
	     (!has_split(&self->nl, splits) && now() - begin < 200); round++)
		wrong += count_meant(&self->nl, NULL, &f) != variant->stay;
	EXPECT_EQ(0, wrong);
	EXPECT_TRUE(has_split(&self->nl, splits));
}

TEST_HARNESS_MAIN
