/* SPDX-License-Identifier: GPL-2.0 */
/* Which tables were shown, under which names, and as of which events. */
#ifndef DEVSESS_MARKS_H
#define DEVSESS_MARKS_H

#include <linux/devsess.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table that was shown, and the number up to which that has all that happened. */
struct mark {
	uint32_t table_id;
	uint64_t seq;
	char table[DEVSESS_NAME_MAX + 1];
	bool there;
};

struct marks {
	struct mark *all;
	size_t count, size;
};

/* The mark of a table, or NULL. */
struct mark *marks_find(const struct marks *m, uint32_t table_id);

/* Makes or changes that of a table, which is there. Returns 0 or -ENOMEM. */
int marks_set(struct marks *m, const char *table, uint32_t table_id, uint64_t seq);

/* Forgets a table, or else all others: none of them is shown as gone. */
void marks_forget(struct marks *m, uint32_t table_id, bool itself);

/* Whether a table that is there has the name. */
bool marks_has(const struct marks *m, const char *table);

void marks_free(struct marks *m);

#endif
