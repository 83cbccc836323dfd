// SPDX-License-Identifier: GPL-2.0
/* Put: sessions, tables and figures into messages. */
#include "put.h"

#include <linux/socket.h>

#include "clock.h"
#include "deferred.h"
#include "figures.h"
#include "kfunc.h"
#include "net.h"

/* A time of CLOCK_BOOTTIME in ms since 1970 UTC. */
static u64 epoch_ms(u64 boottime)
{
	s64 offset = ktime_mono_to_any(0, TK_OFFS_REAL) - ktime_mono_to_any(0, TK_OFFS_BOOT);

	return div_u64(boottime + offset, NSEC_PER_MSEC);
}

/**
 * put_expiry - append the time that is left
 * @skb:     message
 * @expires: when the session ends, ns of CLOCK_BOOTTIME; 0 never: nothing is appended
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE.
 */
int put_expiry(struct sk_buff *skb, u64 expires)
{
	u64 now = clock_now();
	/* Rounded up, and never 0: a dump may send a session some time after it took it. */
	u64 left = expires > now ? expires - now : 1;

	if (!expires)
		return 0;
	return nla_put_u64_64bit(skb, DEVSESS_A_SESSION_EXPIRES_IN_MS,
				 div_u64(left + NSEC_PER_MSEC - 1, NSEC_PER_MSEC),
				 DEVSESS_A_SESSION_PAD);
}

static int put_times(struct sk_buff *skb, const struct devsess_session *s)
{
	u64 now = clock_now();
	u64 idle = now > s->last_seen ? now - s->last_seen : 0;

	if (put_expiry(skb, s->expires))
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, DEVSESS_A_SESSION_TTL_MS, s->ttl_ms, DEVSESS_A_SESSION_PAD) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_SESSION_IDLE_MS, div_u64(idle, NSEC_PER_MSEC),
			      DEVSESS_A_SESSION_PAD) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_SESSION_CREATED, epoch_ms(s->created),
			      DEVSESS_A_SESSION_PAD) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_SESSION_LAST_SEEN, epoch_ms(s->last_seen),
			      DEVSESS_A_SESSION_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * put_session - append a session
 * @skb: message
 * @s:   session
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE; what was appended until then is the caller's to cancel.
 */
int put_session(struct sk_buff *skb, const struct devsess_session *s)
{
	if (nla_put(skb, DEVSESS_A_SESSION_DEVICE, s->key_len, s->key) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_SESSION_SESSION, s->session,
			      DEVSESS_A_SESSION_PAD) ||
	    nla_put_u32(skb, DEVSESS_A_SESSION_OWNER, s->owner) ||
	    nla_put_u32(skb, DEVSESS_A_SESSION_MARK, s->mark) ||
	    nla_put_u32(skb, DEVSESS_A_SESSION_STATE, s->state) ||
	    nla_put_u32(skb, DEVSESS_A_SESSION_FLAGS, s->flags) ||
	    nla_put_u32(skb, DEVSESS_A_SESSION_WEIGHT, s->weight) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_SESSION_VERSION, s->version,
			      DEVSESS_A_SESSION_PAD))
		return -EMSGSIZE;
	if (s->family != AF_UNSPEC &&
	    (nla_put_u32(skb, DEVSESS_A_SESSION_FAMILY, s->family) ||
	     nla_put(skb, DEVSESS_A_SESSION_ADDR, s->family == AF_INET ? 4 : 16, &s->addr) ||
	     nla_put_be16(skb, DEVSESS_A_SESSION_PORT, s->port)))
		return -EMSGSIZE;
	if (s->data_len && nla_put(skb, DEVSESS_A_SESSION_DATA, s->data_len, s->data))
		return -EMSGSIZE;
	return put_times(skb, s);
}

/**
 * put_name - append the name that a table has now
 * @skb:  message
 * @attr: attribute
 * @t:    table
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE.
 */
int put_name(struct sk_buff *skb, int attr, const struct devsess_table *t)
{
	char name[DEVSESS_NAME_MAX + 1];

	name_copy(&t->name, name);
	return nla_put_string(skb, attr, name);
}

