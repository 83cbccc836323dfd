# SPDX-License-Identifier: GPL-2.0
# Nobody is told of sessions that expire.
# file: sweep.c
# caught by: plain model --plan few_keys
# says: by the events|of a session that is there
s/^\t\tevents_note(e->events, e->event, DEVSESS_EVENT_KIND_EXPIRE, e->reason, rec);$//
