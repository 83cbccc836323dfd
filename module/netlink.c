// SPDX-License-Identifier: GPL-2.0
/*
 * The door for user space: generic netlink family `devsess'. Policies, the
 * table of operations and the uapi header are generated from
 * Documentation/netlink/specs/devsess.yaml. Handlers run in parallel.
 */
#include "netlink.h"

#include <linux/module.h>
#include <linux/sched/signal.h>
#include <net/genetlink.h>

#include "attrs.h"
#include "batch_nl.h"
#include "clock.h"
#include "dump.h"
#include "events.h"
#include "events_nl.h"
#include "genl.h"
#include "limits.h"
#include "lookup.h"
#include "miss_nl.h"
#include "net.h"
#include "ops.h"
#include "owner_nl.h"
#include "put.h"
#include "reply.h"
#include "table_nl.h"
#include "walk.h"

/* What a handler of one session needs. */
struct call {
	struct devsess_table *t;
	struct devsess_session s;
	struct devsess_session prev;
	u32 fields;
	struct reply r;
};

/*
 * Takes the table and the session of a request and allocates the reply, so
 * that nothing can fail once the operation is done. Undone by call_end().
 */
static int call_begin(struct call *c, struct genl_info *info, bool device_only)
{
	int err;

	c->t = table_nl_request(info, DEVSESS_A_SESSION_TABLE);
	if (!c->t)
		return -ENOENT;
	if (device_only)
		err = attrs_device(info->attrs, NULL, c->t, &c->s, info->extack);
	else
		err = attrs_session(info->attrs, NULL, c->t, &c->s, &c->fields, info->extack);
	if (!err && !device_only)
		charge_claim(&c->t->charge);
	if (!err)
		err = reply_begin(&c->r, info, NLMSG_GOODSIZE);
	if (err)
		net_table_put(c->t);
	return err;
}

/* Answers with the result of the operation and @put, that of filling the reply. */
static int call_end(struct call *c, struct genl_info *info, int ret, int put)
{
	const struct nlattr *blamed = info->attrs[DEVSESS_A_SESSION_DEVICE];
	const char *sentence = NULL;

	if (ret == -ENOSPC && !cost_fits(&c->t->cost, c->s.weight)) {
		blamed = info->attrs[DEVSESS_A_SESSION_WEIGHT] ?: blamed;
		sentence = REPLY_TOO_HEAVY;
	}
	net_table_put(c->t);
	if (ret >= 0 && info->genlhdr->cmd == DEVSESS_CMD_GET)
		return reply_send(&c->r, info, put);
	if (ret >= 0)
		return reply_done(&c->r, info, put);
	reply_cancel(&c->r);
	if (ret == -EDQUOT || ret == -EUSERS)
		blamed = info->attrs[DEVSESS_A_SESSION_OWNER] ?: blamed;
	if (ret == -ENODEV || ret == -ENOMEM)
		blamed = NULL; /* no attribute would make it better */
	return reply_refuse(info->extack, ret, blamed, sentence);
}

/* Does a write of the call's session, until it is not refused for the time that it took. */
#define IN_TIME(c, write)							\
({										\
	int in_time_ret;							\
										\
	do {									\
		session_postpone(&(c)->s, clock_now());				\
		in_time_ret = write;						\
	} while (session_is_late(&(c)->s, clock_now(), in_time_ret));		\
	in_time_ret;								\
})

static int put_result(struct call *c, u64 version, int loaded)
{
	return nla_put_u64_64bit(c->r.skb, DEVSESS_A_SESSION_VERSION, version,
				 DEVSESS_A_SESSION_PAD) ||
	       nla_put_u32(c->r.skb, DEVSESS_A_SESSION_LOADED, loaded) ? -EMSGSIZE : 0;
}

static int put_loaded(struct call *c, const struct devsess_session *s, int loaded)
{
	if (nla_put_u32(c->r.skb, DEVSESS_A_SESSION_LOADED, loaded))
		return -EMSGSIZE;
	return s ? put_session(c->r.skb, s) : 0;
}

int devsess_nl_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *filter = info->attrs[DEVSESS_A_SESSION_FILTER];
	struct call c;
	int ret;

	if (filter) {
		NL_SET_ERR_MSG_ATTR(info->extack, filter, "only a dump takes a filter");
		return -EINVAL;
	}
	ret = call_begin(&c, info, true);
	if (ret)
		return ret;
	ret = lookup_quietly(c.t, c.s.key, c.s.key_len, &c.s);
	return call_end(&c, info, ret, ret < 0 ? 0 : put_loaded(&c, &c.s, 1));
}

int devsess_nl_insert_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, false);

	if (ret)
		return ret;
	ret = IN_TIME(&c, ops_insert(c.t, &c.s, GFP_KERNEL));
	return call_end(&c, info, ret, put_result(&c, c.s.version, 0));
}

int devsess_nl_store_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, false);

	if (ret)
		return ret;
	ret = IN_TIME(&c, ops_store(c.t, &c.s, GFP_KERNEL));
	return call_end(&c, info, ret, put_result(&c, c.s.version, ret));
}

