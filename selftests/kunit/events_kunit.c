// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/events.c, and of all that notes events: their order, and losses. */
#include "../../module/events.h"

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/sched/clock.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../module/batch.h"
#include "../../module/clock.h"
#include "../../module/limits.h"
#include "../../module/ops.h"
#include "../../module/walk.h"

#define HEARD_MAX	4096

#define KIND(name)	DEVSESS_EVENT_KIND_##name
#define REASON(name)	DEVSESS_EVENT_REASON_##name

/* What went out, as the listener has it. */
struct heard {
	u32 kind;
	u32 reason;
	u64 seq;
	u64 lost;
	u32 id;
	u64 version;
};

static struct {
	u32 kinds; /* that somebody listens to */
	u32 fail; /* so many sends fail */
	u32 tell_at; /* while so many are sent another one is noted */
	bool joins; /* somebody joins the group while one is sent */
	u64 until; /* the next look at @kinds, for expiry, takes so long; ns of clock_now() */
	u64 takes_ns; /* so does each, for so long */
	u32 sent; /* all of them */
	u32 overruns;
	u32 lost; /* times that was told */
	u32 n;
	struct heard heard[HEARD_MAX]; /* the first ones */
} listener;

static const struct events_door door;

static bool wanted(u32 kind)
{
	u64 begin = local_clock();

	/* By the clock of sessions: it may stand while the CPU that keeps it is not run. */
	while (kind == KIND(EXPIRE) && clock_now() < listener.until)
		mdelay(1);
	while (kind == KIND(EXPIRE) && local_clock() - begin < listener.takes_ns)
		;
	return listener.kinds & 1U << kind;
}

static int send(const struct events *ev, const struct event_told *told)
{
	struct heard *h = &listener.heard[listener.n];

	if (listener.fail) {
		listener.fail--;
		return -ENOMEM;
	}
	if (listener.joins)
		events_open(&door);
	if (++listener.sent == listener.tell_at) {
		events_tell((struct events *)ev, KIND(TABLE), REASON(SET), NULL);
		events_kick((struct events *)ev);
	}
	listener.overruns += told->kind == KIND(OVERRUN);
	if (listener.n == HEARD_MAX)
		return 0;
	listener.n++;
	*h = (struct heard){ told->kind, told->reason, told->seq, told->lost };
	if (told->rec) {
		struct devsess_session s;

		session_unpack(ev->layout, told->rec, &s);
		memcpy(&h->id, s.key, sizeof(h->id));
		h->version = s.version;
	}
	return 0;
}

static void lose(const struct events *ev)
{
	listener.lost++;
}

static const struct events_door door = { .wanted = wanted, .send = send, .lose = lose };

static int init(struct kunit *test)
{
	static const struct table_limits limits = {
		.max_sessions = 1000000, .key_max = 16, .data_max = 0,
	};
	struct devsess_table *t = table_alloc(&limits);

	if (IS_ERR(t))
		return PTR_ERR(t);
	test->priv = t;
	memset(&listener, 0, sizeof(listener));
	listener.kinds = ~0U;
	/* Not looked at, but by send() in events_nl.c. */
	events_begin(&t->events, (struct net *)t, 0);
	events_open(&door);
	return 0;
}

static void cleanup(struct kunit *test)
{
	if (!test->priv)
		return;
	events_open(NULL);
	events_end(&((struct devsess_table *)test->priv)->events);
	table_free(test->priv);
}

static struct devsess_session session_of(u32 id)
{
	struct devsess_session s = { .key_len = sizeof(id) };

	memcpy(s.key, &id, sizeof(id));
	return s;
}

static int insert(struct devsess_table *t, u32 id, u64 ttl_ms)
{
	struct devsess_session s = session_of(id);

	s.ttl_ms = ttl_ms;
	return ops_insert(t, &s, GFP_KERNEL);
}

/* Waits for what was noted; the numbers have no gap, lost ones counted. */
static u32 hear(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u64 last = 0, seq = events_seq(&t->events);
	u32 i;

	for (i = 0; i < listener.n; i++) {
		struct heard *h = &listener.heard[i];

		last += h->kind == KIND(OVERRUN) ? h->lost : 1;
		KUNIT_ASSERT_EQ(test, h->seq, last);
	}
	KUNIT_EXPECT_EQ(test, seq, last);
	return listener.n;
}

