// SPDX-License-Identifier: GPL-2.0
/*
 * Interleavings, step by step. A step is a marked access or a barrier.
 *
 * Interrupts: a long run of writes, and every few steps an interrupt that looks
 * sessions up: an NMI always, a hard interrupt only where they are not off. A
 * session that is there must be found, with the values of one write; only an
 * NMI may be told to try again, and only where interrupts are off.
 *
 * Overtaken: a lookup is stopped at its nth step, for each n, while another
 * thread does something to the table: promotes, grows, splits, merges, updates,
 * deletes and stores elsewhere. The lookup must answer something that was true
 * at some time while it ran.
 */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "../../module/ops.h"
#include "../../module/walk.h"
#include "shim.h"
#include "tap.h"

#define KEYS		6000
#define FEW		8	/* keys that are looked up, and are always there */
#define TIMEOUT		120	/* s: an endless loop is a failure */

static u64 random_state;
static bool failed;

#define fail(fmt, ...) do {				\
	if (!failed)					\
		tap_note(fmt, ##__VA_ARGS__);		\
	failed = true;					\
} while (0)

static u32 pick(u32 n)
{
	return shim_random(&random_state) % n;
}

/* Sessions: key @n, and all fields follow from the session id. */

static struct devsess_session make_session(u32 n, u64 id)
{
	struct devsess_session s = { .session = id, .owner = id * 3, .mark = id * 5 };

	s.key_len = sizeof(n);
	memcpy(s.key, &n, sizeof(n));
	s.data_len = sizeof(id);
	memcpy(s.data, &id, sizeof(id));
	return s;
}

static bool whole(const struct devsess_session *s, u32 n)
{
	struct devsess_session want = make_session(n, s->session);

	return s->owner == want.owner && s->mark == want.mark && s->key_len == want.key_len &&
	       !memcmp(s->key, want.key, s->key_len) && s->data_len == want.data_len &&
	       !memcmp(s->data, want.data, s->data_len);
}

static void store(struct devsess_table *t, u32 n, u64 id)
{
	struct devsess_session s = make_session(n, id);
	int ret = devsess_store(t, &s, GFP_KERNEL);

	if (ret < 0)
		fail("store of %u: %d", n, ret);
}

static void remove_one(struct devsess_table *t, u32 n)
{
	devsess_delete(t, &n, sizeof(n));
}

static struct devsess_table *make_table(void)
{
	static const struct table_limits limits = { 1000000, 8, 8 };
	struct devsess_table *t;
	u32 n;

	shim_possible_cpus = 1;
	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no table");
	for (n = 0; n < FEW; n++)
		store(t, n, 1);
	return t;
}

static void end_table(struct devsess_table *t)
{
	table_free(t);
	rcu_barrier();
	if (shim_live())
		fail("%ld allocations left", shim_live());
}

/* Interrupts */

static struct devsess_table *table;
static u64 interrupts, again;

static void look_up(u32 n, bool may_fail)
{
	struct devsess_session s;
	int ret = devsess_lookup(table, &n, sizeof(n), &s);

	if (ret == -EAGAIN && may_fail)
		again++;
	else if (ret && (n < FEW || ret != -ENOENT))
		fail("lookup of %u in an interrupt: %d", n, ret);
	else if (!ret && !whole(&s, n))
		fail("torn session %u in an interrupt, id %llu", n, s.session);
}

static void look_some_up(bool may_fail)
{
	look_up(pick(FEW), may_fail);
	look_up(pick(KEYS), may_fail);
}

static void interrupt(void *arg)
{
	struct shim_context *c = &shim_context;

	interrupts++;
	c->nmi = true;
	look_some_up(c->irqs_off);
	c->nmi = false;
	if (!c->irqs_off && !c->hardirq) {
		c->hardirq = true;
		look_some_up(false);
		c->hardirq = false;
	}
	shim_step(1 + pick(30), interrupt, arg);
}

static void write_something(u64 id)
{
	switch (pick(16)) {
	case 0:
		shim_advance(150 * NSEC_PER_MSEC);
		shim_run_due();
		break;
	case 1:
		walk_count(table, NULL, NULL);
		break;
	case 2:
	case 3:
	case 4:
		store(table, pick(FEW), id);
		break;
	default:
		if (id / (4 * KEYS) & 1)
			remove_one(table, FEW + pick(KEYS - FEW));
		else
			store(table, FEW + pick(KEYS - FEW), id);
	}
}

static void interrupts_everywhere(void)
{
	u64 id;

	table = make_table();
	shim_step(1, interrupt, NULL);
	for (id = 2; id < 16 * KEYS && !failed; id++)
		write_something(id);
	shim_step(0, NULL, NULL);
	tap_note("%llu interrupts, %llu of their lookups to try again, %llu splits, %llu merges",
		 interrupts, again, stats_sum(&table->stats, STAT_splits),
		 stats_sum(&table->stats, STAT_merges));
	if (!again || !stats_sum(&table->stats, STAT_merges))
		fail("no NMI ever hit a write, or no shards were merged");
	end_table(table);
	tap_result(!failed, "interrupts");
}

