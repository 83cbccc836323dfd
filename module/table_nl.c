// SPDX-License-Identifier: GPL-2.0
/* Requests about tables, and their figures. */
#include "table_nl.h"

#include "attrs.h"
#include "deferred.h"
#include "names.h"
#include "net.h"
#include "options.h"
#include "put.h"
#include "rename.h"
#include "reply.h"

/**
 * table_nl_request - take the table that a request names, or `default'
 * @info: request
 * @type: of the attribute with its name
 *
 * Context: Process.
 * Return: the table, to be given back with net_table_put(), or NULL; the extack
 * says then that there is none.
 */
struct devsess_table *table_nl_request(struct genl_info *info, int type)
{
	const struct nlattr *a = info->attrs[type];
	struct devsess_table *t;

	t = net_table_get(genl_info_net(info), attrs_name(a));
	if (t)
		return t;
	NL_SET_ERR_MSG(info->extack, "there is no table of that name");
	NL_SET_BAD_ATTR(info->extack, a);
	return NULL;
}

static int valid_limits(struct genl_info *info, const struct table_limits *limits)
{
	const struct nlattr *max = info->attrs[DEVSESS_A_TABLE_MAX_SESSIONS];

	if (!limits->max_sessions) {
		NL_SET_ERR_MSG_ATTR(info->extack, max, "max_sessions is 0");
		return -EINVAL;
	}
	if (limits->max_sessions > table_sessions_max(limits->key_max, limits->data_max)) {
		NL_SET_ERR_MSG_ATTR(info->extack, max,
				    "max_sessions is above 2^32 - 1, or more than this machine has memory for");
		return -ERANGE;
	}
	return 0;
}

static int refuse_range(struct genl_info *info, const struct table_limits *limits)
{
	struct nlattr **tb = info->attrs;

	if (limits->reserve >= limits->max_sessions)
		return reply_refuse(info->extack, -ERANGE,
				    tb[DEVSESS_A_TABLE_RESERVE] ?: tb[DEVSESS_A_TABLE_MAX_SESSIONS],
				    "reserve is not below max_sessions");
	return reply_refuse(info->extack, -ERANGE,
			    tb[DEVSESS_A_TABLE_WATERMARK_LOW] ?: tb[DEVSESS_A_TABLE_WATERMARK_HIGH],
			    "watermark_low is not below watermark_high");
}

/* Takes marks and reserve. Returns a set of enum option: those that are given. */
static u32 fill_changes(struct nlattr **tb, struct table_limits *limits)
{
	u32 which = 0;

	if (tb[DEVSESS_A_TABLE_WATERMARK_HIGH]) {
		limits->watermark_high = nla_get_u32(tb[DEVSESS_A_TABLE_WATERMARK_HIGH]);
		which |= OPTION_WATERMARK_HIGH;
	}
	if (tb[DEVSESS_A_TABLE_WATERMARK_LOW]) {
		limits->watermark_low = nla_get_u32(tb[DEVSESS_A_TABLE_WATERMARK_LOW]);
		which |= OPTION_WATERMARK_LOW;
	}
	if (tb[DEVSESS_A_TABLE_RESERVE]) {
		limits->reserve = nla_get_u64(tb[DEVSESS_A_TABLE_RESERVE]);
		which |= OPTION_RESERVE;
	}
	return which;
}

