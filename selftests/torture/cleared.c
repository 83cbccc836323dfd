// SPDX-License-Identifier: GPL-2.0
/*
 * Here nobody owns an id, so a reader cannot know what is there. But what he
 * finds is of one piece, and versions rise from life to life: that is what
 * the engine promises, so no counter of ours has to be ordered with writes. Some
 * sessions also expire, and no lookup that begins after that may find them; others are
 * evicted, as the table takes a fifth of them. It never holds more, nor is one refused but for
 * the limit of its owner, which comes and goes. Some writes are deferred. In the end the numbers
 * must add up, see the script.
 */
#include "cleared.h"

#include <linux/atomic.h>
#include <linux/timekeeping.h>

static atomic_t stamp;

static void fill_one(struct actor *a)
{
	u32 n = actor_random(a) % CLEARED_IDS;
	struct devsess_session s, prev;
	u64 count;
	int ret;

	content_fill(&s, CLEARED, n, atomic_inc_return(&stamp));
	if (n % 4 == 0) {
		ret = devsess_get_and_delete(cleared_table, s.key, s.key_len, &prev);
		if (!ret && !content_intact(&prev, CLEARED, n))
			torture_error(a, TORN, "cleared %u: as deleted", n);
		if (ret && ret != -ENOENT)
			torture_error(a, ANSWER, "delete of cleared %u: %d", n, ret);
	}
	content_expire(&s, n % 2 ? 20 + n % 512 : 0);
	ret = devsess_store(cleared_table, &s, actor_gfp(a));
	if (ret < 0 && ret != -EDQUOT && (ret != -ENOMEM || a->context == PROCESS))
		torture_error(a, ANSWER, "store of cleared %u: %d", n, ret);
	count = devsess_count(cleared_table);
	if (count > CLEARED_MAX)
		torture_error(a, COUNT, "%llu cleared", count);
	actor_did(a, 1);
}

void cleared_fill(struct actor *a)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		fill_one(a);
}

static void defer_one(struct actor *a)
{
	u32 n = actor_random(a) % CLEARED_IDS;
	struct devsess_session s;
	int ret;

	content_fill(&s, CLEARED, n, atomic_inc_return(&stamp));
	content_expire(&s, n % 2 ? 20 + n % 512 : 0);
	if (n % 4)
		ret = devsess_defer_store(cleared_table, &s);
	else
		ret = devsess_defer_delete(cleared_table, s.key, s.key_len);
	if (ret && ret != -ENOBUFS)
		torture_error(a, ANSWER, "deferred write of cleared %u: %d", n, ret);
	actor_did(a, !ret);
}

void cleared_defer(struct actor *a)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		defer_one(a);
}

static void read_one(struct actor *a)
{
	struct reader_memory *memory = a->memory;
	u32 n = actor_random(a) % CLEARED_IDS;
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, CLEARED, n);
	struct devsess_session s;
	u64 began = ktime_get_coarse_boottime_ns();
	int err;

	actor_did(a, 1);
	err = devsess_lookup(cleared_table, key, len, &s);
	if (err && err != -ENOENT)
		torture_error(a, ANSWER, "lookup of cleared %u: %d", n, err);
	if (err)
		return;
	if (!content_intact(&s, CLEARED, n))
		torture_error(a, TORN, "cleared %u: session %016llx", n, s.session);
	if (s.expires && s.expires <= began)
		torture_error(a, GHOST, "cleared %u: found %llu ns after its time", n,
			      began - s.expires);
	if (s.version < memory[n].version ||
	    (s.version == memory[n].version && content_counter(&s) != memory[n].counter))
		torture_error(a, BACKWARDS,
			      "cleared %u: counter %u of version %llu, after %u of %llu", n,
			      content_counter(&s), s.version, memory[n].counter,
			      memory[n].version);
	memory[n].version = s.version;
	memory[n].counter = content_counter(&s);
}

void cleared_read(struct actor *a)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		read_one(a);
}

void cleared_clear(struct actor *a)
{
	u64 deleted;
	int err = devsess_clear(cleared_table, &deleted);

	if (err)
		torture_error(a, ANSWER, "clear: %d", err);
	actor_did(a, deleted > 0);
}
