/* SPDX-License-Identifier: GPL-2.0 */
/* Resize: promotion, growth, splits and merges of shards. See resize.c. */
#ifndef DEVSESS_RESIZE_H
#define DEVSESS_RESIZE_H

#include "shard.h"

/**
 * enum resize_change - what a shard needs before it can take one more session
 * @RESIZE_OK:    nothing
 * @RESIZE_DIRTY: a larger dirty map
 * @RESIZE_READ:  a read map of another size, and an empty dirty map to match
 * @RESIZE_SPLIT: two shards in its place
 */
enum resize_change { RESIZE_OK, RESIZE_DIRTY, RESIZE_READ, RESIZE_SPLIT };

/**
 * struct resize_room - memory for a change, allocated outside the lock
 * @change: which one
 * @bytes:  size of the read maps (RESIZE_DIRTY: of the dirty map)
 * @ready:  the memory is there
 * @read:   read map
 * @dirty:  dirty map
 * @child:  the two shards of RESIZE_SPLIT, their maps in place
 * @moved:  out: sessions that promotions have moved since it was zeroed
 *
 * Zero it, pass it to resize_make_room() or resize_tidy(), and while they
 * answer -EAGAIN, unlock, resize_room_alloc(), lock and ask again. In the end
 * resize_room_free() takes what was not used.
 */
struct resize_room {
	enum resize_change change;
	size_t bytes;
	bool ready;
	struct slot_table *read;
	struct slot_table *dirty;
	struct shard *child[2];
	u32 moved;
};

int resize_make_room(struct shard *sh, struct resize_room *room, bool atomic);
int resize_tidy(struct shard *sh, struct resize_room *room);
int resize_room_alloc(const struct slot_layout *layout, struct stats *stats,
		      struct resize_room *room, gfp_t gfp);
void resize_room_free(struct resize_room *room);
void resize_split(struct shard *sh, struct resize_room *room);

bool resize_crowded(const struct shard *sh);
bool resize_wants_tidy(const struct shard *sh);
size_t resize_merged_bytes(const struct shard *a, const struct shard *b);
void resize_merge(struct shard *a, struct shard *b, struct shard *into);

#endif /* DEVSESS_RESIZE_H */
