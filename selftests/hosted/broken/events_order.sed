# SPDX-License-Identifier: GPL-2.0
# Events go out as they lie in the list, the newest first.
# file: events.c
# caught by: plain kunit
# says: ^not ok .*devsess_events.order
s/llist_reverse_order(llist_del_all(&ev->waiting))/llist_del_all(\&ev->waiting)/
