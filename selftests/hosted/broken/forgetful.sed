# SPDX-License-Identifier: GPL-2.0
# Other options for upcalls forget what was asked for.
# file: upcall.c
# caught by: plain upcall
# says: was asked for [0-9]+ times
/^\t*remember(u, old);/d
