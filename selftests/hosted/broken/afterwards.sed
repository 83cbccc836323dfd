# SPDX-License-Identifier: GPL-2.0
# Events are put on the list after the shard's lock was given back.
# file: write.c
# caught by: plain heard --seconds 20
# says: which is|after [0-9]|nobody has heard
/^out:$/,/^}/{
/events_post/d
s/^\tdir_unlock_shard(sh);/&\n\tevents_post(\&t->events, \&req->event);/
}
