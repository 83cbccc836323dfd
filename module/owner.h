/* SPDX-License-Identifier: GPL-2.0 */
/* Owners: how many sessions each has, and how many it may have. See owner.c. */
#ifndef DEVSESS_OWNER_H
#define DEVSESS_OWNER_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "include/devsess.h"

struct owners;

struct owners *owner_alloc(u32 max);
void owner_free(struct owners *o);
u32 owner_max(const struct owners *o);
size_t owner_bytes(const struct owners *o);

int owner_set(struct owners *o, u32 owner, u32 limit);
void owner_get(struct owners *o, u32 owner, struct devsess_owner *f);
u32 owner_list(struct owners *o, struct devsess_owner *list);

int owner_take_place(struct owners *o, u32 owner, u32 state);
void owner_give_place(struct owners *o, u32 owner, u32 state);
void owner_change_state(struct owners *o, u32 owner, u32 from, u32 to);

/**
 * owner_take - count a session of an owner before it is stored
 * @o:     owners, NULL if they are not counted
 * @owner: its owner
 * @state: its state
 *
 * Context: Process or softirq.
 * Return: 0; -EDQUOT if the owner has as many sessions as its limit; -EUSERS if the
 * owner is another one and there are as many as can be counted.
 */
static inline int owner_take(struct owners *o, u32 owner, u32 state)
{
	return likely(!o) ? 0 : owner_take_place(o, owner, state);
}

/**
 * owner_give - count a session no more, now that it is gone
 * @o:     owners, NULL if they are not counted
 * @owner: owner under which it was counted
 * @state: state in which it was counted
 *
 * Context: Process or softirq.
 */
static inline void owner_give(struct owners *o, u32 owner, u32 state)
{
	if (unlikely(o))
		owner_give_place(o, owner, state);
}

#endif /* DEVSESS_OWNER_H */
