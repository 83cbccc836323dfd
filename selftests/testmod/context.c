// SPDX-License-Identifier: GPL-2.0
/*
 * Calls from hard interrupts, softirqs and NMIs while the CPU that they
 * interrupt, and the others, write to the same sessions.
 */
#include "test.h"

#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#ifdef CONFIG_X86_LOCAL_APIC
#include <asm/apic.h>
#include <asm/nmi.h>
#endif

#include "crew.h"
#include "sessions.h"

#define TIME_MS		2000
#define PERIOD_US	150

/* KEPT stay and are written in place; PASSING come and go; BURST come at once. */
enum { KEPT, PASSING, BURST };

#define KEPT_SESSIONS	500
#define PASSING_SESSIONS 10000

/* New sessions of a softirq at any time. */
#define OWN_SESSIONS	256

/**
 * struct visitor - what runs in an interrupt of one CPU
 * @timer:  timer
 * @worker: random numbers, count
 * @visit:  what it does
 * @hot:    number of the session that is being written on this CPU
 * @next:   number of its next new session
 * @stored: which of the last were stored
 * @lacking: how many were not, for want of memory
 */
struct visitor {
	struct hrtimer timer;
	struct worker worker;
	void (*visit)(struct visitor *v);
	u32 hot;
	u32 next;
	bool stored[OWN_SESSIONS];
	u32 lacking;
};

static struct visitor visitors[CREW_MAX];

static void insert_kept(struct test *t)
{
	u32 n;

	for (n = 0; n < KEPT_SESSIONS; n++)
		EXPECT_EQ(t, session_insert(t->table, KEPT, n, GFP_KERNEL), 0);
}

/* A session that stays, and an id that never was. */
static void look(struct visitor *v)
{
	u32 n = worker_random(&v->worker) % KEPT_SESSIONS;
	struct test *t = v->worker.t;
	struct devsess_session s;

	EXPECT_EQ(t, session_lookup(t->table, KEPT, n, &s), 0);
	EXPECT(t, session_intact(&s, KEPT, n));
	EXPECT_EQ(t, session_lookup(t->table, KEPT, KEPT_SESSIONS + n, &s), -ENOENT);
	v->worker.done++;
}

static void visit_hardirq(struct visitor *v)
{
	struct test *t = v->worker.t;
	struct devsess_session s;
	u32 n = READ_ONCE(v->hot);

	EXPECT(t, in_hardirq());
	look(v);
	EXPECT_EQ(t, session_lookup(t->table, KEPT, n, &s), 0);
	EXPECT(t, session_intact(&s, KEPT, n));
}

/* A new session, and the end of an old one. With the worker far behind there may be no room. */
static void renew(struct visitor *v)
{
	bool *stored = &v->stored[v->next % OWN_SESSIONS];
	u32 n = v->worker.number << 24 | v->next++;
	struct test *t = v->worker.t;
	struct devsess_session s;
	int ret;

	if (*stored)
		EXPECT_EQ(t, session_delete(t->table, BURST, n - OWN_SESSIONS), 0);
	ret = session_insert(t->table, BURST, n, GFP_ATOMIC);
	*stored = !ret;
	EXPECT(t, ret == 0 || ret == -ENOMEM);
	EXPECT_EQ(t, session_lookup(t->table, BURST, n, &s), ret ? -ENOENT : 0);
	v->lacking += ret == -ENOMEM;
}

