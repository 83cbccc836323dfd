# SPDX-License-Identifier: GPL-2.0
# An evicted session is told to have expired.
# file: evict.c
# caught by: plain model --plan evicting
# says: expired before its time
s/^\tgive_up(sh, spot, e, DEVSESS_EVENT_KIND_EVICT);$/\tgive_up(sh, spot, e, DEVSESS_EVENT_KIND_EXPIRE);/
