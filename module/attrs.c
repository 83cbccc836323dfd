// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes: what the policies generated from the spec cannot say. They check
 * types, exact sizes of integers and ranges; here are the lengths of binary
 * attributes, what goes with what, and that nothing is given twice.
 */
#include "attrs.h"

#include <linux/socket.h>
#include <net/ipv6.h>

#include "clock.h"
#include "genl.h"

#define REFUSE(extack, attr, sentence)					\
	({								\
		NL_SET_ERR_MSG_ATTR(extack, attr, sentence);		\
		-EINVAL;						\
	})

/**
 * attrs_check_once - refuse attributes that are given twice
 * @head:       first attribute
 * @len:        bytes of attributes
 * @repeatable: bits of the types that may be repeated
 * @extack:     where to say which one
 *
 * nla_parse() would silently take the last one.
 *
 * Context: Process.
 * Return: 0 or -EINVAL.
 */
int attrs_check_once(const struct nlattr *head, int len, u64 repeatable,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *nla;
	u64 seen = 0;
	int rem;

	nla_for_each_attr(nla, head, len, rem) {
		u64 bit = nla_type(nla) < 64 ? BIT_ULL(nla_type(nla)) : 0;

		if (seen & bit & ~repeatable)
			return REFUSE(extack, nla, "the attribute is given twice");
		seen |= bit;
	}
	return 0;
}

/**
 * attrs_check_dump - refuse attributes that a dump is given twice
 * @cb: callback of the dump
 *
 * Context: Process.
 * Return: 0 or -EINVAL.
 */
int attrs_check_dump(const struct netlink_callback *cb)
{
	const struct genlmsghdr *hdr = nlmsg_data(cb->nlh);

	return attrs_check_once(genlmsg_data(hdr), genlmsg_len(hdr), 0, cb->extack);
}

/**
 * attrs_missing - refuse a request for a missing attribute
 * @extack:   where to say so
 * @nest:     the nest that lacks it, or NULL for the message
 * @type:     its type
 * @sentence: what is missing, a constant
 *
 * Context: Process.
 * Return: -EINVAL.
 */
int attrs_missing(struct netlink_ext_ack *extack, const struct nlattr *nest, int type,
		  const char *sentence)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	if (extack)
		extack->_msg = sentence;
	return -EINVAL;
}

/**
 * attrs_name - take the name of a table
 * @a: attribute, or NULL
 *
 * The policy only sees to it that there is a NUL in it somewhere.
 *
 * Context: Process.
 * Return: the name, or `default' if there is none; one that no table has if
 * there are bytes behind the NUL.
 */
const char *attrs_name(const struct nlattr *a)
{
	const char *name;

	if (!a)
		return "default";
	name = nla_data(a);
	return strlen(name) + 1 == nla_len(a) ? name : "";
}

/**
 * attrs_device - take the device id
 * @tb:     attributes of a session
 * @nest:   the nest that they are in, or NULL
 * @t:      table
 * @s:      out: key and key_len
 * @extack: where to say what is wrong
 *
 * Context: Process.
 * Return: 0 or -EINVAL.
 */
int attrs_device(struct nlattr **tb, const struct nlattr *nest, const struct devsess_table *t,
		 struct devsess_session *s, struct netlink_ext_ack *extack)
{
	const struct nlattr *a = tb[DEVSESS_A_SESSION_DEVICE];

	if (!a)
		return attrs_missing(extack, nest, DEVSESS_A_SESSION_DEVICE,
				     "device is missing");
	if (!nla_len(a))
		return REFUSE(extack, a, "device is empty");
	if (nla_len(a) > DEVSESS_KEY_MAX)
		return REFUSE(extack, a, "device is longer than 64 bytes");
	if (nla_len(a) > t->key_max)
		return REFUSE(extack, a, "device is longer than the table's key_max");
	s->key_len = nla_len(a);
	memcpy(s->key, nla_data(a), s->key_len);
	return 0;
}

/* An address and its family, as session and filter have them. */
static int take_addr(const struct nlattr *addr, const struct nlattr *family,
		     struct in6_addr *to, struct netlink_ext_ack *extack)
{
	int af = nla_get_u32(family);

