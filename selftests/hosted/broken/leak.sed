# SPDX-License-Identifier: GPL-2.0
# What a change did not use is not freed.
# file: shard.c
# caught by: plain model
# says: allocations left
/^void shard_room_free/,/^}/{
s/slots_free(room->dirty);//
}
