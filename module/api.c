// SPDX-License-Identifier: GPL-2.0
/*
 * What other modules call. A handle leads to a table, which may be another one at the next
 * call: each call takes it once, and works on that one to its end.
 *
 * A call that does not sleep is one RCU read-side critical section. A swap waits for these
 * before it returns, and a table can only be deleted after that: so none of them finds a table
 * that is dead, unless its namespace is gone. A call that may sleep takes a reference instead.
 * It may find the table dead, if that was swapped away and deleted meanwhile; then it is
 * done again with the one that the handle leads to now.
 */
#include "api.h"

#include <linux/export.h>
#include <linux/gfp.h>

#include "deferred.h"
#include "lookup.h"
#include "net.h"
#include "ops.h"
#include "owner.h"
#include "upcall.h"
#include "walk.h"

/* @expr, which does not sleep; t in it is the table of the handle. */
#define on_table(h, expr)			\
({						\
	struct devsess_table *t;		\
	typeof(expr) __ret;			\
						\
	rcu_read_lock();			\
	t = rcu_dereference((h)->table);	\
	__ret = (expr);				\
	rcu_read_unlock();			\
	__ret;					\
})

static struct devsess_table *hold(struct devsess_handle *h)
{
	struct devsess_table *t;

	rcu_read_lock();
	do
		t = rcu_dereference(h->table);
	while (!refcount_inc_not_zero(&t->refs));
	rcu_read_unlock();
	return t;
}

/* @expr, which may sleep; likewise. */
#define on_held(h, expr)				\
({							\
	struct devsess_handle *__h = (h);		\
	struct devsess_table *t;			\
	int __err;					\
							\
	do {						\
		t = hold(__h);				\
		__err = (expr);				\
		net_table_put(t);			\
	} while (__err == -ENODEV && !READ_ONCE(__h->dead));\
	__err;						\
})

/* The one or the other, as @gfp says. */
#define on_either(h, gfp, expr)	\
	(gfpflags_allow_blocking(gfp) ? on_held(h, expr) : on_table(h, expr))

int devsess_lookup(struct devsess_handle *h, const void *key, size_t key_len,
		   struct devsess_session *s)
{
	if (READ_ONCE(h->dead))
		return -ENODEV;
	return on_table(h, lookup_one(t, key, key_len, s));
}
EXPORT_SYMBOL_GPL(devsess_lookup);

int devsess_lookup_or_load(struct devsess_handle *h, const void *key, size_t key_len,
			   struct devsess_session *s)
{
	if (READ_ONCE(h->dead))
		return -ENODEV;
	return on_table(h, lookup_or_load(t, key, key_len, s));
}
EXPORT_SYMBOL_GPL(devsess_lookup_or_load);

unsigned int devsess_lookup_batch(struct devsess_handle *h, struct devsess_query *q,
				  unsigned int n)
{
	unsigned int i;

	if (!READ_ONCE(h->dead))
		return on_table(h, lookup_batch(t, q, n));
	for (i = 0; i < n; i++)
		q[i].result = -ENODEV;
	return 0;
}
EXPORT_SYMBOL_GPL(devsess_lookup_batch);

int devsess_insert(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp)
{
	return on_either(h, gfp, ops_create_modest(t, s, NULL, write_exists, gfp));
}
EXPORT_SYMBOL_GPL(devsess_insert);

int devsess_store(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp)
{
	return on_either(h, gfp, ops_create_modest(t, s, NULL, write_replace, gfp));
}
EXPORT_SYMBOL_GPL(devsess_store);

int devsess_update(struct devsess_handle *h, struct devsess_session *s, u32 fields)
{
	return on_table(h, ops_update(t, s, fields));
}
EXPORT_SYMBOL_GPL(devsess_update);

int devsess_get_or_insert(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp)
{
	return on_either(h, gfp, ops_create_modest(t, s, NULL, write_load, gfp));
}
EXPORT_SYMBOL_GPL(devsess_get_or_insert);

int devsess_swap(struct devsess_handle *h, struct devsess_session *s,
		 struct devsess_session *prev, gfp_t gfp)
{
	return on_either(h, gfp, ops_create_modest(t, s, prev, write_replace, gfp));
}
EXPORT_SYMBOL_GPL(devsess_swap);

int devsess_delete(struct devsess_handle *h, const void *key, size_t key_len)
{
	return on_table(h, ops_delete(t, key, key_len));
}
EXPORT_SYMBOL_GPL(devsess_delete);

int devsess_get_and_delete(struct devsess_handle *h, const void *key, size_t key_len,
			   struct devsess_session *s)
{
	return on_table(h, ops_get_and_delete(t, key, key_len, s));
}
EXPORT_SYMBOL_GPL(devsess_get_and_delete);

