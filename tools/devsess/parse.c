// SPDX-License-Identifier: GPL-2.0
#include "parse.h"

#include <stdio.h>
#include <string.h>

#include "err.h"
#include "field.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"

/* A word of a command's grammar and the reader of its value. */
struct word {
	const char *name;
	int (*read)(void *out, const char *text, size_t len, struct err *e);
	bool alone; /* takes no value */
};

static const struct word *find_word(const struct word *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(words[i].name, name))
			return &words[i];
	}
	return NULL;
}

static int unknown_word(const struct word *words, size_t count, const char *name, struct err *e)
{
	char quote[ERR_QUOTE_MAX], known[200] = "";

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(known);

		snprintf(known + n, sizeof(known) - n, "%s%s", i ? ", " : "", words[i].name);
	}
	return err_set(e, "unknown word %s (known here: %s)",
		       err_quote(quote, name, strlen(name)), known);
}

/* Read words and their values to the end of the line into @out. */
static int read_words(const struct word *words, size_t count, int argc, char **argv, void *out,
		      struct err *e)
{
	uint32_t seen = 0;

	for (int i = 0; i < argc; i++) {
		const struct word *w = find_word(words, count, argv[i]);
		const char *value = "";

		if (!w)
			return unknown_word(words, count, argv[i], e);
		if (seen & 1u << (w - words))
			return err_set(e, "'%s' stands there twice", w->name);
		seen |= 1u << (w - words);
		if (!w->alone) {
			if (++i == argc)
				return err_set(e, "'%s' lacks its value", w->name);
			value = argv[i];
		}
		if (w->read(out, value, strlen(value), e))
			return err_prefix(e, w->name);
	}
	return 0;
}

/* Values of a session */

static int session_session(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_SESSION);
	return num_parse(text, len, UINT64_MAX, &s->session, e);
}

static int session_addr(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;
	int ret = 0;

	if (len != 4 || memcmp(text, "none", 4))
		ret = addr_parse_port(text, len, &s->addr, &s->port, e);
	if (ret < 0)
		return -1;
	s->has |= HAS(F_ADDR) | (ret ? HAS(F_PORT) : 0);
	return 0;
}

static int session_owner(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_OWNER);
	return num_parse_u32(text, len, &s->owner, e);
}

static int session_mark(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_MARK);
	return num_parse_u32(text, len, &s->mark, e);
}

static int session_state(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_STATE);
	return name_parse(&name_states, text, len, &s->state, e);
}

/* "none" clears all flags. */
static int session_flags(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_FLAGS);
	if (!strcmp(text, "none"))
		return 0;
	if (!len)
		return err_set(e, "a flag or 'none' is needed");
	return name_parse_bits(&name_flags, text, len, &s->flags, e);
}

static int session_ttl(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_TTL_MS);
	return timespan_parse(text, len, &s->ttl_ms, e);
}

/* An empty value takes the data away. */
static int session_data(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;

	s->has |= HAS(F_DATA);
	return field_parse_data(text, len, s, e);
}

static int session_weight(void *out, const char *text, size_t len, struct err *e)
{
	struct session *s = out;
	uint64_t weight;

	s->has |= HAS(F_WEIGHT);
	if (num_parse(text, len, UINT8_MAX, &weight, e))
		return -1;
	s->weight = weight;
	return 0;
}

static const struct word session_words[] = {
	{ "session", session_session, false }, /* N: session id, any u64 */
	{ "addr", session_addr, false },       /* IP[:PORT], [IP6]:PORT or none: peer */
	{ "owner", session_owner, false },     /* N: tenant or backend node */
	{ "mark", session_mark, false },       /* N: free mark */
	{ "state", session_state, false },     /* new, active, idle or blocked */
	{ "flags", session_flags, false },     /* pinned, or none to clear */
	{ "ttl", session_ttl, false },	       /* TIME to live, 0 for ever */
	{ "data", session_data, false },       /* HEX: opaque data, "" for none */
	{ "weight", session_weight, false },   /* N: 1 to 255, against the table's max-cost */
};

static int parse_id(const char *text, struct id *id, struct err *e)
{
	if (id_parse(text, strlen(text), id, e))
		return err_prefix(e, "device");
	return 0;
}

