// SPDX-License-Identifier: GPL-2.0
/* What `devsess top' makes of two looks at a table's figures: each rate is of its own counters. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <linux/devsess.h>

#include "buf.h"
#include "rates.h"

#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct figure {
	int type;
	uint64_t before, now;
};

#define F(type, before, now) { DEVSESS_A_STATS_##type, before, now }

/* Between the two, 4 s. */
static const struct figure figures[] = {
	F(SESSIONS, 1000, 1200), F(MAX_SESSIONS, 4800, 4800),
	F(READ_HITS, 100, 700), F(DIRTY_HITS, 50, 150), F(NOT_FOUND, 10, 110),
	F(INSERTS, 1000, 1300), F(UPDATES, 5, 45), F(TOUCHES, 7, 67), F(DELETES, 1, 101),
	F(SLOTS_WRITTEN, 2000, 2600), F(PROMOTIONS, 3, 11),
};

static struct stats before, now;

static void set_all(void)
{
	memset(&before, 0, sizeof(before));
	memset(&now, 0, sizeof(now));
	for (size_t i = 0; i < ARRAY_SIZE(figures); i++) {
		before.value[figures[i].type] = figures[i].before;
		now.value[figures[i].type] = figures[i].now;
	}
}

static void is(double got, double want, const char *what)
{
	tap_ok(fabs(got - want) < 0.0005, "%s is %.3f, want %.3f", what, got, want);
}

static void test_each(void)
{
	struct rates r = rates_of(&before, &now, 4);

	tap_ok(r.sessions == 1200, "sessions");
	is(r.fill, 0.25, "fill");
	is(r.lookups, 200, "lookups");
	is(r.hits, 0.875, "hits");
	is(r.misses, 0.125, "misses");
	is(r.writes, 125, "writes");
	is(r.amplification, 1.5, "amplification");
	is(r.promotions, 2, "promotions");
	is(r.growth, 50, "growth");
	is(r.full_in, 72, "full in");
}

static void test_cost(void)
{
	struct rates r;

	before.value[DEVSESS_A_STATS_COST] = 500;
	now.value[DEVSESS_A_STATS_COST] = 900;
	now.value[DEVSESS_A_STATS_MAX_COST] = 1000;
	r = rates_of(&before, &now, 4);
	is(r.fill, 0.9, "fill by the cost");
	is(r.full_in, 1, "full in by the cost");
	now.value[DEVSESS_A_STATS_MAX_COST] = 1000000;
	r = rates_of(&before, &now, 4);
	is(r.fill, 0.25, "fill by the sessions");
	is(r.full_in, 72, "full in by the sessions");
}

/* Made anew, its counters begin again; without a look before, they are all there is. */
static void test_new(void)
{
	struct rates r = rates_of(NULL, &now, 1);

	is(r.lookups, 960, "lookups of a new table");
	is(r.growth, 0, "growth of a new table");
	is(r.full_in, -1, "full in of a new table");
	now.value[DEVSESS_A_STATS_PROMOTIONS] = 2;
	now.value[DEVSESS_A_STATS_SESSIONS] = 900;
	r = rates_of(&before, &now, 4);
	is(r.promotions, 0.5, "promotions after it was made anew");
	is(r.growth, -25, "growth of one that shrinks");
	is(r.full_in, -1, "full in of one that shrinks");
}

static void test_shown(void)
{
	static const char * const members[] = {
		"{\"table\":\"t\",\"sessions\":1200,\"fill\":0.250,",
		",\"hit_ratio\":0.875,",
		",\"lookups_per_s\":200.000,", ",\"miss_ratio\":0.125,",
		",\"writes_per_s\":125.000,",
		",\"write_amplification\":1.500,", ",\"promotions_per_s\":2.000,",
		",\"growth_per_s\":50.000,", ",\"full_in_s\":72.000}",
	};
	static const char * const cells[] = {
		"t", "1200", "25.0%", "200", "87.5%", "12.5%", "125", "1.5", "2", "1m12s",
	};
	struct rates r = rates_of(&before, &now, 4), none = { .hits = -1, .full_in = -1 };
	struct buf b = { 0 };

	rates_json(&b, "t", &r);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		tap_ok(strstr(buf_text(&b), members[i]), "%s in %s", members[i], buf_text(&b));
	b.len = 0;
	rates_row(&b, "t", &r);
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		const char *cell = strtok(i ? NULL : (char *)buf_text(&b), " ");

		tap_ok(cell && !strcmp(cell, cells[i]), "%s, want %s", cell ?: "", cells[i]);
	}
	b.len = 0;
	rates_json(&b, "t", &none);
	tap_ok(strstr(buf_text(&b), ",\"hit_ratio\":null,") &&
	       strstr(buf_text(&b), ",\"full_in_s\":null}"), "without a meaning: null");
}

int main(void)
{
	set_all();
	test_each();
	test_shown();
	test_cost();
	set_all();
	test_new();
	return tap_end();
}
