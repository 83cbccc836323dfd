// SPDX-License-Identifier: GPL-2.0
/*
 * A walk meets each session that is there throughout exactly once, and others
 * at most once per life. Which those are the ids' words tell, as they were
 * before it and as they are after it.
 */
#include "dump.h"

#include <linux/sched.h>
#include <linux/string.h>

static int meet(const struct devsess_session *s, void *arg)
{
	struct dump *d = arg;
	struct id_word *before, now;
	u32 n = s->mark, counter, most;

	cond_resched();
	actor_lives(d->a);
	if (s->owner != KEPT && s->owner != PASSING)
		return 0; /* user space's */
	if (n >= IDS || !content_intact(s, id_kind(n), n)) {
		torture_error(d->a, TORN, "id %u: in a walk: owner %u session %016llx", n,
			      s->owner, s->session);
		return 0;
	}
	before = &d->before[n];
	now = id_get(n);
	counter = content_counter(s);
	most = id_counter_most(now);
	if (counter < before->counter || counter > most)
		torture_error(d->a, BACKWARDS, "id %u: in a walk: counter %u, not %u to %u", n,
			      counter, before->counter, most);
	if (d->times[n] < U8_MAX)
		d->times[n]++;
	return 0;
}

static void judge(struct dump *d, u32 n)
{
	struct id_word before = d->before[n], after = id_get(n);
	u32 lives = after.lives - before.lives;
	bool stayed = before.state == PRESENT && after.state == PRESENT && !lives;

	if (n < KEPT_IDS || stayed) {
		if (d->times[n] != 1)
			torture_error(d->a, DUMP, "id %u: %u times in a walk", n, d->times[n]);
		return;
	}
	/* One that is coming may have a life that the word does not tell of yet. */
	lives += id_was_there(before) + (after.state == COMING);
	if (d->times[n] > lives)
		torture_error(d->a, DUMP, "id %u: %u times in a walk, in at most %u lives", n,
			      d->times[n], lives);
}

void dump_run(struct actor *a)
{
	struct dump *d = a->memory;
	int err;
	u32 n;

	d->a = a;
	memset(d->times, 0, sizeof(d->times));
	for (n = 0; n < IDS; n++)
		d->before[n] = id_get(n);
	err = devsess_range(torture_table, meet, d);
	if (err)
		torture_error(a, ANSWER, "a walk: %d", err);
	for (n = 0; n < IDS && !err; n++) {
		judge(d, n);
		actor_lives(a);
	}
	actor_did(a, !err);
}
