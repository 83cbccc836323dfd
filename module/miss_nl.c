// SPDX-License-Identifier: GPL-2.0
/* Miss upcalls as messages to the multicast group `miss', and refusals. */
#include "miss_nl.h"

#include "asking.h"
#include "attrs.h"
#include "genl.h"
#include "net.h"
#include "reply.h"
#include "table_nl.h"
#include "upcall.h"

static int put_ids(struct sk_buff *skb, const char *table, const struct slot_key *ids, u32 n)
{
	u32 i;

	if (nla_put_string(skb, DEVSESS_A_MISS_TABLE, table))
		return -EMSGSIZE;
	for (i = 0; i < n; i++)
		if (nla_put(skb, DEVSESS_A_MISS_DEVICE, ids[i].len, ids[i].word))
			return -EMSGSIZE;
	return 0;
}

/* An asking_sender. */
static int multicast(struct net *net, const char *table, const struct slot_key *ids, u32 n)
{
	struct sk_buff *skb;
	void *hdr;
	int err;

	if (!genl_has_listeners(&devsess_nl_family, net, DEVSESS_NLGRP_MISS))
		return -ESRCH;
	skb = genlmsg_new(nla_total_size(DEVSESS_NAME_MAX + 1) +
			  n * nla_total_size(DEVSESS_KEY_MAX), GFP_KERNEL | __GFP_NOWARN);
	if (!skb)
		return -ENOMEM;
	hdr = genlmsg_put(skb, 0, 0, &devsess_nl_family, 0, DEVSESS_CMD_MISS);
	if (WARN_ON_ONCE(!hdr || put_ids(skb, table, ids, n))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	err = genlmsg_multicast_netns(&devsess_nl_family, net, skb, 0, DEVSESS_NLGRP_MISS,
				      GFP_KERNEL);
	/* One had no room who wants that told (NETLINK_BROADCAST_ERROR); others may have heard. */
	return err == -ENOBUFS ? 0 : err;
}

int devsess_nl_refuse_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct devsess_session s;
	struct devsess_table *t;
	struct slot_key key;
	int err;

	t = table_nl_request(info, DEVSESS_A_SESSION_TABLE);
	if (!t)
		return -ENOENT;
	err = attrs_device(info->attrs, NULL, t, &s, info->extack);
	if (!err) {
		err = table_key(t, s.key, s.key_len, &key) ?: upcall_refuse(t, &key);
		err = reply_refuse(info->extack, err, err == -EOPNOTSUPP ?
				   info->attrs[DEVSESS_A_SESSION_TABLE] :
				   info->attrs[DEVSESS_A_SESSION_DEVICE],
				   err == -EOPNOTSUPP ? "the table has no upcalls" :
				   "no room to remember the refusal");
	}
	net_table_put(t);
	return err;
}

/**
 * miss_nl_init - begin to send upcalls
 *
 * Context: Module load, when the family is there.
 */
void miss_nl_init(void)
{
	asking_set_sender(multicast);
}

/**
 * miss_nl_exit - send none any more; returns when none is being sent
 *
 * Context: Module unload, while the family is there.
 */
void miss_nl_exit(void)
{
	asking_set_sender(NULL);
}
