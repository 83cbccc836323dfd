/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/devsess.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_DEVSESS_GEN_H
#define _LINUX_DEVSESS_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/devsess.h>

/* Common nested types */
extern const struct nla_policy devsess_filter_nl_policy[DEVSESS_A_FILTER_IDLE_MS + 1];
extern const struct nla_policy devsess_item_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_table_new_nl_policy[DEVSESS_A_TABLE_MAX_COST + 1];

extern const struct nla_policy devsess_table_set_nl_policy[DEVSESS_A_TABLE_MAX_COST + 1];

extern const struct nla_policy devsess_table_del_nl_policy[DEVSESS_A_TABLE_NAME + 1];

extern const struct nla_policy devsess_table_get_nl_policy[DEVSESS_A_TABLE_NAME + 1];

extern const struct nla_policy devsess_get_nl_policy[DEVSESS_A_SESSION_FILTER + 1];

extern const struct nla_policy devsess_insert_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_store_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_update_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_get_or_insert_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_swap_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_delete_nl_policy[DEVSESS_A_SESSION_DEVICE + 1];

extern const struct nla_policy devsess_get_and_delete_nl_policy[DEVSESS_A_SESSION_DEVICE + 1];

extern const struct nla_policy devsess_compare_and_swap_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1];

extern const struct nla_policy devsess_compare_and_delete_nl_policy[DEVSESS_A_SESSION_VERSION + 1];

extern const struct nla_policy devsess_touch_nl_policy[DEVSESS_A_SESSION_TOUCH_FLAGS + 1];

extern const struct nla_policy devsess_clear_nl_policy[DEVSESS_A_SESSION_FILTER + 1];

extern const struct nla_policy devsess_count_nl_policy[DEVSESS_A_SESSION_FILTER + 1];

extern const struct nla_policy devsess_batch_nl_policy[DEVSESS_A_BATCH_ITEM + 1];

extern const struct nla_policy devsess_stats_get_nl_policy[DEVSESS_A_STATS_TABLE + 1];

extern const struct nla_policy devsess_table_drain_nl_policy[DEVSESS_A_TABLE_NAME + 1];

extern const struct nla_policy devsess_refuse_nl_policy[DEVSESS_A_SESSION_DEVICE + 1];

extern const struct nla_policy devsess_owner_get_nl_policy[DEVSESS_A_OWNER_TOP + 1];

extern const struct nla_policy devsess_owner_set_nl_policy[DEVSESS_A_OWNER_LIMIT + 1];

extern const struct nla_policy devsess_table_rename_nl_policy[DEVSESS_A_TABLE_OTHER + 1];

extern const struct nla_policy devsess_table_swap_nl_policy[DEVSESS_A_TABLE_OTHER + 1];

/* Ops table for devsess */
extern const struct genl_ops devsess_nl_ops[25];

int devsess_nl_table_new_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_set_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_del_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_get_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int devsess_nl_get_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int devsess_nl_insert_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_store_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_update_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_get_or_insert_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_swap_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_delete_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_get_and_delete_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_compare_and_swap_doit(struct sk_buff *skb,
				     struct genl_info *info);
int devsess_nl_compare_and_delete_doit(struct sk_buff *skb,
				       struct genl_info *info);
int devsess_nl_touch_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_clear_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_count_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_batch_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_stats_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int devsess_nl_table_drain_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_refuse_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_owner_get_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_owner_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int devsess_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_rename_doit(struct sk_buff *skb, struct genl_info *info);
int devsess_nl_table_swap_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	DEVSESS_NLGRP_MISS,
	DEVSESS_NLGRP_EVENTS,
	DEVSESS_NLGRP_UPDATES,
};

extern const struct genl_multicast_group devsess_nl_mcgrps[3];

#endif /* _LINUX_DEVSESS_GEN_H */
