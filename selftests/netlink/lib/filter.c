// SPDX-License-Identifier: GPL-2.0
#include "filter.h"

#include <arpa/inet.h>
#include <string.h>

void want_owner(struct filter *f, __u32 owner)
{
	f->has |= WANTS(OWNER);
	f->owner = owner;
}

void want_state(struct filter *f, __u32 state)
{
	f->has |= WANTS(STATE);
	f->state = state;
}

void want_mark(struct filter *f, __u32 mark)
{
	f->has |= WANTS(MARK);
	f->mark = mark;
}

void want_masked(struct filter *f, __u32 mark, __u32 mask)
{
	want_mark(f, mark);
	f->has |= WANTS(MARK_MASK);
	f->mark_mask = mask;
}

void want_prefix(struct filter *f, const void *prefix, size_t len)
{
	f->has |= WANTS(PREFIX);
	f->prefix_len = len;
	memcpy(f->prefix, prefix, len);
}

void want_net(struct filter *f, const char *net, __u32 net_len)
{
	f->has |= WANTS(FAMILY) | WANTS(NET) | WANTS(NET_LEN);
	f->family = strchr(net, ':') ? AF_INET6 : AF_INET;
	f->net_size = f->family == AF_INET ? 4 : 16;
	memset(f->net, 0, sizeof(f->net));
	inet_pton(f->family, net, f->net);
	f->net_len = net_len;
}

void want_idle(struct filter *f, __u64 idle_ms)
{
	f->has |= WANTS(IDLE_MS);
	f->idle_ms = idle_ms;
}

/* Appends a filter as a request has it. */
size_t put_filter(struct msg *m, const struct filter *f)
{
	size_t nest = put_nest(m, DEVSESS_A_SESSION_FILTER);

	if (f->has & WANTS(OWNER))
		put_u32(m, DEVSESS_A_FILTER_OWNER, f->owner);
	if (f->has & WANTS(STATE))
		put_u32(m, DEVSESS_A_FILTER_STATE, f->state);
	if (f->has & WANTS(MARK))
		put_u32(m, DEVSESS_A_FILTER_MARK, f->mark);
	if (f->has & WANTS(MARK_MASK))
		put_u32(m, DEVSESS_A_FILTER_MARK_MASK, f->mark_mask);
	if (f->has & WANTS(PREFIX))
		put(m, DEVSESS_A_FILTER_PREFIX, f->prefix, f->prefix_len);
	if (f->has & WANTS(FAMILY))
		put_u32(m, DEVSESS_A_FILTER_FAMILY, f->family);
	if (f->has & WANTS(NET))
		put(m, DEVSESS_A_FILTER_NET, f->net, f->net_size);
	if (f->has & WANTS(NET_LEN))
		put_u32(m, DEVSESS_A_FILTER_NET_LEN, f->net_len);
	if (f->has & WANTS(IDLE_MS))
		put_u64(m, DEVSESS_A_FILTER_IDLE_MS, f->idle_ms);
	end_nest(m, nest);
	return nest;
}

static bool in_net(const struct filter *f, const struct session *s)
{
	__u32 bit;

	if (s->family != f->family || s->addr_len != f->net_size)
		return false;
	for (bit = 0; bit < f->net_len; bit++)
		if ((s->addr[bit / 8] ^ f->net[bit / 8]) & 128 >> bit % 8)
			return false;
	return true;
}

/* Whether a session, of a request, is meant. How long it is idle is not looked at. */
bool meant(const struct filter *f, const struct session *s)
{
	__u32 mask = f->has & WANTS(MARK_MASK) ? f->mark_mask : ~0U;

	if ((f->has & WANTS(OWNER)) && s->owner != f->owner)
		return false;
	if ((f->has & WANTS(STATE)) && s->state != f->state)
		return false;
	if ((f->has & WANTS(MARK)) && (s->mark & mask) != (f->mark & mask))
		return false;
	if ((f->has & WANTS(PREFIX)) && (s->device_len < f->prefix_len ||
					 memcmp(s->device, f->prefix, f->prefix_len)))
		return false;
	return !(f->has & WANTS(NET)) || in_net(f, s);
}

static __u64 select_meant(struct nl *nl, __u8 cmd, const char *table, const struct filter *f)
{
	nl_begin(nl, cmd);
	if (table)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, table);
	if (f)
		put_filter(&nl->m, f);
	return nl_call(nl) ? ~0ULL : answer(nl).count;
}

/* With @f NULL there is no filter. ~0 if the request is refused. */
__u64 count_meant(struct nl *nl, const char *table, const struct filter *f)
{
	return select_meant(nl, DEVSESS_CMD_COUNT, table, f);
}

__u64 clear_meant(struct nl *nl, const char *table, const struct filter *f)
{
	return select_meant(nl, DEVSESS_CMD_CLEAR, table, f);
}

/* Returns 0 or an errno. */
int dump_meant(struct snapshot *snap, struct nl *nl, const char *table, const struct filter *f)
{
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	if (table)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, table);
	if (f)
		put_filter(&nl->m, f);
	return nl_dump(nl) ?: snapshot_read(snap, nl);
}
