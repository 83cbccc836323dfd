// SPDX-License-Identifier: GPL-2.0
#include "rates.h"

#include <linux/devsess.h>

#include "buf.h"
#include "timespan.h"
#include "util.h"

/* By how much a counter went up; that of a table that was made anew begins again. */
static double went_up(const struct stats *before, const struct stats *now, int type)
{
	uint64_t old = before ? before->value[type] : 0;

	return now->value[type] < old ? now->value[type] : now->value[type] - old;
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : -1;
}

/* Of a bound and what there is of it: how soon it is reached, or -1 if it does not grow. */
static double reached_in(const struct stats *before, const struct stats *now, int part, int max,
			 double seconds)
{
	double growth = before ? ((double)now->value[part] - before->value[part]) / seconds : 0;

	if (!now->value[max] || growth <= 0)
		return -1;
	return ((double)now->value[max] - now->value[part]) / growth;
}

struct rates rates_of(const struct stats *before, const struct stats *now, double seconds)
{
	double read = went_up(before, now, DEVSESS_A_STATS_READ_HITS);
	double dirty = went_up(before, now, DEVSESS_A_STATS_DIRTY_HITS);
	double lookups = read + dirty + went_up(before, now, DEVSESS_A_STATS_NOT_FOUND);
	double slots = went_up(before, now, DEVSESS_A_STATS_INSERTS) +
		       went_up(before, now, DEVSESS_A_STATS_UPDATES) +
		       went_up(before, now, DEVSESS_A_STATS_TOUCHES);
	double writes = slots + went_up(before, now, DEVSESS_A_STATS_DELETES);
	double sessions = now->value[DEVSESS_A_STATS_SESSIONS], cost_in;
	double fill = ratio(sessions, now->value[DEVSESS_A_STATS_MAX_SESSIONS]);
	double cost_fill = ratio(now->value[DEVSESS_A_STATS_COST],
				 now->value[DEVSESS_A_STATS_MAX_COST]);
	struct rates r = {
		.sessions = now->value[DEVSESS_A_STATS_SESSIONS],
		/* Whichever bound is nearer. */
		.fill = cost_fill > fill ? cost_fill : fill,
		.lookups = lookups / seconds,
		.hits = ratio(read + dirty, lookups),
		.misses = ratio(dirty, lookups),
		.writes = writes / seconds,
		.amplification =
			ratio(went_up(before, now, DEVSESS_A_STATS_SLOTS_WRITTEN), slots),
		.promotions = went_up(before, now, DEVSESS_A_STATS_PROMOTIONS) / seconds,
		.full_in = reached_in(before, now, DEVSESS_A_STATS_SESSIONS,
				      DEVSESS_A_STATS_MAX_SESSIONS, seconds),
	};

	if (before)
		r.growth = (sessions - before->value[DEVSESS_A_STATS_SESSIONS]) / seconds;
	cost_in = reached_in(before, now, DEVSESS_A_STATS_COST, DEVSESS_A_STATS_MAX_COST,
			     seconds);
	if (cost_in >= 0 && (r.full_in < 0 || cost_in < r.full_in))
		r.full_in = cost_in;
	return r;
}

/* To @width, to the right; a cell that does not fit is not cut. */
static void cell(struct buf *b, const char *text, size_t width)
{
	size_t len = strlen(text);

	buf_char(b, ' ');
	for (; len < width; len++)
		buf_char(b, ' ');
	buf_str(b, text);
}

/* Three or four digits and k, M or G. */
static void quantity(struct buf *b, double value, size_t width)
{
	static const char units[] = " kMGT";
	char text[32];
	int unit = 0;

	for (; value >= 9999.5 && units[unit + 1]; unit++)
		value /= 1000;
	snprintf(text, sizeof(text), unit && value < 99.95 ? "%.1f%c" : "%.0f%c", value,
		 units[unit]);
	if (!unit)
		text[strlen(text) - 1] = '\0';
	cell(b, text, width);
}

static void percent(struct buf *b, double share)
{
	char text[32] = "-";

	if (share >= 0)
		snprintf(text, sizeof(text), "%.1f%%", share * 100);
	cell(b, text, 6);
}

static void full_in(struct buf *b, double seconds)
{
	struct buf time = { 0 };

	if (seconds < 0 || seconds > 365 * 86400.0)
		buf_char(&time, '-');
	else
		timespan_rough(&time, (uint64_t)seconds * 1000);
	cell(b, buf_text(&time), 7);
}

void rates_heading(struct buf *b)
{
	buf_str(b, "TABLE       SESSIONS   FILL LOOKUP/S   HITS MISSES");
	buf_str(b, " WRITE/S  AMP PROMO/S FULL IN");
}

void rates_row(struct buf *b, const char *table, const struct rates *r)
{
	char text[32];

	snprintf(text, sizeof(text), "%-*s", RATES_NAME_MAX, table);
	buf_str(b, text);
	quantity(b, r->sessions, 8);
	percent(b, r->fill);
	quantity(b, r->lookups, 8);
	percent(b, r->hits);
	percent(b, r->misses);
	quantity(b, r->writes, 7);
	snprintf(text, sizeof(text), r->amplification < 0 ? "-" : "%.1f", r->amplification);
	cell(b, text, 4);
	quantity(b, r->promotions, 7);
	full_in(b, r->full_in);
}

static void number(struct buf *b, const char *name, double value)
{
	char text[48];

	if (value < 0)
		snprintf(text, sizeof(text), ",\"%s\":null", name);
	else
		snprintf(text, sizeof(text), ",\"%s\":%.3f", name, value);
	buf_str(b, text);
}

void rates_json(struct buf *b, const char *table, const struct rates *r)
{
	char text[48];

	buf_str(b, "{\"table\":");
	buf_json(b, table);
	buf_str(b, ",\"sessions\":");
	buf_u64(b, r->sessions);
	number(b, "fill", r->fill);
	number(b, "lookups_per_s", r->lookups);
	number(b, "hit_ratio", r->hits);
	number(b, "miss_ratio", r->misses);
	number(b, "writes_per_s", r->writes);
	number(b, "write_amplification", r->amplification);
	number(b, "promotions_per_s", r->promotions);
	snprintf(text, sizeof(text), ",\"growth_per_s\":%.3f", r->growth);
	buf_str(b, text);
	number(b, "full_in_s", r->full_in);
	buf_char(b, '}');
}
