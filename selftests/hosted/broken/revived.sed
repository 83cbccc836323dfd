# SPDX-License-Identifier: GPL-2.0
# A session that is over before it is stored is found by the update after it.
# file: drain.c
# caught by: plain model --plan later
# says: deferred: 0, but stored|deferred: 0, but deleted|deferred: another session
s/|| gives_expiry(taken)/|| false/
