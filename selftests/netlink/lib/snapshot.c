// SPDX-License-Identifier: GPL-2.0
#include "snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct session *x = a, *y = b;

	if (x->device_len != y->device_len)
		return x->device_len < y->device_len ? -1 : 1;
	return memcmp(x->device, y->device, x->device_len);
}

void snapshot_add(struct snapshot *snap, const struct session *s)
{
	if (snap->n == snap->size) {
		snap->size = snap->size * 2 + 64;
		snap->s = realloc(snap->s, snap->size * sizeof(*s));
		if (!snap->s) {
			perror("a snapshot");
			exit(1);
		}
	}
	snap->s[snap->n++] = *s;
}

void snapshot_sort(struct snapshot *snap)
{
	if (snap->n)
		qsort(snap->s, snap->n, sizeof(*snap->s), compare);
}

/* Reads the dump that is under way. Returns 0 or its errno. */
int snapshot_read(struct snapshot *snap, struct nl *nl)
{
	snap->n = 0;
	while (nl_next(nl)) {
		struct session s = get_session(nl->attrs);

		snapshot_add(snap, &s);
	}
	snapshot_sort(snap);
	return nl->err;
}

/* All sessions of a table. Returns 0 or an errno. */
int snapshot_take(struct snapshot *snap, struct nl *nl, const char *table)
{
	nl_begin_dump(nl, DEVSESS_CMD_GET);
	if (table)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, table);
	if (nl_dump(nl))
		return nl->err;
	return snapshot_read(snap, nl);
}

const struct session *snapshot_find(const struct snapshot *snap, const struct session *key)
{
	return snap->n ? bsearch(key, snap->s, snap->n, sizeof(*key), compare) : NULL;
}

void snapshot_free(struct snapshot *snap)
{
	free(snap->s);
	*snap = (struct snapshot){ };
}

/**
 * snapshots_match - whether two snapshots have the same devices, with sessions that match
 * @a:     snapshot
 * @b:     snapshot
 * @match: same() or unchanged()
 */
bool snapshots_match(const struct snapshot *a, const struct snapshot *b,
		     bool (*match)(const struct session *a, const struct session *b))
{
	__u32 i, differ = 0;

	if (a->n != b->n) {
		printf("# %u sessions and %u\n", a->n, b->n);
		return false;
	}
	for (i = 0; i < a->n && differ < 5; i++)
		differ += !match(&a->s[i], &b->s[i]);
	return !differ;
}
