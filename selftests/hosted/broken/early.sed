# SPDX-License-Identifier: GPL-2.0
# Promotion clears the dirty map before the read map has its sessions.
# file: resize.c
# caught by: plain steps
# says: in an interrupt: -2
s/^\tslots_copy(read, dirty);$/\tWRITE_ONCE(sh->filter, 0); slots_copy(read, dirty);/
