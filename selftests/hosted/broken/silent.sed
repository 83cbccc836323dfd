# SPDX-License-Identifier: GPL-2.0
# A negative entry goes on when its id has got a session.
# file: upcall.c
# caught by: plain model --plan later
# says: told 1 times that it was asked for, not 0
s/if (a && !(until & ASKING_STORED) && asking_less(until))/if (0)/
