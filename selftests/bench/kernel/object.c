// SPDX-License-Identifier: GPL-2.0
#include "object.h"

#include <linux/slab.h>
#include <linux/string.h>

static struct kmem_cache *cache;
static unsigned int users;

/* A cache of just the size, which every user of a map would make for itself. */
int objects_get(void)
{
	if (!users) {
		cache = kmem_cache_create("bench_object", sizeof(struct object) + id_len, 0, 0,
					  NULL);
		if (!cache)
			return -ENOMEM;
	}
	users++;
	return 0;
}

void objects_put(void)
{
	if (--users)
		return;
	rcu_barrier();
	kmem_cache_destroy(cache);
}

struct object *object_make(const u64 *id, u64 session)
{
	struct object *o = kmem_cache_alloc(cache, GFP_ATOMIC);

	if (!o)
		return NULL;
	memset(o->word, 0, sizeof(o->word));
	o->word[WORD_SESSION] = session;
	memcpy(o->id, id, id_len);
	return o;
}

void object_free(struct object *o)
{
	kmem_cache_free(cache, o);
}

void object_free_rcu(struct object *o)
{
	kfree_rcu(o, rcu);
}

void object_copy(const struct object *o, struct record *r)
{
	u32 i;

	/* This kernel's memcpy() is a call always. */
	for (i = 0; i < OBJECT_WORDS; i++)
		r->word[i] = READ_ONCE(o->word[i]);
	for (i = 0; i < id_len / 8; i++)
		r->id[i] = READ_ONCE(o->id[i]);
}

void object_write(struct object *o, u64 session)
{
	memset(o->word, 0, sizeof(o->word));
	o->word[WORD_SESSION] = session;
}

void object_touch(struct object *o)
{
	WRITE_ONCE(o->word[WORD_SEEN], o->word[WORD_SEEN] + 1);
}

bool object_is(const struct object *o, const u64 *id)
{
	return !memcmp(o->id, id, id_len);
}
