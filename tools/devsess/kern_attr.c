// SPDX-License-Identifier: GPL-2.0
#include "kern_attr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <string.h>

#include <linux/devsess.h>

int kern_put_id(struct nl_msg *msg, const struct id *id)
{
	return nla_put(msg, DEVSESS_A_SESSION_DEVICE, id->len, id->bytes);
}

static int put_peer(struct nl_msg *msg, const struct session *s)
{
	if (!(s->has & HAS(F_ADDR)))
		return 0;
	if (nla_put_u32(msg, DEVSESS_A_SESSION_FAMILY, s->addr.family) ||
	    nla_put(msg, DEVSESS_A_SESSION_ADDR, addr_len(s->addr.family), s->addr.bytes))
		return -EMSGSIZE;
	if (s->has & HAS(F_PORT))
		return nla_put_u16(msg, DEVSESS_A_SESSION_PORT, htons(s->port));
	return 0;
}

static int put_u32(struct nl_msg *msg, const struct session *s, enum field f, int type,
		   uint32_t value)
{
	return s->has & HAS(f) ? nla_put_u32(msg, type, value) : 0;
}

static int put_u64(struct nl_msg *msg, const struct session *s, enum field f, int type,
		   uint64_t value)
{
	return s->has & HAS(f) ? nla_put_u64(msg, type, value) : 0;
}

int kern_put_session(struct nl_msg *msg, const struct session *s)
{
	if (kern_put_id(msg, &s->device) || put_peer(msg, s))
		return -EMSGSIZE;
	if (s->has & HAS(F_DATA) && nla_put(msg, DEVSESS_A_SESSION_DATA, s->data_len, s->data))
		return -EMSGSIZE;
	return put_u64(msg, s, F_SESSION, DEVSESS_A_SESSION_SESSION, s->session) ||
	       put_u32(msg, s, F_OWNER, DEVSESS_A_SESSION_OWNER, s->owner) ||
	       put_u32(msg, s, F_MARK, DEVSESS_A_SESSION_MARK, s->mark) ||
	       put_u32(msg, s, F_STATE, DEVSESS_A_SESSION_STATE, s->state) ||
	       put_u32(msg, s, F_FLAGS, DEVSESS_A_SESSION_FLAGS, s->flags) ||
	       put_u64(msg, s, F_TTL_MS, DEVSESS_A_SESSION_TTL_MS, s->ttl_ms) ||
	       put_u64(msg, s, F_EXPIRES_IN_MS, DEVSESS_A_SESSION_EXPIRES_IN_MS,
		       s->expires_in_ms) ||
	       put_u64(msg, s, F_VERSION, DEVSESS_A_SESSION_VERSION, s->version) ||
	       put_u32(msg, s, F_TOUCH_FLAGS, DEVSESS_A_SESSION_TOUCH_FLAGS, s->touch_flags);
}

static int put_filter_attrs(struct nl_msg *msg, const struct filter *f)
{
	if (f->net.family &&
	    (nla_put_u32(msg, DEVSESS_A_FILTER_FAMILY, f->net.family) ||
	     nla_put(msg, DEVSESS_A_FILTER_NET, addr_len(f->net.family), f->net.bytes) ||
	     nla_put_u32(msg, DEVSESS_A_FILTER_NET_LEN, f->net_len)))
		return -EMSGSIZE;
	return (f->has_owner && nla_put_u32(msg, DEVSESS_A_FILTER_OWNER, f->owner)) ||
	       (f->has_state && nla_put_u32(msg, DEVSESS_A_FILTER_STATE, f->state)) ||
	       (f->has_mark && nla_put_u32(msg, DEVSESS_A_FILTER_MARK, f->mark)) ||
	       (f->has_mask && nla_put_u32(msg, DEVSESS_A_FILTER_MARK_MASK, f->mask)) ||
	       (f->has_idle && nla_put_u64(msg, DEVSESS_A_FILTER_IDLE_MS, f->idle_ms)) ||
	       (f->prefix.len &&
		nla_put(msg, DEVSESS_A_FILTER_PREFIX, f->prefix.len, f->prefix.bytes));
}

