// SPDX-License-Identifier: GPL-2.0
/*
 * rhashtable with its default hash and automatic growth, and once more with
 * the keyed hash that devsess has. An update replaces the object by a new one,
 * since readers may hold the old one.
 */
#include "bench.h"

#include <linux/errno.h>
#include <linux/random.h>
#include <linux/sched.h> /* which rhashtable.h wants but does not include */
#include <linux/rhashtable.h>
#include <linux/siphash.h>

#include "object.h"

#define PARAMS(len, hash) {					\
	.key_len = len,						\
	.key_offset = offsetof(struct object, id),		\
	.head_offset = offsetof(struct object, node),		\
	.hashfn = hash,						\
	.automatic_shrinking = true,				\
}

/* A table, and whether it has the keyed hash. */
struct table {
	struct rhashtable ht;
	bool keyed;
};

static struct table plain, keyed = { .keyed = true };
static hsiphash_key_t hash_key;

static u32 keyed_hash(const void *data, u32 len, u32 seed)
{
	return hsiphash(data, len, &hash_key);
}

/* Constant where they are used, so that rhashtable's functions are made for them. */
static const struct rhashtable_params params16 = PARAMS(16, NULL);
static const struct rhashtable_params params32 = PARAMS(32, NULL);
static const struct rhashtable_params keyed16 = PARAMS(16, keyed_hash);
static const struct rhashtable_params keyed32 = PARAMS(32, keyed_hash);

static void free_one(void *o, void *arg)
{
	object_free(o);
}

static int make_in(struct rhashtable *ht, const struct rhashtable_params *p)
{
	int err = objects_get();

	if (err)
		return err;
	err = rhashtable_init(ht, p);
	if (err)
		objects_put();
	return err;
}

static void free_in(struct rhashtable *ht)
{
	if (!rcu_access_pointer(ht->tbl))
		return;
	rhashtable_free_and_destroy(ht, free_one, NULL);
	RCU_INIT_POINTER(ht->tbl, NULL);
	objects_put();
}

static __always_inline bool hit_in(struct rhashtable *ht, const u64 *id, u64 *session,
				   const struct rhashtable_params p)
{
	struct object *o;
	struct record r;

	rcu_read_lock();
	o = rhashtable_lookup(ht, id, p);
	if (o)
		object_copy(o, &r);
	rcu_read_unlock();
	if (!o)
		return false;
	*session = r.word[WORD_SESSION];
	return true;
}

static __always_inline bool insert_in(struct rhashtable *ht, const u64 *id, u64 session,
				      const struct rhashtable_params p)
{
	struct object *o = object_make(id, session);

	if (!o)
		return false;
	if (!rhashtable_lookup_insert_fast(ht, &o->node, p))
		return true;
	object_free(o);
	return false;
}

static __always_inline bool update_in(struct rhashtable *ht, const u64 *id, u64 session,
				      const struct rhashtable_params p)
{
	struct object *o = object_make(id, session), *old;
	bool done = false;

	if (!o)
		return false;
	rcu_read_lock();
	old = rhashtable_lookup(ht, id, p);
	if (old)
		done = !rhashtable_replace_fast(ht, &old->node, &o->node, p);
	rcu_read_unlock();
	if (done)
		object_free_rcu(old);
	else
		object_free(o);
	return done;
}

static __always_inline bool touch_in(struct rhashtable *ht, const u64 *id,
				     const struct rhashtable_params p)
{
	struct object *o;

	rcu_read_lock();
	o = rhashtable_lookup(ht, id, p);
	if (o)
		object_touch(o);
	rcu_read_unlock();
	return o;
}

static __always_inline bool remove_in(struct rhashtable *ht, const u64 *id,
				      const struct rhashtable_params p)
{
	struct object *o;
	bool done;

	rcu_read_lock();
	o = rhashtable_lookup(ht, id, p);
	done = o && !rhashtable_remove_fast(ht, &o->node, p);
	rcu_read_unlock();
	if (done)
		object_free_rcu(o);
	return done;
}

/* The operation made for the parameters of the table. */
#define FOR(t, op, args...)						\
	((t)->keyed ? (id_len == 16 ? op(&(t)->ht, args, keyed16) :	\
				      op(&(t)->ht, args, keyed32)) :	\
		      (id_len == 16 ? op(&(t)->ht, args, params16) :	\
				      op(&(t)->ht, args, params32)))

static int make(void *map, u64 sessions)
{
	struct table *t = map;

	if (!t->keyed)
		return make_in(&t->ht, id_len == 16 ? &params16 : &params32);
	get_random_bytes(&hash_key, sizeof(hash_key));
	return make_in(&t->ht, id_len == 16 ? &keyed16 : &keyed32);
}

static void free(void *map)
{
	free_in(&((struct table *)map)->ht);
}

static bool hit(void *map, const u64 *id, u64 *session)
{
	struct table *t = map;

	return FOR(t, hit_in, id, session);
}

static bool insert(void *map, const u64 *id, u64 session)
{
	struct table *t = map;

	return FOR(t, insert_in, id, session);
}

static bool update(void *map, const u64 *id, u64 session)
{
	struct table *t = map;

	return FOR(t, update_in, id, session);
}

static bool touch(void *map, const u64 *id)
{
	struct table *t = map;

	return FOR(t, touch_in, id);
}

static bool remove(void *map, const u64 *id)
{
	struct table *t = map;

	return FOR(t, remove_in, id);
}

#define IMPL(title, which) {						\
	.name = title, .map = which, .make = make, .free = free,	\
	.hit = hit, .insert = insert, .update = update,			\
	.touch = touch, .remove = remove,				\
}

const struct impl impl_rhashtable = IMPL("rhashtable", &plain);
const struct impl impl_rhashtable_keyed = IMPL("rhashtable-keyed", &keyed);
