// SPDX-License-Identifier: GPL-2.0
/*
 * Batches through netlink. The reply is allocated before the first item is
 * done, with room for every result and every session found; the sentences of
 * failures get what is left.
 */
#include "batch_nl.h"

#include <linux/mm.h>
#include <linux/sched.h>

#include "attrs.h"
#include "batch.h"
#include "put.h"
#include "reply.h"

/* Results per attribute: its length is 16 bits. */
#define RESULTS_CHUNK	8192

/* Room for this many bytes of sentences, about 300 of them. */
#define FAILURES_ROOM	(24 * 1024)

/* Most bytes of a found session in a reply. */
#define FOUND_ROOM	400

/**
 * struct batch_call - a batch under way
 * @t:       table
 * @info:    request
 * @r:       reply
 * @n:       items
 * @gets:    items with op get
 * @done:    items that took effect
 * @results: a result per item
 */
struct batch_call {
	struct devsess_table *t;
	struct genl_info *info;
	struct reply r;
	u32 n;
	u32 gets;
	u32 done;
	s32 *results;
};

/* The first item from @nla on, or NULL. */
static const struct nlattr *find_item(const struct genl_info *info, const struct nlattr *nla)
{
	const void *end = genlmsg_data(info->genlhdr) + genlmsg_len(info->genlhdr);
	int rem = end - (const void *)nla;

	while (nla_ok(nla, rem)) {
		if (nla_type(nla) == DEVSESS_A_BATCH_ITEM)
			return nla;
		nla = nla_next(nla, &rem);
	}
	return NULL;
}

static const struct nlattr *first_item(const struct genl_info *info)
{
	return find_item(info, genlmsg_data(info->genlhdr));
}

static const struct nlattr *next_item(const struct genl_info *info, const struct nlattr *nla)
{
	return find_item(info, (const void *)nla + NLA_ALIGN(nla->nla_len));
}

static size_t results_size(const struct batch_call *c)
{
	return c->n * sizeof(s32) +
	       DIV_ROUND_UP(c->n, RESULTS_CHUNK) * nla_total_size(0) +
	       nla_total_size(sizeof(u32));
}

/* Counts the items. They are looked at one by one later. */
static int count_items(struct batch_call *c)
{
	struct netlink_ext_ack *extack = c->info->extack;
	const struct nlattr *nla, *op;

	for (nla = first_item(c->info); nla; nla = next_item(c->info, nla)) {
		op = nla_find_nested(nla, DEVSESS_A_SESSION_OP);
		c->gets += op && nla_len(op) == sizeof(u32) &&
			   nla_get_u32(op) == DEVSESS_OP_GET;
		c->n++;
		if (c->n > DEVSESS_BATCH_MAX)
			return reply_refuse(extack, -E2BIG, nla,
					    "the batch has more than 65536 items");
		if (c->gets > DEVSESS_BATCH_GET_MAX)
			return reply_refuse(extack, -E2BIG, nla,
					    "the batch has more than 256 items with op get");
	}
	if (!c->n)
		return attrs_missing(extack, NULL, DEVSESS_A_BATCH_ITEM, "the batch is empty");
	return 0;
}

/* Room that is not set aside for the results. */
static bool has_room(const struct batch_call *c, size_t size)
{
	return skb_tailroom(c->r.skb) >= results_size(c) + size;
}

/* @attr: of the item, or 0. */
static void put_failure(struct batch_call *c, u32 i, const char *sentence, u32 attr)
{
	size_t size = nla_total_size(2 * nla_total_size(sizeof(u32)) +
				     nla_total_size(strlen(sentence) + 1));
	struct nlattr *nest;

	/* What the gets may still need is not for sentences either. */
	if (!has_room(c, size + c->gets * FOUND_ROOM))
		return;
	nest = nla_nest_start(c->r.skb, DEVSESS_A_BATCH_FAILURE);
	nla_put_u32(c->r.skb, DEVSESS_A_FAILURE_INDEX, i);
	nla_put_string(c->r.skb, DEVSESS_A_FAILURE_MESSAGE, sentence);
	if (attr)
		nla_put_u32(c->r.skb, DEVSESS_A_FAILURE_ATTR, attr);
	nla_nest_end(c->r.skb, nest);
}

static void put_found(struct batch_call *c, u32 i, const struct devsess_session *s)
{
	struct nlattr *found = nla_nest_start(c->r.skb, DEVSESS_A_BATCH_FOUND);
	struct nlattr *nest;

	nla_put_u32(c->r.skb, DEVSESS_A_FOUND_INDEX, i);
	nest = nla_nest_start(c->r.skb, DEVSESS_A_FOUND_SESSION);
	put_session(c->r.skb, s);
	nla_nest_end(c->r.skb, nest);
	nla_nest_end(c->r.skb, found);
}

/* Why an item was refused. */
static const char *sentence_of(const struct batch_item *item, int err)
{
	return err == -ENOSPC && item->too_heavy ? REPLY_TOO_HEAVY : reply_sentence(err);
}

static void note_result(struct batch_call *c, u32 i, const struct batch_item *item)
{
	/* Of a touch that changed nothing, that; of the others it tells nothing that was asked. */
	c->results[i] = item->op == DEVSESS_OP_TOUCH ? item->result : min(item->result, 0);
	if (item->result < 0)
		put_failure(c, i, sentence_of(item, item->result), 0);
	else
		c->done++;
	if (item->op != DEVSESS_OP_GET)
		return;
	c->gets--;
	if (item->result >= 0)
		put_found(c, i, &item->s);
}

