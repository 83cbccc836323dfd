/* SPDX-License-Identifier: GPL-2.0 */
/* Lookups; see lookup.c. What other modules may call is in include/devsess.h. */
#ifndef DEVSESS_LOOKUP_H
#define DEVSESS_LOOKUP_H

#include "table.h"

int lookup_quietly(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s);

#endif /* DEVSESS_LOOKUP_H */
