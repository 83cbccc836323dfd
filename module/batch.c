// SPDX-License-Identifier: GPL-2.0
/*
 * Batches: many requests on one table.
 *
 * An atomic batch takes effect as a whole or not at all, without locking more
 * than one shard at a time: items are done one by one, each keeps what it
 * replaced, and if one is refused those before it are undone. Undoing cannot
 * fail: a session that was created is deleted, one that was changed is written
 * in place again, its weight and its place under its owner having been kept, and
 * deletes come last, when nothing can be refused any more.
 * What somebody else changed or touched meanwhile stays as they left it. Readers
 * may see items of a batch that is not complete yet.
 */
#include "batch.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "clock.h"
#include "lookup.h"
#include "ops.h"

/*
 * @keep: it may be undone: what is replaced keeps its place under its owner and its weight, see
 * ops_update_full().
 */
static void run_once(struct devsess_table *t, struct batch_item *item, bool keep)
{
	struct devsess_session *s = &item->s;
	const u64 *version = item->versioned ? &item->version : NULL;

	switch (item->op) {
	case DEVSESS_OP_INSERT:
		item->result = ops_insert(t, s, GFP_KERNEL);
		break;
	case DEVSESS_OP_STORE:
		item->result = ops_swap_full(t, s, &item->prev, keep, GFP_KERNEL);
		break;
	case DEVSESS_OP_UPDATE:
		item->result = ops_update_full(t, s, item->fields, version, &item->prev, keep,
					       GFP_KERNEL);
		break;
	case DEVSESS_OP_DELETE:
		item->result = ops_delete_full(t, s->key, s->key_len, version, NULL);
		break;
	case DEVSESS_OP_TOUCH:
		item->result = ops_touch_full(t, s->key, s->key_len, s->ttl_ms, item->touch_flags,
					      NULL, &item->prev, s, keep);
		break;
	default:
		item->result = lookup_quietly(t, s->key, s->key_len, s);
	}
}

static int run(struct devsess_table *t, struct batch_item *item, bool keep)
{
	struct devsess_session *s = &item->s;

	do {
		session_postpone(s, clock_now());
		run_once(t, item, keep);
	} while (session_is_late(s, clock_now(), item->result));
	/* Now: once other items are undone there may be. */
	item->too_heavy = item->result == -ENOSPC &&
			  !cost_fits(&t->cost, session_weight_of(s));
	return item->result;
}

/**
 * batch_run - do one item
 * @t:    table
 * @item: item; @item->result and, for a get, @item->s are set
 *
 * Context: Process, may sleep.
 * Return: @item->result.
 */
int batch_run(struct devsess_table *t, struct batch_item *item)
{
	return run(t, item, false);
}

/*
 * The session that an item has given to another owner is not the old one's any more, and one
 * that is lighter now counts no more than that.
 */
static void give_kept(struct devsess_table *t, const struct batch_item *item)
{
	const struct devsess_session *prev = &item->prev;
	bool replaced = item->op == DEVSESS_OP_UPDATE ||
			(item->op == DEVSESS_OP_STORE && item->result == 1);

	if (!replaced)
		return;
	if (prev->owner != item->s.owner)
		owner_give(t->owners, prev->owner, prev->state);
	if (prev->weight > item->s.weight) {
		cost_give(&t->cost, prev->weight - item->s.weight);
		watermark_look(&t->watermark);
	}
}

static void undo(struct devsess_table *t, struct batch_item *item)
{
	struct devsess_session *s = &item->s;
	bool created = item->op == DEVSESS_OP_INSERT ||
		       (item->op == DEVSESS_OP_STORE && !item->result);

	if (item->result < 0 || item->op == DEVSESS_OP_GET)
		return;
	if (created)
		ops_undo(t, s);
	else if (ops_restore(t, &item->prev, s))
		give_kept(t, item);
}

/* Everything but deletes, whose sessions only have to be there. */
static int run_first(struct devsess_table *t, struct batch_item *item)
{
	if (item->op != DEVSESS_OP_DELETE)
		return run(t, item, true);
	item->result = lookup_quietly(t, item->s.key, item->s.key_len, &item->prev);
	return item->result;
}

static int run_all(struct devsess_table *t, struct batch_item *items, u32 n, u32 *bad)
{
	int err = 0;
	u32 i;

	for (i = 0; i < n && err >= 0; i++) {
		err = run_first(t, &items[i]);
		cond_resched();
	}
	if (err < 0) {
		*bad = --i;
		while (i--) {
			if (items[i].op != DEVSESS_OP_DELETE)
				undo(t, &items[i]);
			cond_resched();
		}
		return err;
	}
	for (i = 0; i < n; i++) {
		give_kept(t, &items[i]);
		/* One that somebody else has deleted by now is gone as asked. */
		if (items[i].op == DEVSESS_OP_DELETE)
			ops_delete_full(t, items[i].s.key, items[i].s.key_len, NULL, NULL);
		cond_resched();
	}
	return 0;
}

/**
 * batch_run_atomic - do all items or none
 * @t:     table
 * @items: items, no device id twice, no delete with a version
 * @n:     how many
 * @bad:   out: the item that was refused
 *
 * Context: Process, may sleep.
 * Return: 0, or the errno of the item that was refused; then none took effect. -EINTR: the caller
 * was killed while it waited for another batch.
 */
int batch_run_atomic(struct devsess_table *t, struct batch_item *items, u32 n, u32 *bad)
{
	int err;

	/* One at a time: what another one has done, and undoes yet, must not be brought back. */
	if (mutex_lock_killable(&t->atomic_lock))
		return -EINTR;
	err = run_all(t, items, n, bad);
	mutex_unlock(&t->atomic_lock);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct devsess_session *x = &(*(struct batch_item * const *)a)->s;
	const struct devsess_session *y = &(*(struct batch_item * const *)b)->s;

	cond_resched(); /* there may be many */
	if (x->key_len != y->key_len)
		return x->key_len < y->key_len ? -1 : 1;
	return memcmp(x->key, y->key, x->key_len);
}

/**
 * batch_find_twice - look for a device id that stands in a batch twice
 * @items: items
 * @n:     how many
 * @bad:   out: an item whose device id another item has
 *
 * Context: Process, may sleep.
 * Return: 0 if all differ, 1 if not, or -ENOMEM.
 */
int batch_find_twice(struct batch_item *items, u32 n, u32 *bad)
{
	struct batch_item **sorted;
	int ret = 0;
	u32 i;

	sorted = kvmalloc_array(n, sizeof(*sorted), GFP_KERNEL | GFP_MODEST);
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		sorted[i] = &items[i];
	sort(sorted, n, sizeof(*sorted), compare, NULL);
	for (i = 1; i < n && !ret; i++) {
		if (compare(&sorted[i - 1], &sorted[i]))
			continue;
		*bad = max(sorted[i - 1], sorted[i]) - items;
		ret = 1;
	}
	kvfree(sorted);
	return ret;
}
