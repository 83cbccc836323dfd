# SPDX-License-Identifier: GPL-2.0
# Events are sent in the opposite order.
# file: events.c
# caught by: plain model --plan few_keys
# says: of a session that is|of version|an update to version
s/llist_reverse_order(llist_del_all(&ev->waiting))/llist_del_all(\&ev->waiting)/
