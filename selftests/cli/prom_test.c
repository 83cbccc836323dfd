// SPDX-License-Identifier: GPL-2.0
/* Prometheus: what others' dashboards go by stays, and no name of a table breaks the format. */
#include <stdlib.h>
#include <string.h>

#include <linux/devsess.h>

#include "prom.h"

#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* To be added to, and no more than that. */
static const char * const families[] = {
	"devsess_sessions gauge",
	"devsess_sessions_max gauge",
	"devsess_sessions_peak gauge",
	"devsess_sessions_peak_timestamp_seconds gauge",
	"devsess_cost gauge",
	"devsess_cost_max gauge",
	"devsess_shards gauge",
	"devsess_memory_bytes gauge",
	"devsess_slots gauge",
	"devsess_slot_size_bytes gauge",
	"devsess_load_factor gauge",
	"devsess_lookups_total counter",
	"devsess_writes_total counter",
	"devsess_expired_total counter",
	"devsess_evicted_total counter",
	"devsess_promotions_total counter",
	"devsess_promoted_sessions_total counter",
	"devsess_resizes_total counter",
	"devsess_slots_written_total counter",
	"devsess_lock_hold_max_seconds gauge",
	"devsess_failures_total counter",
	"devsess_deferred_writes_total counter",
	"devsess_deferred_merged_total counter",
	"devsess_deferred_failed_total counter",
	"devsess_deferred_waiting gauge",
	"devsess_generation_total counter",
	"devsess_upcalls_total counter",
	"devsess_upcalls_dropped_total counter",
	"devsess_negative_hits_total counter",
};

/* Each series of a family of several, and the figure that it is of. */
static const struct {
	const char *series;
	int type;
} series[] = {
	{ "devsess_lookups_total{table=\"t\",result=\"read_hit\"}", DEVSESS_A_STATS_READ_HITS },
	{ "devsess_lookups_total{table=\"t\",result=\"dirty_hit\"}", DEVSESS_A_STATS_DIRTY_HITS },
	{ "devsess_lookups_total{table=\"t\",result=\"not_found\"}", DEVSESS_A_STATS_NOT_FOUND },
	{ "devsess_writes_total{table=\"t\",op=\"insert\"}", DEVSESS_A_STATS_INSERTS },
	{ "devsess_writes_total{table=\"t\",op=\"update\"}", DEVSESS_A_STATS_UPDATES },
	{ "devsess_writes_total{table=\"t\",op=\"touch\"}", DEVSESS_A_STATS_TOUCHES },
	{ "devsess_writes_total{table=\"t\",op=\"delete\"}", DEVSESS_A_STATS_DELETES },
	{ "devsess_resizes_total{table=\"t\",kind=\"grow\"}", DEVSESS_A_STATS_GROWS },
	{ "devsess_resizes_total{table=\"t\",kind=\"shrink\"}", DEVSESS_A_STATS_SHRINKS },
	{ "devsess_resizes_total{table=\"t\",kind=\"split\"}", DEVSESS_A_STATS_SPLITS },
	{ "devsess_resizes_total{table=\"t\",kind=\"merge\"}", DEVSESS_A_STATS_MERGES },
	{ "devsess_failures_total{table=\"t\",reason=\"exists\"}", DEVSESS_A_STATS_FAIL_EXISTS },
	{ "devsess_failures_total{table=\"t\",reason=\"absent\"}", DEVSESS_A_STATS_FAIL_ABSENT },
	{ "devsess_failures_total{table=\"t\",reason=\"version\"}",
	  DEVSESS_A_STATS_FAIL_VERSION },
	{ "devsess_failures_total{table=\"t\",reason=\"full\"}", DEVSESS_A_STATS_FAIL_FULL },
	{ "devsess_failures_total{table=\"t\",reason=\"memory\"}", DEVSESS_A_STATS_FAIL_MEMORY },
	{ "devsess_failures_total{table=\"t\",reason=\"invalid\"}",
	  DEVSESS_A_STATS_FAIL_INVALID },
	{ "devsess_failures_total{table=\"t\",reason=\"ring\"}", DEVSESS_A_STATS_FAIL_RING },
	{ "devsess_failures_total{table=\"t\",reason=\"quota\"}", DEVSESS_A_STATS_FAIL_QUOTA },
	{ "devsess_failures_total{table=\"t\",reason=\"owners\"}", DEVSESS_A_STATS_FAIL_OWNERS },
};

/* What is printed of a table, with every figure, each another. */
static char *print(const char *table)
{
	struct stats s = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	snprintf(s.table, sizeof(s.table), "%s", table);
	for (int i = 0; i <= DEVSESS_A_STATS_MAX; i++) {
		s.has[i] = true;
		s.value[i] = 1500000000 + i;
	}
	prom_print(out, &s, 1);
	fclose(out);
	return text;
}

static void test_families(const char *text)
{
	char line[256];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		snprintf(line, sizeof(line), "\n# TYPE %s\n", families[i]);
		tap_ok(strstr(text, line), "%s", families[i]);
	}
	for (; (text = strstr(text, "# TYPE ")); text++)
		n++;
	tap_ok(n == ARRAY_SIZE(families), "and no other: %zu", n);
}

static void test_series(const char *text)
{
	char line[256];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(series); i++) {
		snprintf(line, sizeof(line), "\n%s %d\n", series[i].series,
			 1500000000 + series[i].type);
		tap_ok(strstr(text, line), "%s", series[i].series);
	}
	for (; (text = strstr(text, "{table=\"t\",")); text++)
		n++;
	tap_ok(n == ARRAY_SIZE(series), "and no other with two labels: %zu", n);
}

static void test_escapes(void)
{
	char *text = print("a\"b\\c\nd"), line[128];

	snprintf(line, sizeof(line), "\ndevsess_sessions{table=\"a\\\"b\\\\c\\nd\"} %d\n",
		 1500000000 + DEVSESS_A_STATS_SESSIONS);
	tap_ok(strstr(text, line),
	       "quote, backslash and newline");
	tap_ok(strstr(text, "\ndevsess_writes_total{table=\"a\\\"b\\\\c\\nd\",op=\"insert\"} "),
	       "before another label");
	free(text);
}

static void test_units(const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "\ndevsess_lock_hold_max_seconds{table=\"t\"} 1.5%08d\n",
		 DEVSESS_A_STATS_LOCK_HOLD_MAX_NS);
	tap_ok(strstr(text, line), "seconds of ns");
	snprintf(line, sizeof(line), "\ndevsess_load_factor{table=\"t\"} 1500000.%03d\n",
		 DEVSESS_A_STATS_LOAD_FACTOR);
	tap_ok(strstr(text, line), "thousandths");
}

int main(void)
{
	char *text = print("t");

	test_families(text);
	test_units(text);
	test_series(text);
	free(text);
	test_escapes();
	return tap_end();
}
