// SPDX-License-Identifier: GPL-2.0
/*
 * Names: tables come, go, are renamed and swapped at random, and each name is compared with a
 * plain list of what it stands for. A number goes with its name and an id with its table; what a
 * name shows as generation never falls, and rises when it stands for another table; what was
 * deferred before is done before. Two names only swap, and threads that look for these find a
 * table all the time, whole and under a name that there is; the sanitizers see who uses one that
 * is gone.
 *
 *	names [SEED]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../module/deferred.h"
#include "../../module/lookup.h"
#include "../../module/names.h"
#include "../../module/net.h"
#include "../../module/ops.h"
#include "../../module/rename.h"
#include "shim.h"
#include "tap.h"

#define NAMES		8
/* The first so many are always there. */
#define STAYING		2
#define READERS		2
#define EPISODES	6
#define ACTS		(12000 / SLOW)

/**
 * struct entry - what a name stands for
 * @h:      its handle, NULL if there is no such name
 * @t:      its table
 * @mark:   of each session in it, of no other table's
 * @number: of the name
 * @id:     of the table
 * @value:  what was put into the table last
 * @shown:  the highest generation that the name has ever shown
 * @moved:  the name stands for another table since
 */
struct entry {
	struct devsess_handle *h;
	struct devsess_table *t;
	u32 mark;
	u32 number;
	u32 id;
	u64 value;
	u64 shown;
	bool moved;
};

static struct devsess_net space;
static struct entry entries[NAMES];
static u64 seed = 1;
static u32 marks;
static unsigned int failures, looks;
static bool stop;

static const char mark_id[] = "mark", value_id[] = "last";

static void check(bool ok, const char *what)
{
	if (!ok && !__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED))
		tap_note("%s", what);
}

/* The only namespace. */
struct devsess_net *net_state(const struct net *net)
{
	(void)net;
	return &space;
}

static const char *name_of(u32 i)
{
	static const char * const names[NAMES] = {
		"default", "b", "c", "a-name-of-thirty-one-characters", "e", "f.1", "g_", "h",
	};

	return names[i];
}

static u32 pick(u32 n)
{
	return shim_random(&seed) % n;
}

static void put_in(struct devsess_table *t, const char *id, u64 value)
{
	struct devsess_session s = { .session = value, .key_len = 4 };

	memcpy(s.key, id, 4);
	check(!ops_insert(t, &s, GFP_KERNEL), "an insert was refused");
}

/* As net.c makes one. */
static void act_new(u32 i)
{
	struct table_limits limits = { .max_sessions = 100, .key_max = 16 };
	struct entry *e = &entries[i];
	struct devsess_handle *h = kzalloc(sizeof(*h), GFP_KERNEL);
	struct devsess_table *t = table_alloc(&limits);

	if (!h || IS_ERR(t))
		shim_bug("no memory");
	deferred_install(t, deferred_alloc(t, 16));
	e->mark = ++marks;
	put_in(t, mark_id, e->mark);
	RCU_INIT_POINTER(h->table, t);
	name_set(&h->name, name_of(i));
	name_set(&t->name, name_of(i));
	RCU_INIT_POINTER(t->handle, h);
	mutex_lock(&space.lock);
	check(!names_enter(&space, h, t), "not entered");
	mutex_unlock(&space.lock);
	e->h = h;
	e->t = t;
	e->number = h->number;
	e->id = t->id;
	e->value = 0;
	e->moved = true;
}

/* As net.c deletes one. */
static void act_del(u32 i)
{
	struct entry *e = &entries[i];

	mutex_lock(&space.lock);
	names_leave(&space, e->h);
	WRITE_ONCE(e->t->dead, true);
	RCU_INIT_POINTER(e->t->handle, NULL);
	names_note_generation(&space, e->t);
	mutex_unlock(&space.lock);
	synchronize_rcu();
	deferred_exit(e->t);
	table_free(e->t);
	kfree(e->h);
	e->h = NULL;
}

static void act_rename(u32 i, u32 k)
{
	int err = rename_table(NULL, name_of(i), name_of(k));
	u64 shown = entries[k].shown;

	if (!entries[i].h || entries[k].h) {
		check(err == (entries[i].h ? -EEXIST : -ENOENT), "a bad rename");
		return;
	}
	check(!err, "a rename was refused");
	entries[k] = entries[i];
	entries[k].shown = shown;
	entries[k].moved = true;
	entries[i].h = NULL;
}

static void act_swap(u32 i, u32 k)
{
	struct entry *a = &entries[i], *b = &entries[k], old = *a;
	int err = rename_swap(NULL, name_of(i), name_of(k));

	if (!a->h || !b->h || i == k) {
		check(err == (a->h && b->h ? -EINVAL : -ENOENT), "a bad swap");
		return;
	}
	check(!err, "a swap was refused");
	a->t = b->t;
	a->mark = b->mark;
	a->id = b->id;
	a->value = b->value;
	a->moved = true;
	b->t = old.t;
	b->mark = old.mark;
	b->id = old.id;
	b->value = old.value;
	b->moved = true;
}