static bool is_empty(const struct filter *f)
{
	return !f->has_owner && !f->has_state && !f->has_mark && !f->has_idle && !f->prefix.len &&
	       !f->net.family;
}

int kern_put_filter(struct nl_msg *msg, const struct filter *f)
{
	struct nlattr *nest;

	if (!f || is_empty(f))
		return 0;
	nest = nla_nest_start(msg, NLA_F_NESTED | DEVSESS_A_SESSION_FILTER);
	if (!nest || put_filter_attrs(msg, f))
		return -EMSGSIZE;
	return nla_nest_end(msg, nest);
}

int kern_put_table(struct nl_msg *msg, const struct table *t)
{
	return nla_put_string(msg, DEVSESS_A_TABLE_NAME, t->name) ||
	       (t->has_max_sessions &&
		nla_put_u64(msg, DEVSESS_A_TABLE_MAX_SESSIONS, t->max_sessions)) ||
	       (t->has_key_max && nla_put_u32(msg, DEVSESS_A_TABLE_KEY_MAX, t->key_max)) ||
	       (t->has_data_max && nla_put_u32(msg, DEVSESS_A_TABLE_DATA_MAX, t->data_max)) ||
	       (t->has_policy && nla_put_u32(msg, DEVSESS_A_TABLE_POLICY, t->policy));
}

struct nla_policy kern_session_policy[DEVSESS_A_SESSION_MAX + 1] = {
	[DEVSESS_A_SESSION_DEVICE] = { .minlen = 1, .maxlen = DEVSESS_KEY_MAX },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_ADDR] = { .maxlen = 16 },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16 },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_STATE] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_FLAGS] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_TTL_MS] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_IDLE_MS] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_CREATED] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_LAST_SEEN] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_VERSION] = { .type = NLA_U64 },
	[DEVSESS_A_SESSION_DATA] = { .maxlen = DEVSESS_DATA_MAX },
	[DEVSESS_A_SESSION_LOADED] = { .type = NLA_U32 },
	[DEVSESS_A_SESSION_COUNT] = { .type = NLA_U64 },
};

static void get_u32(struct nlattr **tb, int type, struct session *s, enum field f, uint32_t *out)
{
	if (!tb[type])
		return;
	*out = nla_get_u32(tb[type]);
	s->has |= HAS(f);
}

static void get_u64(struct nlattr **tb, int type, struct session *s, enum field f, uint64_t *out)
{
	if (!tb[type])
		return;
	*out = nla_get_u64(tb[type]);
	s->has |= HAS(f);
}

static int get_peer(struct nlattr **tb, struct session *s)
{
	if (!tb[DEVSESS_A_SESSION_FAMILY] || !tb[DEVSESS_A_SESSION_ADDR])
		return 0;
	s->addr.family = nla_get_u32(tb[DEVSESS_A_SESSION_FAMILY]);
	/* Also refuses a family that this program does not know. */
	if (nla_len(tb[DEVSESS_A_SESSION_ADDR]) != (int)addr_len(s->addr.family))
		return -EBADMSG;
	memcpy(s->addr.bytes, nla_data(tb[DEVSESS_A_SESSION_ADDR]), addr_len(s->addr.family));
	s->has |= HAS(F_ADDR);
	if (tb[DEVSESS_A_SESSION_PORT]) {
		s->port = ntohs(nla_get_u16(tb[DEVSESS_A_SESSION_PORT]));
		s->has |= HAS(F_PORT);
	}
	return 0;
}

static void get_bytes(struct nlattr **tb, struct session *s)
{
	struct nlattr *device = tb[DEVSESS_A_SESSION_DEVICE], *data = tb[DEVSESS_A_SESSION_DATA];

	if (device) {
		s->device.len = nla_len(device);
		memcpy(s->device.bytes, nla_data(device), s->device.len);
		s->has |= HAS(F_DEVICE);
	}
	if (data) {
		s->data_len = nla_len(data);
		memcpy(s->data, nla_data(data), s->data_len);
		s->has |= HAS(F_DATA);
	}
}

