// SPDX-License-Identifier: GPL-2.0
/*
 * Every call of the interface that writes one session, each on an id that the
 * actor has claimed, so the answer is known beforehand: see ids.c.
 *
 * The population has tides: while it rises there are more inserts than
 * deletes, until nearly all ids are there, and then it falls until nearly none
 * is, so that maps grow, shards split, maps shrink and shards merge in turn.
 */
#include "writers.h"

#include <linux/kernel.h>
#include <linux/sysfs.h>

#include "reader.h"

/* Operations of a call: with the tide, and against it. */
#define WITH	64
#define AGAINST	2

#define HIGH	(KEPT_IDS + PASSING_IDS * 15 / 16)
#define LOW	(KEPT_IDS + PASSING_IDS / 64)

static bool falling;
static unsigned int tides;
static u32 peak;

/* -ENOMEM is an answer to those who cannot sleep: the worker may be far behind. */
static bool came(struct actor *a, u32 n, int ret)
{
	if (!ret)
		return true;
	if (ret != -ENOMEM || a->context == PROCESS)
		torture_error(a, ret < 0 && ret != -EEXIST ? ANSWER : GHOST,
			      "new id %u: %d", n, ret);
	return false;
}

static void insert_one(struct actor *a, u32 n, struct id_word w)
{
	gfp_t gfp = actor_gfp(a);
	struct devsess_session s, prev;
	int ret;

	content_fill(&s, PASSING, n, w.counter + 1);
	switch (actor_random(a) % 4) {
	case 0:
		ret = devsess_store(torture_table, &s, gfp);
		break;
	case 1:
		ret = devsess_swap(torture_table, &s, &prev, gfp);
		break;
	case 2:
		ret = devsess_get_or_insert(torture_table, &s, gfp);
		break;
	default:
		ret = devsess_insert(torture_table, &s, gfp);
	}
	if (came(a, n, ret)) {
		w.counter++;
		w.state = PRESENT;
	}
	id_release(n, w, w.state == PRESENT);
}

/* How many operations a call does, and how often, of those that the tide favours or not. */
static unsigned int burst(struct actor *a, bool favoured)
{
	a->pause_ms = favoured ? 0 : 10;
	if (!favoured)
		return AGAINST;
	return a->context == PROCESS ? WITH : WITH / 4;
}

/* What was written last is in a dirty map: what comes or goes there may be what moves. */
static void look_back(struct actor *a)
{
	reader_check(a, id_pick(a), NULL);
}

void writers_insert(struct actor *a)
{
	unsigned int i, n = burst(a, !READ_ONCE(falling));
	struct id_word w;
	s64 id = actor_random(a) % PASSING_IDS;

	for (i = 0; i < n; i++) {
		id = id_find(id, ABSENT, &w);
		if (id < 0)
			break;
		insert_one(a, id, w);
		look_back(a);
		actor_did(a, 1);
	}
}

static void gone(struct actor *a, u32 n, int ret, const struct devsess_session *s, u32 counter)
{
	if (ret)
		torture_error(a, ret == -ENOENT ? VANISHED : ANSWER, "delete of id %u: %d", n, ret);
	else if (s && !content_intact(s, id_kind(n), n))
		torture_error(a, TORN, "id %u: as deleted", n);
	else if (s && content_counter(s) != counter)
		torture_error(a, BACKWARDS, "id %u: deleted with counter %u, not %u", n,
			      content_counter(s), counter);
}

static void delete_one(struct actor *a, u32 n, struct id_word w)
{
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, PASSING, n);
	struct devsess_session s;
	int ret;

	switch (actor_random(a) % 3) {
	case 0:
		gone(a, n, devsess_get_and_delete(torture_table, key, len, &s), &s, w.counter);
		break;
	case 1:
		ret = devsess_lookup(torture_table, key, len, &s);
		gone(a, n, ret, &s, w.counter);
		if (!ret)
			gone(a, n, devsess_compare_and_delete(torture_table, key, len, s.version),
			     NULL, 0);
		break;
	default:
		gone(a, n, devsess_delete(torture_table, key, len), NULL, 0);
	}
	w.state = ABSENT;
	id_release(n, w, -1);
}

/* Favourites come back at once, most likely to the place where they were. */
void writers_renew(struct actor *a)
{
	struct id_word w;
	unsigned int i;
	u32 n;

	for (i = 0; i < FAVOURITE_IDS; i++) {
		n = favourite(i);
		if (n < KEPT_IDS)
			continue;
		if (id_claim(n, PRESENT, &w))
			delete_one(a, n, w);
		if (id_claim(n, ABSENT, &w))
			insert_one(a, n, w);
		actor_did(a, 1);
	}
}

void writers_delete(struct actor *a)
{
	unsigned int i, n = burst(a, READ_ONCE(falling));
	struct id_word w;
	s64 id = actor_random(a) % PASSING_IDS;

	for (i = 0; i < n; i++) {
		id = id_find(id, PRESENT, &w);
		if (id < 0)
			break;
		delete_one(a, id, w);
		look_back(a);
		actor_did(a, 1);
	}
}

