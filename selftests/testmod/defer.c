// SPDX-License-Identifier: GPL-2.0
/* Deferred writes: from hard interrupts, in order from several CPUs, in bursts. */
#include "test.h"

#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "crew.h"
#include "sessions.h"

#define TIME_MS		2000
#define PERIOD_US	150

/* KEPT are there all the time; NEW come. */
enum { KEPT, NEW };

#define KEPT_SESSIONS	200
#define NEW_SESSIONS	20000

static void insert_kept(struct test *t)
{
	u32 n;

	for (n = 0; n < KEPT_SESSIONS; n++)
		EXPECT_EQ(t, session_insert(t->table, KEPT, n, GFP_KERNEL), 0);
}

/**
 * struct source - a hard interrupt of one CPU
 * @timer:  timer
 * @worker: random numbers, count
 * @next:   number of its next new session
 * @taken:  which of them the ring took
 * @full:   writes that it did not take
 */
struct source {
	struct hrtimer timer;
	struct worker worker;
	u32 next;
	u8 *taken;
	u32 full;
};

static struct source sources[CREW_MAX];

static void note(struct source *src, int ret)
{
	EXPECT(src->worker.t, ret == 0 || ret == -ENOBUFS);
	src->full += ret == -ENOBUFS;
}

static enum hrtimer_restart write_some(struct hrtimer *timer)
{
	struct source *src = container_of(timer, struct source, timer);
	u32 n = worker_random(&src->worker) % KEPT_SESSIONS;
	struct test *t = src->worker.t;
	struct devsess_session s;
	int ret;