int devsess_compare_and_swap(struct devsess_handle *h, struct devsess_session *s, u32 fields,
			     u64 version)
{
	return on_table(h, ops_compare_and_swap(t, s, fields, version));
}
EXPORT_SYMBOL_GPL(devsess_compare_and_swap);

int devsess_compare_and_delete(struct devsess_handle *h, const void *key, size_t key_len,
			       u64 version)
{
	return on_table(h, ops_compare_and_delete(t, key, key_len, version));
}
EXPORT_SYMBOL_GPL(devsess_compare_and_delete);

int devsess_touch(struct devsess_handle *h, const void *key, size_t key_len, u64 ttl_ms,
		  u32 flags, u64 *expires)
{
	return on_table(h, ops_touch(t, key, key_len, ttl_ms, flags, expires));
}
EXPORT_SYMBOL_GPL(devsess_touch);

int devsess_defer_store(struct devsess_handle *h, const struct devsess_session *s)
{
	return on_table(h, deferred_store(t, s));
}
EXPORT_SYMBOL_GPL(devsess_defer_store);

int devsess_defer_update(struct devsess_handle *h, const struct devsess_session *s, u32 fields)
{
	return on_table(h, deferred_update(t, s, fields));
}
EXPORT_SYMBOL_GPL(devsess_defer_update);

int devsess_defer_touch(struct devsess_handle *h, const void *key, size_t key_len, u64 ttl_ms,
			u32 flags)
{
	return on_table(h, deferred_touch(t, key, key_len, ttl_ms, flags));
}
EXPORT_SYMBOL_GPL(devsess_defer_touch);

int devsess_defer_delete(struct devsess_handle *h, const void *key, size_t key_len)
{
	return on_table(h, deferred_delete(t, key, key_len));
}
EXPORT_SYMBOL_GPL(devsess_defer_delete);

int devsess_defer_drain(struct devsess_handle *h)
{
	return on_held(h, deferred_drain(t));
}
EXPORT_SYMBOL_GPL(devsess_defer_drain);

static int refuse(struct devsess_table *t, const void *id, size_t id_len)
{
	struct slot_key key;

	if (READ_ONCE(t->dead))
		return -ENODEV;
	return table_key(t, id, id_len, &key) ?: upcall_refuse(t, &key);
}

int devsess_refuse(struct devsess_handle *h, const void *key, size_t key_len)
{
	might_sleep();
	return on_table(h, refuse(t, key, key_len));
}
EXPORT_SYMBOL_GPL(devsess_refuse);

/* Whether a table can be asked about owners. */
static int ask_owners(const struct devsess_table *t)
{
	if (READ_ONCE(t->dead))
		return -ENODEV;
	return t->owners ? 0 : -EOPNOTSUPP;
}

static int get_owner(struct devsess_table *t, u32 owner, struct devsess_owner *f)
{
	int err = ask_owners(t);

	if (!err)
		owner_get(t->owners, owner, f);
	return err;
}

int devsess_owner_get(struct devsess_handle *h, u32 owner, struct devsess_owner *f)
{
	return on_table(h, get_owner(t, owner, f));
}
EXPORT_SYMBOL_GPL(devsess_owner_get);

int devsess_owner_set(struct devsess_handle *h, u32 owner, u32 limit)
{
	return on_table(h, ask_owners(t) ?: table_limit_owner(t, owner, limit));
}
EXPORT_SYMBOL_GPL(devsess_owner_set);

/* A walk of devsess_range(); the table does not know whether it has a namespace. */
struct api_range {
	const struct devsess_handle *h;
	int (*fn)(const struct devsess_session *s, void *arg);
	void *arg;
};

static int range_one(const struct devsess_session *s, void *arg)
{
	const struct api_range *r = arg;

	return READ_ONCE(r->h->dead) ? -ENODEV : r->fn(s, r->arg);
}

int devsess_range(struct devsess_handle *h, int (*fn)(const struct devsess_session *s, void *arg),
		  void *arg)
{
	struct api_range r = { .h = h, .fn = fn, .arg = arg };
	struct devsess_table *t;
	int ret;

	if (READ_ONCE(h->dead))
		return -ENODEV;
	t = hold(h);
	ret = walk_range(t, range_one, &r);
	net_table_put(t);
	return ret;
}
EXPORT_SYMBOL_GPL(devsess_range);

int devsess_clear(struct devsess_handle *h, u64 *deleted)
{
	struct devsess_table *t;
	u64 n;

	if (READ_ONCE(h->dead))
		return -ENODEV;
	t = hold(h);
	n = walk_clear(t, NULL, NULL);
	net_table_put(t);
	if (deleted)
		*deleted = n;
	return 0;
}
EXPORT_SYMBOL_GPL(devsess_clear);

u64 devsess_count(const struct devsess_handle *h)
{
	return on_table(h, table_count(t));
}
EXPORT_SYMBOL_GPL(devsess_count);
