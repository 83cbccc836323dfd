/* SPDX-License-Identifier: GPL-2.0 */
/* Slot tables as wholes: size and memory. See map.c. */
#ifndef DEVSESS_MAP_H
#define DEVSESS_MAP_H

#include "slots.h"

size_t map_bytes(const struct slot_layout *layout, u32 sessions);
u32 map_room(const struct slot_layout *layout, size_t bytes);
struct slot_table *map_alloc(const struct slot_layout *layout, size_t bytes, gfp_t gfp);
void map_free(struct slot_table *t);
void map_free_rcu(struct slot_table *t);

#endif /* DEVSESS_MAP_H */
