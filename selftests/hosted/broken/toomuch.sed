# SPDX-License-Identifier: GPL-2.0
# Whoever makes few changes sends what many others have made.
# file: events.c
# caught by: plain kunit
# says: not ok .*masses_of_others
s/most = min(2 \* n - sent, EVENTS_AT_ONCE);/most = EVENTS_AT_ONCE;/
