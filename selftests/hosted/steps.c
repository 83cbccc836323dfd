// SPDX-License-Identifier: GPL-2.0
/*
 * Interleavings, step by step. A step is a marked access, a barrier or a
 * locking.
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
 *
 * Crossed: one thread reads and one writes; both are stopped once, in both
 * orders, at each pair of steps or at many of them. A writer is not stopped
 * where interrupts are off: there a reader would wait for it.
 *
 * Resized: the directory is stopped at each step of a change of its size while
 * shards split and merge.
 */
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"
#include "shim.h"
#include "tap.h"

#define KEYS		3000
#define FEW		8	/* keys that are looked up, and are always there */
/* Pairs of steps that are tried: all, where that does not take too long. */
#define PAIRS		(SLOW < 3 ? 40000 : 2000 / SLOW)

static u64 seed = 1, random_state;
static bool failed;
static struct devsess_table *table;
static u32 keys = KEYS; /* that fill() stores */
/* An endless loop is a failure: seconds for a test, or for a pair of a crossing. */
static unsigned int timeout = 300; /* tsan takes up to 100 s */

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
	int ret = ops_store(t, &s, GFP_KERNEL);

	if (ret < 0)
		fail("session %u not stored: %d", n, ret);
}

static void store_few(struct devsess_table *t)
{
	u32 n;

	for (n = 0; n < FEW; n++)
		store(t, n, 1);
}

static void remove_one(struct devsess_table *t, u32 n)
{
	ops_delete(t, &n, sizeof(n));
}

/* The same hashes each time; large slots, so that shards are full early. */
static struct devsess_table *make_table(void)
{
	static const struct table_limits limits = { 1000000, 64, 64 };
	struct devsess_table *t;

	shim_possible_cpus = 1;
	shim_seed(seed);
	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no table");
	store_few(t);
	return t;
}

/* Each test has its time, and gives all memory back. */
static void begin_test(void)
{
	failed = false;
	alarm(timeout);
}

static void end_test(const char *group, const char *name)
{
	rcu_barrier();
	if (shim_live())
		fail("%ld allocations left", shim_live());
	tap_result(!failed, "%s%s", group, name);
}

/* Interrupts */

static u64 interrupts, again;

static void look_up(u32 n, bool may_fail)
{
	struct devsess_session s;
	int ret = lookup_one(table, &n, sizeof(n), &s);

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

	begin_test();
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
	table_free(table);
	end_test("interrupts", "");
}

/* Overtaken */

/**
 * struct other - the other thread, and what it does while this one stands still
 * @go:     go on
 * @paused: it is done, or stopped at @step
 * @fn:     what to do; NULL ends the thread
 * @n:      key that is looked up
 * @step:   where to stop, 0 nowhere
 * @skipped: steps after @step at which it could not stop
 * @unlocked: do not stop where a spinlock is held: this thread needs them
 * @midway: it is stopped at @step
 */
struct other {
	sem_t go;
	sem_t paused;
	void (*fn)(u32 n);
	u32 n;
	u32 step;
	u32 skipped;
	bool unlocked;
	bool midway;
};

static void pause_here(void *arg)
{
	struct other *o = arg;

	if (shim_context.irqs_off || (o->unlocked && shim_context.locks)) {
		o->skipped++;
		shim_step(1, pause_here, o);
		return;
	}
	o->midway = true;
	sem_post(&o->paused);
	sem_wait(&o->go);
	o->midway = false;
}

static void *other_thread(void *arg)
{
	struct other *o = arg;

	for (;;) {
		sem_wait(&o->go);
		if (!o->fn)
			return NULL;
		if (o->step)
			shim_step(o->step, pause_here, o);
		o->fn(o->n);
		shim_step(0, NULL, NULL);
		sem_post(&o->paused);
	}
}

/* Lets the other thread work until it is done or stops. */
static void let_other_go(void *arg)
{
	struct other *o = arg;

	sem_post(&o->go);
	sem_wait(&o->paused);
}

