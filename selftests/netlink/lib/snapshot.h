/* SPDX-License-Identifier: GPL-2.0 */
/* A table as a dump shows it, to be compared with what it was or should be. */
#ifndef DEVSESS_TEST_SNAPSHOT_H
#define DEVSESS_TEST_SNAPSHOT_H

#include "session.h"

/**
 * struct snapshot - sessions, sorted by device
 * @s:    the sessions
 * @n:    how many
 * @size: of @s
 */
struct snapshot {
	struct session *s;
	__u32 n;
	__u32 size;
};

void snapshot_add(struct snapshot *snap, const struct session *s);
void snapshot_sort(struct snapshot *snap);
int snapshot_read(struct snapshot *snap, struct nl *nl);
int snapshot_take(struct snapshot *snap, struct nl *nl, const char *table);
const struct session *snapshot_find(const struct snapshot *snap, const struct session *key);
void snapshot_free(struct snapshot *snap);

bool snapshots_match(const struct snapshot *a, const struct snapshot *b,
		     bool (*match)(const struct session *a, const struct session *b));

#endif
