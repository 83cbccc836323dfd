# SPDX-License-Identifier: GPL-2.0
# Newcomers push out established sessions.
# file: evict.c
# caught by: plain kunit
# says: evict_kunit.c:[0-9]*: .*look_up
/^static bool too_many_new/,/^}/s/return .*;/return false;/
