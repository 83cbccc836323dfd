// SPDX-License-Identifier: GPL-2.0
#include "kern_attr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netlink/genl/genl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/devsess.h>

/*
 * The attributes of a session that are numbers in host byte order, by type. A
 * load puts millions of them: with nla_put() an item took 300 ns, half of the
 * time up here; with this table and the writer below it takes 50.
 */
static const struct number {
	uint8_t field;
	uint8_t size; /* 0: no such number */
	uint16_t offset;
} numbers[DEVSESS_A_SESSION_MAX + 1] = {
#define U32(FIELD, member) { FIELD, sizeof(uint32_t), offsetof(struct session, member) }
#define U64(FIELD, member) { FIELD, sizeof(uint64_t), offsetof(struct session, member) }
	[DEVSESS_A_SESSION_SESSION] = U64(F_SESSION, session),
	[DEVSESS_A_SESSION_OWNER] = U32(F_OWNER, owner),
	[DEVSESS_A_SESSION_MARK] = U32(F_MARK, mark),
	[DEVSESS_A_SESSION_STATE] = U32(F_STATE, state),
	[DEVSESS_A_SESSION_FLAGS] = U32(F_FLAGS, flags),
	[DEVSESS_A_SESSION_TTL_MS] = U64(F_TTL_MS, ttl_ms),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = U64(F_EXPIRES_IN_MS, expires_in_ms),
	[DEVSESS_A_SESSION_IDLE_MS] = U64(F_IDLE_MS, idle_ms),
	[DEVSESS_A_SESSION_CREATED] = U64(F_CREATED, created),
	[DEVSESS_A_SESSION_LAST_SEEN] = U64(F_LAST_SEEN, last_seen),
	[DEVSESS_A_SESSION_VERSION] = U64(F_VERSION, version),
	[DEVSESS_A_SESSION_TOUCH_FLAGS] = U32(F_TOUCH_FLAGS, touch_flags),
	[DEVSESS_A_SESSION_WEIGHT] = U32(F_WEIGHT, weight),
};

int kern_room_open(struct kern_room *room, struct nl_msg *msg, size_t size)
{
	room->msg = msg;
	room->at = nlmsg_reserve(msg, size, 0);
	room->end = room->at + size;
	room->full = !room->at;
	return room->full ? -EMSGSIZE : 0;
}

int kern_room_close(struct kern_room *room)
{
	struct nlmsghdr *hdr = nlmsg_hdr(room->msg);

	if (room->full)
		return -EMSGSIZE;
	hdr->nlmsg_len = room->at - (char *)hdr;
	return 0;
}