static void fill(u32 n)
{
	u32 i;

	(void)n;
	for (i = FEW; i < keys; i++)
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
		lookup_one(table, &n, sizeof(n), &s);
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
	int ret = lookup_one(table, &n, sizeof(n), &s);

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
	other->step = 0;
	shim_step(step, let_other_go, other);
	check_lookup(o, n, step);
	missed = shim_step(0, NULL, NULL);
	table_free(table);
	return !missed;
}

static void all_overtakings(struct other *other)
{
	u32 i, step, n;

	for (i = 0; i < ARRAY_SIZE(overtakings); i++) {
		const struct overtaking *o = &overtakings[i];

		begin_test();
		n = pick(FEW);
		for (step = 1; !failed && overtake(other, o, n, step); step++)
			;
		tap_note("%s: %u steps", o->name, step - 1);
		if (step < 8)
			fail("%s: few steps", o->name);
		end_test("overtaken_by.", o->name);
	}
}

/* Crossed */

/*
 * What the writer has begun and done by now: ids of the key that is looked up,
 * 0 while it is deleted.
 */
static u64 begun, done;

static u32 trigger; /* the key whose store does it */

static void store_trigger(u32 n)
{
	(void)n;
	store(table, trigger, 1);
}

static void update_once(u32 n)
{
	WRITE_ONCE(begun, 2);
	store(table, n, 2);
	WRITE_ONCE(done, 2);
}

/* All tags are the same: the second key takes the slot of the first. */
static void replace(u32 n)
{
	WRITE_ONCE(begun, 0);
	remove_one(table, n);
	WRITE_ONCE(done, 0);
	store(table, trigger, 1);
}

/* The key comes back into another slot, or another map. */
static void come_back(u32 n)
{
	WRITE_ONCE(begun, 0);
	remove_one(table, n);
	WRITE_ONCE(done, 0);
	store(table, trigger, 1);
	WRITE_ONCE(begun, 2);
	store(table, n, 2);
	WRITE_ONCE(done, 2);
}

/* The key comes back into the slot that it had. */
static void come_straight_back(u32 n)
{
	WRITE_ONCE(begun, 0);
	remove_one(table, n);
	WRITE_ONCE(done, 0);
	WRITE_ONCE(begun, 2);
	store(table, n, 2);
	WRITE_ONCE(done, 2);
}

static u64 stat(enum stat_id i)
{
	return stats_sum(&table->stats, i);
}

static bool in_dirty(u32 n)
{
	u64 hits = stat(STAT_dirty_hits);
	struct devsess_session s;

	if (lookup_one(table, &n, sizeof(n), &s))
		fail("%u is not there", n);
	return stat(STAT_dirty_hits) > hits;
}

/*
 * Looks for a store that moves the counter, and one of the last sessions before
 * it from its dirty map to the read map. Returns the session's key, and notes
 * that of the store in @trigger.
 */
static u32 find_moved(enum stat_id counter)
{
	bool dirty[FEW];
	u32 n;
	u64 v;

	table = make_table();
	for (trigger = FEW; trigger < KEYS; trigger++) {
		for (n = 0; n < FEW; n++)
			dirty[n] = in_dirty(trigger - FEW + n);
		v = stat(counter);
		store(table, trigger, 1);
		if (stat(counter) == v)
			continue;
		for (n = 0; n < FEW; n++)
			if (dirty[n] && !in_dirty(trigger - FEW + n))
				goto found;
	}
	fail("nothing moves");
found:
	table_free(table);
	return trigger - FEW + n;
}

static u32 hash_of(u32 n)
{
	struct slot_key key = { .len = sizeof(n), .word = { n } };

	return hsiphash(key.word, key.len, &table->hash_key);
}

static u64 its_shard(u32 n)
{
	return (uintptr_t)dir_shard(&table->dir, hash_of(n));
}

