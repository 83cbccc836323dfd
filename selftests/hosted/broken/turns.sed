# SPDX-License-Identifier: GPL-2.0
# Who sends next does not go on with what the one before has left.
# file: events.c
# caught by: plain heard
# says: which is|after [0-9]|nobody has heard|allocations are left
/^static void send_some/,/^}/s/^\tif (!ev->sending)$/\tif (true)/