int kern_get_session(struct nlattr **tb, struct session *s)
{
	memset(s, 0, sizeof(*s));
	get_bytes(tb, s);
	get_u64(tb, DEVSESS_A_SESSION_SESSION, s, F_SESSION, &s->session);
	get_u32(tb, DEVSESS_A_SESSION_OWNER, s, F_OWNER, &s->owner);
	get_u32(tb, DEVSESS_A_SESSION_MARK, s, F_MARK, &s->mark);
	get_u32(tb, DEVSESS_A_SESSION_STATE, s, F_STATE, &s->state);
	get_u32(tb, DEVSESS_A_SESSION_FLAGS, s, F_FLAGS, &s->flags);
	get_u64(tb, DEVSESS_A_SESSION_TTL_MS, s, F_TTL_MS, &s->ttl_ms);
	get_u64(tb, DEVSESS_A_SESSION_EXPIRES_IN_MS, s, F_EXPIRES_IN_MS, &s->expires_in_ms);
	get_u64(tb, DEVSESS_A_SESSION_IDLE_MS, s, F_IDLE_MS, &s->idle_ms);
	get_u64(tb, DEVSESS_A_SESSION_CREATED, s, F_CREATED, &s->created);
	get_u64(tb, DEVSESS_A_SESSION_LAST_SEEN, s, F_LAST_SEEN, &s->last_seen);
	get_u64(tb, DEVSESS_A_SESSION_VERSION, s, F_VERSION, &s->version);
	return get_peer(tb, s);
}

/* Whatever width the attribute has, so that one may be widened one day. */
static uint64_t number(const struct nlattr *attr)
{
	uint64_t value = 0;
	uint32_t small;

	if (!attr)
		return 0;
	if (nla_len(attr) >= (int)sizeof(value))
		return nla_get_u64(attr);
	if (nla_len(attr) < (int)sizeof(small))
		return 0;
	memcpy(&small, nla_data(attr), sizeof(small));
	return small;
}

static int get_name(const struct nlattr *attr, char name[DEVSESS_NAME_MAX + 1])
{
	if (!attr || nla_len(attr) < 1 || nla_len(attr) > DEVSESS_NAME_MAX + 1)
		return -EBADMSG;
	snprintf(name, DEVSESS_NAME_MAX + 1, "%.*s", nla_len(attr), (char *)nla_data(attr));
	return 0;
}

int kern_get_table(struct nlmsghdr *answer, struct table *t)
{
	struct nlattr *tb[DEVSESS_A_TABLE_MAX + 1];

	memset(t, 0, sizeof(*t));
	if (genlmsg_parse(answer, 0, tb, DEVSESS_A_TABLE_MAX, NULL) < 0)
		return -EBADMSG;
	t->id = number(tb[DEVSESS_A_TABLE_ID]);
	t->max_sessions = number(tb[DEVSESS_A_TABLE_MAX_SESSIONS]);
	t->key_max = number(tb[DEVSESS_A_TABLE_KEY_MAX]);
	t->data_max = number(tb[DEVSESS_A_TABLE_DATA_MAX]);
	t->policy = number(tb[DEVSESS_A_TABLE_POLICY]);
	t->sessions = number(tb[DEVSESS_A_TABLE_SESSIONS]);
	t->users = number(tb[DEVSESS_A_TABLE_USERS]);
	return get_name(tb[DEVSESS_A_TABLE_NAME], t->name);
}

int kern_get_stats(struct nlmsghdr *answer, struct stats *s)
{
	struct nlattr *tb[DEVSESS_A_STATS_MAX + 1];

	memset(s, 0, sizeof(*s));
	if (genlmsg_parse(answer, 0, tb, DEVSESS_A_STATS_MAX, NULL) < 0)
		return -EBADMSG;
	for (int type = DEVSESS_A_STATS_TABLE + 1; type <= DEVSESS_A_STATS_MAX; type++) {
		s->has[type] = tb[type];
		s->value[type] = number(tb[type]);
	}
	return get_name(tb[DEVSESS_A_STATS_TABLE], s->table);
}