int devsess_nl_update_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, false);

	if (ret)
		return ret;
	ret = IN_TIME(&c, ops_update_full(c.t, &c.s, c.fields, NULL, NULL, false, GFP_KERNEL));
	return call_end(&c, info, ret, put_result(&c, c.s.version, 1));
}

int devsess_nl_get_or_insert_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, false);

	if (ret)
		return ret;
	ret = IN_TIME(&c, ops_get_or_insert(c.t, &c.s, GFP_KERNEL));
	return call_end(&c, info, ret, ret < 0 ? 0 : put_loaded(&c, &c.s, ret));
}

int devsess_nl_swap_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, false);

	if (ret)
		return ret;
	ret = IN_TIME(&c, ops_swap(c.t, &c.s, &c.prev, GFP_KERNEL));
	return call_end(&c, info, ret, put_loaded(&c, ret > 0 ? &c.prev : NULL, ret));
}

static int refuse_delete(struct genl_info *info, int err)
{
	return reply_refuse(info->extack, err,
			    err == -ENODEV ? NULL : info->attrs[DEVSESS_A_SESSION_DEVICE], NULL);
}

int devsess_nl_delete_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_session s;
	struct devsess_table *t;
	int err;

	t = table_nl_request(info, DEVSESS_A_SESSION_TABLE);
	if (!t)
		return -ENOENT;
	err = attrs_device(info->attrs, NULL, t, &s, info->extack);
	if (!err)
		err = refuse_delete(info, ops_delete(t, s.key, s.key_len));
	net_table_put(t);
	return err;
}

int devsess_nl_get_and_delete_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	int ret = call_begin(&c, info, true);

	if (ret)
		return ret;
	ret = ops_get_and_delete(c.t, c.s.key, c.s.key_len, &c.prev);
	return call_end(&c, info, ret, ret < 0 ? 0 : put_loaded(&c, &c.prev, 1));
}

static int need_version(struct genl_info *info)
{
	if (info->attrs[DEVSESS_A_SESSION_VERSION])
		return 0;
	return attrs_missing(info->extack, NULL, DEVSESS_A_SESSION_VERSION, "version is missing");
}

int devsess_nl_compare_and_swap_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct call c;
	u64 version;
	int ret;

	ret = need_version(info) ?: call_begin(&c, info, false);
	if (ret)
		return ret;
	version = nla_get_u64(info->attrs[DEVSESS_A_SESSION_VERSION]);
	ret = IN_TIME(&c, ops_update_full(c.t, &c.s, c.fields, &version, NULL, false, GFP_KERNEL));
	return call_end(&c, info, ret, put_result(&c, c.s.version, 1));
}

int devsess_nl_compare_and_delete_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_session s;
	struct devsess_table *t;
	u64 version;
	int err = need_version(info);

	if (err)
		return err;
	version = nla_get_u64(info->attrs[DEVSESS_A_SESSION_VERSION]);
	t = table_nl_request(info, DEVSESS_A_SESSION_TABLE);
	if (!t)
		return -ENOENT;
	err = attrs_device(info->attrs, NULL, t, &s, info->extack);
	if (!err)
		err = refuse_delete(info, ops_compare_and_delete(t, s.key, s.key_len, version));
	net_table_put(t);
	return err;
}

int devsess_nl_touch_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ttl = info->attrs[DEVSESS_A_SESSION_TTL_MS];
	const struct nlattr *flags = info->attrs[DEVSESS_A_SESSION_TOUCH_FLAGS];
	u64 expires = 0;
	struct call c;
	int ret = call_begin(&c, info, true);

	if (ret)
		return ret;
	ret = ops_touch(c.t, c.s.key, c.s.key_len, ttl ? nla_get_u64(ttl) : 0,
			flags ? nla_get_u32(flags) : 0, &expires);
	return call_end(&c, info, ret,
			put_expiry(c.r.skb, expires) ?: put_loaded(&c, NULL, ret));
}

/* Clear and count: the same request with another verb. */
static int select_doit(struct genl_info *info, u64 (*verb)(struct devsess_table *t,
							   walk_match match, const void *arg))
{
	struct devsess_table *t;
	struct filter filter;
	struct reply r;
	u64 n;
	int err;

	t = table_nl_request(info, DEVSESS_A_SESSION_TABLE);
	if (!t)
		return -ENOENT;
	err = attrs_filter(info->attrs[DEVSESS_A_SESSION_FILTER], &filter, info->extack);
	if (!err)
		err = reply_begin(&r, info, NLMSG_GOODSIZE);
	if (!err) {
		n = verb(t, filter.has ? attrs_match : NULL, &filter);
		err = nla_put_u64_64bit(r.skb, DEVSESS_A_SESSION_COUNT, n, DEVSESS_A_SESSION_PAD);
		err = verb == walk_clear ? reply_done(&r, info, err) : reply_send(&r, info, err);
	}
	net_table_put(t);
	return err;
}

static u64 count(struct devsess_table *t, walk_match match, const void *arg)
{
	return match ? walk_count(t, match, arg) : table_count(t);
}