int parse_session(int argc, char **argv, struct session *s, struct err *e)
{
	memset(s, 0, sizeof(*s));
	if (!argc)
		return err_set(e, "a device id is missing");
	if (parse_id(argv[0], &s->device, e))
		return -1;
	s->has = HAS(F_DEVICE);
	return read_words(session_words, ARRAY_SIZE(session_words), argc - 1, argv + 1, s, e);
}

int parse_one_id(int argc, char **argv, struct id *id, struct err *e)
{
	if (!argc)
		return err_set(e, "a device id is missing");
	if (argc > 1)
		return err_set(e, "one device id is enough");
	return parse_id(argv[0], id, e);
}

/* Values of a filter */

static int filter_owner(void *out, const char *text, size_t len, struct err *e)
{
	struct filter *f = out;

	f->has_owner = true;
	return num_parse_u32(text, len, &f->owner, e);
}

static int filter_state(void *out, const char *text, size_t len, struct err *e)
{
	struct filter *f = out;

	f->has_state = true;
	return name_parse(&name_states, text, len, &f->state, e);
}

static int filter_mark(void *out, const char *text, size_t len, struct err *e)
{
	const char *slash = memchr(text, '/', len);
	struct filter *f = out;

	f->has_mark = true;
	if (!slash)
		return num_parse_u32(text, len, &f->mark, e);
	f->has_mask = true;
	if (num_parse_u32(text, slash - text, &f->mark, e))
		return -1;
	if (num_parse_u32(slash + 1, text + len - slash - 1, &f->mask, e))
		return err_prefix(e, "mask");
	return 0;
}

static int filter_prefix(void *out, const char *text, size_t len, struct err *e)
{
	struct filter *f = out;

	return id_parse(text, len, &f->prefix, e);
}

static int filter_net(void *out, const char *text, size_t len, struct err *e)
{
	struct filter *f = out;

	return addr_parse_net(text, len, &f->net, &f->net_len, e);
}

static int filter_idle(void *out, const char *text, size_t len, struct err *e)
{
	struct filter *f = out;

	f->has_idle = true;
	return timespan_parse(text, len, &f->idle_ms, e);
}

static const struct word filter_words[] = {
	{ "owner", filter_owner, false },   /* N */
	{ "state", filter_state, false },   /* new, active, idle or blocked */
	{ "mark", filter_mark, false },	    /* N, or N/MASK to compare those bits only */
	{ "prefix", filter_prefix, false }, /* ID: first bytes of the device id */
	{ "net", filter_net, false },	    /* CIDR: network that holds the address */
	{ "idle", filter_idle, false },	    /* TIME: last touched at least so long ago */
};

int parse_filter(int argc, char **argv, struct filter *f, struct err *e)
{
	memset(f, 0, sizeof(*f));
	return read_words(filter_words, ARRAY_SIZE(filter_words), argc, argv, f, e);
}

/* Values of touch */

static int touch_ttl(void *out, const char *text, size_t len, struct err *e)
{
	struct touch *t = out;

	t->has_ttl = true;
	return timespan_parse(text, len, &t->ttl_ms, e);
}

static int touch_only_later(void *out, const char *text, size_t len, struct err *e)
{
	struct touch *t = out;

	(void)text;
	(void)len;
	(void)e;
	t->only_later = true;
	return 0;
}

static const struct word touch_words[] = {
	{ "ttl", touch_ttl, false },		  /* TIME to live from now, not the session's own */
	{ "only-later", touch_only_later, true }, /* never bring the expiry forward */
};

int parse_touch(int argc, char **argv, struct touch *t, int *ids, struct err *e)
{
	int n = argc ? 1 : 0;

	memset(t, 0, sizeof(*t));
	while (n < argc && !find_word(touch_words, ARRAY_SIZE(touch_words), argv[n]))
		n++;
	*ids = n;
	return read_words(touch_words, ARRAY_SIZE(touch_words), argc - n, argv + n, t, e);
}

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
	return read_words(table_words, words, argc - 1, argv + 1, t, e);
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
	return read_words(words, ARRAY_SIZE(words), argc - 1, argv + 1, limit, e);
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
		return read_words(words, ARRAY_SIZE(words), argc, argv, l, e);
	l->has_owner = true;
	return owner_number(argv[0], &l->owner, e);
}

/* Values of top */

#define TOP_EVERY_MIN 10 /* ms */
#define TOP_EVERY 1000

