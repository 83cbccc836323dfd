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

static struct buckets one, sharded;

static int make_in(struct buckets *b, u64 sessions, u32 locks)
{
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
	b->locks = locks;
	for (i = 0; i < LOCKS; i++)
		rwlock_init(&b->lock[i]);
	return 0;
}

static void free_in(struct buckets *b)
{
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
	return &b->lock[(hash >> 28) % b->locks];
}

static struct object *find(struct buckets *b, u32 hash, const u64 *id)
{
	struct object *o;

	hlist_for_each_entry(o, &b->head[hash & b->mask], hlist)
		if (object_is(o, id))
			return o;
	return NULL;
}

static bool hit_in(struct buckets *b, const u64 *id, u64 *session)
{
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

static bool insert_in(struct buckets *b, const u64 *id, u64 session)
{
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

static bool update_in(struct buckets *b, const u64 *id, u64 session)
{
	u32 hash = hash_of(id);
	struct object *o;

	write_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		object_write(o, session);
	write_unlock_bh(lock_of(b, hash));
	return o;
}

static bool touch_in(struct buckets *b, const u64 *id)
{
	u32 hash = hash_of(id);
	struct object *o;

	write_lock_bh(lock_of(b, hash));
	o = find(b, hash, id);
	if (o)
		object_touch(o);
	write_unlock_bh(lock_of(b, hash));
	return o;
}

static bool remove_in(struct buckets *b, const u64 *id)
{
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

static int one_make(u64 sessions)
{
	return make_in(&one, sessions, 1);
}

static void one_free(void)
{
	free_in(&one);
}

static bool one_hit(const u64 *id, u64 *session)
{
	return hit_in(&one, id, session);
}

static bool one_insert(const u64 *id, u64 session)
{
	return insert_in(&one, id, session);
}

static bool one_update(const u64 *id, u64 session)
{
	return update_in(&one, id, session);
}

static bool one_touch(const u64 *id)
{
	return touch_in(&one, id);
}

static bool one_remove(const u64 *id)
{
	return remove_in(&one, id);
}

const struct impl impl_rwlock = {
	.name = "rwlock", .make = one_make, .free = one_free, .hit = one_hit,
	.insert = one_insert, .update = one_update, .touch = one_touch,
	.remove = one_remove,
};

static int sharded_make(u64 sessions)
{
	return make_in(&sharded, sessions, LOCKS);
}

static void sharded_free(void)
{
	free_in(&sharded);
}

static bool sharded_hit(const u64 *id, u64 *session)
{
	return hit_in(&sharded, id, session);
}

static bool sharded_insert(const u64 *id, u64 session)
{
	return insert_in(&sharded, id, session);
}

static bool sharded_update(const u64 *id, u64 session)
{
	return update_in(&sharded, id, session);
}

static bool sharded_touch(const u64 *id)
{
	return touch_in(&sharded, id);
}

static bool sharded_remove(const u64 *id)
{
	return remove_in(&sharded, id);
}

const struct impl impl_sharded = {
	.name = "sharded16", .make = sharded_make, .free = sharded_free, .hit = sharded_hit,
	.insert = sharded_insert, .update = sharded_update, .touch = sharded_touch,
	.remove = sharded_remove,
};
