# SPDX-License-Identifier: GPL-2.0
# A writer does not make the count odd while it writes.
# file: slots.c
# caught by: plain steps
# says: torn session
s/^\tWRITE_ONCE(s->seq, seq);$//