/* Overtaken */

/**
 * struct other - the other thread, and what it does while a lookup stands still
 * @go:   do it
 * @done: it is done
 * @fn:   what
 * @n:    key that is looked up
 */
struct other {
	sem_t go;
	sem_t done;
	void (*fn)(u32 n);
	u32 n;
};

static void *other_thread(void *arg)
{
	struct other *o = arg;

	for (;;) {
		sem_wait(&o->go);
		if (!o->fn)
			return NULL;
		o->fn(o->n);
		sem_post(&o->done);
	}
}

static void let_other_go(void *arg)
{
	struct other *o = arg;

	sem_post(&o->go);
	while (sem_wait(&o->done))
		;
}

static void fill(u32 n)
{
	u32 i;

	(void)n;
	for (i = FEW; i < KEYS; i++)
		store(table, i, 1);
}

static void sweep(u32 n)
{
	(void)n;
	while (sweep_run(&table->sweep))
		;
}

/* As many as make each dirty map full once. */
static void fill_a_little(u32 n)
{
	u32 i;

	(void)n;
	for (i = FEW; i < FEW + 80; i++)
		store(table, i, 1);
}

static void empty(u32 n)
{
	u32 i;

	for (i = FEW; i < KEYS; i++)
		remove_one(table, i);
	sweep(n);
}

static void update(u32 n)
{
	store(table, n, 2);
	store(table, n, 3);
}

static void move(u32 n)
{
	remove_one(table, n);
	fill_a_little(n);
	store(table, n, 2);
	sweep(n);
}

static void reuse(u32 n)
{
	u32 i;

	remove_one(table, n);
	for (i = FEW; i < 3 * FEW; i++)
		store(table, i, 1);
}

static void end(u32 n)
{
	remove_one(table, n);
}

static void nothing(u32 n)
{
	(void)n;
}

/* Promotion that readers ask for: by so many misses. */
static void promote(u32 n)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < 100; i++)
		devsess_lookup(table, &n, sizeof(n), &s);
	sweep(n);
}

/**
 * struct overtaking - what happens before the lookup, and during it
 * @name:   of the test
 * @before: made before
 * @during: made by the other thread
 * @stays:  the session is there throughout
 * @highest: session id that may be seen
 */
struct overtaking {
	const char *name;
	void (*before)(u32 n);
	void (*during)(u32 n);
	bool stays;
	u64 highest;
};

static const struct overtaking overtakings[] = {
	{ "promotion_on_misses", nothing, promote, true, 1 },
	{ "promotion_on_full", nothing, fill_a_little, true, 1 },
	{ "splits", nothing, fill, true, 1 },
	{ "splits_later", fill_a_little, fill, true, 1 },
	{ "merges", fill, empty, true, 1 },
	{ "update_in_dirty", nothing, update, true, 3 },
	{ "update_in_read", promote, update, true, 3 },
	{ "delete_and_store", promote, move, false, 2 },
	{ "delete_and_reuse", nothing, reuse, false, 1 },
	{ "delete", promote, end, false, 1 },
};

static void check_lookup(const struct overtaking *o, u32 n, u32 step)
{
	struct devsess_session s;
	int ret = devsess_lookup(table, &n, sizeof(n), &s);

	if (ret && (o->stays || ret != -ENOENT))
		fail("%s at step %u: %d", o->name, step, ret);
	else if (!ret && (!whole(&s, n) || s.session > o->highest))
		fail("%s at step %u: torn session, id %llu", o->name, step, s.session);
}

/* Returns whether the lookup has an nth step. */
static bool overtake(struct other *other, const struct overtaking *o, u32 n, u32 step)
{
	bool missed;

	table = make_table();
	o->before(n);
	other->fn = o->during;
	other->n = n;
	shim_step(step, let_other_go, other);
	check_lookup(o, n, step);
	missed = shim_step(0, NULL, NULL);
	end_table(table);
	return !missed;
}

static void all_overtakings(void)
{
	struct other other = { };
	pthread_t thread;
	u32 i, step, n;

	sem_init(&other.go, 0, 0);
	sem_init(&other.done, 0, 0);
	if (shim_thread(&thread, other_thread, &other))
		shim_bug("no thread");
	for (i = 0; i < ARRAY_SIZE(overtakings); i++) {
		const struct overtaking *o = &overtakings[i];

		failed = false;
		n = pick(FEW);
		for (step = 1; !failed && overtake(&other, o, n, step); step++)
			;
		tap_note("%s: %u steps", o->name, step - 1);
		tap_result(!failed, "%s", o->name);
	}
	other.fn = NULL;
	sem_post(&other.go);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	u64 seed = 1;

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	random_state = seed;
	shim_seed(seed);
	tap_begin("steps");
	alarm(TIMEOUT);
	interrupts_everywhere();
	all_overtakings();
	return tap_end();
}