/* Everything that a packet may do. */
static void visit_softirq(struct visitor *v)
{
	u32 n = worker_random(&v->worker) % KEPT_SESSIONS, i;
	struct test *t = v->worker.t;
	struct devsess_session s, prev;
	struct devsess_owner owner;

	EXPECT(t, in_serving_softirq() && !in_hardirq());
	look(v);
	for (i = 0; i < 8; i++)
		renew(v);
	session_fill(&s, KEPT, n, v->next);
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_ALL), 0);
	EXPECT_EQ(t, devsess_touch(t->table, s.key, s.key_len, 0, 0, NULL), 0);
	EXPECT_EQ(t, devsess_swap(t->table, &s, &prev, GFP_ATOMIC), 1);
	EXPECT(t, session_intact(&prev, KEPT, n));
	EXPECT_EQ(t, devsess_get_or_insert(t->table, &s, GFP_ATOMIC), 1);
	EXPECT_EQ(t, devsess_owner_set(t->small, 1, 5), 0);
	EXPECT_EQ(t, devsess_owner_get(t->small, 1, &owner), 0);
	EXPECT(t, owner.limit == 0 || owner.limit == 5);
	EXPECT_EQ(t, devsess_owner_set(t->small, 1, 0), 0);
}

static enum hrtimer_restart visit(struct hrtimer *timer)
{
	struct visitor *v = container_of(timer, struct visitor, timer);

