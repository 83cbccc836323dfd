# SPDX-License-Identifier: GPL-2.0
# Events for which there was no memory are not told to be lost.
# file: events.c
# caught by: plain model --plan no_memory
# says: of a session that is|as the events have told|no event has told|by the events
s/^\tev->owed += lost;$//
