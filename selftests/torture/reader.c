// SPDX-License-Identifier: GPL-2.0
/*
 * Each reader remembers, per session, the counter and version that it saw
 * last, and neither may be lower the next time: its lookups come one after the
 * other, whatever writers do meanwhile. Readers in interrupts have memories of
 * their own, as they come in between. What a lookup must say besides
 * that is in ids.c.
 */
#include "reader.h"

#define LOOKUPS 8

/*
 * Compares what is read with what was read before. A version is of one content
 * only, and rises with the counter.
 */
static void compare(struct actor *a, u32 n, struct reader_memory *last,
		    const struct devsess_session *s)
{
	u32 counter = content_counter(s);
	bool same_version = s->version == last->version;
	bool same_counter = counter == last->counter;

	if (counter < last->counter)
		torture_error(a, BACKWARDS, "id %u: counter %u after %u", n, counter,
			      last->counter);
	if (s->version < last->version)
		torture_error(a, BACKWARDS, "id %u: version %llu after %llu", n, s->version,
			      last->version);
	if (last->version && same_version != same_counter)
		torture_error(a, BACKWARDS,
			      "id %u: counter %u of version %llu, after %u of %llu", n, counter,
			      s->version, last->counter, last->version);
	last->counter = counter;
	last->version = s->version;
}

static void found(struct actor *a, u32 n, struct id_word before, struct id_word after,
		  struct reader_memory *last, const struct devsess_session *s)
{
	u32 counter = content_counter(s);

	if (counter < id_counter_least(before))
		torture_error(a, BACKWARDS, "id %u: counter %u, which was %u%s before", n, counter,
			      before.counter, before.state == ABSENT ? " and deleted" : "");
	if (counter > id_counter_most(after))
		torture_error(a, GHOST, "id %u: counter %u, which is only %u", n, counter,
			      after.counter);
	if (last)
		compare(a, n, last, s);
}

/**
 * reader_check - look a session up, and judge what comes out
 * @a:    actor
 * @n:    id
 * @last: what the actor saw of it before, or NULL
 *
 * Context: Any.
 */
void reader_check(struct actor *a, u32 n, struct reader_memory *last)
{
	struct id_word before, after;
	u8 key[DEVSESS_KEY_MAX];
	u8 len = content_key(key, id_kind(n), n);
	struct devsess_session s;
	struct devsess_query q = { .key = key, .key_len = len, .s = &s };
	int err;

	before = id_get(n);
	/* Both kinds of lookup. */
	if (n % 2)
		devsess_lookup_batch(torture_table, &q, 1);
	else
		q.result = devsess_lookup(torture_table, key, len, &s);
	err = q.result;
	after = id_get(n);
	if (!err && !content_intact(&s, id_kind(n), n))
		torture_error(a, TORN, "id %u: owner %u mark %u session %016llx version %llu", n,
			      s.owner, s.mark, s.session, s.version);
	else if (!err)
		found(a, n, before, after, last, &s);
	else if (err != -ENOENT)
		torture_error(a, ANSWER, "lookup of id %u: %d", n, err);
	else if (n < KEPT_IDS || (before.state == PRESENT && id_same(before, after)))
		torture_error(a, VANISHED, "id %u: counter %u then %u, not found", n,
			      before.counter, after.counter);
}

void reader_run(struct actor *a)
{
	struct reader_memory *memory = a->memory;
	unsigned int i;
	u32 n;

	for (i = 0; i < LOOKUPS; i++) {
		n = id_pick(a);
		reader_check(a, n, &memory[n]);
	}
	actor_did(a, LOOKUPS);
}