/* Where its search in the read map begins, if it is there. */
static u64 its_group(u32 n)
{
	u32 hash = hash_of(n), groups = dir_shard(&table->dir, hash)->read_groups;

	return in_dirty(n) ? 0 : slots_home_group(groups, hash) + 1;
}

/* The store that changes something, and a key of those that it is changed for. */
static u32 find_changed(u64 (*what)(u32 n))
{
	u64 before[FEW];
	u32 n;

	table = make_table();
	rcu_read_lock();
	for (trigger = FEW; trigger < KEYS; trigger++) {
		for (n = 0; n < FEW; n++)
			before[n] = what(n);
		rcu_read_unlock();
		store(table, trigger, 1);
		rcu_read_lock();
		for (n = 0; n < FEW; n++)
			if (before[n] && before[n] != what(n))
				goto found;
	}
	fail("nothing changes");
found:
	rcu_read_unlock();
	table_free(table);
	return n % FEW;
}

static u32 find_split(u32 unused)
{
	(void)unused;
	return find_changed(its_shard);
}

static u32 find_regrouped(u32 unused)
{
	(void)unused;
	return find_changed(its_group);
}

static u32 find_promotion(u32 unused)
{
	(void)unused;
	return find_moved(STAT_promotions);
}

static u32 find_growth(u32 unused)
{
	(void)unused;
	return find_moved(STAT_grows);
}

static u32 find_any(u32 unused)
{
	(void)unused;
	trigger = FEW;
	return pick(FEW);
}

/* The first that was stored has the first slot of its group. */
static u32 find_first(u32 unused)
{
	(void)unused;
	return 0;
}

/* Then its dirty map is empty without it. */
static void keep_only(u32 n)
{
	u32 i;

	for (i = 0; i < FEW; i++)
		if (i != n)
			remove_one(table, i);
}

static void store_up_to_trigger(u32 n)
{
	u32 i;

	(void)n;
	for (i = FEW; i < trigger; i++)
		store(table, i, 1);
}

/**
 * struct crossing - what a lookup and a writer do at the same time
 * @name:  of the test
 * @find:  finds the key to look up, and sets @trigger
 * @before: made before
 * @write: what the writer does
 * @mask:  of hashes
 */
struct crossing {
	const char *name;
	u32 (*find)(u32 unused);
	void (*before)(u32 n);
	void (*write)(u32 n);
	u32 mask;
};

static const struct crossing crossings[] = {
	{ "promotion", find_promotion, store_up_to_trigger, store_trigger, ~0U },
	{ "growth", find_growth, store_up_to_trigger, store_trigger, ~0U },
	{ "growth_in_read", find_regrouped, store_up_to_trigger, store_trigger, ~0U },
	{ "split", find_split, store_up_to_trigger, store_trigger, ~0U },
	{ "update", find_any, nothing, update_once, ~0U },
	{ "replace", find_any, nothing, replace, ~0x7fU },
	{ "replace_in_read", find_any, promote, replace, ~0x7fU },
	{ "come_back", find_any, nothing, come_back, ~0x7fU },
	{ "come_back_from_read", find_any, promote, come_back, ~0x7fU },
	{ "come_straight_back", find_first, keep_only, come_straight_back, ~0x7fU },
};

/* What a lookup saw, one that begins after it sees too, though the writer is not done. */
static void check_seen(const struct crossing *c, u32 n, u64 seen)
{
	struct devsess_session s;
	int ret = lookup_one(table, &n, sizeof(n), &s);

	if (READ_ONCE(begun) == seen && (ret || s.session != seen))
		fail("%s: id %llu was seen, then %lld", c->name, seen, ret ?: (s64)s.session);
}