/* A write that waits, and one that does not and raises the generation. */
static void act_write(u32 i)
{
	struct devsess_session s = { .key_len = 4 };
	struct entry *e = &entries[i];
	u32 n;

	memcpy(s.key, value_id, 4);
	for (n = 1 + pick(3); n; n--) {
		s.session = ++e->value;
		if (deferred_store(e->t, &s) == -ENOBUFS) {
			deferred_drain(e->t);
			check(!deferred_store(e->t, &s), "an empty ring is full");
		}
	}
	memcpy(s.key, "else", 4);
	s.session = 0;
	check(ops_store(e->t, &s, GFP_KERNEL) >= 0, "a store was refused");
}

static u64 value_in(struct devsess_table *t, const char *id)
{
	struct devsess_session s;

	return lookup_one(t, id, 4, &s) ? 0 : s.session;
}

/* @settled: what was deferred is done */
static void check_entry(u32 i, bool settled)
{
	struct entry *e = &entries[i];
	struct devsess_handle *h;
	u64 shown;

	rcu_read_lock();
	h = names_find(&space, name_of(i));
	check(h == e->h, "another handle by its name");
	if (h) {
		check(h->number == e->number && names_handle(&space, e->number) == h,
		      "another handle by its number");
		check(rcu_dereference(h->table) == e->t, "another table");
		check(rcu_dereference(e->t->handle) == h, "another handle of the table");
		check(e->t->id == e->id && xa_load(&space.tables, e->id) == e->t, "another id");
		check(!strcmp(name_get(&h->name), name_of(i)) &&
		      !strcmp(name_get(&e->t->name), name_of(i)), "another name");
		check(value_in(e->t, mark_id) == e->mark, "other sessions");
	}
	rcu_read_unlock();
	if (!h)
		return;
	if (settled)
		check(value_in(e->t, value_id) == e->value, "what was deferred is not done");
	shown = table_generation(e->t);
	check(e->moved ? shown > e->shown : shown >= e->shown, "the generation fell, or stood");
	e->shown = shown;
	e->moved = false;
}

static void act(void)
{
	u32 i = pick(NAMES), k = pick(NAMES), what = pick(16);
	bool both = entries[i].h && entries[k].h && i != k;

	if (what < 6) {
		act_swap(i, k);
		check_entry(i, both);
		check_entry(k, both);
	} else if (what < 9 && i >= STAYING && k >= STAYING) {
		act_rename(i, k);
		check_entry(i, false);
		check_entry(k, false);
	} else if (what < 12 && entries[i].h) {
		act_write(i);
	} else if (!entries[i].h) {
		act_new(i);
	} else if (i >= STAYING) {
		act_del(i);
	}
	check_entry(i, false);
}

static bool is_name(const char *name)
{
	u32 i;

	for (i = 0; i < NAMES; i++)
		if (!strcmp(name, name_of(i)))
			return true;
	return false;
}

/* What staying names stand for is there, whatever it is; others may be there. */
static void *look(void *arg)
{
	u64 shown[STAYING] = { }, now;
	struct devsess_handle *h;
	struct devsess_table *t;
	u32 n = 0, i;

	(void)arg;
	while (!READ_ONCE(stop)) {
		i = n++ % (STAYING + 1) < STAYING ? n % STAYING : n / 3 % NAMES;
		rcu_read_lock();
		h = names_find(&space, name_of(i));
		check(h || i >= STAYING, "a name that stays is not found");
		t = h ? rcu_dereference(h->table) : NULL;
		if (h) {
			check(value_in(t, mark_id), "it has no table, or an empty one");
			check(is_name(name_get(&t->name)), "a name that there is not");
		}
		now = h && i < STAYING ? table_generation(t) : 0;
		/* Unless it stands for another table by now. */
		if (now && rcu_access_pointer(h->table) == t) {
			check(now >= shown[i], "a generation that was shown fell");
			shown[i] = now;
		}
		rcu_read_unlock();
	}
	__atomic_fetch_add(&looks, n, __ATOMIC_RELAXED);
	return NULL;
}

/* The numbers of the last one come to their end and begin again. */
static void run_episode(u32 n)
{
	pthread_t thread[READERS];
	u32 i;

	names_init(&space);
	space.generation = 0;
	space.next = n == EPISODES - 1 ? HANDLES_MAX - 20 : 0;
	memset(entries, 0, sizeof(entries));
	memset(space.recent, 0, sizeof(space.recent));
	for (i = 0; i < STAYING; i++)
		act_new(i);
	stop = false;
	for (i = 0; i < READERS; i++)
		if (shim_thread(&thread[i], look, NULL))
			shim_bug("no thread");
	for (i = 0; i < ACTS / EPISODES && !failures; i++)
		act();
	WRITE_ONCE(stop, true);
	for (i = 0; i < READERS; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < NAMES; i++) {
		check_entry(i, false);
		if (entries[i].h)
			act_del(i);
	}
	names_exit(&space);
}

int main(int argc, char **argv)
{
	u32 i;

	/* Whether it starts at all, see check. */
	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	tap_begin("names");
	shim_chaos_set(300);
	for (i = 0; i < EPISODES && !failures; i++)
		run_episode(i);
	rcu_barrier();
	tap_note("seed %s, %u tables, %u looks", argc > 1 ? argv[1] : "1", marks, looks);
	check(marks > ACTS / 20, "few tables");
	tap_result(!failures, "random");
	tap_result(!shim_live(), "leaks nothing");
	return tap_end();
}
