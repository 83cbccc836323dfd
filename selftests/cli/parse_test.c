// SPDX-License-Identifier: GPL-2.0
/* Values: ids, numbers, times, addresses, names, hexadecimal data. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "field.h"
#include "id.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"

#include "tap.h"

/* The text in memory of exactly its size, so that ASan sees a read behind it. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	return copy;
}

#define A64 "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"

static void test_ids(void)
{
	/* @out NULL: refused; otherwise what the id is printed as */
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "sensor-1", "sensor-1" },
		{ "a", "a" },
		{ "00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7" },
		{ "0x73656e736f72", "sensor" },
		{ "0xFF00", "0xff00" },
		{ "0x3078", "0x3078" }, /* the bytes of "0x" */
		{ "0x307861", "0x307861" },
		{ "0X12", "0X12" },
		{ "with space", "0x77697468207370616365" },
		{ "a,b", "0x612c62" },
		{ "a\"b", "0x612262" },
		{ "a'b", "0x612762" },
		{ "a\\b", "0x615c62" },
		{ "0x2d61", "0x2d61" }, /* would be an option */
		{ "a-b", "a-b" },
		{ "0x00", "0x00" },
		{ "0x7f", "0x7f" },
		{ "~!", "~!" },
		{ A64, A64 },
		{ "0x" A64, "0x" A64 },
		{ "0x" A64 A64, "0x" A64 A64 },
		{ "", NULL },
		{ "0x", NULL },
		{ "0x1", NULL },
		{ "0xzz", NULL },
		{ "0x12 ", NULL },
		{ "tab\there", NULL },
		{ "caf\xc3\xa9", NULL },
		{ "\xff\xfe", NULL },
		{ A64 "e", NULL },
		{ "0x" A64 A64 "ab", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct id id = { 0 }, again = { 0 };
		struct buf b = { 0 };
		struct err e = { "" };
		int ret = id_parse(in, strlen(cases[i].in), &id, &e);

		if (!cases[i].out) {
			tap_ok(ret == -1 && e.text[0], "id refused: %s", e.text);
			free(in);
			continue;
		}
		id_format(&b, &id);
		tap_ok(!ret && !strcmp(buf_text(&b), cases[i].out) &&
		       !id_parse(b.text, b.len, &again, &e) && !id_compare(&id, &again),
		       "id %s", b.text);
		free(in);
	}
	tap_ok(id_parse("a\0b", 3, &(struct id){ 0 }, &(struct err){ "" }) == -1,
	       "id with NUL refused");
}

/* Whatever the bytes, what is printed reads back as the same bytes. */
static void test_id_round_trip(void)
{
	unsigned int bad = 0;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		struct id id = { .len = 1 + rand() % DEVSESS_KEY_MAX }, again = { 0 };
		struct buf b = { 0 };
		struct err e;

		for (int j = 0; j < id.len; j++)
			id.bytes[j] = i % 2 ? rand() : 0x20 + rand() % 0x60;
		id_format(&b, &id);
		bad += id_parse(b.text, b.len, &again, &e) || id_compare(&id, &again);
	}
	tap_ok(!bad, "200000 random ids read back, %u not", bad);
}

static void test_numbers(void)
{
	static const struct {
		const char *in;
		uint64_t max;
		bool ok;
		uint64_t out;
	} cases[] = {
		{ "0", 10, true, 0 },
		{ "10", 10, true, 10 },
		{ "010", 10, true, 10 },
		{ "0xa", 10, true, 10 },
		{ "0XA", 10, true, 10 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX, true, UINT64_MAX },
		{ "00000000000000000000000000001", 10, true, 1 },
		{ "11", 10, false, 0 },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "0x10000000000000000", UINT64_MAX, false, 0 },
		{ "99999999999999999999999999", UINT64_MAX, false, 0 },
		{ "", 10, false, 0 },
		{ "0x", 10, false, 0 },
		{ "-1", 10, false, 0 },
		{ "+1", 10, false, 0 },
		{ " 1", 10, false, 0 },
		{ "1 ", 10, false, 0 },
		{ "1.0", 10, false, 0 },
		{ "1e1", 10, false, 0 },
		{ "a", 10, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct err e = { "" };
		uint64_t out = 0;
		int ret = num_parse(in, strlen(cases[i].in), cases[i].max, &out, &e);

		if (cases[i].ok)
			tap_ok(!ret && out == cases[i].out, "number '%s'", cases[i].in);
		else
			tap_ok(ret == -1 && e.text[0], "number refused: %s", e.text);
		free(in);
	}
}

