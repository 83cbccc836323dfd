# SPDX-License-Identifier: GPL-2.0
# The maps of two halves are not large enough if the bit does not divide the sessions.
# file: resize.c
# caught by: plain flood
# says: not ok
s/n <= map_room(sh->layout, room->bytes) ?/n ?/
