// SPDX-License-Identifier: GPL-2.0
/*
 * A handle under threads: readers, writers that sleep and writers that do not, while the table
 * that it leads to is replaced by another one and deleted, all the time, as rename.c does it.
 * Lookups that belong together see one table, later ones none that is older, nobody finds
 * nothing or is refused; and the sanitizers see who uses a table that is gone.
 *
 *	handle [--seconds N]
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../module/api.h"
#include "../../module/net.h"
#include "../../module/ops.h"
#include "shim.h"
#include "tap.h"

#define IDS	200
#define BURST	8

static struct devsess_handle handle;
static bool stop;
static unsigned int failures, seen[2];

static void check(bool ok, const char *what)
{
	if (!ok && !__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED))
		tap_note("%s", what);
}

/* In place of that of net.c; the test frees tables itself. */
void net_table_put(struct devsess_table *t)
{
	check(!refcount_dec_and_test(&t->refs), "the last reference is given back");
}

static struct devsess_table *make(u32 mark)
{
	static const struct table_limits limits = { 1000, 16, 0 };
	struct devsess_table *t = table_alloc(&limits);
	struct devsess_session s = { .mark = mark, .key_len = sizeof(u32) };
	u32 i;

	if (IS_ERR(t))
		shim_bug("no table");
	refcount_set(&t->refs, 2); /* the handle's, and ours */
	for (i = 0; i < IDS; i++) {
		memcpy(s.key, &i, sizeof(i));
		s.mark = mark;
		check(!ops_insert(t, &s, GFP_KERNEL), "not filled");
	}
	return t;
}

/* As a swap and a delete: who found it before is waited for, or has a reference. */
static void replace(struct devsess_table *old, struct devsess_table *new)
{
	rcu_assign_pointer(handle.table, new);
	synchronize_rcu();
	WRITE_ONCE(old->dead, true);
	net_table_put(old);
	while (atomic_read(&old->refs.refs) != 1)
		usleep(100);
	synchronize_rcu();
	table_free(old);
}

static void *look(void *arg)
{
	u32 id[BURST], last = 0, i, n = 0;
	struct devsess_session s[BURST];
	struct devsess_query q[BURST];
	unsigned int *changes = arg;

	while (!READ_ONCE(stop)) {
		for (i = 0; i < BURST; i++) {
			id[i] = n++ % IDS;
			q[i] = (struct devsess_query){ &id[i], sizeof(id[i]), &s[i], 0 };
		}
		check(devsess_lookup_batch(&handle, q, BURST) == BURST, "not all were found");
		for (i = 1; i < BURST; i++)
			check(s[i].mark == s[0].mark, "a mix");
		check(s[0].mark >= last, "an older table");
		*changes += s[0].mark != last;
		last = s[0].mark;
		check(!devsess_lookup(&handle, id, sizeof(*id), s), "nothing was found");
		check(devsess_count(&handle) == IDS, "another count");
	}
	return NULL;
}

static void *write_one(void *arg)
{
	struct devsess_session s = { .key_len = sizeof(u32) };
	u32 n = 0, id;

	(void)arg;
	while (!READ_ONCE(stop)) {
		id = n++ % IDS;
		memcpy(s.key, &id, sizeof(id));
		check(devsess_get_or_insert(&handle, &s, GFP_KERNEL) == 1, "sleeper refused");
		check(!devsess_touch(&handle, &id, sizeof(id), 0, 0, NULL), "touch refused");
	}
	return NULL;
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 3);
	struct devsess_table *t, *next;
	u32 generation = 1, i;
	pthread_t thread[4];

	/* Whether it starts at all, see check. */
	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	t = make(1);
	tap_begin("handle");
	RCU_INIT_POINTER(handle.table, t);
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		if (shim_thread(&thread[i], i < 2 ? look : write_one, &seen[i % 2]))
			shim_bug("no thread");
	while (time(NULL) < end) {
		next = make(++generation);
		replace(t, next);
		t = next;
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		pthread_join(thread[i], NULL);
	table_free(t);
	rcu_barrier();
	tap_note("%u tables, of which %u and %u were seen", generation, seen[0], seen[1]);
	tap_result(!failures && seen[0] > 2 && seen[1] > 2, "replaced");
	return tap_end();
}
