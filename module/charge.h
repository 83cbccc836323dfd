/* SPDX-License-Identifier: GPL-2.0 */
/* Charge: whose memory cgroup is charged with what workers allocate for a table. See charge.c. */
#ifndef DEVSESS_CHARGE_H
#define DEVSESS_CHARGE_H

#include <linux/compiler.h>
#include <linux/sched/mm.h>
#include <linux/types.h>

/**
 * struct charge - of a table
 * @memcg: who is charged; held
 * @maker: who was before @memcg took over, or NULL; held
 * @open:  it goes to who first stores in the table or changes its options
 */
struct charge {
	struct mem_cgroup *memcg;
	struct mem_cgroup *maker;
	bool open;
};

void charge_init(struct charge *c, bool open);
void charge_take(struct charge *c);
void charge_exit(struct charge *c);

/**
 * charge_claim - the caller is about to store in the table, or to change its options
 * @c: charge
 *
 * Context: Process, for a request of the current task.
 */
static inline void charge_claim(struct charge *c)
{
	if (unlikely(READ_ONCE(c->open)))
		charge_take(c);
}

/**
 * charge_begin - have the table's cgroup charged with what the current task allocates
 * @c: charge
 *
 * Context: Process; charge_end() comes in the same task.
 * Return: for charge_end().
 */
static inline struct mem_cgroup *charge_begin(const struct charge *c)
{
	return set_active_memcg(READ_ONCE(c->memcg));
}

/**
 * charge_end - have who was charged before charged again
 * @old: of charge_begin()
 *
 * Context: As charge_begin().
 */
static inline void charge_end(struct mem_cgroup *old)
{
	set_active_memcg(old);
}

#endif /* DEVSESS_CHARGE_H */
