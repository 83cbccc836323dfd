// SPDX-License-Identifier: GPL-2.0
/*
 * Go's sync.Map as it was from Go 1.9 to 1.23 (src/sync/map.go), step by step:
 * a read map that is looked at without the lock, a dirty map under the lock
 * with all that is new and all that the read map has, and entries that both
 * share. What Go leaves to its garbage collector is freed by RCU here, and the
 * table of a former read map is used again for the next dirty one.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "object.h"
#include "pointers.h"

/**
 * struct entry - of the read map, the dirty map, or both
 * @p:     the session; NULL if deleted; EXPUNGED if deleted and not in dirty
 * @gone:  on the list of those that leave with the read map
 * @rcu:   frees it
 * @id:    its id
 */
struct entry {
	struct object *p;
	struct hlist_node gone;
	struct rcu_head rcu;
	u64 id[ID_WORDS];
};

struct read_only {
	struct pointers *m;
	bool amended;
	struct rcu_head rcu;
};

#define EXPUNGED ((struct object *)1UL)

static struct read_only __rcu *read_map;
static struct pointers *dirty, *spare;
static struct hlist_head expunged;
static u64 misses, written_entries;
static DEFINE_MUTEX(lock);

static struct read_only *read_locked(void)
{
	return rcu_dereference_protected(read_map, true);
}

static bool is_session(const struct object *o)
{
	return o && o != EXPUNGED;
}

static void add_entry(struct pointers *p, struct entry *e)
{
	written_entries++;
	pointers_add(p, e);
}

static bool set_read(struct pointers *m, bool amended)
{
	struct read_only *r = kmalloc(sizeof(*r), GFP_KERNEL), *old = read_locked();

	if (!r)
		return false;
	r->m = m;
	r->amended = amended;
	rcu_assign_pointer(read_map, r);
	if (old)
		kfree_rcu(old, rcu);
	return true;
}

static struct pointers *make_pointers(u64 items)
{
	struct pointers *p = spare;

	if (p && p->mask / 4 * 3 > items) {
		spare = NULL;
		pointers_clear(p);
		return p;
	}
	return pointers_make(items, offsetof(struct entry, id));
}

static int make(void *map, u64 sessions)
{
	struct pointers *p;

	if (objects_get())
		return -ENOMEM;
	p = pointers_make(0, offsetof(struct entry, id));
	misses = 0;
	return p && set_read(p, false) ? 0 : -ENOMEM;
}

static void free_entries(struct pointers *p)
{
	u64 i;

	for (i = 0; p && i <= p->mask; i++) {
		struct entry *e = p->slot[i].item;

		if (!e)
			continue;
		if (is_session(e->p))
			object_free(e->p);
		kfree(e);
	}
}

static void free_expunged(void)
{
	struct hlist_node *next;
	struct entry *e;

	hlist_for_each_entry_safe(e, next, &expunged, gone) {
		hlist_del(&e->gone);
		kfree_rcu(e, rcu);
	}
}

/* The dirty map has all entries, but those that are expunged. */
static void free(void *map)
{
	struct read_only *r = read_locked();

	if (!r)
		return;
	free_entries(dirty ? dirty : r->m);
	free_expunged();
	pointers_free(r->m);
	pointers_free(dirty);
	pointers_free(spare);
	kfree(r);
	RCU_INIT_POINTER(read_map, NULL);
	dirty = NULL;
	spare = NULL;
	objects_put();
}

static struct entry *entry_in(const struct pointers *p, const u64 *id)
{
	s64 i = p ? pointers_find(p, id) : -1;

	return i < 0 ? NULL : p->slot[i].item;
}

static void miss_locked(void)
{
	struct pointers *old = read_locked()->m;

	if (++misses < dirty->used || !set_read(dirty, false))
		return;
	dirty = NULL;
	misses = 0;
	free_expunged();
	synchronize_rcu();
	pointers_free(spare);
	spare = old;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	const struct read_only *r;
	struct object *o = NULL;
	struct record record;
	struct entry *e;

	rcu_read_lock();
	r = rcu_dereference(read_map);
	e = entry_in(r->m, id);
	if (!e && r->amended) {
		rcu_read_unlock();
		mutex_lock(&lock);
		r = read_locked();
		e = entry_in(r->m, id);
		if (!e && r->amended) {
			e = entry_in(dirty, id);
			miss_locked();
		}
		rcu_read_lock();
		mutex_unlock(&lock);
	}
	if (e)
		o = READ_ONCE(e->p);
	if (is_session(o))
		object_copy(o, &record);
	rcu_read_unlock();
	if (!is_session(o))
		return false;
	*session = record.word[WORD_SESSION];
	return true;
}

