// SPDX-License-Identifier: GPL-2.0
/* Batches of all or none. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define THERE	200
#define LIMIT	300

FIXTURE(atomic)
{
	struct nl nl;
	struct batch b;
	struct snapshot before;
};

FIXTURE_SETUP(atomic)
{
	struct session s;
	int i;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", LIMIT, 32, 16));
	for (i = 0; i < THERE; i++) {
		s = number(i);
		fill(&s, i);
		set_data(&s, &i, sizeof(i));
		if (i % 2)
			set_ttl(&s, 600000);
		ASSERT_EQ(0, insert(&self->nl, "t", &s));
	}
	ASSERT_EQ(0, snapshot_take(&self->before, &self->nl, "t"));
}

FIXTURE_TEARDOWN(atomic)
{
	snapshot_free(&self->before);
	batch_free(&self->b);
	nl_close(&self->nl);
}

/* The same, but the version may have risen: what is put back is a change too. */
static bool put_back(const struct session *a, const struct session *b)
{
	struct session s = *b;

	if (b->version < a->version) {
		printf("# version %llu after %llu\n", b->version, a->version);
		return false;
	}
	s.version = a->version;
	return unchanged(a, &s);
}

/* Runs the batch, which item @bad is to stop with @err. Returns how much is wrong. */
static int refused(struct batch *b, const struct snapshot *before, __u32 bad, int err,
		   const char *sentence)
{
	struct snapshot after = { };
	int wrong = 0;
	__u32 i;

	wrong += !!batch_run(b);
	wrong += b->done != 0;
	for (i = 0; i < b->results; i++)
		wrong += b->result[i] != (i == bad ? err : -ECANCELED);
	wrong += b->failures != 1 || b->failure[0].index != bad;
	wrong += !!strcmp(sentence, batch_why(b, bad));
	if (wrong)
		printf("# result %d, sentence of %u: %s\n", b->result ? b->result[bad] : 1,
		       b->failure[0].index, b->failure[0].sentence);
	wrong += !!snapshot_take(&after, b->nl, "t");
	wrong += !snapshots_match(before, &after, put_back);
	wrong += count(b->nl, "t") != before->n;
	snapshot_free(&after);
	return wrong;
}

/* Items that all would do: each operation, on sessions of its own. */
static void add_good(struct batch *b)
{
	struct session s, key;
	int i;

	for (i = 0; i < 20; i++) {
		s = number(1000 + i);
		fill(&s, 77);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		s = number(2000 + i);
		batch_add(b, DEVSESS_OP_STORE, &s);
		/* Replaces all: address, data and ttl are to come back. */
		s = number(i);
		set_owner(&s, 99);
		batch_add(b, DEVSESS_OP_STORE, &s);
		s = number(20 + i);
		set_mark(&s, 99);
		set_addr(&s, "192.0.2.99", 99);
		set_ttl(&s, i % 3 ? 60000 : 0);
		set_data(&s, "other", 5);
		batch_add(b, DEVSESS_OP_UPDATE, &s);
		key = number(40 + i);
		batch_add(b, DEVSESS_OP_DELETE, &key);
		key = number(60 + i);
		set_ttl(&key, 1200000);
		batch_add(b, DEVSESS_OP_TOUCH, &key);
		key = number(80 + i);
		batch_add(b, DEVSESS_OP_GET, &key);
	}
}

TEST_F(atomic, all)
{
	struct batch *b = &self->b;
	struct session s, got;
	__u32 i;

	batch_begin(b, &self->nl, "t", true);
	add_good(b);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(140, b->done);
	EXPECT_EQ(0, b->failures);
	EXPECT_EQ(20, b->founds);
	for (i = 0; i < b->results; i++)
		EXPECT_EQ(0, b->result[i]);
	EXPECT_EQ(THERE + 20, count(&self->nl, "t"));
	for (i = 0; i < 20; i++) {
		s = number(1000 + i);
		fill(&s, 77);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_TRUE(same(&s, &got));
		s = number(2000 + i);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_TRUE(same(&s, &got));
		s = number(i);
		set_owner(&s, 99);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_TRUE(same(&s, &got));
		s = number(20 + i);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_EQ(99, got.mark);
		EXPECT_EQ(99, got.port);
		EXPECT_EQ(snapshot_find(&self->before, &s)->owner, got.owner);
		s = number(40 + i);
		EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s, &got));
		s = number(60 + i);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_GT(got.expires_in_ms, 1000000);
	}
}

