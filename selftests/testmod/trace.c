// SPDX-License-Identifier: GPL-2.0
/*
 * Tracepoints are told when no lock of a shard is held: whoever listens may call devsess himself,
 * and writers do not wait for him. That lock keeps softirqs off, which a probe can see where
 * nothing else does.
 */
#include "test.h"

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "sessions.h"

#define SESSIONS 20000

#ifdef CONFIG_TRACEPOINTS

/**
 * struct point - a tracepoint of devsess
 * @name: its name
 * @tp:   it, or NULL
 * @hits: how often it was told
 * @locked: of which so often with softirqs off
 */
static struct point {
	const char *name;
	struct tracepoint *tp;
	atomic_t hits;
	atomic_t locked;
} points[] = {
	{ "store" }, { "delete" }, { "expire" }, { "full" }, { "promote" }, { "split" },
	{ "merge" }, { "evict" }, { "miss_upcall" },
};

/* What it is told of the event is of no interest. */
static void probe(void *data)
{
	struct point *p = data;

	atomic_inc(&p->hits);
	if (in_task() && softirq_count())
		atomic_inc(&p->locked);
}

/* Called for the modules that are there, too. */
static int find(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tp_module *tp_mod = data;
	struct module *mod = tp_mod->mod;
	unsigned int i, n;

	if (state != MODULE_STATE_COMING || strcmp(mod->name, "devsess"))
		return 0;
	for (n = 0; n < mod->num_tracepoints; n++) {
		struct tracepoint *tp = tracepoint_ptr_deref(&mod->tracepoints_ptrs[n]);

		for (i = 0; i < ARRAY_SIZE(points); i++)
			if (!strcmp(points[i].name, tp->name))
				points[i].tp = tp;
	}
	return 0;
}

static struct notifier_block finder = { .notifier_call = find };

static bool all_hit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (!atomic_read(&points[i].hits))
			return false;
	return true;
}

/* One more than fit in: returns what that is answered. */
static int overfill_small(struct test *t, u8 flags)
{
	u32 i;
	int ret = 0;

	for (i = 0; i <= SMALL_SESSIONS; i++) {
		struct devsess_session s = { .key_len = sizeof(i), .flags = flags };

		EXPECT_EQ(t, ret, 0);
		memcpy(s.key, &i, sizeof(i));
		ret = devsess_insert(t->small, &s, GFP_KERNEL);
	}
	EXPECT_EQ(t, devsess_clear(t->small, NULL), 0);
	return ret;
}

/* As much as makes each of them be told. */
static void write_all(struct test *t)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < SESSIONS; i++)
		EXPECT_EQ(t, session_insert(t->table, 0, i, GFP_KERNEL), 0);
	for (i = 0; i < 1000; i++) {
		session_fill(&s, 0, i, 1);
		EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 1);
		EXPECT_EQ(t, session_delete(t->table, 0, SESSIONS - 1 - i), 0);
		session_fill(&s, 1, i, 0);
		s.ttl_ms = 1;
		EXPECT(t, devsess_store(t->table, &s, GFP_KERNEL) >= 0);
	}
	msleep(50);
	for (i = 0; i < 1000; i++)
		session_insert(t->table, 1, i, GFP_KERNEL);
	EXPECT_EQ(t, overfill_small(t, DEVSESS_FLAG_PINNED), -ENOSPC);
	EXPECT_EQ(t, overfill_small(t, 0), 0);
	EXPECT_EQ(t, devsess_clear(t->table, NULL), 0);
	EXPECT_EQ(t, devsess_lookup_or_load(t->small, &i, sizeof(i), &s), -ENOENT);
	/* The worker merges. */
	for (i = 0; i < 100 && !all_hit(); i++)
		msleep(100);
}

static void trace_unlocked(struct test *t)
{
	unsigned int i;

	if (overfill_small(t, 0)) {
		t->skipped = "the policy of the table `small' is not `evict'";
		return;
	}
	EXPECT_EQ(t, register_tracepoint_module_notifier(&finder), 0);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		atomic_set(&points[i].hits, 0);
		atomic_set(&points[i].locked, 0);
		if (EXPECT(t, points[i].tp))
			EXPECT_EQ(t, tracepoint_probe_register(points[i].tp, probe, &points[i]), 0);
	}
	write_all(t);
	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (points[i].tp)
			tracepoint_probe_unregister(points[i].tp, probe, &points[i]);
	tracepoint_synchronize_unregister();
	unregister_tracepoint_module_notifier(&finder);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		if (!EXPECT(t, atomic_read(&points[i].hits)) ||
		    !EXPECT_EQ(t, atomic_read(&points[i].locked), 0))
			test_note("%s: %d times, %d of them under a lock", points[i].name,
				  atomic_read(&points[i].hits), atomic_read(&points[i].locked));
	}
}

#else

static void trace_unlocked(struct test *t)
{
	t->skipped = "this kernel has no tracepoints";
}

#endif

const struct test_case trace_cases[] = {
	{ "trace_unlocked", trace_unlocked },
	{ }
};
