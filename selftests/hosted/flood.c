// SPDX-License-Identifier: GPL-2.0
/*
 * Floods of ids that somebody has chosen: by turns a million ids at random, in
 * sequence, and such that their hashes begin with the same bits, under a key
 * that is not the table's, as who knows the code but no key can choose them. The
 * table must be as for random ids: as many groups to look at, as deep a directory.
 * That such ids are harmful is shown by a table whose key they were chosen for.
 *
 *	flood [IDS]				1000000 unless told
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/siphash.h>

#include "../../module/ops.h"
#include "../../module/table.h"
#include "mass.h"
#include "shim.h"
#include "tap.h"

/* So many first bits are the same: it takes 2^BITS tries to find an id. */
#define BITS 8

/* What the attacker believes the key to be. */
static const hsiphash_key_t guess = { { 1, 2 } };

/**
 * struct shape - what a table has become
 * @groups:  groups that the lookups of all sessions look at, first to last
 * @longest: most that one of them looks at
 * @depth:   of the deepest shard
 */
struct shape {
	u64 groups;
	u32 longest;
	u32 depth;
};

static void random_id(u64 i, u64 *id)
{
	key_of(i, id);
}

static void next_id(u64 i, u64 *id)
{
	id[0] = i;
	id[1] = 0;
}

/* The next one after the last that hashes to the prefix under the guessed key. */
static void chosen_id(u64 i, u64 *id)
{
	static u64 last;

	if (!i)
		last = 0;
	id[1] = 0;
	do {
		id[0] = last++;
	} while (hsiphash(id, 16, &guess) >> (32 - BITS) != 0x5a);
}

static void add_map(struct shape *shape, const struct slot_table *map)
{
	int i;

	for (i = slots_next(map, 0); i >= 0; i = slots_next(map, i + 1)) {
		u32 home = slots_home_group(map->groups, slots_hash(map, i));
		u32 groups = (i / GROUP_SLOTS + map->groups - home) % map->groups + 1;

		shape->groups += groups;
		shape->longest = max(shape->longest, groups);
	}
}

static struct shape shape_of(struct devsess_table *t)
{
	struct shape shape = { };
	u64 hash = 0;

	while (hash >> 32 == 0) {
		struct shard *sh = dir_lock_shard(&t->dir, hash);

		add_map(&shape, shard_read_map(sh));
		add_map(&shape, shard_dirty_map(sh));
		shape.depth = max_t(u32, shape.depth, sh->depth);
		hash = dir_after(sh);
		dir_unlock_shard(sh);
	}
	return shape;
}

static struct shape flood(const char *name, void (*id_of)(u64 i, u64 *id), u64 n, bool known)
{
	struct table_limits limits = { .max_sessions = n, .key_max = 16 };
	struct devsess_session s = { .key_len = 16 };
	struct devsess_table *t = table_alloc(&limits);
	struct shape shape;
	u64 i;

	if (IS_ERR(t))
		abort();
	if (known)
		t->hash_key = guess;
	for (i = 0; i < n; i++) {
		id_of(i, (u64 *)s.key);
		if (ops_insert(t, &s, GFP_KERNEL))
			abort();
	}
	shape = shape_of(t);
	tap_note("%-28s %.4f groups a lookup, %u at most; directory of depth %u", name,
		 (double)shape.groups / n, shape.longest, shape.depth);
	table_free(t);
	return shape;
}

/* The longest is of a few groups that happen to be full: it differs from key to key. */
static bool alike(const struct shape *a, const struct shape *b)
{
	return a->groups <= b->groups + b->groups / 50 && a->longest <= 3 * b->longest &&
	       a->depth <= b->depth + 2;
}

int main(int argc, char **argv)
{
	u64 n = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	struct shape random, sequence, chosen, known;

	tap_begin("flood");
	alarm(100); /* an endless search ends */
	random = flood("random ids", random_id, n, false);
	sequence = flood("ids in sequence", next_id, n, false);
	chosen = flood("chosen ids", chosen_id, n, false);
	known = flood("chosen ids, the key is known", chosen_id, n, true);
	tap_result(random.groups >= n && random.longest, "all_sessions_are_seen");
	tap_result(alike(&sequence, &random), "ids_in_sequence");
	tap_result(alike(&chosen, &random), "chosen_ids");
	tap_result(known.depth >= random.depth + BITS / 2, "chosen_ids_would_harm");
	return tap_end();
}
