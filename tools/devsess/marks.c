// SPDX-License-Identifier: GPL-2.0
#include "marks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mark *marks_find(const struct marks *m, uint32_t table_id)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->all[i].table_id == table_id)
			return &m->all[i];
	}
	return NULL;
}

int marks_set(struct marks *m, const char *table, uint32_t table_id, uint64_t seq)
{
	struct mark *mark = marks_find(m, table_id);

	if (!mark && m->count == m->size) {
		size_t size = m->size ? 2 * m->size : 16;
		struct mark *all = realloc(m->all, size * sizeof(*all));

		if (!all)
			return -ENOMEM;
		m->all = all;
		m->size = size;
	}
	if (!mark)
		mark = &m->all[m->count++];
	*mark = (struct mark){ .table_id = table_id, .seq = seq, .there = true };
	snprintf(mark->table, sizeof(mark->table), "%s", table);
	return 0;
}

void marks_forget(struct marks *m, uint32_t table_id, bool itself)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++) {
		bool same = m->all[i].table_id == table_id;

		if (same != itself)
			m->all[kept++] = m->all[i];
	}
	m->count = kept;
}

bool marks_has(const struct marks *m, const char *table)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->all[i].there && !strcmp(m->all[i].table, table))
			return true;
	}
	return false;
}

void marks_free(struct marks *m)
{
	free(m->all);
	*m = (struct marks){ 0 };
}