static int valid_name(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[DEVSESS_A_TABLE_NAME];

	if (!name)
		return attrs_missing(info->extack, NULL, DEVSESS_A_TABLE_NAME, "name is missing");
	if (names_valid(attrs_name(name)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, name,
			    "name is not 1 to 31 of A-Z a-z 0-9 _ . -, or begins with . or -");
	return -EINVAL;
}

static int valid_names(struct genl_info *info)
{
	const struct nlattr *other = info->attrs[DEVSESS_A_TABLE_OTHER];
	int err = valid_name(info);

	if (err)
		return err;
	if (!other)
		return attrs_missing(info->extack, NULL, DEVSESS_A_TABLE_OTHER,
				     "other is missing");
	if (names_valid(attrs_name(other)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, other,
			    "other is not 1 to 31 of A-Z a-z 0-9 _ . -, or begins with . or -");
	return -EINVAL;
}

/* Takes the options of upcalls. Returns a set of enum option: those that are given. */
static u32 upcall_changes(struct nlattr **tb, struct upcall_options *o)
{
	u32 which = 0;

	if (tb[DEVSESS_A_TABLE_UPCALL]) {
		o->upcall = nla_get_u32(tb[DEVSESS_A_TABLE_UPCALL]);
		which |= OPTION_UPCALL;
	}
	if (tb[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS]) {
		o->interval_ms = nla_get_u32(tb[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS]);
		which |= OPTION_UPCALL_INTERVAL;
	}
	if (tb[DEVSESS_A_TABLE_UPCALL_RATE]) {
		o->rate = nla_get_u32(tb[DEVSESS_A_TABLE_UPCALL_RATE]);
		which |= OPTION_UPCALL_RATE;
	}
	if (tb[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS]) {
		o->negative_ttl_ms = nla_get_u32(tb[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS]);
		which |= OPTION_NEGATIVE_TTL;
	}
	return which;
}

int devsess_nl_table_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct table_limits limits = { .key_max = 32, .policy = DEVSESS_POLICY_REJECT };
	int err = valid_name(info);

	if (err)
		return err;
	if (tb[DEVSESS_A_TABLE_KEY_MAX])
		limits.key_max = nla_get_u32(tb[DEVSESS_A_TABLE_KEY_MAX]);
	if (tb[DEVSESS_A_TABLE_DATA_MAX])
		limits.data_max = nla_get_u32(tb[DEVSESS_A_TABLE_DATA_MAX]);
	if (tb[DEVSESS_A_TABLE_POLICY])
		limits.policy = nla_get_u32(tb[DEVSESS_A_TABLE_POLICY]);
	if (tb[DEVSESS_A_TABLE_DEFER_RING])
		limits.defer_ring = nla_get_u32(tb[DEVSESS_A_TABLE_DEFER_RING]);
	if (tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS])
		limits.defer_ms = nla_get_u32(tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS]);
	if (tb[DEVSESS_A_TABLE_TTL_MS])
		limits.ttl_ms = nla_get_u64(tb[DEVSESS_A_TABLE_TTL_MS]);
	upcall_changes(tb, &limits.upcalls);
	if (tb[DEVSESS_A_TABLE_OWNER_MAX])
		limits.owner_max = nla_get_u32(tb[DEVSESS_A_TABLE_OWNER_MAX]);
	if (tb[DEVSESS_A_TABLE_MAX_COST])
		limits.max_cost = nla_get_u64(tb[DEVSESS_A_TABLE_MAX_COST]);
	limits.max_sessions = min_t(u64, SESSIONS_DEFAULT,
				    table_sessions_max(limits.key_max, limits.data_max));
	if (tb[DEVSESS_A_TABLE_MAX_SESSIONS])
		limits.max_sessions = nla_get_u64(tb[DEVSESS_A_TABLE_MAX_SESSIONS]);
	if (!(fill_changes(tb, &limits) & OPTION_WATERMARK_LOW))
		limits.watermark_low = WATERMARK_LOW(limits.watermark_high);
	err = valid_limits(info, &limits);
	if (err)
		return err;
	if (!options_valid(&limits))
		return refuse_range(info, &limits);
	err = net_table_new(genl_info_net(info), nla_data(tb[DEVSESS_A_TABLE_NAME]), &limits);
	return reply_refuse(info->extack, err, tb[DEVSESS_A_TABLE_NAME],
			    err == -EEXIST ? "there is a table of that name" :
			    err == -ENFILE ? "the namespace has as many tables as it may" :
			    "no memory for the table");
}

