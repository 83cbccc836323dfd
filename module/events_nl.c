// SPDX-License-Identifier: GPL-2.0
/*
 * Events as netlink messages, one each: so a filter on a socket takes or leaves
 * single ones, and what a socket has lost for want of room is counted by events.
 */
#include "events_nl.h"

#include <net/net_namespace.h>

#include "events.h"
#include "genl.h"
#include "limits.h"
#include "put.h"
#include "reply.h"

/* Bytes of a message, but for device id and data. */
#define MESSAGE_ROOM	384

/*
 * What a filter on a socket finds where; see the spec. In front are 16 bytes of
 * struct nlmsghdr, 4 of struct genlmsghdr, and 4 of each attribute.
 */
static int put_head(struct sk_buff *skb, const struct devsess_table *t,
		    const struct event_told *told, const struct devsess_session *s)
{
	BUILD_BUG_ON(NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN != 24);
	if (nla_put_u32(skb, DEVSESS_A_EVENT_KIND, told->kind) ||
	    nla_put_u32(skb, DEVSESS_A_EVENT_TABLE_ID, t->id) ||
	    nla_put_u32(skb, DEVSESS_A_EVENT_OWNER, s ? s->owner : 0) ||
	    nla_put_u32(skb, DEVSESS_A_EVENT_REASON, told->reason) ||
	    nla_put_u64_64bit(skb, DEVSESS_A_EVENT_SEQ, told->seq, DEVSESS_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_event(struct sk_buff *skb, const struct devsess_table *t,
		     const struct event_told *told, const struct devsess_session *s)
{
	struct nlattr *nest;

	if (put_head(skb, t, told, s) || put_name(skb, DEVSESS_A_EVENT_TABLE, t))
		return -EMSGSIZE;
	if (told->lost &&
	    nla_put_u64_64bit(skb, DEVSESS_A_EVENT_COUNT, told->lost, DEVSESS_A_EVENT_PAD))
		return -EMSGSIZE;
	if (told->max_sessions &&
	    (nla_put_u64_64bit(skb, DEVSESS_A_EVENT_SESSIONS, told->sessions,
			       DEVSESS_A_EVENT_PAD) ||
	     nla_put_u64_64bit(skb, DEVSESS_A_EVENT_MAX_SESSIONS, told->max_sessions,
			       DEVSESS_A_EVENT_PAD)))
		return -EMSGSIZE;
	if (told->max_cost &&
	    (nla_put_u64_64bit(skb, DEVSESS_A_EVENT_COST, told->cost, DEVSESS_A_EVENT_PAD) ||
	     nla_put_u64_64bit(skb, DEVSESS_A_EVENT_MAX_COST, told->max_cost,
			       DEVSESS_A_EVENT_PAD)))
		return -EMSGSIZE;
	if (!s)
		return 0;
	nest = nla_nest_start(skb, DEVSESS_A_EVENT_SESSION);
	if (!nest || put_session(skb, s))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * The group that is told a kind of event. Who joins the one of updates, which are most,
 * joins the other one too: what happens else, and what is lost, he hears there.
 */
static unsigned int group_of(u32 kind)
{
	if (kind == DEVSESS_EVENT_KIND_UPDATE || kind == DEVSESS_EVENT_KIND_TOUCH)
		return DEVSESS_NLGRP_UPDATES;
	return DEVSESS_NLGRP_EVENTS;
}

/* Whether anybody is in the group, in whatever namespace: the kernel counts no others. */
static bool wanted(u32 kind)
{
	return genl_has_listeners(&devsess_nl_family, &init_net, group_of(kind));
}

static int send(const struct events *ev, const struct event_told *told)
{
	const struct devsess_table *t = container_of(ev, struct devsess_table, events);
	struct devsess_session s;
	struct sk_buff *skb;
	void *hdr;

	skb = genlmsg_new(MESSAGE_ROOM + t->key_max + t->data_max, GFP_KERNEL | GFP_MODEST);
	if (!skb)
		return -ENOMEM;
	if (told->rec)
		session_unpack(&t->layout, told->rec, &s);
	hdr = genlmsg_put(skb, 0, 0, &devsess_nl_family, 0, DEVSESS_CMD_EVENT);
	if (WARN_ON_ONCE(!hdr || put_event(skb, t, told, told->rec ? &s : NULL))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	/* Nobody there is no error, and who has no room is told by his socket. */
	genlmsg_multicast_netns(&devsess_nl_family, ev->net, skb, 0, group_of(told->kind),
				GFP_KERNEL);
	return 0;
}

/* As if there were no room in their sockets. Who is in the other group is in this one. */
static void lose(const struct events *ev)
{
	genl_set_err(&devsess_nl_family, ev->net, 0, DEVSESS_NLGRP_EVENTS, -ENOBUFS);
}

static const struct events_door door = {
	.wanted = wanted,
	.send = send,
	.lose = lose,
};

/**
 * events_nl_bind - somebody is about to join a group
 * @group: number of the group
 *
 * Context: Process, may sleep.
 * Return: 0.
 */
int events_nl_bind(int group)
{
	/* Who joins miss hears of no event: for him writes need not note any. */
	if (group != DEVSESS_NLGRP_MISS)
		events_open(&door);
	return 0;
}

/**
 * events_nl_init - open the door at once, where nobody says who joins
 *
 * Context: Module load.
 */
void __init events_nl_init(void)
{
	if (!COMPAT_HEARS_BIND)
		events_open(&door);
}
