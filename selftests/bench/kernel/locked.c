// SPDX-License-Identifier: GPL-2.0
/*
 * Buckets under reader-writer locks: one lock for all, or 16 for a sixteenth of
 * the buckets each, the classic sharded map. As many buckets as sessions from
 * the start: they do not grow. What is under the lock may be changed and freed
 * at once.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/jhash.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "object.h"

#define LOCKS 16

struct buckets {
	struct hlist_head *head;
	u32 mask;
	u32 locks;
	rwlock_t lock[LOCKS];
};

static struct buckets one = { .locks = 1 }, sharded = { .locks = LOCKS };

static int make(void *map, u64 sessions)
{
	struct buckets *b = map;
	u64 n = roundup_pow_of_two(sessions);
	u32 i;

	if (objects_get())
		return -ENOMEM;
	b->head = kvcalloc(n, sizeof(*b->head), GFP_KERNEL);
	if (!b->head) {
		objects_put();
		return -ENOMEM;
	}
	b->mask = n - 1;
	for (i = 0; i < LOCKS; i++)
		rwlock_init(&b->lock[i]);
	return 0;
}

static void free(void *map)
{
	struct buckets *b = map;
	struct hlist_node *next;
	struct object *o;
	u64 i;

	if (!b->head)
		return;
	for (i = 0; i <= b->mask; i++)
		hlist_for_each_entry_safe(o, next, &b->head[i], hlist)
			object_free(o);
	kvfree(b->head);
	b->head = NULL;
	objects_put();
}

static u32 hash_of(const u64 *id)
{
	return jhash(id, id_len, 0);
}

static rwlock_t *lock_of(struct buckets *b, u32 hash)
{
	return &b->lock[(hash & b->mask) % b->locks];
}

static struct object *find(struct buckets *b, u32 hash, const u64 *id)
{
	struct object *o;

	hlist_for_each_entry(o, &b->head[hash & b->mask], hlist)
		if (object_is(o, id))
			return o;
	return NULL;
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	struct buckets *b = map;
	u32 hash = hash_of(id);
	struct object *o;
	struct record r;

	read_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		object_copy(o, &r);
	read_unlock_bh(lock_of(b, hash));
	if (!o)
		return false;
	*session = r.word[WORD_SESSION];
	return true;
}

static bool insert(void *map, const u64 *id, u64 session)
{
	struct buckets *b = map;
	struct object *o = object_make(id, session);
	u32 hash = hash_of(id);
	bool there;

	if (!o)
		return false;
	write_lock_bh(lock_of(b, hash));
	there = find(b, hash, id);
	if (!there)
		hlist_add_head(&o->hlist, &b->head[hash & b->mask]);
	write_unlock_bh(lock_of(b, hash));
	if (there)
		object_free(o);
	return !there;
}

static bool update(void *map, const u64 *id, u64 session)
{
	struct buckets *b = map;
	u32 hash = hash_of(id);
	struct object *o;

	write_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		object_write(o, session);
	write_unlock_bh(lock_of(b, hash));
	return o;
}

static bool touch(void *map, const u64 *id)
{
	struct buckets *b = map;
	u32 hash = hash_of(id);
	struct object *o;

	write_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		object_touch(o);
	write_unlock_bh(lock_of(b, hash));
	return o;
}

static bool remove(void *map, const u64 *id)
{
	struct buckets *b = map;
	u32 hash = hash_of(id);
	struct object *o;

	write_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		hlist_del(&o->hlist);
	write_unlock_bh(lock_of(b, hash));
	if (o)
		object_free(o);
	return o;
}

#define IMPL(title, which) {						\
	.name = title, .map = which, .make = make, .free = free,	\
	.hit = hit, .insert = insert, .update = update,			\
	.touch = touch, .remove = remove,				\
}

const struct impl impl_rwlock = IMPL("rwlock", &one);
const struct impl impl_sharded = IMPL("sharded16", &sharded);
