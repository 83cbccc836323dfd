// SPDX-License-Identifier: GPL-2.0
#include "replace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Owners with limits. */
struct limits {
	struct owner *all;
	size_t count, size;
};

static int keep_limit(const struct owner *o, void *arg)
{
	struct limits *l = arg;

	if (!o->limit)
		return 0;
	if (l->count == l->size) {
		size_t size = l->size ? 2 * l->size : 64;
		struct owner *all = realloc(l->all, size * sizeof(*all));

		if (!all)
			return -ENOMEM;
		l->all = all;
		l->size = size;
	}
	l->all[l->count++] = *o;
	return 0;
}

static int copy_limits(struct replace *r, struct kern_error *ke)
{
	struct kern *kern = r->cli->kern;
	struct limits l = { 0 };
	int ret = kern_owner_list(kern, r->table, 0, keep_limit, &l, ke);

	for (size_t i = 0; !ret && i < l.count; i++)
		ret = kern_owner_set(kern, r->aside, l.all[i].owner, l.all[i].limit, ke);
	free(l.all);
	return ret;
}

static int keep_table(const struct table *t, void *arg)
{
	*(struct table *)arg = *t;
	return 0;
}

static int is_there(const struct replace *r)
{
	return cli_failed("%s: there is %s, of a load --replace under way or killed; %s: %s %s",
			  r->table, r->aside, "if killed", "devsess table del", r->aside);
}

int replace_begin(struct replace *r, struct cli *cli)
{
	struct kern_error ke;
	struct table t;

	*r = (struct replace){ .cli = cli, .table = cli->table ? cli->table : "default" };
	snprintf(r->aside, sizeof(r->aside), "%.*s%s",
		 (int)(DEVSESS_NAME_MAX - strlen(REPLACE_SUFFIX)), r->table, REPLACE_SUFFIX);
	if (!strcmp(r->aside, r->table))
		return cli_failed("%s: that is where the new content would be built; %s", r->table,
				  "give the table another name first");
	if (kern_table_get(cli->kern, r->table, keep_table, &t, &ke))
		return cli_refused(r->table, &ke);
	r->policy = t.policy;
	memcpy(t.name, r->aside, sizeof(t.name));
	t.policy = DEVSESS_POLICY_REJECT;
	if (kern_table_new(cli->kern, &t, &ke))
		return ke.code == EEXIST ? is_there(r) : cli_refused(r->aside, &ke);
	if (!t.owner_max || !copy_limits(r, &ke))
		return CLI_DONE;
	cli_refused(r->aside, &ke);
	replace_end(r);
	return CLI_REFUSED;
}

int replace_swap(struct replace *r)
{
	struct table t = { .has_policy = true, .policy = r->policy };
	struct kern *kern = r->cli->kern;
	struct kern_error ke;

	memcpy(t.name, r->aside, sizeof(t.name));
	if (kern_table_set(kern, &t, &ke))
		return cli_refused(r->aside, &ke);
	if (kern_table_swap(kern, r->table, r->aside, &ke))
		return cli_refused(r->table, &ke);
	return CLI_DONE;
}

int replace_end(struct replace *r)
{
	struct kern_error ke;

	return kern_table_del(r->cli->kern, r->aside, &ke) ? cli_refused(r->aside, &ke) : CLI_DONE;
}