	v->visit(v);
	hrtimer_forward_now(timer, ns_to_ktime(PERIOD_US * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

/* Writes on a CPU whose timer visits all the while. */
static void host(struct worker *w, void (*fn)(struct visitor *v), enum hrtimer_mode mode)
{
	struct visitor *v = &visitors[w->number];
	u32 from = w->number * PASSING_SESSIONS, generation = 0, n;
	struct devsess_session s;

	*v = (struct visitor){ .worker = *w, .visit = fn };
	hrtimer_init(&v->timer, CLOCK_MONOTONIC, mode);
	v->timer.function = visit;
	hrtimer_start(&v->timer, ns_to_ktime(PERIOD_US * NSEC_PER_USEC), mode);
	while (!crew_off()) {
		generation++;
		for (n = from; n < from + PASSING_SESSIONS && !crew_off(); n++) {
			EXPECT_EQ(w->t, session_insert(w->t->table, PASSING, n, GFP_KERNEL), 0);
			session_fill(&s, KEPT, n % KEPT_SESSIONS, generation);
			WRITE_ONCE(v->hot, n % KEPT_SESSIONS);
			EXPECT_EQ(w->t, devsess_update(w->t->table, &s, DEVSESS_F_ALL), 0);
		}
		while (n-- > from) {
			EXPECT_EQ(w->t, session_delete(w->t->table, PASSING, n), 0);
			cond_resched();
		}
	}
	hrtimer_cancel(&v->timer);
	w->done = v->worker.done;
}

static void host_hardirq(struct worker *w)
{
	host(w, visit_hardirq, HRTIMER_MODE_REL_PINNED_HARD);
}

static void host_softirq(struct worker *w)
{
	host(w, visit_softirq, HRTIMER_MODE_REL_PINNED_SOFT);
}

static void run_hosts(struct test *t, work_t work)
{
	struct crew crew = { };
	unsigned long visits;
	unsigned int i;

	insert_kept(t);
	crew_add(&crew, t, work, num_online_cpus());
	visits = crew_run(&crew, TIME_MS);
	test_note("%lu visits", visits);
	for (i = 0; i < crew.n; i++)
		EXPECT(t, crew.worker[i].done > 100);
}

static void context_hardirq(struct test *t)
{
	run_hosts(t, host_hardirq);
	EXPECT_EQ(t, devsess_count(t->table), KEPT_SESSIONS);
}

static void context_softirq(struct test *t)
{
	u64 count = KEPT_SESSIONS, tried = 0, lacking = 0;
	unsigned int i, n;

	run_hosts(t, host_softirq);
	for (i = 0; i < min_t(u32, num_online_cpus(), CREW_MAX); i++) {
		for (n = 0; n < OWN_SESSIONS; n++)
			count += visitors[i].stored[n];
		tried += visitors[i].next;
		lacking += visitors[i].lacking;
	}
	EXPECT_EQ(t, devsess_count(t->table), count);
	test_note("no room for %llu of %llu new sessions", lacking, tried);
	EXPECT(t, lacking < tried / 2);
}

/**
 * struct burst - many inserts from one softirq
 * @timer: timer
 * @t:     test
 * @n:     how many
 * @from:  number of the first
 * @err:   out: result of each
 * @over:  when it is over
 */
struct burst {
	struct hrtimer timer;
	struct test *t;
	u32 n;
	u32 from;
	s16 *err;
	struct completion over;
};

static enum hrtimer_restart burst_fn(struct hrtimer *timer)
{
	struct burst *b = container_of(timer, struct burst, timer);
	u32 i;

	EXPECT(b->t, in_serving_softirq());
	for (i = b->from; i < b->from + b->n; i++)
		b->err[i] = session_insert(b->t->table, BURST, i, GFP_ATOMIC);
	complete(&b->over);
	return HRTIMER_NORESTART;
}

static void run_burst(struct burst *b)
{
	init_completion(&b->over);
	hrtimer_init_on_stack(&b->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	b->timer.function = burst_fn;
	hrtimer_start(&b->timer, 0, HRTIMER_MODE_REL_SOFT);
	wait_for_completion(&b->over);
	hrtimer_cancel(&b->timer);
	destroy_hrtimer_on_stack(&b->timer);
}

/* What was said to be stored is there, what was refused is not. Returns how many are. */
static u32 check_burst(struct burst *b, u32 n)
{
	struct devsess_session s;
	u32 stored = 0, i;

	for (i = 0; i < n; i++) {
		int found = session_lookup(b->t->table, BURST, i, &s);

		EXPECT(b->t, !b->err[i] || b->err[i] == -ENOMEM);
		EXPECT_EQ(b->t, found, b->err[i] ? -ENOENT : 0);
		EXPECT(b->t, found || session_intact(&s, BURST, i));
		stored += !b->err[i];
		cond_resched();
	}
	EXPECT_EQ(b->t, devsess_count(b->t->table), stored);
	return stored;
}

/* A table at rest has room for this many new sessions before its worker runs. */
#define BURST_SESSIONS	2000
#define FLOOD_SESSIONS	60000

static void context_burst(struct test *t)
{
	struct burst b = { .t = t, .n = BURST_SESSIONS };

	b.err = vzalloc(FLOOD_SESSIONS * sizeof(*b.err));
	if (!EXPECT(t, b.err))
		return;
	msleep(500); /* let the maps shrink after the tests before */
	run_burst(&b);
	EXPECT_EQ(t, check_burst(&b, BURST_SESSIONS), BURST_SESSIONS);
	/* Without a rest there is an end to it, but nothing else goes wrong. */
	devsess_clear(t->table, NULL);
	for (b.from = 0; b.from < FLOOD_SESSIONS; b.from += b.n) {
		run_burst(&b);
		cond_resched();
	}
	test_note("%u of %u stored", check_burst(&b, FLOOD_SESSIONS), FLOOD_SESSIONS);
	/* The worker catches up, and all is as ever. */
	msleep(500);
	b.from = 0;
	devsess_clear(t->table, NULL);
	run_burst(&b);
	EXPECT_EQ(t, check_burst(&b, BURST_SESSIONS), BURST_SESSIONS);
	vfree(b.err);
}

#ifdef CONFIG_X86_LOCAL_APIC

static struct test *nmi_test;
static DEFINE_PER_CPU(unsigned long, nmi_visits);
static DEFINE_PER_CPU(u32, nmi_hot); /* what is being written on this CPU */
static atomic_t nmi_again;
static atomic_t nmi_absent_again;

/* That of an id that is not there: the slot that is being written may have the same tag. */
static void expect_absent(struct test *t, int ret)
{
	if (ret == -EAGAIN)
		atomic_inc(&nmi_absent_again);
	else
		EXPECT_EQ(t, ret, -ENOENT);
}

/* One that is there and one that is not. */
static void nmi_batch(struct test *t, u32 n)
{
	struct devsess_session want[2], s[2];
	struct devsess_query q[2] = { };
	int i;

	for (i = 0; i < 2; i++) {
		session_fill(&want[i], KEPT, i * KEPT_SESSIONS + n, 0);
		q[i].key = want[i].key;
		q[i].key_len = want[i].key_len;
		q[i].s = &s[i];
	}
	devsess_lookup_batch(t->table, q, 2);
	if (q[0].result != -EAGAIN && EXPECT_EQ(t, q[0].result, 0))
		EXPECT(t, session_intact(&s[0], KEPT, n));
	expect_absent(t, q[1].result);
}

static int nmi_visit(unsigned int cmd, struct pt_regs *regs)
{
	struct test *t = READ_ONCE(nmi_test);
	u32 n = this_cpu_read(nmi_hot);
	struct devsess_session s;
	int ret;

	if (!t)
		return NMI_DONE;
	ret = session_lookup(t->table, KEPT, n, &s);
	if (ret == -EAGAIN)
		atomic_inc(&nmi_again);
	else if (EXPECT_EQ(t, ret, 0))
		EXPECT(t, session_intact(&s, KEPT, n));
	expect_absent(t, session_lookup(t->table, KEPT, KEPT_SESSIONS + n, &s));
	nmi_batch(t, n);
	this_cpu_inc(nmi_visits);
	return NMI_HANDLED;
}

/* Sends NMIs to all CPUs. */
static void send_nmis(struct worker *w)
{
	unsigned int cpu;

	while (!crew_off()) {
		for_each_online_cpu(cpu)
			apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
		usleep_range(PERIOD_US, 2 * PERIOD_US);
	}
}

static void write_kept(struct worker *w)
{
	struct devsess_session s;
	u32 n;
	int ret;

	while (!crew_off()) {
		w->done++;
		n = w->done % KEPT_SESSIONS;
		session_fill(&s, KEPT, n, w->done);
		this_cpu_write(nmi_hot, n);
		EXPECT_EQ(w->t, devsess_update(w->t->table, &s, DEVSESS_F_ALL), 0);
		n = w->number << 24 | w->done % PASSING_SESSIONS;
		ret = session_insert(w->t->table, PASSING, n, GFP_KERNEL);
		if (ret) {
			EXPECT_EQ(w->t, ret, -EEXIST);
			EXPECT_EQ(w->t, session_delete(w->t->table, PASSING, n), 0);
		}
	}
}

static void run_nmis(struct test *t)
{
	struct crew crew = { };
	unsigned int cpu;

	atomic_set(&nmi_again, 0);
	atomic_set(&nmi_absent_again, 0);
	for_each_online_cpu(cpu)
		per_cpu(nmi_visits, cpu) = 0;
	WRITE_ONCE(nmi_test, t);
	crew_add(&crew, t, write_kept, num_online_cpus());
	crew_add(&crew, t, send_nmis, 1);
	crew_run(&crew, TIME_MS);
	msleep(20); /* those on their way */
	WRITE_ONCE(nmi_test, NULL);
	for_each_online_cpu(cpu) {
		test_note("CPU %u: %lu NMIs", cpu, per_cpu(nmi_visits, cpu));
		EXPECT(t, per_cpu(nmi_visits, cpu) > 20);
	}
	/* Two looks in each of these. */
	EXPECT(t, atomic_read(&nmi_absent_again) < 10);
	test_note("%d came while the session was being written", atomic_read(&nmi_again));
}

static void context_nmi(struct test *t)
{
	int err = register_nmi_handler(NMI_LOCAL, nmi_visit, 0, "devsess_test");

	if (err) {
		t->skipped = "no NMI handler can be registered";
		return;
	}
	insert_kept(t);
	run_nmis(t);
	unregister_nmi_handler(NMI_LOCAL, "devsess_test");
}

#else

static void context_nmi(struct test *t)
{
	t->skipped = "no way to raise an NMI on this machine";
}

#endif

const struct test_case context_cases[] = {
	{ "context_hardirq", context_hardirq },
	{ "context_softirq", context_softirq },
	{ "context_burst", context_burst },
	{ "context_nmi", context_nmi },
	{ }
};