/* All of the read map that is not deleted: this is what takes so long. */
static bool dirty_locked(void)
{
	struct pointers *m = read_locked()->m;
	u64 i;

	if (dirty)
		return true;
	dirty = make_pointers(m->used + 1);
	if (!dirty)
		return false;
	for (i = 0; i <= m->mask; i++) {
		struct entry *e = m->slot[i].item;

		if (!e)
			continue;
		if (!e->p) {
			WRITE_ONCE(e->p, EXPUNGED);
			hlist_add_head(&e->gone, &expunged);
		}
		if (e->p != EXPUNGED)
			add_entry(dirty, e);
	}
	return true;
}

static bool grow_dirty(void)
{
	struct pointers *larger = pointers_make(dirty->used * 2, offsetof(struct entry, id));
	u64 i;

	if (!larger)
		return false;
	for (i = 0; i <= dirty->mask; i++)
		if (dirty->slot[i].item)
			add_entry(larger, dirty->slot[i].item);
	pointers_free(dirty);
	dirty = larger;
	return true;
}

static bool add_new(const u64 *id, struct object *o)
{
	struct entry *e = kmalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return false;
	if (!read_locked()->amended && (!dirty_locked() || !set_read(read_locked()->m, true)))
		goto err;
	if (pointers_full(dirty) && !grow_dirty())
		goto err;
	e->p = o;
	memcpy(e->id, id, id_len);
	add_entry(dirty, e);
	return true;

err:
	kfree(e);
	return false;
}

static void swap_session(struct entry *e, struct object *o)
{
	struct object *old = xchg(&e->p, o);

	written_entries++;
	if (is_session(old))
		object_free_rcu(old);
}

static bool store_locked(const u64 *id, struct object *o)
{
	struct entry *e = entry_in(read_locked()->m, id);

	if (e && e->p == EXPUNGED) {
		hlist_del(&e->gone);
		if (pointers_full(dirty) && !grow_dirty())
			return false;
		add_entry(dirty, e);
	} else if (!e) {
		e = entry_in(dirty, id);
	}
	if (!e)
		return add_new(id, o);
	swap_session(e, o);
	return true;
}

static bool store(void *map, const u64 *id, u64 session)
{
	struct object *o = object_make(id, session), *old;
	struct entry *e;
	bool done;

	if (!o)
		return false;
	rcu_read_lock();
	e = entry_in(rcu_dereference(read_map)->m, id);
	old = e ? READ_ONCE(e->p) : EXPUNGED;
	while (old != EXPUNGED && !try_cmpxchg(&e->p, &old, o))
		;
	rcu_read_unlock();
	if (old != EXPUNGED) {
		written_entries++;
		if (old)
			object_free_rcu(old);
		return true;
	}
	mutex_lock(&lock);
	done = store_locked(id, o);
	mutex_unlock(&lock);
	return done;
}

static bool touch(void *map, const u64 *id)
{
	struct object *o = NULL;
	struct entry *e;

	rcu_read_lock();
	e = entry_in(rcu_dereference(read_map)->m, id);
	if (e)
		o = READ_ONCE(e->p);
	if (is_session(o))
		object_touch(o);
	rcu_read_unlock();
	if (e)
		return is_session(o);
	mutex_lock(&lock);
	e = entry_in(dirty, id);
	if (e && is_session(e->p))
		object_touch(e->p);
	if (dirty)
		miss_locked();
	mutex_unlock(&lock);
	return e;
}

/* Takes an entry that only the dirty map has out of it. */
static bool remove_dirty(const u64 *id)
{
	s64 i = dirty ? pointers_find(dirty, id) : -1;
	struct entry *e;

	if (i >= 0) {
		e = dirty->slot[i].item;
		pointers_remove(dirty, i);
		if (is_session(e->p))
			object_free_rcu(e->p);
		kfree(e);
	}
	if (dirty)
		miss_locked();
	return i >= 0;
}

static bool clear_entry(struct entry *e)
{
	struct object *old = READ_ONCE(e->p);

	while (is_session(old))
		if (try_cmpxchg(&e->p, &old, NULL))
			break;
	if (!is_session(old))
		return false;
	object_free_rcu(old);
	return true;
}

static bool remove(void *map, const u64 *id)
{
	struct entry *e;
	bool done = false;

	rcu_read_lock();
	e = entry_in(rcu_dereference(read_map)->m, id);
	if (e)
		done = clear_entry(e);
	rcu_read_unlock();
	if (e)
		return done;
	mutex_lock(&lock);
	e = entry_in(read_locked()->m, id);
	done = e ? clear_entry(e) : remove_dirty(id);
	mutex_unlock(&lock);
	return done;
}

static u64 written(void *map)
{
	return written_entries;
}

const struct impl impl_syncmap = {
	.name = "syncmap-classic", .make = make, .free = free, .hit = hit, .insert = store,
	.update = store, .touch = touch, .remove = remove, .written = written,
	.lazy = true,
};
