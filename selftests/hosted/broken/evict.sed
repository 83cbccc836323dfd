# SPDX-License-Identifier: GPL-2.0
# The hand stops at pinned sessions, too.
# file: evict.c
# caught by: plain model --plan evicting
# says: a pinned session was evicted
/^static bool established/,/^}/s/ || pinned(word)//
