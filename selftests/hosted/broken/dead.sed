# SPDX-License-Identifier: GPL-2.0
# A lookup finds sessions whose time is over.
# file: lookup.c
# caught by: plain kunit devsess_table
# says: table_kunit.c
/ int count(/,/^}/s/session_expired(&t->layout, rec, clock_now())/session_expired(\&t->layout, rec, 1)/