/* Each kind with its reason, in the order in which it happened. */
static void kinds(struct kunit *test)
{
	static const struct { u32 kind, reason; } want[] = {
		{ KIND(CREATE), REASON(REQUEST) }, { KIND(UPDATE), REASON(REQUEST) },
		{ KIND(UPDATE), REASON(REPLACE) }, { KIND(TOUCH), REASON(REQUEST) },
		{ KIND(DELETE), REASON(REQUEST) }, { KIND(CREATE), REASON(REQUEST) },
		{ KIND(EXPIRE), REASON(WRITE) },   { KIND(CREATE), REASON(REQUEST) },
		{ KIND(FLUSH), REASON(REQUEST) },
	};
	struct devsess_table *t = test->priv;
	struct devsess_session s = session_of(7);
	u64 versions[4];
	u32 i;

	t->sweep.midway = true; /* the worker does not come */
	KUNIT_EXPECT_EQ(test, ops_insert(t, &s, GFP_KERNEL), 0);
	versions[0] = s.version;
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_MARK), 0);
	versions[1] = s.version;
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	versions[2] = s.version;
	versions[3] = s.version;
	KUNIT_EXPECT_EQ(test, ops_touch(t, s.key, s.key_len, 0, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, ops_delete(t, s.key, s.key_len), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 7, 1), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, insert(t, 7, 0), 0);
	KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), 1);
	/* And what is refused changes nothing. */
	KUNIT_EXPECT_EQ(test, ops_delete(t, s.key, s.key_len), -ENOENT);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_MARK), -ENOENT);
	KUNIT_ASSERT_EQ(test, hear(test), ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_EXPECT_EQ(test, listener.heard[i].kind, want[i].kind);
		KUNIT_EXPECT_EQ(test, listener.heard[i].reason, want[i].reason);
		KUNIT_EXPECT_EQ(test, listener.heard[i].id, 7);
		if (i < ARRAY_SIZE(versions))
			KUNIT_EXPECT_EQ(test, listener.heard[i].version, versions[i]);
	}
}

/* Many of one shard, noted before any is sent: each device's come as they happened. */
static void order(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 last[8] = { }, i, id;

	mutex_lock(&t->events.lock); /* nobody sends */
	for (i = 0; i < 800; i++) {
		struct devsess_session s = session_of(i % 8);

		s.session = i;
		KUNIT_EXPECT_GE(test, ops_store(t, &s, GFP_KERNEL), 0);
	}
	mutex_unlock(&t->events.lock);
	KUNIT_ASSERT_EQ(test, hear(test), 800);
	for (i = 0; i < 800; i++) {
		struct heard *h = &listener.heard[i];

		id = h->id;
		KUNIT_ASSERT_LT(test, id, 8);
		KUNIT_ASSERT_GT(test, h->version, last[id]);
		KUNIT_ASSERT_EQ(test, h->kind, last[id] ? KIND(UPDATE) : KIND(CREATE));
		last[id] = h->version;
	}
}

/* What nobody listens to is not noted, and has no number. */
static void only_what_is_wanted(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct devsess_session s = session_of(1);

	listener.kinds = 1U << KIND(CREATE) | 1U << KIND(DELETE) | 1U << KIND(EXPIRE);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, ops_store(t, &s, GFP_KERNEL), 1);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_MARK), 0);
	KUNIT_EXPECT_EQ(test, ops_touch(t, s.key, s.key_len, 0, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, ops_delete(t, s.key, s.key_len), 0);
	KUNIT_EXPECT_EQ(test, hear(test), 2);
	/* An update that meets an expired session tells of that. */
	t->sweep.midway = true;
	KUNIT_EXPECT_EQ(test, insert(t, 1, 1), 0);
	msleep(20);
	KUNIT_EXPECT_EQ(test, ops_update(t, &s, DEVSESS_F_MARK), -ENOENT);
	KUNIT_EXPECT_EQ(test, hear(test), 4);
	KUNIT_EXPECT_EQ(test, listener.heard[3].kind, KIND(EXPIRE));
	listener.kinds = 0;
	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, hear(test), 4);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->events.records), 0);
}

