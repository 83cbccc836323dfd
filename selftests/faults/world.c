// SPDX-License-Identifier: GPL-2.0
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup.h"

void world_forget(struct world *w)
{
	w->want.n = 0;
}

/* Stores number(@from) on, which the table has not yet. Returns 0 or an errno. */
int world_fill(struct world *w, __u32 from, __u32 n)
{
	int err = insert_many(&w->nl, w->table, from, n);
	__u32 i;

	for (i = 0; i < n && !err; i++) {
		struct session s = number(from + i);

		fill(&s, from + i);
		snapshot_add(&w->want, &s);
	}
	snapshot_sort(&w->want);
	return err;
}

/* Sessions that no operation takes away, unless they are there. Returns 0 or an errno. */
int world_fill_once(struct world *w)
{
	return w->want.n ? 0 : world_fill(w, 0, WORLD_STAY);
}

const struct session *world_find(struct world *w, const struct session *key)
{
	return snapshot_find(&w->want, key);
}

/* From now on the device has this session. */
void world_put(struct world *w, const struct session *s)
{
	struct session *old = (struct session *)world_find(w, s);

	if (old) {
		*old = *s;
		return;
	}
	snapshot_add(&w->want, s);
	snapshot_sort(&w->want);
}

/* From now on the device has none. */
void world_remove(struct world *w, const struct session *s)
{
	struct session *old = (struct session *)world_find(w, s);

	if (!old)
		return;
	*old = w->want.s[--w->want.n];
	snapshot_sort(&w->want);
}

/**
 * world_may_be - settle what nobody was told: whether a write was done
 * @w:    world
 * @key:  device
 * @then: its session if the write was done, NULL for none
 *
 * Return: whether the device is either as it was or as @then says, which is what
 * is wanted from now on.
 */
bool world_may_be(struct world *w, const struct session *key, const struct session *then)
{
	const struct session *before = world_find(w, key), *now_is = then;
	struct session now;

	if (get(&w->nl, w->table, key, &now)) {
		if (before && then)
			return false;
		world_remove(w, key);
		return true;
	}
	/* In tests the owner tells one from the other. */
	if (before && (!then || now.owner != then->owner))
		now_is = before;
	if (!now_is || !same(&now, now_is))
		return false;
	if (now_is == then)
		world_put(w, then);
	return true;
}

/* A figure of a table of this namespace, from /proc/net/devsess; ~0 if there is none. */
__u64 proc_figure(const char *table, const char *name)
{
	FILE *f = fopen("/proc/thread-self/net/devsess", "r");
	char line[128], word[64], value[64];
	__u64 figure = ~0ULL;
	bool here = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %63s", word, value) != 2)
			continue;
		if (!strcmp(word, "table"))
			here = !strcmp(value, table);
		else if (here && !strcmp(word, name))
			figure = strtoull(value, NULL, 10);
	}
	if (f)
		fclose(f);
	return figure;
}

/**
 * world_has - whether what a dump has sent is in the table
 * @w:     world
 * @part:  the dump, sorted
 * @whole: and nothing is missing
 */
bool world_has(struct world *w, const struct snapshot *part, bool whole)
{
	const struct session *s;
	__u32 i;

	for (i = 0; i < part->n; i++) {
		if (i && same_device(&part->s[i - 1], &part->s[i])) {
			printf("# %.*s twice in a dump\n", (int)part->s[i].device_len,
			       part->s[i].device);
			return false;
		}
		s = world_find(w, &part->s[i]);
		if (!s || !same(s, &part->s[i])) {
			printf("# %.*s in a dump is not as it was stored\n",
			       (int)part->s[i].device_len, part->s[i].device);
			return false;
		}
	}
	if (whole && part->n != w->want.n)
		printf("# %u sessions in a dump, not %u\n", part->n, w->want.n);
	return !whole || part->n == w->want.n;
}

/* Every session is found by its device id, as it was stored. */
static bool check_gets(struct world *w)
{
	struct batch *b = calloc(1, sizeof(*b));
	__u32 at = 0, i, n;
	bool ok = b;

	for (; ok && at < w->want.n; at += n) {
		n = w->want.n - at < DEVSESS_BATCH_GET_MAX ? w->want.n - at : DEVSESS_BATCH_GET_MAX;
		batch_begin(b, &w->nl, w->table, false);
		for (i = 0; i < n; i++) {
			const struct session *s = &w->want.s[at + i];
			struct session key = device_bytes(s->device, s->device_len);

			batch_add(b, DEVSESS_OP_GET, &key);
		}
		ok = !batch_run(b) && b->founds == n;
		for (i = 0; ok && i < n; i++)
			ok = same(&w->want.s[at + i], &b->found[i].s);
	}
	if (!ok)
		printf("# of %u sessions one about the %uth is not found, or not as stored\n",
		       w->want.n, at);
	if (b)
		batch_free(b);
	free(b);
	return ok;
}

static bool agree(const char *what, __u64 a, __u64 b)
{
	if (a != b)
		printf("# %s: %llu and %llu\n", what, a, b);
	return a == b;
}

/* The figures agree with each other and with what is there. */
static bool check_figures(struct world *w)
{
	struct nl *nl = &w->nl;
	bool ok = agree("count", count(nl, w->table), w->want.n);
	int tries;

	ok &= agree("sessions", figure(nl, w->table, DEVSESS_A_STATS_SESSIONS), w->want.n);
	ok &= agree("sessions in /proc", proc_figure(w->table, "sessions"), w->want.n);
	/* The worker may be about to change it, shard by shard. */
	for (tries = 0; tries < 500; tries++) {
		if (proc_figure(w->table, "memory") == figure(nl, w->table, DEVSESS_A_STATS_MEMORY))
			return ok;
		pause_ms(10);
	}
	return agree("memory in /proc and in statistics", proc_figure(w->table, "memory"),
		     figure(nl, w->table, DEVSESS_A_STATS_MEMORY)) && ok;
}

/* Looks at the whole table: is all there that must be, once, and nothing else? */
bool world_check(struct world *w)
{
	struct snapshot snap = { };
	bool ok = !snapshot_take(&snap, &w->nl, w->table);

	if (!ok)
		printf("# the table cannot be dumped: %d %s\n", w->nl.err, w->nl.sentence);
	ok = ok && world_has(w, &snap, true);
	ok = check_gets(w) && ok;
	ok = check_figures(w) && ok;
	snapshot_free(&snap);
	return ok;
}