/* A lookup; what it answers must have been true at some time from its start to its end. */
static void check_crossed(const struct crossing *c, u32 n)
{
	u64 done_before = READ_ONCE(done), begun_after;
	struct devsess_session s;
	int ret = lookup_one(table, &n, sizeof(n), &s);

	begun_after = READ_ONCE(begun);
	if (ret && ret != -ENOENT)
		fail("%s: lookup: %d", c->name, ret);
	else if (ret && done_before && begun_after == done_before)
		fail("%s: lost", c->name);
	else if (ret && c->write == update_once)
		fail("%s: lost by an update", c->name);
	else if (!ret && !whole(&s, n))
		fail("%s: torn, id %llu", c->name, s.session);
	else if (!ret && s.session != done_before && s.session != begun_after && done_before != 1)
		fail("%s: id %llu, though %llu was done before", c->name, s.session, done_before);
	else if (!ret && s.session == begun_after)
		check_seen(c, n, s.session);
}

struct reading {
	const struct crossing *c;
	u32 n;
};

static void start_crossing(struct other *other, const struct crossing *c, u32 n, u32 step)
{
	/* Thousands of pairs may take longer than that, where the machine is busy. */
	alarm(timeout);
	begun = 1;
	done = 1;
	table = make_table();
	c->before(n);
	other->fn = c->write;
	other->n = n;
	other->step = step;
}

/* Lets the writer come to its end, if it has not. */
static void finish_other(struct other *other)
{
	if (other->midway)
		let_other_go(other);
}

/*
 * The reader goes to its step, the writer to its own, then the reader to the
 * end, then the writer. Returns how many of the two had their steps.
 */
static void reader_first(struct other *other, const struct crossing *c, u32 n, u32 read_step,
			 u32 write_step, bool *read, bool *write)
{
	start_crossing(other, c, n, write_step);
	shim_step(read_step, let_other_go, other);
	check_crossed(c, n);
	*read = !shim_step(0, NULL, NULL);
	*write = other->midway;
	finish_other(other);
	table_free(table);
}

static void finish_from_reader(void *arg)
{
	finish_other(arg);
}

static void writer_first(struct other *other, const struct crossing *c, u32 n, u32 read_step,
			 u32 write_step, bool *read, bool *write)
{
	start_crossing(other, c, n, write_step);
	let_other_go(other);
	*write = other->midway;
	shim_step(read_step, finish_from_reader, other);
	check_crossed(c, n);
	*read = !shim_step(0, NULL, NULL);
	finish_other(other);
	table_free(table);
}

/* How many steps the writer has, by doubling and halving. */
static u32 count_write_steps(struct other *other, const struct crossing *c, u32 n)
{
	u32 low = 0, high = 1;
	bool read, write = true;

	while (write) {
		writer_first(other, c, n, 1, high, &read, &write);
		if (write) {
			low = high;
			high *= 2;
		}
	}
	while (high - low > 1) {
		u32 mid = (low + high) / 2;

		writer_first(other, c, n, 1, mid, &read, &write);
		if (write)
			low = mid;
		else
			high = mid;
	}
	return low;
}

#define READ_STEPS	64	/* a lookup has no more */

static void stand_still(void *arg)
{
	(void)arg;
}

/* Whether a lookup alone has so many steps. */
static bool reader_has(const struct crossing *c, u32 n, u32 step)
{
	struct devsess_session s;
	bool missed;

	table = make_table();
	c->before(n);
	shim_step(step, stand_still, NULL);
	lookup_one(table, &n, sizeof(n), &s);
	missed = shim_step(0, NULL, NULL);
	table_free(table);
	return !missed;
}