/* More than may wait are counted, told in their place, and no write fails for them. */
static void lost(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct event *all = events_alloc(&t->events, EVENTS_WAIT_MAX - 10, GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, all);
	mutex_lock(&t->events.lock);
	for (i = 0; i < 25; i++)
		KUNIT_EXPECT_EQ(test, insert(t, i, 0), 0);
	mutex_unlock(&t->events.lock);
	events_free(&t->events, all);
	KUNIT_EXPECT_EQ(test, table_count(t), 25);
	KUNIT_ASSERT_EQ(test, hear(test), 11);
	KUNIT_EXPECT_EQ(test, listener.heard[0].kind, KIND(OVERRUN));
	KUNIT_EXPECT_EQ(test, listener.heard[0].lost, 15);
	KUNIT_EXPECT_EQ(test, insert(t, i, 0), 0);
	KUNIT_EXPECT_EQ(test, hear(test), 12);
	KUNIT_EXPECT_EQ(test, listener.heard[11].seq, 26);
}

/* Those that could not be sent, too, as soon as something can. */
static void not_sent(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	mutex_lock(&t->events.lock);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, insert(t, i, 0), 0);
	/* The first, then the overrun that would tell of it. */
	listener.fail = 2;
	mutex_unlock(&t->events.lock);
	KUNIT_ASSERT_EQ(test, hear(test), 2);
	KUNIT_EXPECT_EQ(test, listener.heard[0].kind, KIND(OVERRUN));
	KUNIT_EXPECT_EQ(test, listener.heard[0].lost, 2);
	KUNIT_EXPECT_EQ(test, listener.heard[1].seq, 3);
}

/* The worker tells of a loss though nothing happens any more. */
static void told_later(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	mutex_lock(&t->events.lock);
	listener.fail = 3;
	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	mutex_unlock(&t->events.lock);
	for (i = 0; i < 20 && !READ_ONCE(listener.n); i++)
		msleep(2 * EVENTS_RETRY_MS);
	KUNIT_ASSERT_EQ(test, hear(test), 1);
	KUNIT_EXPECT_EQ(test, listener.heard[0].lost, 1);
}

/* Also if who asks for the last number was to send it, for whom no work waits. */
static void told_by_nobody(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	listener.fail = 2;
	events_tell(&t->events, KIND(TABLE), DEVSESS_EVENT_REASON_SET, NULL);
	KUNIT_EXPECT_EQ(test, events_seq(&t->events), 1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(listener.n), 0);
	for (i = 0; i < 20 && !READ_ONCE(listener.n); i++)
		msleep(2 * EVENTS_RETRY_MS);
	KUNIT_ASSERT_EQ(test, READ_ONCE(listener.n), 1);
	KUNIT_EXPECT_EQ(test, listener.heard[0].kind, KIND(OVERRUN));
	KUNIT_EXPECT_EQ(test, listener.heard[0].lost, 1);
}

/* A mass that goes at once, by the worker and by a clear, each in a shard at a time. */
static void masses(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i, n, expired = 0, flushed = 0;

	t->sweep.midway = true;
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, insert(t, i, i % 2), 0);
	msleep(20);
	KUNIT_ASSERT_EQ(test, hear(test), 1000);
	sweep_run(&t->sweep);
	KUNIT_ASSERT_EQ(test, hear(test), 1500);
	KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), 500);
	n = hear(test);
	KUNIT_ASSERT_EQ(test, n, 2000);
	for (i = 1000; i < n; i++) {
		expired += listener.heard[i].kind == KIND(EXPIRE) &&
			   listener.heard[i].reason == REASON(WORKER);
		flushed += listener.heard[i].kind == KIND(FLUSH);
	}
	KUNIT_EXPECT_EQ(test, expired, 500);
	KUNIT_EXPECT_EQ(test, flushed, 500);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->events.records), 0);
}

/* What comes while a round goes by several runs of the worker is sent as well, by itself. */
static void behind_a_round(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	const u32 many = EVENTS_AT_ONCE + 10;
	u32 i;

	listener.tell_at = 5;
	mutex_lock(&t->events.lock);
	for (i = 0; i < many; i++)
		events_tell(&t->events, KIND(TABLE), REASON(SET), NULL);
	mutex_unlock(&t->events.lock);
	events_kick(&t->events);
	for (i = 0; i < 200 && READ_ONCE(listener.sent) <= many; i++)
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(listener.sent), many + 1);
	KUNIT_EXPECT_EQ(test, hear(test), many + 1);
}

static void nobody_fn(struct work_struct *work)
{
}

