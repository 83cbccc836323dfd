# SPDX-License-Identifier: GPL-2.0
# What a change did not use is not freed.
# file: resize.c
# caught by: plain model
# says: allocations left
/^void resize_room_free/,/^}/{
s/map_free(room->dirty);//
}