TEST_F(atomic, refused_by_exists)
{
	struct batch *b = &self->b;
	struct session s = number(100);
	__u32 bad;

	batch_begin(b, &self->nl, "t", true);
	add_good(b);
	bad = b->n;
	batch_add(b, DEVSESS_OP_INSERT, &s);
	s = number(3000);
	batch_add(b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, refused(b, &self->before, bad, -EEXIST, "the device has a session already"));
}

TEST_F(atomic, refused_by_absent)
{
	static const __u32 ops[] = {
		DEVSESS_OP_UPDATE, DEVSESS_OP_DELETE, DEVSESS_OP_TOUCH, DEVSESS_OP_GET,
	};
	struct batch *b = &self->b;
	struct session s;
	__u32 bad;
	int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		batch_begin(b, &self->nl, "t", true);
		add_good(b);
		bad = b->n;
		s = number(3000);
		batch_add(b, ops[i], &s);
		s = number(3001);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		EXPECT_EQ(0, refused(b, &self->before, bad, -ENOENT, "the device has no session"));
	}
}

TEST_F(atomic, refused_by_version)
{
	struct session s = number(100);
	struct batch *b = &self->b;
	__u32 bad;

	batch_begin(b, &self->nl, "t", true);
	add_good(b);
	bad = b->n;
	set_owner(&s, 1);
	set_version(&s, 1ULL << 60);
	batch_add(b, DEVSESS_OP_UPDATE, &s);
	EXPECT_EQ(0, refused(b, &self->before, bad, -ESTALE,
			     "the session has another version"));
	/* With the right one it does. */
	batch_begin(b, &self->nl, "t", true);
	add_good(b);
	set_version(&s, snapshot_find(&self->before, &s)->version);
	batch_add(b, DEVSESS_OP_UPDATE, &s);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(141, b->done);
}

