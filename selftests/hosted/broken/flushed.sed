# SPDX-License-Identifier: GPL-2.0
# Nobody is told what a flush has deleted.
# file: walk.c
# caught by: plain model --plan few_keys
# says: by the events|of a session that is there
/events_note(ev, w->event, DEVSESS_EVENT_KIND_FLUSH/{
N
d
}
