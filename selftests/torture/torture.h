/* SPDX-License-Identifier: GPL-2.0 */
/* Torture of devsess: what all of it shares. */
#ifndef DEVSESS_TORTURE_H
#define DEVSESS_TORTURE_H

#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/types.h>

#include "devsess.h"

struct actor;
struct task_struct;

/* Where an actor runs: a thread, the softirq of a timer, its hard interrupt. */
enum context { PROCESS, SOFTIRQ, HARDIRQ, CONTEXTS };

/**
 * struct act - a kind of actor; the list of them is in acts.c
 * @name:     name, in the report
 * @contexts: set of BIT(enum context): where it can run
 * @pause_ms: rest of a thread between calls, for others to get more done
 * @single:   one in all, rather than one per CPU
 * @run:      a few operations; called again and again. It reports what is
 *            wrong with torture_error() and adds to @a->ops what it did
 * @memory:   bytes that each actor has at @a->memory, zeroed at first
 * @end:      last call, in process context; or NULL
 */
struct act {
	const char *name;
	unsigned int contexts;
	unsigned int pause_ms;
	bool single;
	void (*run)(struct actor *a);
	size_t memory;
	void (*end)(struct actor *a);
};

/**
 * struct actor - one that acts in one context of one CPU
 * @act:     what it does
 * @context: where
 * @cpu:     on which CPU
 * @number:  its number among all actors, from 0
 * @random:  state of actor_random()
 * @memory:  of its own, as @act asks for
 * @pause_ms: as of @act; acts may change it
 * @task:    its thread in process context
 * @ops:     operations it has done; written by itself only
 * @seen:    when it last got anywhere, jiffies
 */
struct actor {
	const struct act *act;
	enum context context;
	unsigned int cpu;
	unsigned int number;
	u32 random;
	void *memory;
	unsigned int pause_ms;
	struct task_struct *task;
	unsigned long ops;
	unsigned long seen;
};

/* What must hold; the report has a count of errors for each. */
#define PROPERTIES(P)							\
	P(TORN, torn)		/* a record that nobody stored */	\
	P(BACKWARDS, backwards)	/* a counter or version below an earlier one */ \
	P(VANISHED, vanished)	/* a session that is there is not found */ \
	P(GHOST, ghost)		/* one that is not there is found */	\
	P(ANSWER, answer)	/* a call answers what it must not */	\
	P(DUMP, dump)		/* a walk misses a session, or has it twice */ \
	P(HANDLE, handle)	/* a table is not the one that the handle is of */ \
	P(COUNT, count)		/* the number of sessions is wrong */	\
	P(CONTEXT, context)	/* an actor runs where it should not */	\
	P(STALL, stall)		/* an actor makes no progress */

#define PROPERTY_ENUM(NAME, name) NAME,
enum property { PROPERTIES(PROPERTY_ENUM) PROPERTY_MAX };
#undef PROPERTY_ENUM

/* Longest an actor may take to get anywhere: generous, as machines are slow and busy. */
#define STALL_SECONDS	60

extern const char * const context_names[];
extern struct devsess_handle *torture_table;
extern struct devsess_handle *cleared_table;
extern struct devsess_handle *crowd_table;

__printf(3, 4) void torture_error(const struct actor *a, enum property p, const char *fmt, ...);

/* Xorshift: any context. */
static inline u32 actor_random(struct actor *a)
{
	a->random ^= a->random << 13;
	a->random ^= a->random >> 17;
	a->random ^= a->random << 5;
	return a->random;
}

static inline void actor_did(struct actor *a, unsigned long ops)
{
	WRITE_ONCE(a->ops, a->ops + ops);
}

/* In the middle of a long call. */
static inline void actor_lives(struct actor *a)
{
	WRITE_ONCE(a->seen, jiffies);
}

static inline gfp_t actor_gfp(const struct actor *a)
{
	return a->context == PROCESS ? GFP_KERNEL : GFP_ATOMIC;
}

#endif /* DEVSESS_TORTURE_H */
