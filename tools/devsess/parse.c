// SPDX-License-Identifier: GPL-2.0
#include "parse.h"

#include <string.h>

#include "err.h"
#include "field.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"
#include "words.h"

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
	return words_read(session_words, ARRAY_SIZE(session_words), argc - 1, argv + 1, s, e);
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
	return words_read(filter_words, ARRAY_SIZE(filter_words), argc, argv, f, e);
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
	while (n < argc && !words_find(touch_words, ARRAY_SIZE(touch_words), argv[n]))
		n++;
	*ids = n;
	return words_read(touch_words, ARRAY_SIZE(touch_words), argc - n, argv + n, t, e);
}
