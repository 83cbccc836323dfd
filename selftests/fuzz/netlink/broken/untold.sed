# SPDX-License-Identifier: GPL-2.0
# Updates are numbered, but nobody is told.
# file: events.c
# says: event [0-9]+ of table [0-9]+ after
s/if (!door->send(ev, &told)) {/if (r->kind == DEVSESS_EVENT_KIND_UPDATE || !door->send(ev, \&told)) {/
