/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash table of pointers, open addressing with linear probing: what the maps
 * that are copied whole are made of. Readers may look while nobody writes.
 */
#ifndef BENCH_POINTERS_H
#define BENCH_POINTERS_H

#include <linux/types.h>

#include "ids.h"

/**
 * struct pointers - the table
 * @mask:  slots less one
 * @used:  slots in use
 * @id_at: where in an item its id is
 * @slot:  hash and item; no item, no entry
 */
struct pointers {
	u64 mask;
	u64 used;
	size_t id_at;
	struct {
		u64 hash;
		void *item;
	} slot[];
};

struct pointers *pointers_make(u64 items, size_t id_at);
void pointers_free(struct pointers *p);
void pointers_copy(struct pointers *to, const struct pointers *from);
void pointers_clear(struct pointers *p);
bool pointers_full(const struct pointers *p);
s64 pointers_find(const struct pointers *p, const u64 *id);
void pointers_add(struct pointers *p, void *item);
void pointers_remove(struct pointers *p, s64 i);

#endif /* BENCH_POINTERS_H */
