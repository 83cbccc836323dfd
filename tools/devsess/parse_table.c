// SPDX-License-Identifier: GPL-2.0
#include "parse_table.h"

#include <string.h>

#include "err.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"
#include "words.h"

/* Values of a table */

static int table_max_sessions(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_max_sessions = true;
	return num_parse(text, len, UINT64_MAX, &t->max_sessions, e);
}

static int table_policy(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_policy = true;
	return name_parse(&name_policies, text, len, &t->policy, e);
}

static int table_key_max(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_key_max = true;
	return num_parse_u32(text, len, &t->key_max, e);
}

static int table_data_max(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_data_max = true;
	return num_parse_u32(text, len, &t->data_max, e);
}

static int table_defer_ring(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_defer_ring = true;
	return num_parse_u32(text, len, &t->defer_ring, e);
}

/* Whether it is too long says the kernel. */
static int table_time(uint32_t *out, const char *text, size_t len, struct err *e)
{
	uint64_t ms;

	if (timespan_parse(text, len, &ms, e))
		return -1;
	*out = ms < UINT32_MAX ? ms : UINT32_MAX;
	return 0;
}

static int table_defer_interval(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_defer_interval_ms = true;
	return table_time(&t->defer_interval_ms, text, len, e);
}

static int table_ttl(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_ttl_ms = true;
	return timespan_parse(text, len, &t->ttl_ms, e);
}

static int table_upcall(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_upcall = true;
	return name_parse(&name_upcalls, text, len, &t->upcall, e);
}

static int table_upcall_interval(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_upcall_interval_ms = true;
	return table_time(&t->upcall_interval_ms, text, len, e);
}

static int table_upcall_rate(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_upcall_rate = true;
	return num_parse_u32(text, len, &t->upcall_rate, e);
}

static int table_negative_ttl(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_upcall_negative_ttl_ms = true;
	return table_time(&t->upcall_negative_ttl_ms, text, len, e);
}

static int table_max_cost(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_max_cost = true;
	return num_parse(text, len, UINT64_MAX, &t->max_cost, e);
}

static int table_owner_max(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_owner_max = true;
	return num_parse_u32(text, len, &t->owner_max, e);
}

static int table_watermark_high(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_watermark_high = true;
	return num_parse_u32(text, len, &t->watermark_high, e);
}

static int table_watermark_low(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_watermark_low = true;
	return num_parse_u32(text, len, &t->watermark_low, e);
}

static int table_reserve(void *out, const char *text, size_t len, struct err *e)
{
	struct table *t = out;

	t->has_reserve = true;
	return num_parse(text, len, UINT64_MAX, &t->reserve, e);
}

/* The first thirteen may be changed later. */
static const struct word table_words[] = {
	{ "max-sessions", table_max_sessions, false }, /* N: exact upper bound */
	{ "policy", table_policy, false },	       /* NAME: what a full table does */
	{ "defer-ring", table_defer_ring, false },     /* N: deferred writes per CPU, 0: none */
	{ "defer-interval", table_defer_interval, false }, /* TIME: how long they wait */
	{ "ttl", table_ttl, false },		       /* TIME: of sessions without one */
	{ "upcall", table_upcall, false },	       /* NAME: which lookups ask for an id */
	{ "upcall-interval", table_upcall_interval, false }, /* TIME: once in it */
	{ "upcall-rate", table_upcall_rate, false },   /* N: ids a second */
	{ "negative-ttl", table_negative_ttl, false }, /* TIME: not asked again after a refusal */
	{ "watermark-high", table_watermark_high, false }, /* PERCENT: tells when so full */
	{ "watermark-low", table_watermark_low, false }, /* PERCENT: and when no more */
	{ "reserve", table_reserve, false },	       /* N: places for this program only */
	{ "max-cost", table_max_cost, false },	       /* N: bound of all weights, 0: none */
	{ "key-max", table_key_max, false },	       /* N: longest device id, 1 to 64 */
	{ "data-max", table_data_max, false },	       /* N: most data a session, 0 to 64 */
	{ "owner-max", table_owner_max, false },       /* N: owners that are counted, 0: none */
};

#define TABLE_SET_WORDS 13

int parse_table_name(const char *name, char out[DEVSESS_NAME_MAX + 1], struct err *e)
{
	char quote[ERR_QUOTE_MAX];
	size_t len = strlen(name);

	if (!len)
		return err_set(e, "the name of a table has at least one byte");
	if (len > DEVSESS_NAME_MAX)
		return err_set(e, "%s: the name of a table has at most %d bytes",
			       err_quote(quote, name, len), DEVSESS_NAME_MAX);
	memcpy(out, name, len + 1);
	return 0;
}

static int parse_table(int argc, char **argv, size_t words, struct table *t, struct err *e)
{
	memset(t, 0, sizeof(*t));
	if (!argc)
		return err_set(e, "the name of a table is missing");
	if (parse_table_name(argv[0], t->name, e))
		return -1;
	return words_read(table_words, words, argc - 1, argv + 1, t, e);
}

int parse_table_new(int argc, char **argv, struct table *t, struct err *e)
{
	return parse_table(argc, argv, ARRAY_SIZE(table_words), t, e);
}

int parse_table_set(int argc, char **argv, struct table *t, struct err *e)
{
	if (parse_table(argc, argv, TABLE_SET_WORDS, t, e))
		return -1;
	if (argc == 1)
		return err_set(e, "there is nothing to change");
	return 0;
}

/* Values of owner */

static int owner_number(const char *text, uint32_t *owner, struct err *e)
{
	return num_parse_u32(text, strlen(text), owner, e) ? err_prefix(e, "owner") : 0;
}

static int owner_limit(void *out, const char *text, size_t len, struct err *e)
{
	uint32_t *limit = out;

	*limit = 0;
	return strcmp(text, "none") ? num_parse_u32(text, len, limit, e) : 0;
}

int parse_owner_set(int argc, char **argv, uint32_t *owner, uint32_t *limit, struct err *e)
{
	static const struct word words[] = { { "limit", owner_limit, false } }; /* N or none */

	if (!argc)
		return err_set(e, "the number of an owner is missing");
	if (owner_number(argv[0], owner, e))
		return -1;
	if (argc == 1)
		return err_set(e, "there is nothing to change");
	return words_read(words, ARRAY_SIZE(words), argc - 1, argv + 1, limit, e);
}

static int owner_top(void *out, const char *text, size_t len, struct err *e)
{
	struct owner_list *l = out;

	if (num_parse_u32(text, len, &l->top, e))
		return -1;
	return l->top ? 0 : err_set(e, "at least 1");
}

int parse_owner_list(int argc, char **argv, struct owner_list *l, struct err *e)
{
	static const struct word words[] = { { "top", owner_top, false } }; /* N */

	*l = (struct owner_list){ 0 };
	if (argc != 1 || !strcmp(argv[0], "top"))
		return words_read(words, ARRAY_SIZE(words), argc, argv, l, e);
	l->has_owner = true;
	return owner_number(argv[0], &l->owner, e);
}
