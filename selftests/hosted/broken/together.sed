# SPDX-License-Identifier: GPL-2.0
# A touch and then another ttl are made one write, of which the touch comes last.
# file: drain.c
# caught by: plain model --plan later
# says: deferred: another session
s/!((taken->has_touch || gives_expiry/!((false || gives_expiry/
