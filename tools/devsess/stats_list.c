// SPDX-License-Identifier: GPL-2.0
#include "stats_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How often a list is made anew in which a name stands twice. */
#define TRIES	10

static struct stats *find(const struct stats_list *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++) {
		if (!strcmp(l->all[i].table, name))
			return &l->all[i];
	}
	return NULL;
}

static int add(const struct stats *s, void *arg)
{
	struct stats_list *l = arg;
	struct stats *all, *same = find(l, s->table);

	if (same) {
		*same = *s;
		l->twice = true;
		return 0;
	}
	all = realloc(l->all, (l->count + 1) * sizeof(*all));
	if (!all)
		return -ENOMEM;
	l->all = all;
	l->all[l->count++] = *s;
	return 0;
}

int stats_list_take(struct stats_list *l, struct kern *kern, const char *name,
		    struct kern_error *e)
{
	int ret, tries = 0;

	/* Tables change names meanwhile: then one of them may be missing, too. */
	do {
		l->count = 0;
		l->twice = false;
		ret = kern_stats(kern, name, add, l, e);
	} while (!ret && l->twice && ++tries < TRIES);
	if (ret)
		l->count = 0;
	if (ret == -ENOMEM)
		*e = (struct kern_error){ .code = ENOMEM };
	return ret;
}

void stats_list_free(struct stats_list *l)
{
	free(l->all);
	*l = (struct stats_list){ 0 };
}

const struct stats *stats_list_find(const struct stats_list *l, const char *name)
{
	return find(l, name);
}