	if (af != AF_INET && af != AF_INET6)
		return REFUSE(extack, family, "family is neither AF_INET nor AF_INET6");
	if (nla_len(addr) != (af == AF_INET ? 4 : 16))
		return REFUSE(extack, addr, "the address has not the size of its family");
	*to = (struct in6_addr){ };
	memcpy(to, nla_data(addr), nla_len(addr));
	return 0;
}

static int session_addr(struct nlattr **tb, const struct nlattr *nest, struct devsess_session *s,
			u32 *fields, struct netlink_ext_ack *extack)
{
	const struct nlattr *addr = tb[DEVSESS_A_SESSION_ADDR];
	const struct nlattr *family = tb[DEVSESS_A_SESSION_FAMILY];
	const struct nlattr *port = tb[DEVSESS_A_SESSION_PORT];
	int err;

	s->family = AF_UNSPEC;
	s->port = 0;
	s->addr = (struct in6_addr){ };
	if (!addr && port)
		return REFUSE(extack, port, "port needs addr");
	if (!addr && family && nla_get_u32(family) != AF_UNSPEC)
		return REFUSE(extack, family, "family needs addr");
	if (!addr) {
		*fields |= family ? DEVSESS_F_ADDR : 0;
		return 0;
	}
	if (!family)
		return attrs_missing(extack, nest, DEVSESS_A_SESSION_FAMILY, "addr needs family");
	err = take_addr(addr, family, &s->addr, extack);
	if (err)
		return err;
	s->family = nla_get_u32(family);
	if (port)
		s->port = nla_get_be16(port);
	*fields |= DEVSESS_F_ADDR;
	return 0;
}

static int session_times(struct nlattr **tb, const struct nlattr *nest,
			 struct devsess_session *s, u32 *fields, struct netlink_ext_ack *extack)
{
	const struct nlattr *ttl = tb[DEVSESS_A_SESSION_TTL_MS];
	const struct nlattr *left = tb[DEVSESS_A_SESSION_EXPIRES_IN_MS];

	s->ttl_ms = DEVSESS_TTL_TABLE;
	s->expires = 0;
	if (left && !ttl)
		return REFUSE(extack, left, "expires_in_ms needs a ttl_ms");
	if (!ttl)
		return 0;
	s->ttl_ms = nla_get_u64(ttl);
	if (left)
		s->expires = session_expiry(nla_get_u64(left), clock_now());
	*fields |= DEVSESS_F_TTL;
	return 0;
}

static int session_data(struct nlattr **tb, const struct devsess_table *t,
			struct devsess_session *s, u32 *fields, struct netlink_ext_ack *extack)
{
	const struct nlattr *a = tb[DEVSESS_A_SESSION_DATA];

	s->data_len = 0;
	if (!a)
		return 0;
	if (nla_len(a) > t->data_max)
		return REFUSE(extack, a, "data is longer than the table's data_max");
	s->data_len = nla_len(a);
	memcpy(s->data, nla_data(a), s->data_len);
	*fields |= DEVSESS_F_DATA;
	return 0;
}

static u32 session_u32(struct nlattr **tb, int type, u32 field, u32 *fields)
{
	if (!tb[type])
		return 0;
	*fields |= field;
	return nla_get_u32(tb[type]);
}

/**
 * attrs_session - take a session
 * @tb:     attributes of a session
 * @nest:   the nest that they are in, or NULL
 * @t:      table
 * @s:      out: the session; what is not given is zero, or that of the table, the weight 1
 * @fields: out: which fields were given
 * @extack: where to say what is wrong
 *
 * Context: Process.
 * Return: 0 or -EINVAL.
 */
int attrs_session(struct nlattr **tb, const struct nlattr *nest, const struct devsess_table *t,
		  struct devsess_session *s, u32 *fields, struct netlink_ext_ack *extack)
{
	int err;