/* Takes what is to change. Returns a set of enum option, or -EINVAL or -ERANGE. */
static int changes(struct genl_info *info, const struct devsess_table *t,
		   struct table_limits *limits)
{
	struct nlattr **tb = info->attrs;
	int which = 0, err;

	limits->key_max = t->key_max;
	limits->data_max = t->data_max;
	if (tb[DEVSESS_A_TABLE_MAX_SESSIONS]) {
		limits->max_sessions = nla_get_u64(tb[DEVSESS_A_TABLE_MAX_SESSIONS]);
		err = valid_limits(info, limits);
		if (err)
			return err;
		which |= OPTION_MAX;
	}
	if (tb[DEVSESS_A_TABLE_POLICY]) {
		limits->policy = nla_get_u32(tb[DEVSESS_A_TABLE_POLICY]);
		which |= OPTION_POLICY;
	}
	if (tb[DEVSESS_A_TABLE_DEFER_RING]) {
		limits->defer_ring = nla_get_u32(tb[DEVSESS_A_TABLE_DEFER_RING]);
		which |= OPTION_DEFER_RING;
	}
	if (tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS]) {
		limits->defer_ms = nla_get_u32(tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS]);
		which |= OPTION_DEFER_MS;
	}
	if (tb[DEVSESS_A_TABLE_TTL_MS]) {
		limits->ttl_ms = nla_get_u64(tb[DEVSESS_A_TABLE_TTL_MS]);
		which |= OPTION_TTL;
	}
	if (tb[DEVSESS_A_TABLE_MAX_COST]) {
		limits->max_cost = nla_get_u64(tb[DEVSESS_A_TABLE_MAX_COST]);
		which |= OPTION_MAX_COST;
	}
	return which | upcall_changes(tb, &limits->upcalls) | fill_changes(tb, limits);
}

static bool changes_something(struct genl_info *info)
{
	struct nlattr **tb = info->attrs;

	return tb[DEVSESS_A_TABLE_MAX_SESSIONS] || tb[DEVSESS_A_TABLE_POLICY] ||
	       tb[DEVSESS_A_TABLE_DEFER_RING] || tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS] ||
	       tb[DEVSESS_A_TABLE_TTL_MS] || tb[DEVSESS_A_TABLE_UPCALL] ||
	       tb[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS] || tb[DEVSESS_A_TABLE_UPCALL_RATE] ||
	       tb[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS] || tb[DEVSESS_A_TABLE_WATERMARK_HIGH] ||
	       tb[DEVSESS_A_TABLE_WATERMARK_LOW] || tb[DEVSESS_A_TABLE_RESERVE] ||
	       tb[DEVSESS_A_TABLE_MAX_COST];
}

static int refuse_set(struct genl_info *info, int err, const struct table_limits *limits)
{
	struct nlattr **tb = info->attrs;

	switch (err) {
	case -EBUSY:
		return reply_refuse(info->extack, err, tb[DEVSESS_A_TABLE_MAX_SESSIONS],
				    "the table holds more sessions than that");
	case -ERANGE:
		return refuse_range(info, limits);
	case -EOVERFLOW:
		return reply_refuse(info->extack, -EBUSY, tb[DEVSESS_A_TABLE_MAX_COST],
				    "the sessions of the table weigh more than that");
	case -ENOMEM:
		return reply_refuse(info->extack, err, tb[DEVSESS_A_TABLE_DEFER_RING],
				    "no memory for the rings");
	case -ENOBUFS:
		return reply_refuse(info->extack, -ENOMEM, tb[DEVSESS_A_TABLE_UPCALL],
				    "no memory for the upcalls");
	default:
		return reply_refuse(info->extack, err, tb[DEVSESS_A_TABLE_NAME],
				    "there is no table of that name");
	}
}

