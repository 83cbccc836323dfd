// SPDX-License-Identifier: GPL-2.0
/*
 * Workloads. An operation is one on one session; a write of churn or of a mix is
 * an insert or a delete by turns, so that the number of sessions stays.
 */
#include "bench.h"

#include <linux/bits.h>
#include <linux/kernel.h>

/* Numbers that are never inserted begin here. */
#define ABSENT		BIT_ULL(48)

/* Every so many writes of a mix is a new id in or an old one out. */
#define NEW_EVERY	10

/* Of a burst of so many operations each is for one of so many ids. */
#define BURST_LENGTH	1024
#define BURST_IDS	16

static u64 pick(struct state *s, const struct workload *w)
{
	return s->first + (w->zipf ? zipf_below(&s->seed, s->sessions) :
				     random_below(&s->seed, s->sessions));
}

static u32 op_hit(struct state *s, const struct workload *w)
{
	u64 number = pick(s, w), id[ID_WORDS], session;

	id_of(number, id);
	s->wrong += !s->impl->hit(s->impl->map, id, &session) || session != number;
	return 1;
}

static u32 op_absent(struct state *s, const struct workload *w)
{
	u64 id[ID_WORDS], session;

	id_of(ABSENT + random_next(&s->seed) % ABSENT, id);
	s->wrong += s->impl->hit(s->impl->map, id, &session);
	return 1;
}

static u32 op_batch(struct state *s, const struct workload *w)
{
	u64 number[BATCH], session[BATCH];
	struct id ids[BATCH];
	int i;

	for (i = 0; i < BATCH; i++) {
		number[i] = pick(s, w);
		id_of(number[i], ids[i].word);
	}
	if (s->impl->batch) {
		s->impl->batch(s->impl->map, ids, session);
	} else {
		for (i = 0; i < BATCH; i++)
			if (!s->impl->hit(s->impl->map, ids[i].word, &session[i]))
				session[i] = NO_SESSION;
	}
	for (i = 0; i < BATCH; i++)
		s->wrong += session[i] != number[i];
	return BATCH;
}

static u32 op_update(struct state *s, const struct workload *w)
{
	u64 number = pick(s, w), id[ID_WORDS];

	id_of(number, id);
	s->wrong += !s->impl->update(s->impl->map, id, number);
	s->writes++;
	return 1;
}

/* One of a few, and after some time of other few. */
static u64 pick_burst(struct state *s)
{
	if (s->turn++ % BURST_LENGTH == 0)
		s->burst = random_below(&s->seed, s->sessions - BURST_IDS);
	return s->first + s->burst + random_below(&s->seed, BURST_IDS);
}

static u32 op_update_burst(struct state *s, const struct workload *w)
{
	u64 number = pick_burst(s), id[ID_WORDS];

	id_of(number, id);
	s->wrong += !s->impl->update(s->impl->map, id, number);
	s->writes++;
	return 1;
}

static u32 op_touch_burst(struct state *s, const struct workload *w)
{
	u64 id[ID_WORDS];

	id_of(pick_burst(s), id);
	s->wrong += !s->impl->touch(s->impl->map, id);
	return 1;
}

static u32 op_touch(struct state *s, const struct workload *w)
{
	u64 id[ID_WORDS];

	id_of(pick(s, w), id);
	s->wrong += !s->impl->touch(s->impl->map, id);
	return 1;
}

static u32 op_churn(struct state *s, const struct workload *w)
{
	u64 id[ID_WORDS];

	if (s->turn++ % 2) {
		id_of(s->first++, id);
		s->wrong += !s->impl->remove(s->impl->map, id);
	} else {
		id_of(s->first + s->sessions, id);
		s->wrong += !s->impl->insert(s->impl->map, id, s->first + s->sessions);
		s->writes++;
	}
	return 1;
}

static u32 op_mix(struct state *s, const struct workload *w)
{
	if (random_below(&s->seed, 100) < w->percent)
		return op_hit(s, w);
	if (random_below(&s->seed, NEW_EVERY))
		return op_update(s, w);
	return op_churn(s, w);
}

/* Writes, of which some are of new ids. */
static u32 op_new(struct state *s, const struct workload *w)
{
	if (random_below(&s->seed, 100) < w->percent)
		return op_churn(s, w);
	return op_update(s, w);
}

/* A new id, for which the oldest one goes, counts as one write. */
static u32 op_turnover(struct state *s, const struct workload *w)
{
	if (random_below(&s->seed, 100) >= w->percent)
		return op_update(s, w);
	op_churn(s, w);
	op_churn(s, w);
	return 1;
}

const struct workload workloads[] = {
	{ "hit", op_hit, .looks = true },
	{ "hit-zipf", op_hit, .zipf = true, .looks = true },
	{ "absent", op_absent, .looks = true },
	{ "batch16", op_batch, .looks = true },
	{ "batch16-zipf", op_batch, .zipf = true, .looks = true },
	{ "update", op_update },
	{ "update-zipf", op_update, .zipf = true },
	{ "update-burst", op_update_burst },
	{ "touch", op_touch },
	{ "touch-zipf", op_touch, .zipf = true },
	{ "touch-burst", op_touch_burst },
	{ "mix90", op_mix, 90, .looks = true },
	{ "mix90-zipf", op_mix, 90, .zipf = true, .looks = true },
	{ "mix50", op_mix, 50, .looks = true },
	{ "mix50-zipf", op_mix, 50, .zipf = true, .looks = true },
	{ "mix10", op_mix, 10, .looks = true },
	{ "mix10-zipf", op_mix, 10, .zipf = true, .looks = true },
	{ "new10", op_new, 10 },
	{ "new25", op_new, 25 },
	{ "new50", op_new, 50 },
	{ "new75", op_new, 75 },
	{ "churn", op_churn },
	{ "turnover10", op_turnover, 10, .asked = true },
};

const unsigned int workloads_count = ARRAY_SIZE(workloads);