	*fields = 0;
	err = attrs_device(tb, nest, t, s, extack);
	if (!err)
		err = session_addr(tb, nest, s, fields, extack);
	if (!err)
		err = session_times(tb, nest, s, fields, extack);
	if (!err)
		err = session_data(tb, t, s, fields, extack);
	if (err)
		return err;
	s->owner = session_u32(tb, DEVSESS_A_SESSION_OWNER, DEVSESS_F_OWNER, fields);
	s->mark = session_u32(tb, DEVSESS_A_SESSION_MARK, DEVSESS_F_MARK, fields);
	s->state = session_u32(tb, DEVSESS_A_SESSION_STATE, DEVSESS_F_STATE, fields);
	s->flags = session_u32(tb, DEVSESS_A_SESSION_FLAGS, DEVSESS_F_FLAGS, fields);
	s->weight = session_u32(tb, DEVSESS_A_SESSION_WEIGHT, DEVSESS_F_WEIGHT, fields) ?: 1;
	s->session = 0;
	s->version = 0;
	if (tb[DEVSESS_A_SESSION_SESSION]) {
		s->session = nla_get_u64(tb[DEVSESS_A_SESSION_SESSION]);
		*fields |= DEVSESS_F_SESSION;
	}
	return 0;
}

/* Attributes that an operation would not look at: refused, not ignored. */
static int check_item_fields(struct nlattr **tb, const struct batch_item *item,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *version = tb[DEVSESS_A_SESSION_VERSION];
	const struct nlattr *flags = tb[DEVSESS_A_SESSION_TOUCH_FLAGS];

	if (version && item->op != DEVSESS_OP_UPDATE && item->op != DEVSESS_OP_DELETE)
		return REFUSE(extack, version, "only update and delete take a version");
	if (flags && item->op != DEVSESS_OP_TOUCH)
		return REFUSE(extack, flags, "only touch takes touch_flags");
	if (item->op < DEVSESS_OP_DELETE)
		return 0;
	if (item->fields & ~(item->op == DEVSESS_OP_TOUCH ? DEVSESS_F_TTL : 0) ||
	    item->s.expires)
		return REFUSE(extack, tb[DEVSESS_A_SESSION_OP],
			      "the operation takes no fields of a session");
	return 0;
}

/**
 * attrs_item - take an item of a batch
 * @nest:   the item
 * @t:      table
 * @item:   out: the item
 * @extack: where to say what is wrong
 *
 * Context: Process.
 * Return: 0, -EINVAL, or -ERANGE from the policy.
 */
int attrs_item(const struct nlattr *nest, const struct devsess_table *t, struct batch_item *item,
	       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DEVSESS_A_SESSION_WEIGHT + 1];
	int err;

	err = attrs_check_once(nla_data(nest), nla_len(nest), 0, extack);
	if (!err)
		err = nla_parse_nested(tb, ARRAY_SIZE(tb) - 1, nest, devsess_item_nl_policy,
				       extack);
	if (err)
		return err;
	if (!tb[DEVSESS_A_SESSION_OP])
		return attrs_missing(extack, nest, DEVSESS_A_SESSION_OP, "op is missing");
	item->op = nla_get_u32(tb[DEVSESS_A_SESSION_OP]);
	err = attrs_session(tb, nest, t, &item->s, &item->fields, extack);
	if (err)
		return err;
	item->versioned = tb[DEVSESS_A_SESSION_VERSION];
	if (item->versioned)
		item->version = nla_get_u64(tb[DEVSESS_A_SESSION_VERSION]);
	if (item->op == DEVSESS_OP_TOUCH && !tb[DEVSESS_A_SESSION_TTL_MS])
		item->s.ttl_ms = 0; /* the session's own */
	item->touch_flags = 0;
	if (tb[DEVSESS_A_SESSION_TOUCH_FLAGS])
		item->touch_flags = nla_get_u32(tb[DEVSESS_A_SESSION_TOUCH_FLAGS]);
	return check_item_fields(tb, item, extack);
}

static int filter_net(struct nlattr **tb, const struct nlattr *nest, struct filter *f,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *net = tb[DEVSESS_A_FILTER_NET];
	const struct nlattr *family = tb[DEVSESS_A_FILTER_FAMILY];
	const struct nlattr *len = tb[DEVSESS_A_FILTER_NET_LEN];
	int err;

	if (!net && (family || len))
		return attrs_missing(extack, nest, DEVSESS_A_FILTER_NET,
				     "family and net_len need net");
	if (!net)
		return 0;
	if (!family)
		return attrs_missing(extack, nest, DEVSESS_A_FILTER_FAMILY, "net needs family");
	if (!len)
		return attrs_missing(extack, nest, DEVSESS_A_FILTER_NET_LEN, "net needs net_len");
	err = take_addr(net, family, &f->net, extack);
	if (err)
		return err;
	f->family = nla_get_u32(family);
	f->net_len = nla_get_u32(len);
	if (f->net_len > nla_len(net) * 8)
		return REFUSE(extack, len, "net_len is more than the address has bits");
	f->has |= FILTER_NET;
	return 0;
}

