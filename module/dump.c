// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. Sessions: one shard is snapshotted, then sent, then the next one.
 * The cursor is a hash, which splits and merges do not disturb, so a session
 * that is there during the whole dump is sent exactly once, and the dump has
 * no need to be marked as interrupted.
 */
#include "dump.h"

#include <linux/slab.h>
#include <net/sock.h>

#include "attrs.h"
#include "genl.h"
#include "net.h"
#include "put.h"
#include "reply.h"
#include "walk.h"

/**
 * struct dump - a dump of sessions under way
 * @t:      table, with a reference
 * @snap:   the shard that is being sent
 * @i:      next session of it
 * @filter: which sessions are meant
 */
struct dump {
	struct devsess_table *t;
	struct snapshot snap;
	u32 i;
	struct filter filter;
};

/* In the callback's context. */
struct dump_ctx {
	struct dump *dump;
};

static struct dump_ctx *to_ctx(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_ctx) > sizeof(cb->ctx));
	return (struct dump_ctx *)cb->ctx;
}

/* Takes the request. */
static int prepare(struct netlink_callback *cb)
{
	struct nlattr **tb = compat_dump_attrs(cb);
	const struct nlattr *name = tb[DEVSESS_A_SESSION_TABLE];
	struct dump *d;
	int err = attrs_check_dump(cb);

	if (err)
		return err;
	if (tb[DEVSESS_A_SESSION_DEVICE]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[DEVSESS_A_SESSION_DEVICE],
				    "a dump takes no device");
		return -EINVAL;
	}
	d = kzalloc(sizeof(*d), GFP_KERNEL | GFP_MODEST);
	if (!d)
		return reply_refuse(cb->extack, -ENOMEM, NULL, "no memory for the dump");
	err = attrs_filter(tb[DEVSESS_A_SESSION_FILTER], &d->filter, cb->extack);
	if (err)
		goto err_free;
	d->t = net_table_get(sock_net(cb->skb->sk), attrs_name(name));
	if (!d->t) {
		err = reply_refuse(cb->extack, -ENOENT, name, "there is no table of that name");
		goto err_free;
	}
	to_ctx(cb)->dump = d;
	return 0;

err_free:
	kfree(d);
	return err;
}

/**
 * dump_start - begin a dump of sessions
 * @cb: callback
 *
 * Linux 6.1 has no extack here, only while the dump goes on: there a request
 * that is refused is refused then.
 *
 * Context: Process.
 * Return: 0, -ENOENT, -EINVAL or -ENOMEM.
 */
int dump_start(struct netlink_callback *cb)
{
	return cb->extack ? prepare(cb) : 0;
}

/**
 * dump_done - end a dump of sessions, also one that was closed half way
 * @cb: callback
 *
 * Context: Process.
 * Return: 0.
 */
int dump_done(struct netlink_callback *cb)
{
	struct dump *d = to_ctx(cb)->dump;

	if (!d)
		return 0;
	walk_free(&d->snap);
	net_table_put(d->t);
	kfree(d);
	return 0;
}

static int send_one(struct sk_buff *skb, struct netlink_callback *cb, struct dump *d)
{
	struct devsess_session s;
	void *hdr = reply_part_begin(skb, cb, DEVSESS_CMD_GET);

	if (!hdr)
		return -EMSGSIZE;
	walk_get(d->t, &d->snap, d->i, &s);
	return reply_part_end(skb, hdr, put_session(skb, &s));
}

int devsess_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d;
	int err;

	if (!to_ctx(cb)->dump) {
		err = prepare(cb);
		if (err)
			return err;
	}
	d = to_ctx(cb)->dump;
	for (;;) {
		for (; d->i < d->snap.count; d->i++)
			if (send_one(skb, cb, d))
				return skb->len;
		if (d->snap.next > U32_MAX)
			return skb->len;
		err = walk_snapshot(d->t, &d->snap, d->filter.has ? attrs_match : NULL,
				    &d->filter);
		if (err)
			return reply_refuse(cb->extack, err, NULL, NULL);
		d->i = 0;
		cond_resched();
	}
}

static int check_empty(struct netlink_callback *cb)
{
	const struct genlmsghdr *hdr = nlmsg_data(cb->nlh);
	const struct nlattr *a = genlmsg_data(hdr);

	if (!genlmsg_len(hdr))
		return 0;
	NL_SET_ERR_MSG_ATTR(cb->extack, a, "a dump is of all tables and takes no name");
	return -EINVAL;
}

/**
 * dump_start_all - begin a dump of all tables or statistics
 * @cb: callback
 *
 * Context: Process.
 * Return: 0, or -EINVAL if the request names a table.
 */
int dump_start_all(struct netlink_callback *cb)
{
	return cb->extack ? check_empty(cb) : 0; /* see dump_start() */
}

/* One message per table, in the order of their numbers; cb->args[0] is the next. */
static int dump_tables(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		       int (*put)(struct sk_buff *skb, struct devsess_table *t))
{
	unsigned long id = cb->args[0];
	struct devsess_table *t;
	int err = check_empty(cb);

	if (err)
		return err;
	for (; (t = net_table_next(sock_net(skb->sk), &id)); id++) {
		void *hdr = reply_part_begin(skb, cb, cmd);

		err = hdr ? reply_part_end(skb, hdr, put(skb, t)) : -EMSGSIZE;

		net_table_put(t);
		if (err)
			break;
	}
	cb->args[0] = id;
	return skb->len;
}

int devsess_nl_table_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_tables(skb, cb, DEVSESS_CMD_TABLE_GET, put_table);
}

int devsess_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump_tables(skb, cb, DEVSESS_CMD_STATS_GET, put_stats);
}
