// SPDX-License-Identifier: GPL-2.0
#include "state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter.h"
#include "setup.h"
#include "snapshot.h"

#define TABLES_MAX	1024
#define NAME_SIZE	(DEVSESS_NAME_MAX + 1)

/* Expired sessions are freed, and memory returned, by and by: in ms. */
#define PATIENCE	30000

struct tables {
	int n;
	char name[TABLES_MAX][NAME_SIZE];
};

static int wrong(const char *table, const char *what, __u64 a, __u64 b)
{
	printf("# wrong: table %s: %s: %llu and %llu\n", table, what, a, b);
	return 1;
}

static int list_tables(struct tables *t, struct nl *nl)
{
	const struct nlattr *name;

	t->n = 0;
	nl_begin_dump(nl, DEVSESS_CMD_TABLE_GET);
	nl_dump(nl);
	while (nl_next(nl)) {
		name = attr_find(nl->attrs, DEVSESS_A_TABLE_NAME);
		if (!name || t->n == TABLES_MAX)
			return wrong("?", "names", t->n, TABLES_MAX);
		snprintf(t->name[t->n++], NAME_SIZE, "%s", (const char *)attr_data(name));
	}
	return nl->err ? wrong("?", "the dump of tables", -nl->err, 0) : 0;
}

/* A line of /proc/net/devsess, in the namespace of this thread. */
static __u64 proc_sessions(const char *table)
{
	FILE *f = fopen("/proc/thread-self/net/devsess", "r");
	char line[256], name[64];
	__u64 value = ~0ULL;
	bool here = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "table %63s", name) == 1)
			here = !strcmp(name, table);
		else if (here && sscanf(line, "sessions %llu", &value) == 1)
			break;
	}
	if (f)
		fclose(f);
	return value;
}

/* So that nothing goes on by itself: all sessions shall live for ever. */
static int stop_time(struct nl *nl, const char *table)
{
	struct snapshot snap = { };
	__u32 i;
	int err;

	err = snapshot_take(&snap, nl, table);
	for (i = 0; i < snap.n && !err; i++) {
		struct session change = device_bytes(snap.s[i].device, snap.s[i].device_len);

		if (!(snap.s[i].has & HAS(EXPIRES_IN_MS)))
			continue;
		set_ttl(&change, 0);
		err = ask(nl, DEVSESS_CMD_UPDATE, table, &change);
		if (err == -ENOENT)
			err = 0;
	}
	snapshot_free(&snap);
	return err ? wrong(table, "a session cannot be made to stay", -err, 0) : 0;
}

/* Each session of the dump can be got, and is the same. */
static int check_each(struct nl *nl, const char *table, const struct snapshot *snap)
{
	struct session s;
	__u32 i;
	int bad = 0;

	for (i = 0; i < snap->n && bad < 5; i++) {
		if (get(nl, table, &snap->s[i], &s) || !same_device(&snap->s[i], &s) ||
		    !unchanged(&snap->s[i], &s))
			bad += wrong(table, "a session is not what the dump has", i, snap->n);
		if (i && same_device(&snap->s[i - 1], &snap->s[i]))
			bad += wrong(table, "the dump has a session twice", i, snap->n);
	}
	return bad;
}

static int check_counts(struct nl *nl, const char *table, __u64 want)
{
	int bad = 0;
	__u64 n;

	n = count(nl, table);
	if (n != want)
		bad += wrong(table, "count and dump", n, want);
	n = figure(nl, table, DEVSESS_A_STATS_SESSIONS);
	if (n != want)
		bad += wrong(table, "stats-get and dump", n, want);
	n = proc_sessions(table);
	if (n != want)
		bad += wrong(table, "/proc and dump", n, want);
	return bad;
}