	EXPECT(t, in_hardirq());
	session_fill(&s, KEPT, n, src->worker.done);
	note(src, devsess_defer_update(t->table, &s, DEVSESS_F_ALL));
	note(src, devsess_defer_touch(t->table, s.key, s.key_len, 0, 0));
	if (src->next < NEW_SESSIONS) {
		session_fill(&s, NEW, src->worker.number << 24 | src->next, 0);
		ret = devsess_defer_store(t->table, &s);
		note(src, ret);
		src->taken[src->next++] = !ret;
	}
	src->worker.done++;
	hrtimer_forward_now(timer, ns_to_ktime(PERIOD_US * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

/* Lookups and writes on a CPU whose timer defers writes to the same sessions. */
static void host(struct worker *w)
{
	struct source *src = &sources[w->number];
	u8 *taken = src->taken;
	struct devsess_session s;
	u32 n;

	*src = (struct source){ .worker = *w, .taken = taken };
	hrtimer_init(&src->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	src->timer.function = write_some;
	hrtimer_start(&src->timer, ns_to_ktime(PERIOD_US * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_HARD);
	while (!crew_off()) {
		n = worker_random(w) % KEPT_SESSIONS;
		session_fill(&s, KEPT, n, 1);
		EXPECT_EQ(w->t, devsess_update(w->t->table, &s, DEVSESS_F_ALL), 0);
		n = worker_random(w) % KEPT_SESSIONS;
		if (EXPECT_EQ(w->t, session_lookup(w->t->table, KEPT, n, &s), 0))
			EXPECT(w->t, session_intact(&s, KEPT, n));
	}
	hrtimer_cancel(&src->timer);
	w->done = src->worker.done;
}

static void defer_hardirq(struct test *t)
{
	unsigned int cpus = min_t(u32, num_online_cpus(), CREW_MAX), i, n;
	struct devsess_session s;
	struct crew crew = { };
	u32 full = 0;

	insert_kept(t);
	for (i = 0; i < cpus; i++)
		sources[i].taken = kcalloc(NEW_SESSIONS, 1, GFP_KERNEL);
	crew_add(&crew, t, host, cpus);
	if (EXPECT(t, sources[0].taken && sources[cpus - 1].taken))
		test_note("%lu interrupts", crew_run(&crew, TIME_MS));
	EXPECT_EQ(t, devsess_defer_drain(t->table), 0);
	for (i = 0; i < crew.n; i++) {
		EXPECT(t, sources[i].worker.done > 100);
		full += sources[i].full;
		for (n = 0; n < sources[i].next; n++)
			EXPECT_EQ(t, session_lookup(t->table, NEW, i << 24 | n, &s),
				  sources[i].taken[n] ? 0 : -ENOENT);
		kfree(sources[i].taken);
	}
	for (n = 0; n < KEPT_SESSIONS; n++)
		if (EXPECT_EQ(t, session_lookup(t->table, KEPT, n, &s), 0))
			EXPECT(t, session_intact(&s, KEPT, n));
	test_note("%u writes found a full ring", full);
}

/* What the writers of the next test share: a number that only rises, by device. */
static DEFINE_SPINLOCK(order_lock);
#define ORDER_DEVICES 4
static u32 order_last[ORDER_DEVICES];

/* Whoever has the lock puts the next number, and only then lets the next one go on. */
static void write_next(struct worker *w)
{
	struct devsess_session s;
	u32 n;
	int ret;

	while (!crew_off()) {
		n = worker_random(w) % ORDER_DEVICES;
		spin_lock(&order_lock);
		session_fill(&s, KEPT, n, 0);
		s.owner = order_last[n] + 1;
		ret = devsess_defer_update(w->t->table, &s, DEVSESS_F_OWNER);
		order_last[n] += !ret;
		spin_unlock(&order_lock);
		if (ret) {
			EXPECT_EQ(w->t, ret, -ENOBUFS);
			EXPECT_EQ(w->t, devsess_defer_drain(w->t->table), 0);
		}
		w->done += !ret;
	}
}

static void watch_order(struct worker *w)
{
	u32 seen[ORDER_DEVICES] = { }, n;
	struct devsess_session s;

	while (!crew_off()) {
		n = worker_random(w) % ORDER_DEVICES;
		if (!EXPECT_EQ(w->t, session_lookup(w->t->table, KEPT, n, &s), 0))
			return;
		EXPECT(w->t, s.owner >= seen[n]);
		seen[n] = s.owner;
		if (worker_random(w) % 64 == 0)
			EXPECT_EQ(w->t, devsess_defer_drain(w->t->table), 0);
	}
}

static void defer_order(struct test *t)
{
	struct devsess_session s;
	struct crew crew = { };
	u32 n;

	for (n = 0; n < ORDER_DEVICES; n++) {
		session_fill(&s, KEPT, n, 0);
		s.owner = 0;
		order_last[n] = 0;
		EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 0);
	}
	crew_add(&crew, t, write_next, num_online_cpus());
	crew_add(&crew, t, watch_order, 1);
	test_note("%lu writes", crew_run(&crew, TIME_MS));
	EXPECT_EQ(t, devsess_defer_drain(t->table), 0);
	for (n = 0; n < ORDER_DEVICES; n++) {
		EXPECT_EQ(t, session_lookup(t->table, KEPT, n, &s), 0);
		EXPECT(t, order_last[n] > 10);
		EXPECT_EQ(t, s.owner, order_last[n]);
	}
}

/* More than there is room for: what was taken is done, what was not is not. */
static void defer_full(struct test *t)
{
	bool full = false;
	u32 taken = 0, try, n;
	struct devsess_session s;
	int ret;

	for (try = 0; try < 100 && !full; try++) {
		preempt_disable();
		for (n = 0; n < 20000 && !full; n++) {
			session_fill(&s, NEW, taken, 0);
			ret = devsess_defer_store(t->table, &s);
			EXPECT(t, ret == 0 || ret == -ENOBUFS);
			full = ret;
			taken += !ret;
		}
		preempt_enable();
	}
	EXPECT(t, full);
	EXPECT_EQ(t, devsess_defer_drain(t->table), 0);
	EXPECT_EQ(t, devsess_count(t->table), taken);
	EXPECT_EQ(t, session_lookup(t->table, NEW, taken - 1, &s), 0);
	EXPECT(t, session_intact(&s, NEW, taken - 1));
	EXPECT_EQ(t, session_lookup(t->table, NEW, taken, &s), -ENOENT);
	test_note("%u taken", taken);
}

/* The worker comes by itself, whatever it is that waits. */
static void defer_worker(struct test *t)
{
	unsigned long end;
	struct devsess_session s;
	u32 n;

	for (n = 0; n < 50; n++) {
		session_fill(&s, NEW, n, 0);
		EXPECT_EQ(t, devsess_defer_store(t->table, &s), 0);
		end = jiffies + 10 * HZ;
		while (session_lookup(t->table, NEW, n, &s) && time_before(jiffies, end))
			usleep_range(500, 1000);
		EXPECT_EQ(t, session_lookup(t->table, NEW, n, &s), 0);
	}
}

static void defer_refused(struct test *t)
{
	struct devsess_session s;

	session_fill(&s, NEW, 0, 0);
	EXPECT_EQ(t, devsess_defer_touch(t->table, s.key, s.key_len, 0, 0), 0);
	EXPECT_EQ(t, devsess_defer_delete(t->table, s.key, s.key_len), 0);
	EXPECT_EQ(t, devsess_defer_drain(t->table), 0);
	EXPECT_EQ(t, devsess_defer_touch(t->table, s.key, 0, 0, 0), -EINVAL);
	s.state = 200;
	EXPECT_EQ(t, devsess_defer_store(t->table, &s), -EINVAL);
	/* This one takes none. */
	s.state = 0;
	s.key_len = SMALL_KEY;
	s.data_len = 0;
	EXPECT_EQ(t, devsess_defer_store(t->small, &s), -EOPNOTSUPP);
	EXPECT_EQ(t, devsess_defer_drain(t->small), -EOPNOTSUPP);
}

const struct test_case defer_cases[] = {
	{ "defer_hardirq", defer_hardirq },
	{ "defer_order", defer_order },
	{ "defer_full", defer_full },
	{ "defer_worker", defer_worker },
	{ "defer_refused", defer_refused },
	{ }
};
