// SPDX-License-Identifier: GPL-2.0
/*
 * Nobody deletes anything here, and nothing expires. So sessions that are pinned, the first
 * CROWD_PINNED, are there all the time, as they were stored.
 */
#include "crowd.h"

#include <linux/atomic.h>

#include "content.h"

static atomic_t stamp;

/**
 * crowd_init - store the sessions that stay
 *
 * Return: 0 or what devsess_insert() returned.
 */
int crowd_init(void)
{
	struct devsess_session s;
	int err = 0;
	u32 n;

	for (n = 0; n < CROWD_PINNED && !err; n++) {
		content_fill(&s, CROWD, n, 0);
		s.flags = DEVSESS_FLAG_PINNED;
		content_seal(&s);
		err = devsess_insert(crowd_table, &s, GFP_KERNEL);
	}
	return err;
}

void crowd_exit(void)
{
	u64 deleted;

	devsess_clear(crowd_table, &deleted);
}

void crowd_fill(struct actor *a)
{
	u32 n = CROWD_PINNED + actor_random(a) % (CROWD_IDS - CROWD_PINNED);
	struct devsess_session s;
	u64 count;
	int ret;

	content_fill(&s, CROWD, n, atomic_inc_return(&stamp));
	ret = devsess_store(crowd_table, &s, actor_gfp(a));
	/* Who cannot sleep looks for room at a few shards only. */
	if (ret < 0 && (a->context == PROCESS || (ret != -ENOMEM && ret != -ENOSPC)))
		torture_error(a, ANSWER, "store of crowd %u: %d", n, ret);
	count = devsess_count(crowd_table);
	if (count > CROWD_MAX)
		torture_error(a, COUNT, "%llu in the crowd", count);
	actor_did(a, 1);
}

void crowd_read(struct actor *a)
{
	u32 n = actor_random(a) % CROWD_PINNED;
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, CROWD, n);
	struct devsess_session s;
	int err = devsess_lookup(crowd_table, key, len, &s);

	if (err)
		torture_error(a, VANISHED, "pinned %u: %d", n, err);
	else if (!content_intact(&s, CROWD, n) || content_counter(&s))
		torture_error(a, TORN, "pinned %u: session %016llx", n, s.session);
	actor_did(a, 1);
}