TEST_F(atomic, refused_by_limit)
{
	struct batch *b = &self->b;
	struct session s;
	__u32 i;

	batch_begin(b, &self->nl, "t", true);
	for (i = 0; i <= LIMIT - THERE; i++) {
		s = number(1000 + i);
		batch_add(b, i % 2 ? DEVSESS_OP_INSERT : DEVSESS_OP_STORE, &s);
	}
	EXPECT_EQ(0, refused(b, &self->before, LIMIT - THERE, -ENOSPC,
			     "the table is full: it holds max_sessions"));
	/* One less does. */
	batch_begin(b, &self->nl, "t", true);
	for (i = 0; i < LIMIT - THERE; i++) {
		s = number(1000 + i);
		batch_add(b, i % 2 ? DEVSESS_OP_INSERT : DEVSESS_OP_STORE, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(LIMIT - THERE, b->done);
	EXPECT_EQ(LIMIT, count(&self->nl, "t"));
}

TEST_F(atomic, refused_by_bad_item)
{
	struct batch *b = &self->b;
	struct session s;
	__u32 bad;
	int i;

	for (i = 0; i < 4; i++) {
		const char *why = "device is empty";
		int err = -EINVAL;

		s = number(3000);
		batch_begin(b, &self->nl, "t", true);
		add_good(b);
		bad = b->n;
		if (i == 0) {
			s.device_len = 0;
		} else if (i == 1) {
			why = "data is longer than the table's data_max";
			set_data(&s, "01234567890123456", 17);
		} else if (i == 2) {
			why = "family is neither AF_INET nor AF_INET6";
			set_addr(&s, "192.0.2.1", 1);
			s.family = 3;
		} else {
			why = "port needs addr";
			s.has |= HAS(PORT);
		}
		batch_add(b, DEVSESS_OP_INSERT, &s);
		s = number(3001);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		EXPECT_EQ(0, refused(b, &self->before, bad, err, why));
	}
}

TEST_F(atomic, refuses_a_device_twice)
{
	struct batch *b = &self->b;
	struct session s;
	__u32 bad;
	int i;

	for (i = 0; i < 3; i++) {
		batch_begin(b, &self->nl, "t", true);
		s = number(i ? 1000 : 100);
		batch_add(b, i == 1 ? DEVSESS_OP_INSERT : DEVSESS_OP_STORE, &s);
		add_good(b);
		s = number(i ? 1000 : 100);
		bad = i ? 1 : b->n;
		if (!i)
			batch_add(b, DEVSESS_OP_DELETE, &s);
		EXPECT_EQ(0, refused(b, &self->before, bad, -EINVAL,
				     "the device stands in the atomic batch twice"));
	}
}

TEST_F(atomic, refuses_a_delete_with_a_version)
{
	struct batch *b = &self->b;
	struct session s = number(100);

	batch_begin(b, &self->nl, "t", true);
	set_version(&s, snapshot_find(&self->before, &s)->version);
	batch_add(b, DEVSESS_OP_DELETE, &s);
	EXPECT_EQ(0, refused(b, &self->before, 0, -EOPNOTSUPP,
			     "an atomic batch takes no delete with a version"));
}

TEST_F(atomic, deletes_and_inserts)
{
	struct batch *b = &self->b;
	struct session s, got;
	__u32 i, bad;

	batch_begin(b, &self->nl, "t", true);
	for (i = 0; i < 100; i++) {
		s = number(i);
		batch_add(b, DEVSESS_OP_DELETE, &s);
		s = number(1000 + i);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	s = number(150);
	bad = b->n;
	batch_add(b, DEVSESS_OP_INSERT, &s);
	EXPECT_EQ(0, refused(b, &self->before, bad, -EEXIST, "the device has a session already"));

	batch_begin(b, &self->nl, "t", true);
	for (i = 0; i < 100; i++) {
		s = number(i);
		batch_add(b, DEVSESS_OP_DELETE, &s);
		s = number(1000 + i);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(200, b->done);
	EXPECT_EQ(THERE, count(&self->nl, "t"));
	for (i = 0; i < 100; i++) {
		s = number(i);
		EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s, &got));
		s = number(1000 + i);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
	}
}

TEST_F(atomic, largest)
{
	struct batch *b = &self->b;
	__u32 i, bad = 0;
	struct session s;

	for (i = 0; i < DEVSESS_BATCH_MAX; i++) {
		if (!i)
			batch_begin(b, &self->nl, NULL, true);
		s = number(i);
		set_owner(&s, i);
		batch_add(b, DEVSESS_OP_INSERT, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(DEVSESS_BATCH_MAX, b->done);
	EXPECT_EQ(DEVSESS_BATCH_MAX, count(&self->nl, NULL));

	/* Deletes of all of them, the last of which is not there. */
	batch_begin(b, &self->nl, NULL, true);
	for (i = 1; i <= DEVSESS_BATCH_MAX; i++) {
		s = number(i);
		batch_add(b, DEVSESS_OP_DELETE, &s);
	}
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(0, b->done);
	EXPECT_EQ(DEVSESS_BATCH_MAX, b->results);
	for (i = 0; i < b->results; i++)
		bad += b->result[i] != (i == DEVSESS_BATCH_MAX - 1 ? -ENOENT : -ECANCELED);
	EXPECT_EQ(0, bad);
	EXPECT_EQ(DEVSESS_BATCH_MAX, count(&self->nl, NULL));
}

/* What the two writers of the next test have in common. */
struct duel {
	bool stop;
	__u32 round;
	__u32 counted[8];
	__u32 error;
};

/* Counts in the field session of a few devices, by compare-and-swap. */
static int count_up(void *arg)
{
	struct duel *duel = arg;
	struct nl nl;
	int i, err;

	if (nl_open(&nl))
		return 1;
	for (i = 0; !duel->stop; i = (i + 1) % 8) {
		struct session s = number(i), got;

		if (get(&nl, "t", &s, &got))
			return 2;
		set_session(&s, got.session + 1);
		set_version(&s, got.version);
		err = ask(&nl, DEVSESS_CMD_COMPARE_AND_SWAP, "t", &s);
		duel->counted[i] += !err;
		if (err && err != -ESTALE)
			duel->error = -err;
	}
	return 0;
}

/*
 * Batches that are refused at their end touch the same sessions: their undoing
 * must not take back what the other writer did meanwhile.
 */
TEST_F(atomic, undoing_spares_another_writer)
{
	struct duel *duel = shared(sizeof(*duel));
	__u64 before[8], counted = 0;
	struct batch *b = &self->b;
	double end = now() + 6;
	struct session s, got;
	__u32 rounds = 0;
	pid_t pid;
	int i;

	for (i = 0; i < 8; i++) {
		s = number(i);
		before[i] = snapshot_find(&self->before, &s)->session;
	}
	pid = start(count_up, duel);
	while (now() < end) {
		batch_begin(b, &self->nl, "t", true);
		for (i = 0; i < 8; i++) {
			s = number(i);
			set_mark(&s, rounds);
			batch_add(b, DEVSESS_OP_UPDATE, &s);
		}
		for (i = 0; i < 50; i++) {
			s = number(1000 + i);
			batch_add(b, DEVSESS_OP_INSERT, &s);
		}
		s = number(150);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		EXPECT_EQ(0, batch_run(b));
		EXPECT_EQ(0, b->done);
		rounds++;
	}
	duel->stop = true;
	EXPECT_EQ(0, finish(pid));
	EXPECT_EQ(0, duel->error);
	for (i = 0; i < 8; i++) {
		s = number(i);
		EXPECT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_EQ(before[i] + duel->counted[i], got.session);
		counted += duel->counted[i];
	}
	EXPECT_GT(counted, 100);
	EXPECT_GT(rounds, 20);
	EXPECT_EQ(THERE, count(&self->nl, "t"));
	for (i = 0; i < 50; i++) {
		s = number(1000 + i);
		EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s, &got));
	}
}

/* Touches a device in the middle of a batch; looks whether it is noted after the batch. */
static int hear(void *arg)
{
	struct session s = number(0), got;
	struct duel *duel = arg;
	struct timespec ts;
	struct nl nl;
	__u64 heard;
	__u32 round;

	if (nl_open(&nl))
		return 1;
	while (!duel->stop) {
		round = duel->round;
		/* Undone soon, and the mark shows whether it is not yet. */
		if (get(&nl, NULL, &s, &got))
			return 2;
		if (got.mark != 4711)
			continue;
		pause_ms(10);
		clock_gettime(CLOCK_REALTIME_COARSE, &ts);
		heard = ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
		if (touch(&nl, NULL, &s, 0, 0))
			return 3;
		while (duel->round == round && !duel->stop)
			pause_ms(1);
		if (get(&nl, NULL, &s, &got))
			return 4;
		duel->counted[got.last_seen + 2 < heard]++;
	}
	return 0;
}

/* A heartbeat raises no version: that it came is to be seen all the same. */
TEST_F(atomic, undoing_spares_touches)
{
	struct duel *duel = shared(sizeof(*duel));
	struct session s = number(0), got;
	struct batch *b = &self->b;
	__u32 i;
	pid_t pid;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	s = number(1);
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	pid = start(hear, duel);
	for (duel->round = 0; duel->round < 40; duel->round++) {
		batch_begin(b, &self->nl, NULL, true);
		s = number(0);
		set_mark(&s, 4711);
		batch_add(b, DEVSESS_OP_UPDATE, &s);
		for (i = 0; i < 10000; i++) {
			s = number(1000 + i);
			batch_add(b, DEVSESS_OP_INSERT, &s);
		}
		s = number(1);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		EXPECT_EQ(0, batch_run(b));
		EXPECT_EQ(0, b->done);
	}
	duel->stop = true;
	EXPECT_EQ(0, finish(pid));
	TH_LOG("%u touches in the middle of batches", duel->counted[0]);
	EXPECT_GT(duel->counted[0], 5);
	EXPECT_EQ(0, duel->counted[1]);
	s = number(0);
	EXPECT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(0, got.mark);
}

/* Moves the same devices from one name to the other and back, as a whole. */
static int move_about(void *arg)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct duel *duel = arg;
	struct session s;
	struct nl nl;
	int i, to;

	if (!b || nl_open(&nl))
		return 1;
	for (to = 1; !duel->stop; to = !to) {
		batch_begin(b, &nl, "t", true);
		for (i = 0; i < 20; i++) {
			s = number(5000 + 1000 * !to + i);
			batch_add(b, DEVSESS_OP_DELETE, &s);
			s = number(5000 + 1000 * to + i);
			batch_add(b, DEVSESS_OP_INSERT, &s);
		}
		if (batch_run(b))
			return 2;
		__sync_fetch_and_add(&duel->counted[b->done ? 0 : 1], 1);
	}
	return 0;
}

/* Of several that race for the same move one wins, and none does half of it. */
TEST_F(atomic, racing_batches)
{
	struct duel *duel = shared(sizeof(*duel));
	struct session s, got;
	int i, here = 0, there = 0;
	pid_t pid[3];

	for (i = 0; i < 20; i++) {
		s = number(5000 + i);
		EXPECT_EQ(0, insert(&self->nl, "t", &s));
	}
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		pid[i] = start(move_about, duel);
	pause_ms(4000);
	duel->stop = true;
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		EXPECT_EQ(0, finish(pid[i]));
	EXPECT_GT(duel->counted[0], 10);
	EXPECT_GT(duel->counted[1], 0);
	for (i = 0; i < 20; i++) {
		s = number(5000 + i);
		here += !get(&self->nl, "t", &s, &got);
		s = number(6000 + i);
		there += !get(&self->nl, "t", &s, &got);
	}
	EXPECT_TRUE((here == 20 && !there) || (there == 20 && !here));
	EXPECT_EQ(THERE + 20, count(&self->nl, "t"));
}

/* Somebody whose batches are all refused in the end. */
struct loser {
	struct duel *duel;
	__u32 op; /* of a device that nobody has stored for good */
	__u32 first; /* of devices that he alone wants to store */
};

static int lose(void *arg)
{
	struct batch *b = calloc(1, sizeof(*b));
	struct loser *me = arg;
	struct session s;
	struct nl nl;
	__u32 i;

	if (!b || nl_open(&nl))
		return 1;
	while (!me->duel->stop) {
		batch_begin(b, &nl, NULL, true);
		s = number(7000);
		batch_add(b, me->op, &s);
		for (i = 0; i < 1000; i++) {
			s = number(me->first + i);
			batch_add(b, DEVSESS_OP_INSERT, &s);
		}
		s = number(1);
		batch_add(b, DEVSESS_OP_INSERT, &s);
		if (batch_run(b) || b->done)
			return 2;
		__sync_fetch_and_add(&me->duel->counted[0], 1);
	}
	return 0;
}

/* What one of them has done, and will undo, the other one does not bring back. */
TEST_F(atomic, refused_side_by_side)
{
	struct duel *duel = shared(sizeof(*duel));
	struct loser losers[] = {
		{ duel, DEVSESS_OP_INSERT, 20000 }, { duel, DEVSESS_OP_TOUCH, 30000 },
	};
	struct session s = number(1), got;
	pid_t pid[ARRAY_SIZE(losers)];
	__u64 before;
	int i;

	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	before = count(&self->nl, NULL);
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		pid[i] = start(lose, &losers[i]);
	pause_ms(4000);
	duel->stop = true;
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		EXPECT_EQ(0, finish(pid[i]));
	EXPECT_GT(duel->counted[0], 10);
	s = number(7000);
	EXPECT_EQ(-ENOENT, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(before, count(&self->nl, NULL));
}

TEST_HARNESS_MAIN