static void cross(struct other *other, const struct crossing *c)
{
	u32 n, steps, pairs, i, read_step, write_step;
	bool read, write;

	begin_test();
	shim_hash_mask = c->mask;
	n = c->find(0);
	steps = count_write_steps(other, c, n);
	if (!steps || reader_has(c, n, READ_STEPS + 1))
		fail("%s: %u steps of the writer, or too many of the reader", c->name, steps);
	pairs = min(steps * READ_STEPS, (u32)PAIRS);
	for (i = 0; i < pairs && !failed; i++) {
		u32 pair = pairs < PAIRS ? i : pick(steps * READ_STEPS);

		read_step = 1 + pair % READ_STEPS;
		write_step = 1 + pair / READ_STEPS;
		reader_first(other, c, n, read_step, write_step, &read, &write);
		writer_first(other, c, n, read_step, write_step, &read, &write);
	}
	shim_hash_mask = ~0U;
	tap_note("%s: the writer has %u steps, %u pairs tried", c->name, steps, i);
	end_test("crossed_by.", c->name);
}

/* Resized */

static void grow_directory(u32 n)
{
	(void)n;
	dir_grow(&table->dir, 11); /* more than a chunk of entries */
}

static void shrink_directory(u32 n)
{
	(void)n;
	dir_shrink(&table->dir, 0);
}

static void check_all_there(const char *name, u32 step)
{
	struct devsess_session s;
	u32 i;

	for (i = 0; i < keys; i++)
		if (lookup_one(table, &i, sizeof(i), &s))
			fail("%s at step %u: %u is lost", name, step, i);
	if (walk_count(table, NULL, NULL) != keys)
		fail("%s at step %u: the walk differs", name, step);
}

/* Splits, then also merges, while the directory stands still midway. */
static bool resize(struct other *other, const char *name, void (*fn)(u32 n), u32 step)
{
	bool midway;
	u32 i;

	table = make_table();
	/* Splits must not have to wait for the change. */
	dir_grow(&table->dir, fn == shrink_directory ? 11 : 6);
	other->fn = fn;
	other->step = step;
	other->skipped = 0;
	let_other_go(other);
	midway = other->midway;
	/* Splits for which the smaller array is too small; it is given up then. */
	keys = fn == shrink_directory && table->dir.next ? 4 * KEYS : KEYS;
	fill(0);
	walk_clear(table, NULL, NULL);
	for (i = 0; i < 16; i++)
		dir_merge(&table->dir, i << 28);
	fill(0);
	store_few(table);
	finish_other(other);
	check_all_there(name, step);
	table_free(table);
	return midway;
}

static void all_resizes(struct other *other)
{
	u32 step, n = 0;

	begin_test();
	for (step = 1; !failed && resize(other, "growth", grow_directory, step); n++)
		step += 1 + other->skipped;
	tap_note("growth of the directory: stopped %u times", n);
	if (!n)
		fail("it never grew");
	end_test("resized.", "growth");
	begin_test();
	n = 0;
	for (step = 1; !failed && resize(other, "shrinking", shrink_directory, step); n++)
		step += 1 + other->skipped;
	tap_note("shrinking of the directory: stopped %u times", n);
	if (!n)
		fail("it never shrank");
	end_test("resized.", "shrinking");
}

int main(int argc, char **argv)
{
	struct other other = { };
	pthread_t thread;
	u32 i;
	int a;

	for (a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--timeout"))
			timeout = strtoul(argv[a + 1], NULL, 0);
		else
			break;
	}
	if (a < argc) {
		if (!strcmp(argv[a], "--start"))
			return EXIT_SUCCESS;
		fputs("usage: steps [--seed N] [--timeout SECONDS]\n", stderr);
		return 2;
	}
	random_state = seed;
	tap_begin("steps");
	interrupts_everywhere();
	sem_init(&other.go, 0, 0);
	sem_init(&other.paused, 0, 0);
	if (shim_thread(&thread, other_thread, &other))
		shim_bug("no thread");
	all_overtakings(&other);
	for (i = 0; i < ARRAY_SIZE(crossings); i++)
		cross(&other, &crossings[i]);
	other.unlocked = true;
	all_resizes(&other);
	other.fn = NULL;
	sem_post(&other.go);
	pthread_join(thread, NULL);
	return tap_end();
}
