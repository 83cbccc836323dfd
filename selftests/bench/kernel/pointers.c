// SPDX-License-Identifier: GPL-2.0
#include "pointers.h"

#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/string.h>

static u64 slots_for(u64 items)
{
	return roundup_pow_of_two(max(items + items / 2, 16ULL));
}

struct pointers *pointers_make(u64 items, size_t id_at)
{
	struct pointers *p = kvzalloc(struct_size(p, slot, slots_for(items)), GFP_KERNEL);

	if (p) {
		p->mask = slots_for(items) - 1;
		p->id_at = id_at;
	}
	return p;
}

void pointers_free(struct pointers *p)
{
	kvfree(p);
}

void pointers_copy(struct pointers *to, const struct pointers *from)
{
	memcpy(to, from, struct_size(from, slot, from->mask + 1));
}

void pointers_clear(struct pointers *p)
{
	memset(p->slot, 0, (p->mask + 1) * sizeof(p->slot[0]));
	p->used = 0;
}

/* At three quarters probes become long: its user makes a larger one. */
bool pointers_full(const struct pointers *p)
{
	return p->used >= p->mask / 4 * 3;
}

static const u64 *id_in(const struct pointers *p, u64 i)
{
	return p->slot[i].item + p->id_at;
}

static u32 hash_of(const u64 *id)
{
	return jhash(id, id_len, 0);
}

s64 pointers_find(const struct pointers *p, const u64 *id)
{
	u32 hash = hash_of(id);
	u64 i;

	for (i = hash & p->mask; p->slot[i].item; i = (i + 1) & p->mask)
		if (p->slot[i].hash == hash && !memcmp(id_in(p, i), id, id_len))
			return i;
	return -1;
}

void pointers_add(struct pointers *p, void *item)
{
	u32 hash = hash_of(item + p->id_at);
	u64 i = hash & p->mask;

	while (p->slot[i].item)
		i = (i + 1) & p->mask;
	p->slot[i].hash = hash;
	p->slot[i].item = item;
	p->used++;
}

/* Knuth, TAOCP 6.4, algorithm R: what the gap would cut off moves into it. */
void pointers_remove(struct pointers *p, s64 i)
{
	u64 gap = i, j = i;

	p->used--;
	for (;;) {
		p->slot[gap].item = NULL;
		do {
			j = (j + 1) & p->mask;
			if (!p->slot[j].item)
				return;
		} while (((j - p->slot[j].hash) & p->mask) < ((j - gap) & p->mask));
		p->slot[gap] = p->slot[j];
		gap = j;
	}
}
