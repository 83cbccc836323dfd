// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "lines.h"

#include <stdlib.h>

#include "buf.h"

/* To begin with; as many as load puts into a batch. */
#define FIRST_ROOM 4096

struct session *lines_add(struct lines *to)
{
	uint32_t room = to->room ? 2 * to->room : FIRST_ROOM;
	struct session *items;
	uint64_t *numbers;

	if (to->count < to->room)
		return &to->items[to->count];
	items = reallocarray(to->items, room, sizeof(*items));
	if (items)
		to->items = items;
	numbers = reallocarray(to->numbers, room, sizeof(*numbers));
	if (numbers)
		to->numbers = numbers;
	if (!items || !numbers)
		return NULL;
	to->room = room;
	return &to->items[to->count];
}

void lines_free(struct lines *l)
{
	free(l->items);
	free(l->numbers);
}

static int compare_items(const void *a, const void *b, void *arg)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct session *items = arg;
	int diff = id_compare(&items[i].device, &items[j].device);

	return diff ? diff : (i > j) - (i < j);
}

uint32_t *lines_sort(const struct lines *l)
{
	uint32_t *order = calloc((size_t)l->count + 1, sizeof(*order));

	if (!order)
		return NULL;
	for (uint32_t i = 0; i < l->count; i++)
		order[i] = i;
	qsort_r(order, l->count, sizeof(*order), compare_items, l->items);
	return order;
}

void lines_find_twice(const struct lines *l, const uint32_t *order, lines_twice_fn fn, void *arg)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i < l->count; i++) {
		const struct id *id = &l->items[order[i]].device;
		struct buf b = { 0 };

		if (id_compare(id, &l->items[order[first]].device)) {
			first = i;
			continue;
		}
		buf_str(&b, "device: ");
		id_format(&b, id);
		buf_str(&b, " stands on line ");
		buf_u64(&b, l->numbers[order[first]]);
		buf_str(&b, " already");
		fn(l->numbers[order[i]], buf_text(&b), arg);
	}
}