static int filter_prefix(struct nlattr **tb, struct filter *f, struct netlink_ext_ack *extack)
{
	const struct nlattr *a = tb[DEVSESS_A_FILTER_PREFIX];

	if (!a)
		return 0;
	if (!nla_len(a) || nla_len(a) > DEVSESS_KEY_MAX)
		return REFUSE(extack, a, "prefix has not 1 to 64 bytes");
	f->prefix_len = nla_len(a);
	memcpy(f->prefix, nla_data(a), f->prefix_len);
	f->has |= FILTER_PREFIX;
	return 0;
}

static int filter_mark(struct nlattr **tb, const struct nlattr *nest, struct filter *f,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *mask = tb[DEVSESS_A_FILTER_MARK_MASK];

	if (!tb[DEVSESS_A_FILTER_MARK])
		return mask ? attrs_missing(extack, nest, DEVSESS_A_FILTER_MARK,
					    "mark_mask needs mark") : 0;
	f->mark_mask = mask ? nla_get_u32(mask) : U32_MAX;
	f->mark = nla_get_u32(tb[DEVSESS_A_FILTER_MARK]) & f->mark_mask;
	f->has |= FILTER_MARK;
	return 0;
}

/**
 * attrs_filter - take a filter
 * @nest:   the filter, or NULL for all sessions
 * @f:      out: the filter
 * @extack: where to say what is wrong
 *
 * Context: Process.
 * Return: 0 or -EINVAL.
 */
int attrs_filter(const struct nlattr *nest, struct filter *f, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[DEVSESS_A_FILTER_MAX + 1];
	int err;

	*f = (struct filter){ };
	if (!nest)
		return 0;
	err = attrs_check_once(nla_data(nest), nla_len(nest), 0, extack);
	if (!err)
		err = nla_parse_nested(tb, DEVSESS_A_FILTER_MAX, nest, devsess_filter_nl_policy,
				       extack);
	if (!err)
		err = filter_net(tb, nest, f, extack);
	if (!err)
		err = filter_prefix(tb, f, extack);
	if (!err)
		err = filter_mark(tb, nest, f, extack);
	if (err)
		return err;
	f->owner = session_u32(tb, DEVSESS_A_FILTER_OWNER, FILTER_OWNER, &f->has);
	f->state = session_u32(tb, DEVSESS_A_FILTER_STATE, FILTER_STATE, &f->has);
	if (tb[DEVSESS_A_FILTER_IDLE_MS]) {
		u64 now = clock_now(), idle;

		idle = nla_get_u64(tb[DEVSESS_A_FILTER_IDLE_MS]) * NSEC_PER_MSEC;
		/* Nothing was seen before the machine started. */
		f->has |= FILTER_IDLE;
		f->seen = idle < now ? now - idle : 0;
	}
	return 0;
}

static bool in_net(const struct devsess_session *s, const struct filter *f)
{
	if (s->family != f->family)
		return false;
	return ipv6_prefix_equal(&s->addr, &f->net, f->net_len);
}

/**
 * attrs_match - whether a session is meant
 * @s:      session
 * @filter: a struct filter
 *
 * Context: Any; pure.
 * Return: whether it meets all of the filter.
 */
bool attrs_match(const struct devsess_session *s, const void *filter)
{
	const struct filter *f = filter;

	return (!(f->has & FILTER_OWNER) || s->owner == f->owner) &&
	       (!(f->has & FILTER_STATE) || s->state == f->state) &&
	       (!(f->has & FILTER_MARK) || (s->mark & f->mark_mask) == f->mark) &&
	       (!(f->has & FILTER_PREFIX) ||
		(s->key_len >= f->prefix_len && !memcmp(s->key, f->prefix, f->prefix_len))) &&
	       (!(f->has & FILTER_NET) || in_net(s, f)) &&
	       (!(f->has & FILTER_IDLE) || s->last_seen <= f->seen);
}