static void test_times(void)
{
	static const struct {
		const char *in;
		bool ok;
		uint64_t out;
		const char *text; /* if it is another */
	} cases[] = {
		{ "0", true, 0, NULL },
		{ "00", true, 0, "0" },
		{ "0s", true, 0, "0" },
		{ "250ms", true, 250, NULL },
		{ "300s", true, 300000, "5m" },
		{ "90s", true, 90000, NULL },
		{ "5m", true, 300000, NULL },
		{ "2h", true, 7200000, NULL },
		{ "24h", true, 86400000, "1d" },
		{ "1d", true, 86400000, NULL },
		{ "315576000000ms", true, DEVSESS_TTL_MAX, "87660h" },
		{ "315576000001ms", false, 0, NULL },
		{ "3653d", false, 0, NULL },
		{ "18446744073709551615d", false, 0, NULL },
		{ "99999999999999999999s", false, 0, NULL },
		{ "300", false, 0, NULL },
		{ "1", false, 0, NULL },
		{ "s", false, 0, NULL },
		{ "", false, 0, NULL },
		{ "5 m", false, 0, NULL },
		{ "5M", false, 0, NULL },
		{ "5min", false, 0, NULL },
		{ "1.5h", false, 0, NULL },
		{ "-5s", false, 0, NULL },
		{ "0x5s", false, 0, NULL },
		{ "1h30m", false, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].text ?: cases[i].in;
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct buf b = { 0 };
		struct err e = { "" };
		uint64_t ms = 1;
		int ret = timespan_parse(in, strlen(cases[i].in), &ms, &e);

		timespan_exact(&b, ms);
		if (cases[i].ok)
			tap_ok(!ret && ms == cases[i].out && !strcmp(buf_text(&b), text),
			       "time '%s'", cases[i].in);
		else
			tap_ok(ret == -1 && e.text[0], "time refused: %s", e.text);
		free(in);
	}
}

static void test_time_texts(void)
{
	static const struct {
		uint64_t ms;
		const char *rough;
	} cases[] = {
		{ 0, "0ms" },	      { 999, "999ms" },	       { 1000, "1s" },
		{ 59999, "59s" },     { 60000, "1m" },	       { 299123, "4m59s" },
		{ 3600000, "1h" },    { 3661000, "1h1m" },     { 90000000, "1d1h" },
		{ 172800000, "2d" },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		b.len = 0;
		timespan_rough(&b, cases[i].ms);
		tap_ok(!strcmp(buf_text(&b), cases[i].rough), "%s", b.text);
	}
	b.len = 0;
	timespan_date(&b, 1769903999123);
	tap_ok(!strcmp(buf_text(&b), "2026-01-31T23:59:59.123Z"), "%s", b.text);
	b.len = 0;
	timespan_date(&b, UINT64_MAX);
	tap_ok(b.len > 0, "a date beyond all years: %s", buf_text(&b));
}

