/* SPDX-License-Identifier: GPL-2.0 */
/* Spoils requests: their attributes, their headers, their bytes. */
#ifndef DEVSESS_FUZZ_EDIT_H
#define DEVSESS_FUZZ_EDIT_H

#include "msg.h"
#include "rng.h"
#include "spec.h"

#define PLACES_MAX	256

/**
 * struct places - where the attributes of a message begin, as far as it can be told
 * @n: how many
 * @p: they; the parent is the index of the nest, -1 for none
 */
struct places {
	int n;
	struct {
		size_t at;
		int parent;
		const struct set_spec *set;
		const struct attr_spec *spec;
	} p[PLACES_MAX];
};

void places_find(struct places *places, const char *buf, size_t len);
bool places_has(const struct places *places, size_t at);
void edit(struct msg *m, struct rng *r);

#endif
