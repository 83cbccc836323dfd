// SPDX-License-Identifier: GPL-2.0
/* The grammar of the command line. */
#include <string.h>

#include "parse.h"
#include "parse_table.h"
#include "util.h"

#include "tap.h"

/* Split a command line at spaces; '' is an empty word. */
static int split(char *line, char **argv, int max)
{
	int argc = 0;

	for (char *word = strtok(line, " "); word && argc < max; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "''") ? word : "";
	return argc;
}

enum grammar { SESSION, FILTER, TOUCH, TABLE_NEW, TABLE_SET, ONE_ID };

static int parse(enum grammar g, const char *text, void *out, struct err *e)
{
	char line[1024], *argv[64];
	int argc, ids;

	snprintf(line, sizeof(line), "%s", text);
	argc = split(line, argv, ARRAY_SIZE(argv));
	switch (g) {
	case SESSION:
		return parse_session(argc, argv, out, e);
	case FILTER:
		return parse_filter(argc, argv, out, e);
	case TOUCH:
		return parse_touch(argc, argv, out, &ids, e) ? -1 : ids;
	case TABLE_NEW:
		return parse_table_new(argc, argv, out, e);
	case TABLE_SET:
		return parse_table_set(argc, argv, out, e);
	default:
		return parse_one_id(argc, argv, out, e);
	}
}

