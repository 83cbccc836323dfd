// SPDX-License-Identifier: GPL-2.0
/*
 * Copy-on-write of the whole map: readers take no lock, and a writer copies the
 * table of pointers, changes the copy and publishes it. Both tables are there
 * from the start, so that a write is the copy and nothing else.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/rcupdate.h>

#include "object.h"
#include "pointers.h"

static struct pointers __rcu *current_map;
static struct pointers *spare;

static struct pointers *map_of(void)
{
	return rcu_dereference_protected(current_map, true);
}

static int make(void *map, u64 sessions)
{
	struct pointers *p;

	if (objects_get())
		return -ENOMEM;
	p = pointers_make(sessions + 1, offsetof(struct object, id));
	spare = pointers_make(sessions + 1, offsetof(struct object, id));
	RCU_INIT_POINTER(current_map, p);
	return p && spare ? 0 : -ENOMEM;
}

static void free(void *map)
{
	struct pointers *p = map_of();
	u64 i;

	for (i = 0; p && i <= p->mask; i++)
		if (p->slot[i].item)
			object_free(p->slot[i].item);
	pointers_free(p);
	pointers_free(spare);
	RCU_INIT_POINTER(current_map, NULL);
	spare = NULL;
	objects_put();
}

static bool fill(void *map, u64 sessions)
{
	u64 id[ID_WORDS], i;

	for (i = 0; i < sessions; i++) {
		struct object *o;

		id_of(i, id);
		o = object_make(id, i);
		if (!o)
			return false;
		pointers_add(map_of(), o);
	}
	return true;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	const struct pointers *p;
	struct record r;
	s64 i;

	rcu_read_lock();
	p = rcu_dereference(current_map);
	i = pointers_find(p, id);
	if (i >= 0)
		object_copy(p->slot[i].item, &r);
	rcu_read_unlock();
	if (i < 0)
		return false;
	*session = r.word[WORD_SESSION];
	return true;
}

static void publish(void)
{
	struct pointers *old = map_of();

	rcu_assign_pointer(current_map, spare);
	synchronize_rcu();
	spare = old;
}

/* Puts @o in the place of the session at @i, or just takes that out, or adds @o. */
static void change(s64 i, struct object *o)
{
	struct object *old = i < 0 ? NULL : map_of()->slot[i].item;

	pointers_copy(spare, map_of());
	if (old && o)
		spare->slot[i].item = o;
	else if (old)
		pointers_remove(spare, i);
	else
		pointers_add(spare, o);
	publish();
	if (old)
		object_free(old);
}

static bool insert(void *map, const u64 *id, u64 session)
{
	struct object *o = object_make(id, session);

	if (!o || pointers_find(map_of(), id) >= 0)
		return false;
	change(-1, o);
	return true;
}

static bool update(void *map, const u64 *id, u64 session)
{
	s64 i = pointers_find(map_of(), id);
	struct object *o = object_make(id, session);

	if (!o || i < 0)
		return false;
	change(i, o);
	return true;
}

/* A word of a session can be written where it is. */
static bool touch(void *map, const u64 *id)
{
	s64 i = pointers_find(map_of(), id);

	if (i >= 0)
		object_touch(map_of()->slot[i].item);
	return i >= 0;
}

static bool remove(void *map, const u64 *id)
{
	s64 i = pointers_find(map_of(), id);

	if (i >= 0)
		change(i, NULL);
	return i >= 0;
}

const struct impl impl_cow = {
	.name = "cow", .make = make, .free = free, .hit = hit, .insert = insert,
	.update = update, .touch = touch, .remove = remove, .fill = fill, .slow = true,
};
