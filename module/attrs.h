/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes: from messages to sessions and filters. See attrs.c. */
#ifndef DEVSESS_ATTRS_H
#define DEVSESS_ATTRS_H

#include <net/genetlink.h>

#include "batch.h"
#include "table.h"

/**
 * struct filter - which sessions a request means
 * @has:       set of FILTER_*; a session is meant if it meets all of them
 * @state:     state
 * @owner:     owner
 * @mark:      mark, under @mark_mask
 * @mark_mask: bits of the mark that matter
 * @prefix_len: length of @prefix
 * @family:    of @net
 * @net_len:   bits of @net that matter
 * @net:       network
 * @seen:      last seen at this time or before, ns of CLOCK_BOOTTIME
 * @prefix:    first bytes of the device id
 */
struct filter {
	u32 has;
	u32 state;
	u32 owner;
	u32 mark;
	u32 mark_mask;
	u32 prefix_len;
	u32 family;
	u32 net_len;
	struct in6_addr net;
	u64 seen;
	u8 prefix[DEVSESS_KEY_MAX];
};

enum {
	FILTER_OWNER = 1 << 0,
	FILTER_STATE = 1 << 1,
	FILTER_MARK = 1 << 2,
	FILTER_PREFIX = 1 << 3,
	FILTER_NET = 1 << 4,
	FILTER_IDLE = 1 << 5,
};

int attrs_check_once(const struct nlattr *head, int len, u64 repeatable,
		     struct netlink_ext_ack *extack);
int attrs_check_dump(const struct netlink_callback *cb);
int attrs_missing(struct netlink_ext_ack *extack, const struct nlattr *nest, int type,
		  const char *sentence);

const char *attrs_name(const struct nlattr *a);
int attrs_device(struct nlattr **tb, const struct nlattr *nest, const struct devsess_table *t,
		 struct devsess_session *s, struct netlink_ext_ack *extack);
int attrs_session(struct nlattr **tb, const struct nlattr *nest, const struct devsess_table *t,
		  struct devsess_session *s, u32 *fields, struct netlink_ext_ack *extack);
int attrs_item(const struct nlattr *nest, const struct devsess_table *t, struct batch_item *item,
	       struct netlink_ext_ack *extack);
int attrs_filter(const struct nlattr *nest, struct filter *f, struct netlink_ext_ack *extack);
bool attrs_match(const struct devsess_session *s, const void *filter);

#endif /* DEVSESS_ATTRS_H */
