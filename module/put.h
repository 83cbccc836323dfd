/* SPDX-License-Identifier: GPL-2.0 */
/* Put: sessions, tables and figures into messages. See put.c. */
#ifndef DEVSESS_PUT_H
#define DEVSESS_PUT_H

#include <net/genetlink.h>

#include "table.h"

int put_name(struct sk_buff *skb, int attr, const struct devsess_table *t);
int put_session(struct sk_buff *skb, const struct devsess_session *s);
int put_expiry(struct sk_buff *skb, u64 expires);
int put_table(struct sk_buff *skb, struct devsess_table *t);
int put_owner(struct sk_buff *skb, const struct devsess_owner *f);
int put_stats(struct sk_buff *skb, struct devsess_table *t);

#endif /* DEVSESS_PUT_H */