static int put_upcalls(struct sk_buff *skb, const struct upcall_options *o)
{
	if (nla_put_u32(skb, DEVSESS_A_TABLE_UPCALL, READ_ONCE(o->upcall)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_UPCALL_INTERVAL_MS, READ_ONCE(o->interval_ms)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_UPCALL_RATE, READ_ONCE(o->rate)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS,
			READ_ONCE(o->negative_ttl_ms)))
		return -EMSGSIZE;
	return 0;
}

static int put_fill(struct sk_buff *skb, const struct devsess_table *t)
{
	const struct watermark *w = &t->watermark;

	if (nla_put_u32(skb, DEVSESS_A_TABLE_WATERMARK_HIGH, watermark_high(w)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_WATERMARK_LOW, watermark_low(w)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_ABOVE, READ_ONCE(w->above)) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_RESERVE, READ_ONCE(t->reserve),
			      DEVSESS_A_TABLE_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * put_table - append a table
 * @skb: message
 * @t:   table
 *
 * Context: Process, may sleep.
 * Return: 0 or -EMSGSIZE.
 */
int put_table(struct sk_buff *skb, struct devsess_table *t)
{
	/* Before the name: who has it hears of each name that the table gets from then on. */
	u64 seq = events_seq(&t->events);
	struct table_naming n;

	/* And of its end, which may have a number by now. */
	if (READ_ONCE(t->dead))
		seq = 0;
	net_table_naming(t, &n);
	if (nla_put_string(skb, DEVSESS_A_TABLE_NAME, n.name) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_ID, t->id) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_MAX_SESSIONS, table_max(t),
			      DEVSESS_A_TABLE_PAD) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_KEY_MAX, t->key_max) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_DATA_MAX, t->data_max) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_POLICY, READ_ONCE(t->policy)) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_SESSIONS, table_count(t),
			      DEVSESS_A_TABLE_PAD) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_USERS, n.users) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_DEFER_RING, deferred_ring(t)) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_DEFER_INTERVAL_MS, READ_ONCE(t->defer_ms)) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_TTL_MS, READ_ONCE(t->ttl_ms),
			      DEVSESS_A_TABLE_PAD) ||
	    nla_put_u32(skb, DEVSESS_A_TABLE_OWNER_MAX, owner_max(t->owners)) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_MAX_COST, cost_max(&t->cost),
			      DEVSESS_A_TABLE_PAD) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_COST, cost_sum(&t->cost),
			      DEVSESS_A_TABLE_PAD) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_TABLE_EVENT_SEQ, seq, DEVSESS_A_TABLE_PAD))
		return -EMSGSIZE;
	if (kfunc_there() && nla_put_u32(skb, DEVSESS_A_TABLE_BPF_ID, n.number))
		return -EMSGSIZE;
	return put_fill(skb, t) ?: put_upcalls(skb, &t->upcall_options);
}

/**
 * put_owner - append the figures of an owner
 * @skb: message
 * @f:   figures
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE.
 */
int put_owner(struct sk_buff *skb, const struct devsess_owner *f)
{
	if (nla_put_u32(skb, DEVSESS_A_OWNER_OWNER, f->owner) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_LIMIT, f->limit) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_SESSIONS, f->sessions) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_NEW, f->state[DEVSESS_STATE_NEW]) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_ACTIVE, f->state[DEVSESS_STATE_ACTIVE]) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_IDLE, f->state[DEVSESS_STATE_IDLE]) ||
	    nla_put_u32(skb, DEVSESS_A_OWNER_BLOCKED, f->state[DEVSESS_STATE_BLOCKED]) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_OWNER_REFUSED, f->refused, DEVSESS_A_OWNER_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * put_stats - append the figures of a table
 * @skb: message
 * @t:   table
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE.
 */
int put_stats(struct sk_buff *skb, struct devsess_table *t)
{
	struct figures f;
	int i, err;

	if (put_name(skb, DEVSESS_A_STATS_TABLE, t))
		return -EMSGSIZE;
	figures_get(t, &f);
	for (i = 0; i <= DEVSESS_A_STATS_MAX; i++) {
		switch (figure_list[i].kind) {
		case FIGURE_U64:
			err = nla_put_u64_64bit(skb, i, f.v[i], DEVSESS_A_STATS_PAD);
			break;
		case FIGURE_U32:
		case FIGURE_MILLI:
			err = nla_put_u32(skb, i, f.v[i]);
			break;
		default:
			err = 0;
		}
		if (err)
			return err;
	}
	return 0;
}