/* Who makes a mass that is more than may wait sends it himself: here nobody else does. */
static void masses_beyond(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	const u32 many = EVENTS_WAIT_MAX + EVENTS_WAIT_MAX / 8;
	u32 i, n;

	INIT_DELAYED_WORK(&t->events.work, nobody_fn);
	t->sweep.midway = true;
	for (n = 1; n <= 2; n++) {
		listener.kinds = 0;
		for (i = 0; i < many; i++)
			KUNIT_ASSERT_EQ(test, insert(t, i, n % 2), 0);
		msleep(20);
		listener.kinds = ~0U;
		if (n % 2)
			sweep_run(&t->sweep);
		else
			KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), many);
		KUNIT_EXPECT_EQ(test, table_count(t), 0);
		KUNIT_EXPECT_GE(test, listener.sent, n * many - EVENTS_WAIT_MAX / 2);
		events_run(&t->events);
		KUNIT_EXPECT_EQ(test, listener.sent, n * many);
		KUNIT_EXPECT_EQ(test, listener.overruns, 0);
	}
}

/* And of those of others no more than that: two for each that he made. */
static void masses_of_others(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	INIT_DELAYED_WORK(&t->events.work, nobody_fn);
	KUNIT_ASSERT_EQ(test, insert(t, 1, 0), 0);
	for (i = 0; i < EVENTS_WAIT_MAX - 10; i++)
		events_tell(&t->events, KIND(TABLE), DEVSESS_EVENT_REASON_SET, NULL);
	KUNIT_EXPECT_EQ(test, listener.sent, 0);
	KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), 1);
	KUNIT_EXPECT_EQ(test, listener.sent, 2);
	events_run(&t->events);
	KUNIT_EXPECT_EQ(test, listener.sent, EVENTS_WAIT_MAX - 10 + 2);
	KUNIT_EXPECT_EQ(test, listener.overruns, 0);
}

/* Whose changes found no room makes it no more: he waits for nobody. */
static void masses_without_room(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i;

	INIT_DELAYED_WORK(&t->events.work, nobody_fn);
	t->sweep.midway = true;
	listener.kinds = 0;
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, insert(t, i, i < 10), 0);
	msleep(20);
	listener.kinds = ~0U;
	for (i = 0; i < EVENTS_WAIT_MAX; i++)
		events_tell(&t->events, KIND(TABLE), REASON(SET), NULL);
	sweep_run(&t->sweep);
	KUNIT_EXPECT_EQ(test, walk_clear(t, NULL, NULL), 10);
	KUNIT_EXPECT_EQ(test, table_count(t), 0);
	KUNIT_EXPECT_EQ(test, listener.sent, 0);
	events_run(&t->events);
	/* All that waited, and one that tells of the others. */
	KUNIT_EXPECT_EQ(test, listener.sent, EVENTS_WAIT_MAX + 1);
	KUNIT_EXPECT_EQ(test, listener.overruns, 1);
	KUNIT_EXPECT_EQ(test, events_seq(&t->events), EVENTS_WAIT_MAX + 20);
}

/* What expires while the worker looks whether something has is told as well. */
static void meanwhile(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	u32 i, n;

	t->sweep.midway = true;
	for (i = 0; i < 1000; i++)
		KUNIT_ASSERT_EQ(test, insert(t, i, 200), 0);
	KUNIT_ASSERT_EQ(test, hear(test), 1000);
	listener.until = clock_now() + 300 * NSEC_PER_MSEC;
	sweep_run(&t->sweep);
	sweep_run(&t->sweep);
	n = hear(test);
	KUNIT_ASSERT_EQ(test, n, 2000);
	for (i = 1000; i < n; i++)
		KUNIT_EXPECT_EQ(test, listener.heard[i].kind, KIND(EXPIRE));
}

/* The worker leaves the CPU when its time is over: here with each shard that it visits. */
static void one_shard_a_run(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct work_struct *work = &t->sweep.work.work;
	u32 i, runs = 0;

	t->sweep.midway = true; /* it does not come by itself */
	for (i = 0; i < 20000; i++)
		KUNIT_ASSERT_EQ(test, insert(t, i, 0), 0);
	t->sweep.stopped = true; /* nor again */
	listener.takes_ns = (SWEEP_RUN_MS + 1) * NSEC_PER_MSEC;
	do {
		work->func(work);
		runs++;
	} while (t->sweep.midway && runs < 1000);
	KUNIT_EXPECT_GT(test, runs, 4);
	KUNIT_EXPECT_EQ(test, runs, atomic_read(&t->stats.shards));
	listener.takes_ns = 0;
}

