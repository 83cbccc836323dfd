/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations on a table and its reference, each with a key and values that
 * chance chooses (model.c) or the input of a fuzzer (selftests/fuzz/engine.c).
 */
#ifndef ACTS_H
#define ACTS_H

#include "ref.h"

/**
 * struct plan - a table and what is done to it
 * @name:   of the test
 * @keys:   how many different keys
 * @limits: of the table
 * @share:  of all operations, in hundredths
 * @ttl_in: one of so many sessions has a time to live
 * @fails:  how many of 10000 allocations fail
 * @mask:   bits of hashes that may be set
 * @check:  operations between comparisons of everything
 * @later:  with deferred writes and upcalls, see later.h; neither bounds nor owners
 */
struct plan {
	const char *name;
	u32 keys;
	struct table_limits limits;
	u32 share;
	u32 ttl_in;
	u32 fails;
	u32 mask;
	u32 check;
	bool later;
};

/**
 * struct run - a plan that is run
 * @r:      table and reference
 * @plan:   the plan
 * @random: state of the random numbers
 * @grow:   how many of 256 creations and deletions are creations
 * @input:  choices of a fuzzer, used up before @input_end; NULL if chance chooses
 * @input_end: where they end; all choices after it are 0
 */
struct run {
	struct ref r;
	const struct plan *plan;
	u64 random;
	u32 grow;
	const u8 *input;
	const u8 *input_end;
};

/* A choice: a number below @n. */
u32 act_pick(struct run *run, u32 n);
/* A session for key @i, whose fields are chosen. */
struct devsess_session act_session(struct run *run, u32 i);
/* A ttl of a touch, 0 for the session's own. */
u64 act_touch_ttl(struct run *run);

void act_lookup(struct run *run);
void act_create(struct run *run);
void act_remove(struct run *run);
void act_change(struct run *run);
/* Requests that are out of range: refused, and nothing changes. */
void act_refuse(struct run *run);
void act_batch(struct run *run);
/* Something on the whole table: clear, range, limit, sweep. */
void act_all(struct run *run);
void act_time(struct run *run);
/* One of those that are allowed in softirq, there. */
void act_softirq(struct run *run);

#endif /* ACTS_H */
