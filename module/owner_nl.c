// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about owners. A dump is sorted, so it takes the figures of all owners when it
 * begins, and needs the table no more.
 */
#include "owner_nl.h"

#include <linux/mm.h>
#include <linux/overflow.h>
#include <net/sock.h>

#include "attrs.h"
#include "net.h"
#include "put.h"
#include "reply.h"
#include "table_nl.h"

static const char no_owners[] = "the table counts no owners: its owner_max is 0";

/* The table of a request, if it counts owners. */
static struct devsess_table *request_table(struct genl_info *info, int *err)
{
	struct devsess_table *t = table_nl_request(info, DEVSESS_A_OWNER_TABLE);

	*err = t ? 0 : -ENOENT;
	if (!t || t->owners)
		return t;
	*err = reply_refuse(info->extack, -EOPNOTSUPP, info->attrs[DEVSESS_A_OWNER_TABLE],
			    no_owners);
	net_table_put(t);
	return NULL;
}

static int need_owner(struct genl_info *info)
{
	if (info->attrs[DEVSESS_A_OWNER_OWNER])
		return 0;
	return attrs_missing(info->extack, NULL, DEVSESS_A_OWNER_OWNER, "owner is missing");
}

int devsess_nl_owner_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *top = info->attrs[DEVSESS_A_OWNER_TOP];
	struct devsess_owner f;
	struct devsess_table *t;
	struct reply r;
	int err = need_owner(info);

	if (err)
		return err;
	if (top) {
		NL_SET_ERR_MSG_ATTR(info->extack, top, "only a dump takes top");
		return -EINVAL;
	}
	t = request_table(info, &err);
	if (!t)
		return err;
	err = reply_begin(&r, info, NLMSG_GOODSIZE);
	if (!err) {
		owner_get(t->owners, nla_get_u32(info->attrs[DEVSESS_A_OWNER_OWNER]), &f);
		err = reply_send(&r, info, put_owner(r.skb, &f));
	}
	net_table_put(t);
	return err;
}

int devsess_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct devsess_table *t;
	int err = need_owner(info);

	if (err)
		return err;
	if (!tb[DEVSESS_A_OWNER_LIMIT])
		return attrs_missing(info->extack, NULL, DEVSESS_A_OWNER_LIMIT,
				     "limit is missing");
	t = request_table(info, &err);
	if (!t)
		return err;
	err = table_limit_owner(t, nla_get_u32(tb[DEVSESS_A_OWNER_OWNER]),
				nla_get_u32(tb[DEVSESS_A_OWNER_LIMIT]));
	net_table_put(t);
	return reply_refuse(info->extack, err, tb[DEVSESS_A_OWNER_OWNER], NULL);
}

/**
 * struct owner_dump - a dump of owners under way
 * @n:    owners to be sent
 * @i:    next of them
 * @list: their figures
 */
struct owner_dump {
	u32 n;
	u32 i;
	struct devsess_owner list[];
};

/* In the callback's context. */
struct owner_ctx {
	struct owner_dump *dump;
};

static struct owner_ctx *to_ctx(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct owner_ctx) > sizeof(cb->ctx));
	return (struct owner_ctx *)cb->ctx;
}

static struct owner_dump *take_figures(struct devsess_table *t, u32 top)
{
	struct owner_dump *d = kvmalloc(struct_size(d, list, owner_max(t->owners)),
					GFP_KERNEL | GFP_MODEST);

	if (!d)
		return NULL;
	d->i = 0;
	d->n = min(owner_list(t->owners, d->list), top);
	return d;
}

/* Takes the request. */
static int prepare(struct netlink_callback *cb)
{
	struct nlattr **tb = compat_dump_attrs(cb);
	const struct nlattr *name = tb[DEVSESS_A_OWNER_TABLE], *top = tb[DEVSESS_A_OWNER_TOP];
	struct devsess_table *t;
	int err = attrs_check_dump(cb);

	if (err)
		return err;
	if (tb[DEVSESS_A_OWNER_OWNER]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, tb[DEVSESS_A_OWNER_OWNER],
				    "a dump is of all owners and takes none");
		return -EINVAL;
	}
	t = net_table_get(sock_net(cb->skb->sk), attrs_name(name));
	if (!t)
		return reply_refuse(cb->extack, -ENOENT, name, "there is no table of that name");
	if (!t->owners) {
		err = reply_refuse(cb->extack, -EOPNOTSUPP, name, no_owners);
	} else {
		to_ctx(cb)->dump = take_figures(t, top ? nla_get_u32(top) : U32_MAX);
		if (!to_ctx(cb)->dump)
			err = reply_refuse(cb->extack, -ENOMEM, NULL, "no memory for the dump");
	}
	net_table_put(t);
	return err;
}

/**
 * owner_nl_start - begin a dump of owners
 * @cb: callback
 *
 * See dump_start() for Linux 6.1.
 *
 * Context: Process.
 * Return: 0, -ENOENT, -EINVAL, -EOPNOTSUPP or -ENOMEM.
 */
int owner_nl_start(struct netlink_callback *cb)
{
	return cb->extack ? prepare(cb) : 0;
}

/**
 * owner_nl_done - end a dump of owners, also one that was closed half way
 * @cb: callback
 *
 * Context: Process.
 * Return: 0.
 */
int owner_nl_done(struct netlink_callback *cb)
{
	kvfree(to_ctx(cb)->dump);
	return 0;
}

static int send_one(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct devsess_owner *f)
{
	void *hdr = reply_part_begin(skb, cb, DEVSESS_CMD_OWNER_GET);

	return hdr ? reply_part_end(skb, hdr, put_owner(skb, f)) : -EMSGSIZE;
}

int devsess_nl_owner_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct owner_dump *d;
	int err;

	if (!to_ctx(cb)->dump) {
		err = prepare(cb);
		if (err)
			return err;
	}
	d = to_ctx(cb)->dump;
	while (d->i < d->n && !send_one(skb, cb, &d->list[d->i]))
		d->i++;
	return skb->len;
}