/* What finds no memory at the end of a table is told all the same, if not how many. */
static void lost_at_the_end(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, hear(test), 1);
	listener.fail = 100;
	events_tell(&t->events, KIND(TABLE), DEVSESS_EVENT_REASON_DEL, NULL);
	KUNIT_EXPECT_EQ(test, events_end(&t->events), 2);
	KUNIT_EXPECT_EQ(test, listener.n, 1);
	KUNIT_EXPECT_EQ(test, listener.lost, 1);
	/* Once only, and not where nothing is lost. */
	KUNIT_EXPECT_EQ(test, events_end(&t->events), 2);
	KUNIT_EXPECT_EQ(test, listener.lost, 1);
}

/* Who joins a group when others have before waits for no sender. */
static void joined_meanwhile(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	listener.joins = true;
	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, hear(test), 1);
}

/* When nobody can hear any more, what comes is numbered and not sent. */
static void muted(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	KUNIT_ASSERT_EQ(test, hear(test), 1);
	events_mute(&t->events);
	KUNIT_EXPECT_EQ(test, insert(t, 2, 0), 0);
	KUNIT_EXPECT_EQ(test, insert(t, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, events_end(&t->events), 3);
	KUNIT_EXPECT_EQ(test, listener.sent, 1);
	KUNIT_EXPECT_EQ(test, listener.lost, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->events.records), 0);
}

/* A batch that is undone is told as it was: done, and undone. */
static void undone(struct kunit *test)
{
	struct devsess_table *t = test->priv;
	struct batch_item *items = kunit_kzalloc(test, 3 * sizeof(*items), GFP_KERNEL);
	u32 bad;

	KUNIT_ASSERT_NOT_NULL(test, items);
	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	items[0] = (struct batch_item){ .op = DEVSESS_OP_INSERT, .s = session_of(2) };
	items[1] = (struct batch_item){ .op = DEVSESS_OP_UPDATE, .s = session_of(1),
					.fields = DEVSESS_F_MARK };
	items[2] = (struct batch_item){ .op = DEVSESS_OP_UPDATE, .s = session_of(3),
					.fields = DEVSESS_F_MARK };
	KUNIT_EXPECT_EQ(test, batch_run_atomic(t, items, 3, &bad), -ENOENT);
	KUNIT_ASSERT_EQ(test, hear(test), 5);
	KUNIT_EXPECT_EQ(test, listener.heard[3].kind, KIND(UPDATE));
	KUNIT_EXPECT_EQ(test, listener.heard[3].reason, REASON(UNDO));
	KUNIT_EXPECT_EQ(test, listener.heard[3].id, 1);
	KUNIT_EXPECT_EQ(test, listener.heard[4].kind, KIND(DELETE));
	KUNIT_EXPECT_EQ(test, listener.heard[4].reason, REASON(UNDO));
	KUNIT_EXPECT_EQ(test, listener.heard[4].id, 2);
}

/* Once a table is deleted nothing goes out, and nothing is kept. */
static void after_the_end(struct kunit *test)
{
	struct devsess_table *t = test->priv;

	KUNIT_EXPECT_EQ(test, insert(t, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, events_end(&t->events), 1);
	KUNIT_EXPECT_EQ(test, listener.n, 1);
	KUNIT_EXPECT_EQ(test, insert(t, 2, 0), 0);
	events_run(&t->events);
	KUNIT_EXPECT_EQ(test, listener.n, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->events.records), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kinds),
	KUNIT_CASE(order),
	KUNIT_CASE(only_what_is_wanted),
	KUNIT_CASE(lost),
	KUNIT_CASE(not_sent),
	KUNIT_CASE(told_later),
	KUNIT_CASE(told_by_nobody),
	KUNIT_CASE(masses),
	KUNIT_CASE(behind_a_round),
	KUNIT_CASE(masses_beyond),
	KUNIT_CASE(masses_of_others),
	KUNIT_CASE(masses_without_room),
	KUNIT_CASE(meanwhile),
	KUNIT_CASE(one_shard_a_run),
	KUNIT_CASE(lost_at_the_end),
	KUNIT_CASE(muted),
	KUNIT_CASE(joined_meanwhile),
	KUNIT_CASE(undone),
	KUNIT_CASE(after_the_end),
	{ }
};

static struct kunit_suite devsess_events_suite = {
	.name = "devsess_events",
	.init = init,
	.exit = cleanup,
	.test_cases = cases,
};

kunit_test_suite(devsess_events_suite);