static void test_addresses(void)
{
	/* @ret: as of addr_parse_port() */
	static const struct {
		const char *in;
		int ret;
		uint16_t port;
		const char *out;
	} cases[] = {
		{ "192.0.2.1", 0, 0, "192.0.2.1" },
		{ "192.0.2.1:5683", 1, 5683, "192.0.2.1:5683" },
		{ "192.0.2.1:0", 1, 0, "192.0.2.1" },
		{ "255.255.255.255:65535", 1, 65535, "255.255.255.255:65535" },
		{ "2001:db8::1", 0, 0, "2001:db8::1" },
		{ "[2001:db8::1]", 0, 0, "2001:db8::1" },
		{ "[2001:DB8:0::1]:5683", 1, 5683, "[2001:db8::1]:5683" },
		{ "::", 0, 0, "::" },
		{ "[::]:1", 1, 1, "[::]:1" },
		{ "::ffff:192.0.2.1", 0, 0, "::ffff:192.0.2.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 0, 0,
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "", -1, 0, NULL },
		{ "192.0.2", -1, 0, NULL },
		{ "192.0.2.256", -1, 0, NULL },
		{ "192.0.2.1:", -1, 0, NULL },
		{ "192.0.2.1:65536", -1, 0, NULL },
		{ "192.0.2.1:-1", -1, 0, NULL },
		{ ":5683", -1, 0, NULL },
		{ "[192.0.2.1]:5683", -1, 0, NULL },
		{ "[2001:db8::1", -1, 0, NULL },
		{ "[2001:db8::1]5683", -1, 0, NULL },
		{ "[2001:db8::1]:", -1, 0, NULL },
		{ "[]:1", -1, 0, NULL },
		{ "[", -1, 0, NULL },
		{ "fe80::1%eth0", -1, 0, NULL },
		{ "example.org", -1, 0, NULL },
		{ "1:2:3:4:5:6:7:8:9", -1, 0, NULL },
		{ "11111111111111111111111111111111111111111111111111111", -1, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct addr addr = { 0 };
		struct err e = { "" };
		struct buf b = { 0 };
		uint16_t port = 0;
		int ret = addr_parse_port(in, strlen(cases[i].in), &addr, &port, &e);

		addr_format_port(&b, &addr, port);
		if (cases[i].ret >= 0)
			tap_ok(ret == cases[i].ret && port == cases[i].port &&
			       !strcmp(buf_text(&b), cases[i].out), "address '%s'", cases[i].in);
		else
			tap_ok(ret == -1 && e.text[0], "address refused: %s", e.text);
		free(in);
	}
	tap_ok(addr_parse("192.0.2.1\0", 10, &(struct addr){ 0 }, &(struct err){ "" }) == -1,
	       "address with NUL refused");
}

static void test_nets(void)
{
	static const struct {
		const char *in;
		int bits; /* -1: refused */
	} cases[] = {
		{ "10.0.0.0/8", 8 },	{ "0.0.0.0/0", 0 },  { "192.0.2.1", 32 },
		{ "192.0.2.1/32", 32 }, { "fd00::/8", 8 },   { "::/0", 0 },
		{ "2001:db8::1", 128 }, { "::1/128", 128 },  { "10.0.0.0/33", -1 },
		{ "::/129", -1 },	{ "10.0.0.0/", -1 }, { "/8", -1 },
		{ "10.0.0.0/8/8", -1 }, { "10/8", -1 },	     { "", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct addr net = { 0 };
		struct err e = { "" };
		uint32_t bits = 0;
		int ret = addr_parse_net(in, strlen(cases[i].in), &net, &bits, &e);

		if (cases[i].bits >= 0)
			tap_ok(!ret && (int)bits == cases[i].bits, "net '%s'", cases[i].in);
		else
			tap_ok(ret == -1 && e.text[0], "net refused: %s", e.text);
		free(in);
	}
}

static void test_names(void)
{
	struct err e = { "" };
	uint32_t value = 9;
	struct buf b = { 0 };

	tap_ok(!name_parse(&name_states, "blocked", 7, &value, &e) && value == 3, "state blocked");
	tap_ok(name_parse(&name_states, "Blocked", 7, &value, &e) == -1, "%s", e.text);
	tap_ok(name_parse(&name_states, "", 0, &value, &e) == -1, "%s", e.text);
	tap_ok(!name_parse_bits(&name_flags, "pinned", 6, &value, &e) && value == 1, "pinned");
	tap_ok(!name_parse_bits(&name_flags, "pinned|pinned", 13, &value, &e) && value == 1,
	       "pinned twice");
	tap_ok(!name_parse_bits(&name_flags, "", 0, &value, &e) && !value, "no flags");
	tap_ok(name_parse_bits(&name_flags, "pinned|", 7, &value, &e) == -1, "%s", e.text);
	tap_ok(name_parse_bits(&name_flags, "x", 1, &value, &e) == -1, "%s", e.text);
	name_format_bits(&b, &name_flags, 5, "\"", ",");
	tap_ok(!strcmp(buf_text(&b), "\"pinned\",\"2\""), "a flag of a newer module: %s", b.text);
	b.len = 0;
	name_format(&b, &name_states, 17);
	tap_ok(!strcmp(buf_text(&b), "17"), "a state of a newer module");
}

static void test_data(void)
{
	static const struct {
		const char *in;
		int len; /* -1: refused */
	} cases[] = {
		{ "", 0 },    { "0x", 0 },   { "00", 1 },	 { "0x00ff", 2 },
		{ "DEAD", 2 }, { A64 A64, 64 }, { "0x" A64 A64, 64 }, { "1", -1 },
		{ "0x1", -1 }, { "xy", -1 },  { "12 34", -1 },	 { A64 A64 "ab", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *in = exact(cases[i].in, strlen(cases[i].in));
		struct session s = { 0 };
		struct err e = { "" };
		int ret = field_parse_data(in, strlen(cases[i].in), &s, &e);

		if (cases[i].len >= 0)
			tap_ok(!ret && s.data_len == cases[i].len, "data '%s'", cases[i].in);
		else
			tap_ok(ret == -1 && e.text[0], "data refused: %s", e.text);
		free(in);
	}
}

static void test_texts(void)
{
	char quote[ERR_QUOTE_MAX];
	struct buf b = { 0 };

	buf_json(&b, "a\"\\\n\x7f\xc3\xa9");
	tap_ok(!strcmp(buf_text(&b), "\"a\\\"\\\\\\u000a\\u007f\xc3\xa9\""), "JSON string %s",
	       b.text);
	b.len = 0;
	buf_json(&b, "\xff\xed\xa0\xe2\x82");
	tap_ok(!strcmp(buf_text(&b), "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\""),
	       "broken UTF-8 in a JSON string %s", b.text);
	err_quote(quote, "\033[2J\xff", 5);
	tap_ok(!strcmp(quote, "'\\x1b[2J\\xff'"), "quote %s", quote);
	err_quote(quote, A64 A64, 128);
	tap_ok(strlen(quote) < ERR_QUOTE_MAX, "long quote %s", quote);
	b.len = 0;
	buf_milli(&b, 712);
	buf_char(&b, ' ');
	buf_milli(&b, 12005);
	buf_char(&b, ' ');
	buf_0x(&b, 0);
	buf_0x(&b, 0xdeadbeef);
	buf_0x(&b, 0x10);
	tap_ok(!strcmp(buf_text(&b), "0.712 12.005 0x00xdeadbeef0x10"), "%s", b.text);
	for (int i = 0; i < 2 * BUF_MAX; i++)
		buf_char(&b, 'x');
	buf_hex(&b, (const uint8_t *)"ab", 2);
	tap_ok(b.len == BUF_MAX && strlen(buf_text(&b)) == BUF_MAX - 1, "a line too long is cut");
}

int main(void)
{
	test_ids();
	test_id_round_trip();
	test_numbers();
	test_times();
	test_time_texts();
	test_addresses();
	test_nets();
	test_names();
	test_data();
	test_texts();
	return tap_end();
}