/* Commands that must be refused, and a part of what must be said. */
static void test_refused(void)
{
	static const struct {
		enum grammar grammar;
		const char *line, *says;
	} cases[] = {
		{ SESSION, "", "missing" },
		{ SESSION, "''", "device: a device id has at least one byte" },
		{ SESSION, "a foo 1", "unknown word 'foo'" },
		{ SESSION, "a session", "'session' lacks its value" },
		{ SESSION, "a session x", "session: 'x' is not a number" },
		{ SESSION, "a session 18446744073709551616", "is above" },
		{ SESSION, "a session 1 session 2", "'session' stands there twice" },
		{ SESSION, "a owner 4294967296", "owner: '4294967296' is above 4294967295" },
		{ SESSION, "a owner -1", "not a number" },
		{ SESSION, "a mark 0x100000000", "mark:" },
		{ SESSION, "a state gone", "state: unknown state 'gone'" },
		{ SESSION, "a flags red", "flags: unknown flag 'red'" },
		{ SESSION, "a flags ''", "flags:" },
		{ SESSION, "a ttl 300", "ttl: '300' lacks its unit" },
		{ SESSION, "a ttl 4000d", "longer than ten years" },
		{ SESSION, "a addr host", "addr: 'host' is not an IPv4 or IPv6 address" },
		{ SESSION, "a addr 1.2.3.4:99999", "addr: port: '99999' is above 65535" },
		{ SESSION, "a data xyz", "data: only hexadecimal" },
		{ SESSION, "a data abc", "data: an even number" },
		{ FILTER, "owner", "'owner' lacks its value" },
		{ FILTER, "mark 1/", "mark: mask: a number is missing" },
		{ FILTER, "mark /1", "mark: a number is missing" },
		{ FILTER, "prefix 0x1", "prefix:" },
		{ FILTER, "net 10.0.0.0/40", "net: prefix length: '40' is above 32" },
		{ FILTER, "idle 5", "idle: '5' lacks its unit" },
		{ FILTER, "owner 1 owner 1", "twice" },
		{ FILTER, "a", "unknown word 'a'" },
		{ TOUCH, "a ttl", "'ttl' lacks its value" },
		{ TOUCH, "a ttl 5", "lacks its unit" },
		{ TOUCH, "a only-later b", "unknown word 'b'" },
		{ TOUCH, "a only-later only-later", "twice" },
		{ TABLE_NEW, "", "missing" },
		{ TABLE_NEW, "''", "at least one byte" },
		{ TABLE_NEW, "abcdefghijklmnopqrstuvwxyz0123456", "at most 31 bytes" },
		{ TABLE_NEW, "a policy lru", "policy: unknown policy 'lru'" },
		{ TABLE_NEW, "a key-max 4294967296", "key-max:" },
		{ TABLE_SET, "a", "nothing to change" },
		{ TABLE_SET, "a key-max 4", "unknown word 'key-max'" },
		{ ONE_ID, "", "missing" },
		{ ONE_ID, "a b", "one device id" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = { "" };
		struct session out;
		int ret = parse(cases[i].grammar, cases[i].line, &out, &e);

		tap_ok(tap_parsed(ret, &e, cases[i].says), "'%s' refused: %s",
		       cases[i].line, e.text);
	}
}

static void test_session(void)
{
	struct session s;
	struct err e = { "" };

	tap_ok(!parse(SESSION, "sensor-1", &s, &e) && s.has == HAS(F_DEVICE) &&
	       s.device.len == 8, "a device alone");
	tap_ok(!parse(SESSION, "0x00ff session 18446744073709551615 addr [fd00::1]:5683 owner 7",
		      &s, &e) && s.device.len == 2 && s.session == UINT64_MAX &&
	       s.port == 5683 && s.addr.bytes[0] == 0xfd && s.owner == 7 &&
	       s.has == (HAS(F_DEVICE) | HAS(F_SESSION) | HAS(F_ADDR) | HAS(F_PORT) |
			 HAS(F_OWNER)), "half of the words %s", e.text);
	tap_ok(!parse(SESSION, "a mark 0x10 state active flags pinned ttl 5m data 0xdead", &s,
		      &e) && s.mark == 16 && s.state == DEVSESS_STATE_ACTIVE &&
	       s.flags == DEVSESS_FLAG_PINNED && s.ttl_ms == 300000 && s.data_len == 2 &&
	       s.data[0] == 0xde &&
	       s.has == (HAS(F_DEVICE) | HAS(F_MARK) | HAS(F_STATE) | HAS(F_FLAGS) |
			 HAS(F_TTL_MS) | HAS(F_DATA)), "the other half %s", e.text);
	tap_ok(!parse(SESSION, "a weight 255", &s, &e) && s.weight == 255 &&
	       s.has == (HAS(F_DEVICE) | HAS(F_WEIGHT)), "a weight %s", e.text);
	tap_ok(!parse(SESSION, "a flags none ttl 0 data ''", &s, &e) && !s.flags && !s.ttl_ms &&
	       !s.data_len && s.has == (HAS(F_DEVICE) | HAS(F_FLAGS) | HAS(F_TTL_MS) |
					HAS(F_DATA)), "words that clear %s", e.text);
	tap_ok(!parse(SESSION, "session session 1", &s, &e) && s.device.len == 7 &&
	       s.session == 1, "a device named as a word");
}

static void test_filter(void)
{
	struct filter f;
	struct err e = { "" };

	tap_ok(!parse(FILTER, "", &f, &e) && !f.has_owner && !f.prefix.len && !f.net.family,
	       "no filter");
	tap_ok(!parse(FILTER, "owner 1 state idle mark 16/0xf0 prefix 0x001b net ::/16 idle 1h", &f,
		      &e) && f.has_owner && f.owner == 1 && f.has_state &&
	       f.state == DEVSESS_STATE_IDLE && f.has_mark && f.mark == 16 && f.has_mask &&
	       f.mask == 0xf0 && f.prefix.len == 2 && f.net_len == 16 && f.has_idle &&
	       f.idle_ms == 3600000, "all filters %s", e.text);
	tap_ok(!parse(FILTER, "mark 3", &f, &e) && f.has_mark && !f.has_mask, "mark without mask");
}

static void test_touch(void)
{
	struct touch t;
	struct err e = { "" };

	tap_ok(parse(TOUCH, "a b c", &t, &e) == 3 && !t.has_ttl && !t.only_later, "three ids");
	tap_ok(parse(TOUCH, "a b ttl 5m only-later", &t, &e) == 2 && t.has_ttl &&
	       t.ttl_ms == 300000 && t.only_later, "ids and words");
	tap_ok(parse(TOUCH, "ttl only-later", &t, &e) == 1 && t.only_later,
	       "the first word is an id");
	tap_ok(parse(TOUCH, "a only-later ttl 0", &t, &e) == 1 && t.has_ttl && !t.ttl_ms,
	       "ttl 0");
}

static void test_table(void)
{
	struct table t;
	struct err e = { "" };

	tap_ok(!parse(TABLE_NEW, "t max-sessions 1000000 key-max 8 data-max 0 policy reject", &t,
		      &e) && !strcmp(t.name, "t") && t.max_sessions == 1000000 &&
	       t.key_max == 8 && t.has_data_max && t.has_policy, "a table with all limits");
	tap_ok(!parse(TABLE_SET, "abcdefghijklmnopqrstuvwxyz01234 max-sessions 0", &t, &e) &&
	       t.has_max_sessions && !t.has_key_max, "a name of 31 bytes");
}

int main(void)
{
	test_refused();
	test_session();
	test_filter();
	test_touch();
	test_table();
	return tap_end();
}
