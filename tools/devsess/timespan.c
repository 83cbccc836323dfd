// SPDX-License-Identifier: GPL-2.0
#include "timespan.h"

#include <string.h>
#include <time.h>

#include <linux/devsess.h>

#include "buf.h"
#include "err.h"
#include "num.h"
#include "util.h"

/* Largest first. */
static const struct unit {
	const char *name;
	uint64_t ms;
} units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

static const struct unit *unit_find(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) == len && !memcmp(units[i].name, text, len))
			return &units[i];
	}
	return NULL;
}

int timespan_parse(const char *text, size_t len, uint64_t *ms, struct err *e)
{
	char quote[ERR_QUOTE_MAX];
	const struct unit *unit;
	size_t digits = 0;
	uint64_t value;

	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	unit = unit_find(text + digits, len - digits);
	if (!digits || (digits < len && !unit))
		return err_set(e, "%s is not a time (as 250ms, 300s, 5m, 2h, 1d)",
			       err_quote(quote, text, len));
	if (num_parse(text, digits, UINT64_MAX, &value, e))
		return -1;
	if (!unit && value)
		return err_set(e, "%s lacks its unit (ms, s, m, h or d)",
			       err_quote(quote, text, len));
	if (unit && __builtin_mul_overflow(value, unit->ms, &value))
		value = UINT64_MAX;
	if (value > DEVSESS_TTL_MAX)
		return err_set(e, "%s is longer than ten years", err_quote(quote, text, len));
	*ms = value;
	return 0;
}

void timespan_exact(struct buf *b, uint64_t ms)
{
	const struct unit *unit = units;

	if (!ms) {
		buf_char(b, '0');
		return;
	}
	while (ms % unit->ms)
		unit++;
	buf_u64(b, ms / unit->ms);
	buf_str(b, unit->name);
}

void timespan_rough(struct buf *b, uint64_t ms)
{
	const struct unit *unit = units;

	while (unit->ms > 1 && ms < unit->ms)
		unit++;
	buf_u64(b, ms / unit->ms);
	buf_str(b, unit->name);
	ms %= unit->ms;
	/* Below a minute the milliseconds are of no interest to people. */
	if (unit->ms > 1000 && ms >= unit[1].ms) {
		buf_u64(b, ms / unit[1].ms);
		buf_str(b, unit[1].name);
	}
}

void timespan_date(struct buf *b, uint64_t ms)
{
	time_t seconds = ms / 1000;
	char text[40];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm)) {
		buf_u64(b, ms);
		return;
	}
	buf_str(b, text);
	buf_char(b, '.');
	buf_char(b, '0' + ms % 1000 / 100);
	buf_char(b, '0' + ms % 100 / 10);
	buf_char(b, '0' + ms % 10);
	buf_char(b, 'Z');
}
