# SPDX-License-Identifier: GPL-2.0
# A reply tells an address in the kernel.
# file: put.c
# says: the reply's session is an address
s/DEVSESS_A_SESSION_SESSION, s->session,/DEVSESS_A_SESSION_SESSION, (unsigned long)s,/
