// SPDX-License-Identifier: GPL-2.0
/*
 * devsess_bench - devsess beside other maps of the kernel.
 *
 *	insmod devsess_bench.ko sessions=N run=R key=16 impls=a,b workloads=c,d
 *
 * makes one run: fills a map of each implementation with N sessions, goes
 * through the workloads with all of them by turns, empties them, and prints
 * `BENCH workload,impl,sessions,metric,value,unit' for each figure. Then it
 * fails with ECANCELED, so that insmod may be told to make the next run, or
 * with EIO if any operation went wrong. R, the number of the run, says who is
 * first. It needs a table `bench' with room for two times N, for devsess-deferred
 * another one, `deferred', and should be alone on the machine.
 *
 *	insmod devsess_bench.ko sessions=N trace=FILE load=L
 *
 * prints hit ratios instead, see replay.h, and ends in the same way.
 */
#define pr_fmt(fmt) fmt

#include "bench.h"

#include <linux/delay.h>
#include <linux/gcd.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "replay.h"

static const struct impl * const impls[] = {
	&impl_devsess, &impl_deferred, &impl_rhashtable, &impl_rhashtable_keyed,
	&impl_bpf_hash, &impl_bpf_lru,
	&impl_rwlock, &impl_sharded, &impl_cow, &impl_syncmap, &impl_limit,
};

#define IMPLS_MAX 16
/* Memory is looked at so many times between one half of the sessions and all of them. */
#define MEMORY_POINTS 16
/* Memory is touched by blocks of 4 MiB. */
#define TOUCH_ORDER 10
/* Of the sessions, so many stay when most are deleted: 1 of 20. */
#define REST 20
/* The longest of so many deletes together is told. */
#define TIMED_TOGETHER 64
/* Memory is at rest when less than this comes back in 400 ms, or after so many of them. */
#define SETTLE_BYTES SZ_1M
#define SETTLE_MAX 50
/* Writes of which it is looked how long they are not seen. */
#define STALE_WRITES 50
/* An insert that takes longer than that on average is not done when its session expires. */
#define MORTAL_NS 5000
/* Expired sessions that are there after so long stay for ever. */
#define MORTAL_WAIT_NS (60 * NSEC_PER_SEC)
/* With more of them it would take too long. */
#define MORTAL_MAX 1000000

static bool touch;
static char *names[IMPLS_MAX], *wanted[32], *trace, *load;
static unsigned int names_count, wanted_count, ms = 100, run;
static unsigned long sessions = 100000;

module_param(sessions, ulong, 0);
MODULE_PARM_DESC(sessions, "how many a map holds");
module_param(run, uint, 0);
MODULE_PARM_DESC(run, "number of the run");
module_param(ms, uint, 0);
MODULE_PARM_DESC(ms, "ms to measure a workload for");
module_param(touch, bool, 0);
MODULE_PARM_DESC(touch, "touch all memory first: the first run of a boot should");
module_param_named(key, id_len, uint, 0);
MODULE_PARM_DESC(key, "bytes of an id: 16 or 32");
module_param_array_named(impls, names, charp, &names_count, 0);
MODULE_PARM_DESC(impls, "implementations");
module_param_array_named(workloads, wanted, charp, &wanted_count, 0);
MODULE_PARM_DESC(workloads, "workloads; all unless told");
module_param(trace, charp, 0);
MODULE_PARM_DESC(trace, "file of the ids to ask for, for hit ratios");
module_param(load, charp, 0);
MODULE_PARM_DESC(load, "the trace's name in the results");

static u64 wrong;

/* A figure, in thousandths. */
static void report(const char *workload, const struct impl *impl, u64 n, const char *metric,
		   u64 value, const char *unit)
{
	pr_info("BENCH %s%s,%s,%llu,%s,%llu.%03llu,%s\n", workload, id_len == 32 ? "-k32" : "",
		impl->name, n, metric, div_u64(value, 1000), value % 1000, unit);
}

static u64 free_bytes(void)
{
	struct sysinfo i;

	si_meminfo(&i);
	return (u64)i.freeram * i.mem_unit;
}

/* Until what was deleted is free: by RCU, and by workers with a delay. */
static void settle(void)
{
	u64 before;
	int i;

	for (i = 0; i < SETTLE_MAX; i++) {
		before = free_bytes();
		rcu_barrier();
		msleep(400);
		if (free_bytes() < before + SETTLE_BYTES)
			break;
	}
}

/*
 * The machine gives this kernel its memory when it is first touched, which takes
 * long and is no map's doing.
 */
static void touch_memory(void)
{
	LIST_HEAD(pages);
	struct page *page, *next;

	for (;;) {
		page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, TOUCH_ORDER);
		if (!page)
			break;
		memset(page_address(page), 1, PAGE_SIZE << TOUCH_ORDER);
		list_add(&page->lru, &pages);
		cond_resched();
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_pages(page, TOUCH_ORDER);
}

static void report_memory(const struct impl *impl, const char *workload, u64 n, u64 before)
{
	report(workload, impl, n, "bytes_per_session",
	       div64_u64((before - min(before, free_bytes())) * 1000, n), "bytes");
}

