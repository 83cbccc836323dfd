/* SPDX-License-Identifier: GPL-2.0 */
/* Replies and refusals. See reply.c. */
#ifndef DEVSESS_REPLY_H
#define DEVSESS_REPLY_H

#include <net/genetlink.h>

/* netlink.c */
extern struct genl_family devsess_nl_family;

/**
 * struct reply - a reply that is being filled
 * @skb: message
 * @hdr: its header
 */
struct reply {
	struct sk_buff *skb;
	void *hdr;
};

int reply_begin(struct reply *r, struct genl_info *info, size_t size);
int reply_send(struct reply *r, struct genl_info *info, int put);
int reply_done(struct reply *r, struct genl_info *info, int put);
void reply_cancel(struct reply *r);

void *reply_part_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
int reply_part_end(struct sk_buff *skb, void *hdr, int put);

/* Of an -ENOSPC that is not for max_sessions. */
#define REPLY_TOO_HEAVY	"the table is full: the weight does not fit into its max_cost"

const char *reply_sentence(int err);
int reply_refuse(struct netlink_ext_ack *extack, int err, const struct nlattr *attr,
		 const char *sentence);

#endif /* DEVSESS_REPLY_H */