static inline void put(struct kern_room *room, int type, const void *data, size_t len)
{
	size_t size = NLA_ALIGN(NLA_HDRLEN + len);
	struct nlattr *attr = (struct nlattr *)room->at;

	if (size > (size_t)(room->end - room->at)) {
		room->full = true;
		return;
	}
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (size != NLA_HDRLEN + len)
		memset(room->at + size - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	memcpy(attr + 1, data, len);
	room->at += size;
}

static void put_peer(struct kern_room *room, const struct session *s)
{
	uint32_t family = s->addr.family;
	uint16_t port = htons(s->port);

	put(room, DEVSESS_A_SESSION_FAMILY, &family, sizeof(family));
	if (!family)
		return;
	put(room, DEVSESS_A_SESSION_ADDR, s->addr.bytes, addr_len(family));
	if (s->has & HAS(F_PORT))
		put(room, DEVSESS_A_SESSION_PORT, &port, sizeof(port));
}

void kern_put_session(struct kern_room *room, const struct session *s)
{
	put(room, DEVSESS_A_SESSION_DEVICE, s->device.bytes, s->device.len);
	if (s->has & HAS(F_ADDR))
		put_peer(room, s);
	if (s->has & HAS(F_DATA))
		put(room, DEVSESS_A_SESSION_DATA, s->data, s->data_len);
	for (int type = 0; type <= DEVSESS_A_SESSION_MAX; type++) {
		const struct number *n = &numbers[type];
		const char *value = (const char *)s + n->offset;

		if (!n->size || !(s->has & HAS(n->field)))
			continue;
		if (n->size == sizeof(uint64_t))
			put(room, type, value, sizeof(uint64_t));
		else
			put(room, type, value, sizeof(uint32_t));
	}
}

void kern_put_item(struct kern_room *room, uint32_t op, const struct session *s)
{
	struct nlattr *nest = (struct nlattr *)room->at;

	put(room, NLA_F_NESTED | DEVSESS_A_BATCH_ITEM, "", 0);
	put(room, DEVSESS_A_SESSION_OP, &op, sizeof(op));
	kern_put_session(room, s);
	if (!room->full)
		nest->nla_len = room->at - (char *)nest;
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
	       (t->has_policy && nla_put_u32(msg, DEVSESS_A_TABLE_POLICY, t->policy)) ||
	       (t->has_defer_ring &&
		nla_put_u32(msg, DEVSESS_A_TABLE_DEFER_RING, t->defer_ring)) ||
	       (t->has_defer_interval_ms &&
		nla_put_u32(msg, DEVSESS_A_TABLE_DEFER_INTERVAL_MS, t->defer_interval_ms)) ||
	       (t->has_ttl_ms && nla_put_u64(msg, DEVSESS_A_TABLE_TTL_MS, t->ttl_ms)) ||
	       (t->has_owner_max && nla_put_u32(msg, DEVSESS_A_TABLE_OWNER_MAX, t->owner_max)) ||
	       (t->has_watermark_high &&
		nla_put_u32(msg, DEVSESS_A_TABLE_WATERMARK_HIGH, t->watermark_high)) ||
	       (t->has_watermark_low &&
		nla_put_u32(msg, DEVSESS_A_TABLE_WATERMARK_LOW, t->watermark_low)) ||
	       (t->has_reserve && nla_put_u64(msg, DEVSESS_A_TABLE_RESERVE, t->reserve)) ||
	       (t->has_max_cost && nla_put_u64(msg, DEVSESS_A_TABLE_MAX_COST, t->max_cost)) ||
	       (t->has_upcall && nla_put_u32(msg, DEVSESS_A_TABLE_UPCALL, t->upcall)) ||
	       (t->has_upcall_interval_ms &&
		nla_put_u32(msg, DEVSESS_A_TABLE_UPCALL_INTERVAL_MS, t->upcall_interval_ms)) ||
	       (t->has_upcall_rate &&
		nla_put_u32(msg, DEVSESS_A_TABLE_UPCALL_RATE, t->upcall_rate)) ||
	       (t->has_upcall_negative_ttl_ms &&
		nla_put_u32(msg, DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS,
			    t->upcall_negative_ttl_ms));
}

static int get_number(struct session *s, const struct number *n, const void *data, size_t len)
{
	if (len < n->size)
		return -EBADMSG;
	memcpy((char *)s + n->offset, data, n->size);
	s->has |= HAS(n->field);
	return 0;
}

/* Those that are bytes, or that are laid out otherwise here. */
static int get_other(struct session *s, int type, const void *data, size_t len)
{
	switch (type) {
	case DEVSESS_A_SESSION_DEVICE:
		if (!len || len > sizeof(s->device.bytes))
			return -EBADMSG;
		memcpy(s->device.bytes, data, len);
		s->device.len = len;
		s->has |= HAS(F_DEVICE);
		break;
	case DEVSESS_A_SESSION_FAMILY:
		if (len < sizeof(uint32_t))
			return -EBADMSG;
		s->addr.family = *(const uint32_t *)data;
		break;
	case DEVSESS_A_SESSION_ADDR:
		if (len > sizeof(s->addr.bytes))
			return -EBADMSG;
		memcpy(s->addr.bytes, data, len);
		s->has |= HAS(F_ADDR);
		break;
	case DEVSESS_A_SESSION_PORT:
		if (len < sizeof(s->port))
			return -EBADMSG;
		memcpy(&s->port, data, sizeof(s->port));
		s->port = ntohs(s->port);
		s->has |= HAS(F_PORT);
		break;
	case DEVSESS_A_SESSION_DATA:
		if (len > sizeof(s->data))
			return -EBADMSG;
		memcpy(s->data, data, len);
		s->data_len = len;
		s->has |= HAS(F_DATA);
		break;
	}
	return 0;
}

int kern_get_session(const struct nlattr *attr, int left, struct session *s)
{
	int ret = 0;

	memset(s, 0, sizeof(*s));
	while (!ret && left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		int type = attr->nla_type & NLA_TYPE_MASK, len = attr->nla_len - NLA_HDRLEN;

		if (type <= DEVSESS_A_SESSION_MAX && numbers[type].size)
			ret = get_number(s, &numbers[type], attr + 1, len);
		else
			ret = get_other(s, type, attr + 1, len);
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
	/* An address of a family that this program does not know is none of its. */
	if (s->has & HAS(F_ADDR) && !addr_len(s->addr.family))
		ret = -EBADMSG;
	return ret;
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
	/* What an older kernel does not tell it does not take either. */
	t->has_max_sessions = tb[DEVSESS_A_TABLE_MAX_SESSIONS];
	t->has_key_max = tb[DEVSESS_A_TABLE_KEY_MAX];
	t->has_data_max = tb[DEVSESS_A_TABLE_DATA_MAX];
	t->has_policy = tb[DEVSESS_A_TABLE_POLICY];
	t->has_defer_ring = tb[DEVSESS_A_TABLE_DEFER_RING];
	t->has_defer_interval_ms = tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS];
	t->has_ttl_ms = tb[DEVSESS_A_TABLE_TTL_MS];
	t->has_upcall = tb[DEVSESS_A_TABLE_UPCALL];
	t->has_upcall_interval_ms = tb[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS];
	t->has_upcall_rate = tb[DEVSESS_A_TABLE_UPCALL_RATE];
	t->has_upcall_negative_ttl_ms = tb[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS];
	t->has_owner_max = tb[DEVSESS_A_TABLE_OWNER_MAX];
	t->has_watermark_high = tb[DEVSESS_A_TABLE_WATERMARK_HIGH];
	t->has_watermark_low = tb[DEVSESS_A_TABLE_WATERMARK_LOW];
	t->has_reserve = tb[DEVSESS_A_TABLE_RESERVE];
	t->has_max_cost = tb[DEVSESS_A_TABLE_MAX_COST];
	t->id = number(tb[DEVSESS_A_TABLE_ID]);
	t->max_sessions = number(tb[DEVSESS_A_TABLE_MAX_SESSIONS]);
	t->key_max = number(tb[DEVSESS_A_TABLE_KEY_MAX]);
	t->data_max = number(tb[DEVSESS_A_TABLE_DATA_MAX]);
	t->policy = number(tb[DEVSESS_A_TABLE_POLICY]);
	t->sessions = number(tb[DEVSESS_A_TABLE_SESSIONS]);
	t->users = number(tb[DEVSESS_A_TABLE_USERS]);
	t->defer_ring = number(tb[DEVSESS_A_TABLE_DEFER_RING]);
	t->defer_interval_ms = number(tb[DEVSESS_A_TABLE_DEFER_INTERVAL_MS]);
	t->ttl_ms = number(tb[DEVSESS_A_TABLE_TTL_MS]);
	t->upcall = number(tb[DEVSESS_A_TABLE_UPCALL]);
	t->upcall_interval_ms = number(tb[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS]);
	t->upcall_rate = number(tb[DEVSESS_A_TABLE_UPCALL_RATE]);
	t->upcall_negative_ttl_ms = number(tb[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS]);
	t->event_seq = number(tb[DEVSESS_A_TABLE_EVENT_SEQ]);
	t->owner_max = number(tb[DEVSESS_A_TABLE_OWNER_MAX]);
	t->watermark_high = number(tb[DEVSESS_A_TABLE_WATERMARK_HIGH]);
	t->watermark_low = number(tb[DEVSESS_A_TABLE_WATERMARK_LOW]);
	t->above = number(tb[DEVSESS_A_TABLE_ABOVE]);
	t->reserve = number(tb[DEVSESS_A_TABLE_RESERVE]);
	t->max_cost = number(tb[DEVSESS_A_TABLE_MAX_COST]);
	t->cost = number(tb[DEVSESS_A_TABLE_COST]);
	t->bpf_id = number(tb[DEVSESS_A_TABLE_BPF_ID]);
	return get_name(tb[DEVSESS_A_TABLE_NAME], t->name);
}

int kern_get_owner(struct nlmsghdr *answer, struct owner *o)
{
	struct nlattr *tb[DEVSESS_A_OWNER_MAX + 1];

	if (genlmsg_parse(answer, 0, tb, DEVSESS_A_OWNER_MAX, NULL) < 0 ||
	    !tb[DEVSESS_A_OWNER_OWNER])
		return -EBADMSG;
	o->owner = number(tb[DEVSESS_A_OWNER_OWNER]);
	o->limit = number(tb[DEVSESS_A_OWNER_LIMIT]);
	o->sessions = number(tb[DEVSESS_A_OWNER_SESSIONS]);
	o->state[DEVSESS_STATE_NEW] = number(tb[DEVSESS_A_OWNER_NEW]);
	o->state[DEVSESS_STATE_ACTIVE] = number(tb[DEVSESS_A_OWNER_ACTIVE]);
	o->state[DEVSESS_STATE_IDLE] = number(tb[DEVSESS_A_OWNER_IDLE]);
	o->state[DEVSESS_STATE_BLOCKED] = number(tb[DEVSESS_A_OWNER_BLOCKED]);
	o->refused = number(tb[DEVSESS_A_OWNER_REFUSED]);
	return 0;
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

int kern_get_event(struct nlmsghdr *message, struct event *ev)
{
	struct nlattr *tb[DEVSESS_A_EVENT_MAX + 1], *s;

	if (genlmsg_parse(message, 0, tb, DEVSESS_A_EVENT_MAX, NULL) < 0 ||
	    !tb[DEVSESS_A_EVENT_KIND])
		return -EBADMSG;
	ev->kind = number(tb[DEVSESS_A_EVENT_KIND]);
	ev->reason = number(tb[DEVSESS_A_EVENT_REASON]);
	ev->table_id = number(tb[DEVSESS_A_EVENT_TABLE_ID]);
	ev->seq = number(tb[DEVSESS_A_EVENT_SEQ]);
	ev->count = number(tb[DEVSESS_A_EVENT_COUNT]);
	ev->sessions = number(tb[DEVSESS_A_EVENT_SESSIONS]);
	ev->max_sessions = number(tb[DEVSESS_A_EVENT_MAX_SESSIONS]);
	ev->cost = number(tb[DEVSESS_A_EVENT_COST]);
	ev->max_cost = number(tb[DEVSESS_A_EVENT_MAX_COST]);
	s = tb[DEVSESS_A_EVENT_SESSION];
	ev->has_session = s;
	if (s && (kern_get_session(nla_data(s), nla_len(s), &ev->s) ||
		  !(ev->s.has & HAS(F_DEVICE))))
		return -EBADMSG;
	return get_name(tb[DEVSESS_A_EVENT_TABLE], ev->table);
}
