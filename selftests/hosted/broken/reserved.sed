# SPDX-License-Identifier: GPL-2.0
# Places that are reserved are nobody's.
# file: place.c
# caught by: plain model --plan full_table
s/place_kept(t, req)/READ_ONCE(t->reserve)/
