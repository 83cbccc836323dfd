// SPDX-License-Identifier: GPL-2.0
/*
 * The text format of Prometheus, version 0.0.4 (prometheus.io, Exposition formats):
 * base units, counters end in _total, and what adds up is one family with a label.
 */
#include "prom.h"

#include <string.h>

#include <linux/devsess.h>

#include "buf.h"
#include "util.h"

enum unit {
	PLAIN,
	MILLI, /* thousandths, of a second or of one */
	NANO,  /* of a second */
};

/* A figure of the family, and the value of its label, if it has one. */
struct member {
	int type;
	const char *value;
};

struct family {
	const char *name;
	const char *help;
	bool gauge; /* else it is a counter */
	enum unit unit;
	const char *label; /* or NULL: it has one member */
	struct member members[10]; /* up to the first without a type */
};

#define ONE(type) NULL, { { DEVSESS_A_STATS_##type, NULL } }
#define M(type, value) { DEVSESS_A_STATS_##type, value }

static const struct family families[] = {
	{ "devsess_sessions", "Sessions in the table, expired ones until they are freed.",
	  true, PLAIN, ONE(SESSIONS) },
	{ "devsess_sessions_max", "Most sessions that the table may hold.",
	  true, PLAIN, ONE(MAX_SESSIONS) },
	{ "devsess_sessions_peak", "Most sessions that the table has held.",
	  true, PLAIN, ONE(PEAK) },
	{ "devsess_sessions_peak_timestamp_seconds", "When it held them, in seconds since 1970.",
	  true, MILLI, ONE(PEAK_AT) },
	{ "devsess_cost", "Sum of the sessions' weights.", true, PLAIN, ONE(COST) },
	{ "devsess_cost_max", "Most that this may be, 0 for any sum.",
	  true, PLAIN, ONE(MAX_COST) },
	{ "devsess_shards", "Shards of the table.", true, PLAIN, ONE(SHARDS) },
	{ "devsess_memory_bytes", "Memory of the table.", true, PLAIN, ONE(MEMORY) },
	{ "devsess_slots", "Slots in all maps of the table.", true, PLAIN, ONE(SLOTS) },
	{ "devsess_slot_size_bytes", "Size of a slot.", true, PLAIN, ONE(SLOT_SIZE) },
	{ "devsess_load_factor", "Sessions by slots.", true, MILLI, ONE(LOAD_FACTOR) },
	{ "devsess_lookups_total", "Lookups by what they found.", false, PLAIN, "result",
	  { M(READ_HITS, "read_hit"), M(DIRTY_HITS, "dirty_hit"), M(NOT_FOUND, "not_found") } },
	{ "devsess_writes_total", "Writes done.", false, PLAIN, "op",
	  { M(INSERTS, "insert"), M(UPDATES, "update"), M(TOUCHES, "touch"),
	    M(DELETES, "delete") } },
	{ "devsess_expired_total", "Sessions freed after their time was over.",
	  false, PLAIN, ONE(EXPIRED) },
	{ "devsess_evicted_total", "Sessions evicted for new ones.", false, PLAIN, ONE(EVICTED) },
	{ "devsess_promotions_total", "Times that a dirty map was emptied into its read map.",
	  false, PLAIN, ONE(PROMOTIONS) },
	{ "devsess_promoted_sessions_total", "Sessions so moved.", false, PLAIN, ONE(PROMOTED) },
	{ "devsess_resizes_total", "Changes of the size of maps, and of the number of shards.",
	  false, PLAIN, "kind",
	  { M(GROWS, "grow"), M(SHRINKS, "shrink"), M(SPLITS, "split"), M(MERGES, "merge") } },
	{ "devsess_slots_written_total", "Slots written for writes, promotions and resizes.",
	  false, PLAIN, ONE(SLOTS_WRITTEN) },
	{ "devsess_lock_hold_max_seconds", "Longest hold of a shard lock by a structural change.",
	  true, NANO, ONE(LOCK_HOLD_MAX_NS) },
	{ "devsess_failures_total", "Requests refused, by the reason.", false, PLAIN, "reason",
	  { M(FAIL_EXISTS, "exists"), M(FAIL_ABSENT, "absent"), M(FAIL_VERSION, "version"),
	    M(FAIL_FULL, "full"), M(FAIL_MEMORY, "memory"), M(FAIL_INVALID, "invalid"),
	    M(FAIL_RING, "ring"), M(FAIL_QUOTA, "quota"), M(FAIL_OWNERS, "owners") } },
	{ "devsess_deferred_writes_total", "Deferred writes taken.", false, PLAIN, ONE(DEFERRED) },
	{ "devsess_deferred_merged_total", "Deferred writes done together with a later one.",
	  false, PLAIN, ONE(MERGED) },
	{ "devsess_deferred_failed_total", "Deferred writes refused when they were done.",
	  false, PLAIN, ONE(DEFERRED_FAILED) },
	{ "devsess_deferred_waiting", "Deferred writes that wait.",
	  true, PLAIN, ONE(DEFERRED_WAITING) },
	{ "devsess_generation_total", "Raised by each change, and by another table of that name.",
	  false, PLAIN, ONE(GENERATION) },
	{ "devsess_upcalls_total", "Ids that user space was asked for.", false, PLAIN,
	  ONE(UPCALLS) },
	{ "devsess_upcalls_dropped_total", "Ids that user space could not be asked for.", false,
	  PLAIN, ONE(UPCALLS_DROPPED) },
	{ "devsess_negative_hits_total",
	  "Lookups that did not ask, since the id had been asked for or refused.", false, PLAIN,
	  ONE(NEGATIVE_HITS) },
};

/* A label's value: backslash, quote and newline are escaped. */
static void put_label(struct buf *b, const char *name, const char *value)
{
	buf_str(b, name);
	buf_str(b, "=\"");
	for (; *value; value++) {
		if (*value == '\n') {
			buf_str(b, "\\n");
			continue;
		}
		if (*value == '\\' || *value == '"')
			buf_char(b, '\\');
		buf_char(b, *value);
	}
	buf_char(b, '"');
}

static void put_value(struct buf *b, uint64_t value, enum unit unit)
{
	char digits[11];

	switch (unit) {
	case MILLI:
		buf_milli(b, value);
		break;
	case NANO:
		buf_u64(b, value / 1000000000);
		snprintf(digits, sizeof(digits), ".%09u", (unsigned int)(value % 1000000000));
		buf_str(b, digits);
		break;
	default:
		buf_u64(b, value);
	}
}

static void print_sample(FILE *out, const struct family *f, const struct member *m,
			 const struct stats *s)
{
	struct buf b = { 0 };

	if (!s->has[m->type])
		return;
	buf_str(&b, f->name);
	buf_char(&b, '{');
	put_label(&b, "table", s->table);
	if (f->label) {
		buf_char(&b, ',');
		put_label(&b, f->label, m->value);
	}
	buf_str(&b, "} ");
	put_value(&b, s->value[m->type], f->unit);
	buf_char(&b, '\n');
	buf_flush(&b, out);
}

void prom_print(FILE *out, const struct stats *tables, size_t count)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct family *f = &families[i];

		fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name,
			f->gauge ? "gauge" : "counter");
		for (size_t t = 0; t < count; t++) {
			for (const struct member *m = f->members; m->type; m++)
				print_sample(out, f, m, &tables[t]);
		}
	}
}
