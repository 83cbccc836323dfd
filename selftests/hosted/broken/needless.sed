# SPDX-License-Identifier: GPL-2.0
# User space is asked for ids that have got a session while they waited.
# file: asking.c
# caught by: plain upcall
# says: was asked for 1 times
s/return ret >= 0 && !session_expired(&t->layout, rec, clock_now());/return false;/
