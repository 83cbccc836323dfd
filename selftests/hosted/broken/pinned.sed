# SPDX-License-Identifier: GPL-2.0
# What is pinned is evicted like any other.
# file: evict.c
# caught by: plain kunit devsess_evict
# says: evict_kunit.c
s/return session_flags(word) & DEVSESS_FLAG_PINNED;/return false;/