/* A call on a session that is there must answer @want. */
static void answered(struct actor *a, u32 n, const char *call, int ret, int want)
{
	if (ret != want)
		torture_error(a, ret == -ENOENT ? VANISHED : ANSWER, "%s of id %u: %d, not %d",
			      call, n, ret, want);
}

/* What a call hands out is what was stored last. */
static void handed(struct actor *a, u32 n, const struct devsess_session *s, u32 counter)
{
	if (!content_intact(s, id_kind(n), n))
		torture_error(a, TORN, "id %u: as handed out", n);
	else if (content_counter(s) != counter)
		torture_error(a, BACKWARDS, "id %u: handed out with counter %u, not %u", n,
			      content_counter(s), counter);
}

/* From what is there, to what it shall be, with nobody in between. */
static void compare_and_swap(struct actor *a, u32 n, u32 counter)
{
	u8 key[DEVSESS_KEY_MAX], len = content_key(key, id_kind(n), n);
	struct devsess_session s;
	u64 version;
	int ret;

	ret = devsess_lookup(torture_table, key, len, &s);
	answered(a, n, "lookup", ret, 0);
	if (ret)
		return;
	handed(a, n, &s, counter - 1);
	version = s.version;
	content_change_data(&s, counter);
	ret = devsess_compare_and_swap(torture_table, &s, DEVSESS_F_SESSION | DEVSESS_F_DATA,
				       version - 1);
	answered(a, n, "compare_and_swap", ret, -ESTALE);
	ret = devsess_compare_and_swap(torture_table, &s, DEVSESS_F_SESSION | DEVSESS_F_DATA,
				       version);
	answered(a, n, "compare_and_swap", ret, 0);
	if (!ret && s.version <= version)
		torture_error(a, BACKWARDS, "id %u: version %llu after %llu", n, s.version,
			      version);
}

/* Returns by how much it has raised the counter. */
static u32 update_one(struct actor *a, u32 n, u32 counter)
{
	struct devsess_session s, prev;

	content_fill(&s, id_kind(n), n, counter + 1);
	switch (actor_random(a) % 6) {
	case 0:
		answered(a, n, "store", devsess_store(torture_table, &s, actor_gfp(a)), 1);
		return 1;
	case 1:
		answered(a, n, "swap", devsess_swap(torture_table, &s, &prev, actor_gfp(a)), 1);
		handed(a, n, &prev, counter);
		return 1;
	case 2:
		compare_and_swap(a, n, counter + 1);
		return 1;
	case 3:
		answered(a, n, "get_or_insert",
			 devsess_get_or_insert(torture_table, &s, actor_gfp(a)), 1);
		handed(a, n, &s, counter);
		return 0;
	case 4:
		answered(a, n, "touch",
			 devsess_touch(torture_table, s.key, s.key_len, 0, 0, NULL), 0);
		return 0;
	default:
		answered(a, n, "update", devsess_update(torture_table, &s, DEVSESS_F_ALL), 0);
		return 1;
	}
}

void writers_update(struct actor *a)
{
	struct id_word w;
	unsigned int i;
	u32 n;

	for (i = 0; i < 8; i++) {
		n = id_pick(a);
		if (!id_claim(n, PRESENT, &w))
			continue;
		w.counter += update_one(a, n, w.counter);
		id_release(n, w, 0);
		look_back(a);
		actor_did(a, 1);
	}
}

/**
 * writers_init - store the sessions that stay
 *
 * Context: Process.
 * Return: 0 or what devsess_insert() answered.
 */
int writers_init(void)
{
	struct devsess_session s;
	struct id_word w;
	u32 n;
	int err;

	falling = false;
	tides = 0;
	peak = 0;
	for (n = 0; n < KEPT_IDS; n++) {
		content_fill(&s, KEPT, n, 1);
		err = devsess_insert(torture_table, &s, GFP_KERNEL);
		if (err)
			return err;
		id_claim(n, ABSENT, &w);
		w.counter = 1;
		w.state = PRESENT;
		id_release(n, w, 1);
	}
	return 0;
}

/**
 * writers_turn - turn the tide if it is time
 *
 * Context: Process; called now and then, by one at a time.
 */
void writers_turn(void)
{
	u32 n = ids_present();

	WRITE_ONCE(peak, max(peak, n));
	if (!falling && n >= HIGH) {
		WRITE_ONCE(falling, true);
	} else if (falling && n <= LOW) {
		WRITE_ONCE(falling, false);
		WRITE_ONCE(tides, tides + 1);
	}
}

/**
 * writers_finish - everything is now as the ids' words say
 * @a: who complains
 *
 * Context: Process; nobody else is at work.
 */
void writers_finish(struct actor *a)
{
	u64 count = devsess_count(torture_table);
	u32 n;

	for (n = 0; n < IDS; n++)
		reader_check(a, n, NULL);
	if (count != ids_present())
		torture_error(a, COUNT, "%llu sessions, not %u", count, ids_present());
}

int writers_report(char *page, int len)
{
	return sysfs_emit_at(page, len, "figure peak %u\nfigure tides %u\n", READ_ONCE(peak),
			     READ_ONCE(tides));
}
