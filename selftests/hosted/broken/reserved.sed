# SPDX-License-Identifier: GPL-2.0
# Places that are reserved are nobody's.
# file: place.c
# caught by: plain model --plan full_table
s/return req->modest ? READ_ONCE(t->reserve) : 0;/return READ_ONCE(t->reserve);/