/* The attribute that attrs_item() has refused, or 0. */
static u32 bad_attr(const struct netlink_ext_ack *extack)
{
	return extack->bad_attr ? nla_type(extack->bad_attr) : extack->miss_type;
}

/* Each item for itself. */
static int run_each(struct batch_call *c)
{
	struct batch_item *item = kzalloc(sizeof(*item), GFP_KERNEL | GFP_MODEST);
	const struct nlattr *nla;
	u32 i = 0;

	if (!item)
		return -ENOMEM;
	for (nla = first_item(c->info); nla; nla = next_item(c->info, nla)) {
		struct netlink_ext_ack extack = { };

		c->results[i] = attrs_item(nla, c->t, item, &extack);
		if (c->results[i]) {
			put_failure(c, i, extack._msg ?: reply_sentence(c->results[i]),
				    bad_attr(&extack));
		} else {
			batch_run(c->t, item);
			note_result(c, i, item);
		}
		i++;
		cond_resched();
	}
	kfree(item);
	return 0;
}

/* All items, or the first that is wrong. Returns 0 or its errno. */
static int take_items(struct batch_call *c, struct batch_item *items, u32 *bad,
		      const char **sentence, u32 *attr)
{
	const struct nlattr *nla;
	int err;

	*attr = 0;
	*bad = 0;
	for (nla = first_item(c->info); nla; nla = next_item(c->info, nla)) {
		struct netlink_ext_ack extack = { };
		struct batch_item *item = &items[*bad];

		err = attrs_item(nla, c->t, item, &extack);
		*sentence = extack._msg;
		*attr = bad_attr(&extack);
		if (!err && item->op == DEVSESS_OP_DELETE && item->versioned) {
			*sentence = "an atomic batch takes no delete with a version";
			err = -EOPNOTSUPP;
		}
		if (err)
			return err;
		++*bad;
		cond_resched();
	}
	err = batch_find_twice(items, c->n, bad);
	*sentence = "the device stands in the atomic batch twice";
	*attr = err > 0 ? DEVSESS_A_SESSION_DEVICE : 0;
	return err > 0 ? -EINVAL : err;
}

/* All items or none: those that were not refused are ECANCELED then. */
static int run_atomic(struct batch_call *c)
{
	struct batch_item *items;
	const char *sentence = NULL;
	u32 bad, attr, i;
	int err;

	items = kvcalloc(c->n, sizeof(*items), GFP_KERNEL | GFP_MODEST);
	if (!items)
		return -ENOMEM;
	err = take_items(c, items, &bad, &sentence, &attr);
	if (err == -ENOMEM) {
		kvfree(items);
		return err;
	}
	if (!err) {
		err = batch_run_atomic(c->t, items, c->n, &bad);
		sentence = NULL;
	}
	if (err == -EINTR) {
		kvfree(items);
		return err;
	}
	for (i = 0; i < c->n; i++) {
		if (!err)
			note_result(c, i, &items[i]);
		else
			c->results[i] = i == bad ? err : -ECANCELED;
	}
	if (err)
		put_failure(c, bad, sentence ?: sentence_of(&items[bad], err), attr);
	kvfree(items);
	return 0;
}

static int put_results(struct batch_call *c)
{
	u32 i, n;

	if (nla_put_u32(c->r.skb, DEVSESS_A_BATCH_DONE, c->done))
		return -EMSGSIZE;
	for (i = 0; i < c->n; i += n) {
		n = min_t(u32, c->n - i, RESULTS_CHUNK);
		if (nla_put(c->r.skb, DEVSESS_A_BATCH_RESULTS, n * sizeof(s32), c->results + i))
			return -EMSGSIZE;
	}
	return 0;
}

/**
 * batch_nl_run - do a batch and send the reply
 * @t:    table
 * @info: request
 *
 * Context: Process, may sleep.
 * Return: 0 if there is a result per item, whatever they are; else nothing was
 * done: -EINVAL (no item), -E2BIG, -ENOMEM; or -EINTR, as the sender was killed.
 */
int batch_nl_run(struct devsess_table *t, struct genl_info *info)
{
	struct batch_call c = { .t = t, .info = info };
	int err = count_items(&c);

	if (err)
		return err;
	if (c.gets < c.n)
		charge_claim(&t->charge);
	c.results = kvcalloc(c.n, sizeof(*c.results), GFP_KERNEL | GFP_MODEST);
	if (!c.results)
		return reply_refuse(info->extack, -ENOMEM, NULL, "no memory for the batch");
	err = reply_begin(&c.r, info, results_size(&c) + c.gets * FOUND_ROOM + FAILURES_ROOM);
	if (err)
		goto out;
	err = info->attrs[DEVSESS_A_BATCH_ATOMIC] ? run_atomic(&c) : run_each(&c);
	if (err) {
		reply_cancel(&c.r);
		reply_refuse(info->extack, err, NULL,
			     err == -EINTR ? "the sender was killed" : "no memory for the batch");
		goto out;
	}
	err = reply_done(&c.r, info, put_results(&c));
out:
	kvfree(c.results);
	return err;
}
