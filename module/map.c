// SPDX-License-Identifier: GPL-2.0
/* Maps come and go: what size a slot table has, and its memory. What is in it is slots.c's. */
#include "map.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "mem.h"

static size_t bytes_of(const struct slot_layout *layout, u32 groups)
{
	return slots_begin(groups) + (size_t)slots_of(groups) * layout->slot_words * sizeof(u64);
}

/* How many groups fit into an allocation; 0 if none does. */
static u32 groups_in(const struct slot_layout *layout, size_t bytes)
{
	u32 groups = bytes / ((slots_of(layout->slot_words) + 2) * sizeof(u64));

	while (groups && bytes_of(layout, groups) > bytes)
		groups--;
	return groups;
}

/**
 * map_bytes - size of a table for so many sessions
 * @layout:   shape of the records
 * @sessions: how many
 *
 * Context: Any.
 * Return: the smallest size, from MAP_BYTES_MIN on, in which they fit with an
 * eighth to spare, so that a rebuild is paid for by what it makes room for.
 */
size_t map_bytes(const struct slot_layout *layout, u32 sessions)
{
	size_t bytes = MAP_BYTES_MIN;

	while (slots_room(groups_in(layout, bytes)) < sessions + sessions / 8 + 1)
		bytes = mem_next(bytes);
	return bytes;
}

/**
 * map_room - how many sessions a table of some size is to take
 * @layout: shape of the records
 * @bytes:  size of the table
 *
 * Context: Any.
 * Return: slots_room() of its groups.
 */
u32 map_room(const struct slot_layout *layout, size_t bytes)
{
	return slots_room(groups_in(layout, bytes));
}

/* One more than what map_bytes() would put into so many bytes, or 0 if it never takes so few. */
static u32 fewer_than(const struct slot_layout *layout, size_t bytes)
{
	u32 room = slots_room(groups_in(layout, bytes));

	return bytes < map_bytes(layout, 0) ? 0 : (room - 1) * 8 / 9 + 1;
}

/**
 * map_alloc - make an empty table
 * @layout: shape of the records
 * @bytes:  size of the allocation, one that map_bytes() returns
 * @gfp:    allocation flags
 *
 * The slots are not cleared: nobody looks into one before it is written.
 *
 * Context: As @gfp says.
 * Return: the table or NULL. Free it with map_free() or map_free_rcu().
 */
struct slot_table *map_alloc(const struct slot_layout *layout, size_t bytes, gfp_t gfp)
{
	u32 groups = groups_in(layout, bytes);
	struct slot_table *t;

	t = mem_alloc(bytes, gfp);
	if (!t)
		return NULL;
	memset(t, 0, slots_begin(groups));
	t->slots = (void *)t + slots_begin(groups);
	t->groups = groups;
	t->slot_bytes = layout->slot_words * sizeof(u64);
	t->rec_words = layout->rec_words;
	t->few = fewer_than(layout, bytes >> SHRINK_SHIFT);
	/* Where pages are large the next smaller size may be much smaller. */
	while (t->few && map_bytes(layout, t->few - 1) >= bytes)
		t->few--;
	t->bytes = bytes;
	return t;
}

/**
 * map_free - free a table that no reader can see
 * @t: table or NULL
 *
 * Context: Process or softirq.
 */
void map_free(struct slot_table *t)
{
	if (t)
		mem_free(t, t->bytes);
}

static void free_fn(struct rcu_head *rcu)
{
	map_free(container_of(rcu, struct slot_table, rcu));
}

/**
 * map_free_rcu - free a table when its readers have left
 * @t: table, unpublished
 *
 * Context: Process or softirq.
 */
void map_free_rcu(struct slot_table *t)
{
	call_rcu(&t->rcu, free_fn);
}