int devsess_nl_table_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct table_limits limits = { };
	struct devsess_table *t;
	int ret = valid_name(info);

	if (ret)
		return ret;
	if (!changes_something(info))
		return attrs_missing(info->extack, NULL, DEVSESS_A_TABLE_MAX_SESSIONS,
				     "nothing to change: no max_sessions, policy, defer_ring, defer_interval_ms, ttl_ms, upcall options, watermarks, reserve or max_cost");
	t = table_nl_request(info, DEVSESS_A_TABLE_NAME);
	if (!t)
		return -ENOENT;
	ret = changes(info, t, &limits);
	if (ret > 0)
		charge_claim(&t->charge);
	net_table_put(t);
	if (ret <= 0)
		return ret;
	ret = net_table_set(genl_info_net(info), nla_data(info->attrs[DEVSESS_A_TABLE_NAME]),
			    &limits, ret);
	return refuse_set(info, ret, &limits);
}

int devsess_nl_table_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = valid_name(info);

	if (err)
		return err;
	err = net_table_del(genl_info_net(info), nla_data(info->attrs[DEVSESS_A_TABLE_NAME]));
	return reply_refuse(info->extack, err, info->attrs[DEVSESS_A_TABLE_NAME],
			    err == -EBUSY ? "a kernel module uses the table" :
			    "there is no table of that name");
}

int devsess_nl_table_rename_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[DEVSESS_A_TABLE_NAME];
	const struct nlattr *other = info->attrs[DEVSESS_A_TABLE_OTHER];
	int err = valid_names(info);

	if (err)
		return err;
	err = rename_table(genl_info_net(info), nla_data(name), nla_data(other));
	return reply_refuse(info->extack, err, err == -EEXIST ? other : name,
			    err == -EEXIST ? "there is a table of that name" :
			    "there is no table of that name");
}

/* The name of a swap of which there is no table. */
static const struct nlattr *unknown(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[DEVSESS_A_TABLE_NAME];
	struct devsess_table *t = net_table_get(genl_info_net(info), nla_data(name));

	if (!t)
		return name;
	net_table_put(t);
	return info->attrs[DEVSESS_A_TABLE_OTHER];
}

int devsess_nl_table_swap_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *other = info->attrs[DEVSESS_A_TABLE_OTHER];
	int err = valid_names(info);

	if (err)
		return err;
	err = rename_swap(genl_info_net(info), nla_data(info->attrs[DEVSESS_A_TABLE_NAME]),
			  nla_data(other));
	return reply_refuse(info->extack, err, err == -ENOENT ? unknown(info) : other,
			    err == -EINVAL ? "a table cannot be swapped with itself" :
			    "there is no table of that name");
}

int devsess_nl_table_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_table *t;
	struct reply r;
	int err = valid_name(info);

	if (err)
		return err;
	t = table_nl_request(info, DEVSESS_A_TABLE_NAME);
	if (!t)
		return -ENOENT;
	err = reply_begin(&r, info, NLMSG_GOODSIZE);
	if (!err)
		err = reply_send(&r, info, put_table(r.skb, t));
	net_table_put(t);
	return err;
}

int devsess_nl_table_drain_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_table *t;
	int err = valid_name(info);

	if (err)
		return err;
	t = table_nl_request(info, DEVSESS_A_TABLE_NAME);
	if (!t)
		return -ENOENT;
	err = deferred_drain(t);
	err = reply_refuse(info->extack, err, info->attrs[DEVSESS_A_TABLE_NAME],
			   err == -EOPNOTSUPP ? "the table takes no deferred writes" : NULL);
	net_table_put(t);
	return err;
}

int devsess_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_table *t = table_nl_request(info, DEVSESS_A_STATS_TABLE);
	struct reply r;
	int err;

	if (!t)
		return -ENOENT;
	err = reply_begin(&r, info, NLMSG_GOODSIZE);
	if (!err)
		err = reply_send(&r, info, put_stats(r.skb, t));
	net_table_put(t);
	return err;
}
