# SPDX-License-Identifier: GPL-2.0
# Places that are reserved are anybody's.
# file: place.c
# caught by: plain model --plan full_table
s/place_kept(t, req)/0/