int devsess_nl_clear_doit(struct sk_buff *skb, struct genl_info *info)
{
	return select_doit(info, walk_clear);
}

int devsess_nl_count_doit(struct sk_buff *skb, struct genl_info *info)
{
	return select_doit(info, count);
}

int devsess_nl_batch_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_table *t = table_nl_request(info, DEVSESS_A_BATCH_TABLE);
	int err;

	if (!t)
		return -ENOENT;
	err = batch_nl_run(t, info);
	net_table_put(t);
	return err;
}

/*
 * Before each operation: no attribute twice, but the items of a batch. Who has been killed gets
 * no more requests of his message done: while a family of genetlink comes or goes, all others
 * wait for its end.
 */
static int pre_doit(const struct genl_pre_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	u64 repeatable = ops->cmd == DEVSESS_CMD_BATCH ? BIT_ULL(DEVSESS_A_BATCH_ITEM) : 0;

	if (fatal_signal_pending(current))
		return -EINTR;
	return attrs_check_once(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr),
				repeatable, info->extack);
}

/* The generated operations, and what the generator cannot say of them. */
static struct genl_ops ops[ARRAY_SIZE(devsess_nl_ops)] __ro_after_init;

/*
 * The generated policy would refuse a batch for one item that breaks a rule, so
 * this one leaves the items to attrs_item().
 */
static struct nla_policy batch_policy[ARRAY_SIZE(devsess_batch_nl_policy)] __ro_after_init;

/* The groups, and what they take to join. */
static struct genl_multicast_group groups[ARRAY_SIZE(devsess_nl_mcgrps)] __ro_after_init;

struct genl_family devsess_nl_family __ro_after_init = {
	.name = DEVSESS_GENL_NAME,
	.version = DEVSESS_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.pre_doit = pre_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	COMPAT_BIND(events_nl_bind)
};

/*
 * Until it is known that the module stays: a dump under way does not end with the family, and
 * holds no module whose initialisation fails.
 */
static bool may_dump;

static int no_dump_yet(struct netlink_callback *cb)
{
	if (READ_ONCE(may_dump))
		return 0;
	NL_SET_ERR_MSG(cb->extack, "the module is being loaded");
	return -EAGAIN;
}

static int start_sessions(struct netlink_callback *cb)
{
	return no_dump_yet(cb) ?: dump_start(cb);
}

static int start_owners(struct netlink_callback *cb)
{
	return no_dump_yet(cb) ?: owner_nl_start(cb);
}

static int start_all(struct netlink_callback *cb)
{
	return no_dump_yet(cb) ?: dump_start_all(cb);
}

/* How a dump begins and ends. */
static void __init set_dump(struct genl_ops *op)
{
	switch (op->cmd) {
	case DEVSESS_CMD_GET:
		op->start = start_sessions;
		op->done = dump_done;
		break;
	case DEVSESS_CMD_OWNER_GET:
		op->start = start_owners;
		op->done = owner_nl_done;
		break;
	default:
		op->start = start_all;
	}
}

static bool __init has_members(void)
{
	int i;

	/* A bit for all namespaces. */
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (genl_has_listeners(&devsess_nl_family, &init_net, i))
			return true;
	}
	return false;
}

/*
 * A number of a group can be joined before it is anybody's, by anybody, and who is a member
 * stays one until the family is unregistered.
 */
static int __init register_family(void)
{
	int tries, err = 0;

	for (tries = 0; tries < REGISTER_TRIES && !err; tries++) {
		events_nl_init();
		err = genl_register_family(&devsess_nl_family);
		if (!err && !has_members())
			return 0;
		events_open(NULL); /* in case somebody who may has joined since */
		if (!err)
			genl_unregister_family(&devsess_nl_family);
	}
	events_close();
	if (!err)
		pr_err("somebody joins all multicast groups again and again\n");
	return err ?: -EBUSY;
}

/**
 * netlink_init - open the door
 *
 * Context: Module load, last.
 * Return: 0; -EBUSY if the groups cannot be had without members; or an errno of
 * genl_register_family().
 */
int __init netlink_init(void)
{
	int i, err;

	memcpy(groups, devsess_nl_mcgrps, sizeof(groups));
	memcpy(ops, devsess_nl_ops, sizeof(ops));
	memcpy(batch_policy, devsess_batch_nl_policy, sizeof(batch_policy));
	batch_policy[DEVSESS_A_BATCH_ITEM].nested_policy = NULL;
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		if (ops[i].cmd == DEVSESS_CMD_BATCH)
			ops[i].policy = batch_policy;
		if (ops[i].dumpit)
			set_dump(&ops[i]);
	}
	err = register_family();
	if (err)
		return err;
	miss_nl_init();
	WRITE_ONCE(may_dump, true);
	return 0;
}

/**
 * netlink_exit - close the door; returns when no request is under way
 *
 * Context: Module unload, first.
 */
void netlink_exit(void)
{
	miss_nl_exit();
	events_close(); /* whoever sends needs the family's groups */
	genl_unregister_family(&devsess_nl_family);
}
