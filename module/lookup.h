/* SPDX-License-Identifier: GPL-2.0 */
/* Lookups. See lookup.c. */
#ifndef DEVSESS_LOOKUP_H
#define DEVSESS_LOOKUP_H

#include "table.h"

/* As devsess_lookup(), devsess_lookup_or_load() and devsess_lookup_batch(), on a table. */
int lookup_one(struct devsess_table *t, const void *key, size_t key_len,
	       struct devsess_session *s);
int lookup_or_load(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s);
unsigned int lookup_batch(struct devsess_table *t, struct devsess_query *q, unsigned int n);
int lookup_record(struct devsess_table *t, const void *key, size_t key_len, bool asks, u64 *rec);
int lookup_quietly(struct devsess_table *t, const void *key, size_t key_len,
		   struct devsess_session *s);

#endif /* DEVSESS_LOOKUP_H */
