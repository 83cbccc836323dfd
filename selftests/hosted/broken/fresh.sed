# SPDX-License-Identifier: GPL-2.0
# A new map's slots keep the sequence counts that their memory had.
# file: slots.c
# caught by: plain steps --timeout 5
s/^\ts->seq = 0;$//