static int check_table(struct nl *nl, const char *table)
{
	struct snapshot snap = { };
	int i, bad = stop_time(nl, table);

	if (bad)
		return bad;
	for (i = 0; i < PATIENCE / 50; i++) {
		snapshot_take(&snap, nl, table);
		if (snap.n == count(nl, table))
			break;
		pause_ms(50);
	}
	bad = check_counts(nl, table, snap.n) + check_each(nl, table, &snap);
	snapshot_free(&snap);
	return bad;
}

/**
 * state_check - check all tables of this process's namespace
 * @nl: socket, in that namespace, privileged
 *
 * Nobody else may write to them. Sessions that would expire are made to stay.
 *
 * Return: how much was wrong; it was printed. The first table where it was is the last
 * that is looked at.
 */
int state_check(struct nl *nl)
{
	struct tables *t = calloc(1, sizeof(*t));
	int i, bad;

	if (!t)
		return 1;
	bad = list_tables(t, nl);
	for (i = 0; i < t->n && !bad; i++)
		bad += check_table(nl, t->name[i]);
	free(t);
	return bad;
}

/* A figure that the reply to table-get has. */
static __u32 limit(struct nl *nl, const char *table, int attribute)
{
	const struct nlattr *a;

	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	a = nl_call(nl) ? NULL : attr_find(nl->attrs, attribute);
	return a ? attr_uint(a) : 0;
}

/* Takes away what takes memory without sessions. Returns 0 or an errno. */
static int set_plain(struct nl *nl, const char *table)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_RING, 0);
	put_u32(&nl->m, DEVSESS_A_TABLE_UPCALL, DEVSESS_UPCALL_OFF);
	put_u32(&nl->m, DEVSESS_A_TABLE_POLICY, DEVSESS_POLICY_REJECT);
	return nl_call(nl);
}

/* Makes a table "fresh" of the same shape. Returns 0 or an errno. */
static int make_alike(struct nl *nl, const char *table)
{
	__u32 key_max = limit(nl, table, DEVSESS_A_TABLE_KEY_MAX);
	__u32 data_max = limit(nl, table, DEVSESS_A_TABLE_DATA_MAX);
	__u32 owner_max = limit(nl, table, DEVSESS_A_TABLE_OWNER_MAX);

	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "fresh");
	put_u32(&nl->m, DEVSESS_A_TABLE_KEY_MAX, key_max);
	put_u32(&nl->m, DEVSESS_A_TABLE_DATA_MAX, data_max);
	put_u32(&nl->m, DEVSESS_A_TABLE_OWNER_MAX, owner_max);
	return nl_call(nl);
}

/* An empty table takes as much as a new one with the same limits, after a while. */
static int check_memory(struct nl *nl, const char *table)
{
	__u64 fresh, memory = 0;
	int i, err = set_plain(nl, table);

	if (err)
		return wrong(table, "it cannot be made plain", -err, 0);
	if (make_alike(nl, table))
		return wrong(table, "no new table can be made", -nl->err, 0);
	fresh = figure(nl, "fresh", DEVSESS_A_STATS_MEMORY);
	drop_table(nl, "fresh");
	for (i = 0; i < PATIENCE / 50; i++) {
		memory = figure(nl, table, DEVSESS_A_STATS_MEMORY);
		if (memory <= fresh)
			return 0;
		pause_ms(50);
	}
	return wrong(table, "memory when empty, and of a new one", memory, fresh);
}

/**
 * state_clear - empty all tables and see their memory return
 * @nl: socket, as for state_check()
 *
 * Return: how much was wrong.
 */
int state_clear(struct nl *nl)
{
	struct tables *t = calloc(1, sizeof(*t));
	int i, bad;

	if (!t)
		return 1;
	bad = list_tables(t, nl);
	for (i = 0; i < t->n; i++) {
		clear_meant(nl, t->name[i], NULL);
		if (count(nl, t->name[i]))
			bad += wrong(t->name[i], "emptied, it has", count(nl, t->name[i]), 0);
	}
	for (i = 0; i < t->n && !bad; i++)
		bad += check_memory(nl, t->name[i]);
	free(t);
	return bad;
}