/* Operations until so many ns have passed; returns ns per id in thousandths. */
static u64 timed(struct state *s, const struct workload *w, u64 ns)
{
	u64 begin = ktime_get_ns(), ids = 0, chunk = 1, i, passed;

	do {
		for (i = 0; i < chunk; i++) {
			ids += w->op(s, w);
			if (!(i % 64))
				cond_resched();
		}
		passed = ktime_get_ns() - begin;
		chunk = min(chunk * 2, 4096ULL);
	} while (passed < ns);
	if (s->impl->finish) {
		s->impl->finish(s->impl->map);
		passed = ktime_get_ns() - begin;
	}
	return div64_u64(passed * 1000, ids);
}

/*
 * Whatever is paid at the first look at some memory is paid before measuring; and what a map
 * does once it was looked at so often.
 */
static void warm_up(struct state *s)
{
	u64 n = s->impl->lazy ? s->sessions : s->sessions / 8, i;

	for (i = 0; i < n && s->impl->hit; i++) {
		s->wrong += workloads[0].op(s, &workloads[0]) != 1;
		if (!(i % 64))
			cond_resched();
	}
}

static u64 written(const struct state *s)
{
	return s->impl->written ? s->impl->written(s->impl->map) : 0;
}

static void measure(struct state *s, const struct workload *w)
{
	u64 ns = (u64)ms * NSEC_PER_MSEC, entries, writes;

	if (s->impl == &impl_limit) {
		if (w != &workloads[0])
			return;
		w = &limit_workload;
	}
	if (w->looks && s->impl->stale)
		return;
	/* What is copied before the time begins counts: it is for writes that come then. */
	entries = written(s);
	writes = s->writes;
	timed(s, w, ns / 4);
	report(w->name, s->impl, s->sessions, "ns_per_op", timed(s, w, ns), "ns");
	if (s->impl->written && s->writes > writes)
		report(w->name, s->impl, s->sessions, "write_amplification",
		       div64_u64((written(s) - entries) * 1000, s->writes - writes), "slots");
}

/*
 * The next session to be stored, of all of them: those whose numbers are neighbours come at
 * times, and so get memory, far apart, as devices do that are heard, or leave, one after another.
 */
static u64 next_number(u64 number, u64 n)
{
	/* The golden section of them, or more. */
	u64 step = div_u64(n * 5, 8);

	while (gcd(step, n) != 1)
		step++;
	number += step;
	return number < n ? number : number - n;
}

/* Returns the number of the next one, or @n if one was not stored. */
static u64 insert_some(const struct impl *impl, u64 number, u64 some, u64 n)
{
	u64 id[ID_WORDS], i;

	for (i = 0; i < some; i++) {
		id_of(number, id);
		if (!impl->insert(impl->map, id, number))
			return n;
		number = next_number(number, n);
		if (!(i % 64))
			cond_resched();
	}
	return number;
}

/* Logins of all devices: the map grows from nothing. */
static bool fill(const struct impl *impl, u64 before)
{
	u64 n = sessions, half = n / 2, ns = 0, done = 0, number = 0, begin, i;

	if (impl->fill)
		return impl->fill(impl->map, n);
	for (i = 0; i <= MEMORY_POINTS; i++) {
		u64 to = half + (n - half) * i / MEMORY_POINTS;

		begin = ktime_get_ns();
		number = insert_some(impl, number, to - done, n);
		if (number == n)
			return false;
		ns += ktime_get_ns() - begin;
		done = to;
		if (to)
			report_memory(impl, "insert", to, before);
	}
	report("insert", impl, n, "ns_per_op", div64_u64(ns * 1000, n), "ns");
	return true;
}

static bool make(struct state *s)
{
	const struct impl *impl = s->impl;
	u64 before = free_bytes();

	if (impl->make(impl->map, sessions) || !fill(impl, before)) {
		pr_info("%s could not be made\n", impl->name);
		return false;
	}
	if (impl->finish)
		impl->finish(impl->map);
	settle();
	if (impl != &impl_limit)
		report_memory(impl, "hit", sessions, before);
	return true;
}

/* Most sessions end; what it takes and what it leaves. */
static void empty(struct state *s)
{
	u64 rest = s->sessions / REST, n = s->sessions - rest, begin, passed, last, most = 0, i;
	u64 id[ID_WORDS];

	if (!s->impl->remove || s->impl->slow)
		return;
	begin = ktime_get_ns();
	last = begin;
	for (i = 0; i < n; i++) {
		id_of(s->first++, id);
		s->wrong += !s->impl->remove(s->impl->map, id);
		if (i % TIMED_TOGETHER)
			continue;
		passed = ktime_get_ns() - last;
		most = max(most, passed);
		cond_resched();
		last = ktime_get_ns();
	}
	if (s->impl->finish)
		s->impl->finish(s->impl->map);
	passed = ktime_get_ns() - begin;
	report("delete", s->impl, s->sessions, "ns_per_op", div64_u64(passed * 1000, n), "ns");
	report("delete", s->impl, s->sessions, "max_ns", most * 1000, "ns");
	settle();
}

