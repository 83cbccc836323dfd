/* SPDX-License-Identifier: GPL-2.0 */
/* Miss upcalls: user space is asked for ids that lookups did not find. See upcall.c. */
#ifndef DEVSESS_UPCALL_H
#define DEVSESS_UPCALL_H

#include "table.h"

struct net;
struct upcalls;

/**
 * upcall_wanted - whether a lookup that found nothing is to ask
 * @t:         table
 * @requested: its caller asked for that
 *
 * Context: Any.
 * Return: whether upcall_ask() is due.
 */
static inline bool upcall_wanted(const struct devsess_table *t, bool requested)
{
	u8 upcall = READ_ONCE(t->upcall);

	return unlikely(upcall) && (requested || upcall == DEVSESS_UPCALL_EVERY_LOOKUP);
}

void upcall_ask(struct devsess_table *t, const struct slot_key *key);
void upcall_stored(struct devsess_table *t, const struct slot_key *key);
int upcall_refuse(struct devsess_table *t, const struct slot_key *key);

struct upcalls *upcall_alloc(struct devsess_table *t, struct net *net,
			     const struct upcall_options *options);
void upcall_install(struct devsess_table *t, struct upcalls *u,
		    const struct upcall_options *options);
void upcall_free(struct upcalls *u);
void upcall_cut(struct devsess_table *t);
void upcall_exit(struct devsess_table *t);

#endif /* DEVSESS_UPCALL_H */