static int top_every(void *out, const char *text, size_t len, struct err *e)
{
	struct top *t = out;

	if (timespan_parse(text, len, &t->every_ms, e))
		return -1;
	return t->every_ms < TOP_EVERY_MIN ? err_set(e, "at least %dms", TOP_EVERY_MIN) : 0;
}

static int top_times(void *out, const char *text, size_t len, struct err *e)
{
	struct top *t = out;

	t->has_times = true;
	return num_parse(text, len, UINT64_MAX, &t->times, e);
}

static const struct word top_words[] = {
	{ "every", top_every, false }, /* TIME between two looks */
	{ "times", top_times, false }, /* N: how often; for ever unless told */
};

int parse_top(int argc, char **argv, struct top *t, struct err *e)
{
	*t = (struct top){ .every_ms = TOP_EVERY };
	return read_words(top_words, ARRAY_SIZE(top_words), argc, argv, t, e);
}

/* Values of loader */

#define LOADER_JOBS 4
#define LOADER_JOBS_MAX 256
#define LOADER_TIMEOUT 10000 /* ms */

static int loader_jobs(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;
	uint64_t jobs;

	if (num_parse(text, len, LOADER_JOBS_MAX, &jobs, e))
		return -1;
	l->jobs = jobs;
	return jobs ? 0 : err_set(e, "1 to %d", LOADER_JOBS_MAX);
}

static int loader_timeout(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	if (timespan_parse(text, len, &l->timeout_ms, e))
		return -1;
	return l->timeout_ms ? 0 : err_set(e, "at least 1ms");
}

static int loader_count(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	l->has_count = true;
	return num_parse(text, len, UINT64_MAX, &l->count, e);
}

static int loader_for(void *out, const char *text, size_t len, struct err *e)
{
	struct loader_words *l = out;

	l->has_for = true;
	return timespan_parse(text, len, &l->for_ms, e);
}

static const struct word loader_words[] = {
	{ "jobs", loader_jobs, false },	      /* N programs at a time */
	{ "timeout", loader_timeout, false }, /* TIME that each may take */
	{ "count", loader_count, false },     /* N ids, then it ends */
	{ "for", loader_for, false },	      /* TIME, then it ends */
};

int parse_loader(int argc, char **argv, struct loader_words *l, struct err *e)
{
	memset(l, 0, sizeof(*l));
	l->jobs = LOADER_JOBS;
	l->timeout_ms = LOADER_TIMEOUT;
	return read_words(loader_words, ARRAY_SIZE(loader_words), argc, argv, l, e);
}

/* Values of monitor */

static int monitor_kind(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	if (name_parse_bits(&name_event_kinds, text, len, &m->kinds, e))
		return -1;
	return m->kinds ? 0 : err_set(e, "at least one kind of event");
}

static int monitor_owner(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_owner = true;
	return num_parse_u32(text, len, &m->owner, e);
}

static int monitor_count(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_count = true;
	return num_parse(text, len, UINT64_MAX, &m->count, e);
}

static int monitor_timeout(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;

	m->has_timeout = true;
	return timespan_parse(text, len, &m->timeout_ms, e);
}

static int monitor_buffer(void *out, const char *text, size_t len, struct err *e)
{
	struct monitor *m = out;
	uint64_t bytes;

	if (num_parse(text, len, MONITOR_BUFFER_MAX, &bytes, e))
		return -1;
	if (bytes < MONITOR_BUFFER_MIN)
		return err_set(e, "it is below %d", MONITOR_BUFFER_MIN);
	m->buffer = bytes;
	return 0;
}

static const struct word monitor_words[] = {
	{ "kind", monitor_kind, false },       /* NAME,...: these only; overruns always */
	{ "owner", monitor_owner, false },     /* N: sessions of this owner only */
	{ "count", monitor_count, false },     /* N: events, then it ends */
	{ "timeout", monitor_timeout, false }, /* TIME, then it ends */
	{ "buffer", monitor_buffer, false },   /* BYTES: for events that wait */
};

int parse_monitor(int argc, char **argv, struct monitor *m, struct err *e)
{
	*m = (struct monitor){ .buffer = MONITOR_BUFFER };
	return read_words(monitor_words, ARRAY_SIZE(monitor_words), argc, argv, m, e);
}