/* As many sessions as there were expire all at one time; how long they stay after it. */
static void expire(struct state *s)
{
	u64 n = s->sessions, rest, at, id[ID_WORDS], i;

	if (!s->impl->mortal || n > MORTAL_MAX)
		return;
	rest = s->impl->count(s->impl->map);
	at = ktime_get_boottime_ns() + n * MORTAL_NS + NSEC_PER_SEC;
	for (i = 0; i < n; i++) {
		id_of(s->first + rest + i, id);
		s->wrong += !s->impl->mortal(s->impl->map, id, at);
		if (!(i % 64))
			cond_resched();
	}
	s->wrong += ktime_get_boottime_ns() >= at;
	while (s->impl->count(s->impl->map) > rest && ktime_get_boottime_ns() < at + MORTAL_WAIT_NS)
		usleep_range(500, 1000);
	s->wrong += s->impl->count(s->impl->map) != rest;
	report("expire", s->impl, n, "freed_ms",
	       div64_u64(ktime_get_boottime_ns() - at, NSEC_PER_USEC), "ms");
	settle();
}

/* What the map and its last sessions took is what is free once they are gone. */
static void drop(struct state *s, bool emptied)
{
	u64 before = free_bytes(), freed;

	s->impl->free(s->impl->map);
	if (!emptied || !s->impl->remove || s->impl->slow)
		return;
	settle();
	freed = free_bytes() - min(before, free_bytes());
	report("delete", s->impl, s->sessions, "bytes_left_per_session",
	       div64_u64(freed * 1000, s->sessions / REST), "bytes");
}

static const struct impl *find_impl(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(impls); i++)
		if (!strcmp(impls[i]->name, name))
			return impls[i];
	return NULL;
}

static bool is_wanted(const struct workload *w)
{
	unsigned int i;

	for (i = 0; i < wanted_count; i++)
		if (!strcmp(wanted[i], w->name))
			return true;
	return !wanted_count && !w->asked;
}

/* How long a write is not seen yet. */
static void measure_staleness(struct state *s)
{
	u64 number = s->first, id[ID_WORDS], session, begin, ns, sum = 0, most = 0, i;

	if (!s->impl->stale)
		return;
	id_of(number, id);
	for (i = 1; i <= STALE_WRITES; i++) {
		s->wrong += !s->impl->update(s->impl->map, id, number + i);
		begin = ktime_get_ns();
		do {
			usleep_range(100, 200);
			s->wrong += !s->impl->hit(s->impl->map, id, &session);
		} while (session != number + i && ktime_get_ns() - begin < NSEC_PER_SEC);
		s->wrong += session != number + i;
		ns = ktime_get_ns() - begin;
		sum += ns;
		most = max(most, ns);
	}
	report("staleness", s->impl, s->sessions, "mean_ns", div64_u64(sum * 1000, STALE_WRITES),
	       "ns");
	report("staleness", s->impl, s->sessions, "max_ns", most * 1000, "ns");
}

static void go_through(struct state *states)
{
	unsigned int i, w;

	for (i = 0; i < names_count; i++)
		warm_up(&states[i]);
	for (w = 0; w < workloads_count; w++)
		for (i = 0; i < names_count && is_wanted(&workloads[w]); i++)
			measure(&states[(i + run) % names_count], &workloads[w]);
	for (i = 0; i < names_count && !wanted_count; i++)
		measure_staleness(&states[i]);
}

static int run_all(struct state *states)
{
	unsigned int i, made;
	int err = 0;

	for (made = 0; made < names_count; made++) {
		struct state *s = &states[(made + run) % names_count];

		if (!make(s)) {
			s->impl->free(s->impl->map);
			err = -ENOMEM;
			break;
		}
	}
	if (!err)
		go_through(states);
	for (i = 0; i < made; i++) {
		struct state *s = &states[(i + run) % names_count];

		if (!err) {
			empty(s);
			expire(s);
		}
		drop(s, !err);
		if (s->wrong)
			pr_info("%s: %llu operations went wrong\n", s->impl->name, s->wrong);
		wrong += s->wrong;
	}
	settle();
	return err;
}

static int __init bench_init(void)
{
	struct state states[IMPLS_MAX] = { };
	unsigned int i;
	int err;

	if (trace)
		return replay(trace, load ?: "trace", sessions) ?: -ECANCELED;
	if ((id_len != 16 && id_len != 32) || sessions < 2 * REST || !names_count)
		return -EINVAL;
	for (i = 0; i < names_count; i++) {
		states[i] = (struct state){ .sessions = sessions, .seed = run };
		states[i].impl = find_impl(names[i]);
		if (!states[i].impl) {
			pr_info("no implementation %s\n", names[i]);
			return -EINVAL;
		}
	}
	if (touch)
		touch_memory();
	err = run_all(states);
	if (err)
		return err;
	return wrong ? -EIO : -ECANCELED;
}
module_init(bench_init);

MODULE_DESCRIPTION("devsess beside other maps of the kernel");
MODULE_LICENSE("GPL");
