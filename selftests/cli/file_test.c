// SPDX-License-Identifier: GPL-2.0
/* Files: lines, CSV and JSON Lines, good and bad. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "csv.h"
#include "field.h"
#include "jsonl.h"
#include "reader.h"
#include "util.h"

#include "tap.h"

/* The text in memory of exactly its size, so that ASan sees a read behind it. */
static char *exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	return copy;
}

static int header(const char *line, struct csv_header *h, struct err *e)
{
	char *copy = exact(line, strlen(line));
	int ret = csv_parse_header(copy, strlen(line), h, e);

	free(copy);
	return ret;
}

static int csv(const struct csv_header *h, const char *line, struct session *s, struct err *e)
{
	char *copy = exact(line, strlen(line));
	int ret = csv_parse(h, copy, strlen(line), s, e);

	free(copy);
	return ret;
}

static int json(const char *line, struct session *s, struct err *e)
{
	char *copy = exact(line, strlen(line));
	int ret = jsonl_parse(copy, strlen(line), s, e);

	free(copy);
	return ret;
}

static void test_headers(void)
{
	static const struct {
		const char *line, *says; /* NULL: it is good */
	} cases[] = {
		{ "device", NULL },
		{ "owner,device", NULL },
		{ "\"device\",\"mark\"", NULL },
		{ "data,version,last_seen,created,idle_ms,expires_in_ms,ttl_ms,device", NULL },
		{ "", "unknown column ''" },
		{ "owner", "column 'device' is missing" },
		{ "device,", "unknown column ''" },
		{ "device, owner", "unknown column ' owner'" },
		{ "Device", "unknown column 'Device'" },
		{ "device,nonsense", "unknown column 'nonsense'" },
		{ "device,device", "column 'device' stands there twice" },
		{ "device;owner", "unknown column 'device;owner'" },
		{ "\"device", "does not end on its line" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct csv_header h;
		struct err e = { "" };
		int ret = header(cases[i].line, &h, &e);

		tap_ok(tap_parsed(ret, &e, cases[i].says), "header '%s' %s", cases[i].line, e.text);
	}
}

static void test_csv_lines(void)
{
	/* Under device,addr,port,owner,state,flags,ttl_ms,expires_in_ms,version,data */
	static const struct {
		const char *line, *says; /* NULL: it is good */
	} cases[] = {
		{ "a,,,,,,,,,", NULL },
		{ "\"a\",\"\",,,,,,,,\"\"", NULL },
		{ "\"a\"\"b\",,,,,,,,,", NULL },
		{ "a,192.0.2.1,80,1,active,pinned,1000,500,9,00", NULL },
		{ "a,fd00::1,,0x10,new,\"pinned|pinned\",0,,,0xff", NULL },
		{ "0x00ff,,,,,,,,,", NULL },
		{ "a,,,,,,1000,0,,", NULL },
		{ "a,,,", "4 fields, but the header has 10" },
		{ "", "device: a device id has at least" },
		{ "a,,,,,,,,,,", "more fields than the 10" },
		{ ",,,,,,,,,", "device: a device id has at least one byte" },
		{ "a b\tc,,,,,,,,,", "device: byte 0x09" },
		{ "caf\xc3\xa9,,,,,,,,,", "device: byte 0xc3" },
		{ "\xff\xfe,,,,,,,,,", "device: byte 0xff" },
		{ "0x1,,,,,,,,,", "device: a device id after 0x has an even" },
		{ "a,192.0.2.1:80,,,,,,,,", "addr: '192.0.2.1:80' is not" },
		{ "a,,80,,,,,,,", "port: it needs an addr" },
		{ "a,192.0.2.1,65536,,,,,,,", "port: '65536' is above 65535" },
		{ "a,,,4294967296,,,,,,", "owner: '4294967296' is above" },
		{ "a,,,one,,,,,,", "owner: 'one' is not a number" },
		{ "a,,,,gone,,,,,", "state: unknown state 'gone'" },
		{ "a,,,,,blue,,,,", "flags: unknown flag 'blue'" },
		{ "a,,,,,,315576000001,,,", "ttl_ms: '315576000001' is above 315576000000" },
		{ "a,,,,,,5m,,,", "ttl_ms: '5m' is not a number" },
		{ "a,,,,,,,5,,", "expires_in_ms: it needs a ttl_ms" },
		{ "a,,,,,,,,x,", "version: 'x' is not a number" },
		{ "a,,,,,,,,,abc", "data: an even number" },
		{ "a\"b,,,,,,,,,", "a quote in a field that is not quoted" },
		{ "\"a\"b,,,,,,,,,", "only a comma may follow a quoted field" },
		{ "\"a,,,,,,,,,", "a quoted field does not end on its line" },
		{ "\"", "does not end on its line" },
	};
	struct csv_header h;
	struct err e = { "" };

	tap_ok(!header("device,addr,port,owner,state,flags,ttl_ms,expires_in_ms,version,data", &h,
		       &e), "header");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct session s;
		int ret;

		e.text[0] = '\0';
		ret = csv(&h, cases[i].line, &s, &e);
		tap_ok(tap_parsed(ret, &e, cases[i].says), "CSV '%s' %s", cases[i].line, e.text);
	}
}

static void test_json_lines(void)
{
	static const struct {
		const char *line, *says; /* NULL: it is good */
	} cases[] = {
		{ "{\"device\":\"a\"}", NULL },
		{ " { \"device\" : \"a\" , \"owner\" : 1 } ", NULL },
		{ "{\"device\":\"a\",\"addr\":null,\"port\":null,\"flags\":[],\"data\":\"\"}",
		  NULL },
		{ "{\"device\":\"a\",\"addr\":\"fd00::1\",\"port\":1,\"flags\":[\"pinned\"]}",
		  NULL },
		{ "{\"device\":\"\\u0061\"}", NULL },
		{ "{\"device\":\"a\",\"session\":18446744073709551615}", NULL },
		{ "{\"device\":\"a\",\"session\":\"18446744073709551615\"}", NULL },
		{ "{\"device\":\"a\",\"session\":9223372036854775808}", NULL },
		{ "{\"device\":\"a\",\"created\":12345678901234567890}", NULL },
		{ "{\"device\":\"12345678901234567890\\\"12345678901234567890\"}", NULL },
		{ "{}", "device: it is missing" },
		{ "{\"device\":null}", "device: it is missing" },
		{ "{\"device\":1}", "device: a number may not stand here" },
		{ "{\"device\":1234567890123456789}", "device: a number may not stand here" },
		{ "{\"device\":12345678901234567890}", "too big integer" },
		{ "{\"device\":\"a\",\"data\":1234567890123456789}", "data: a number may not" },
		{ "{\"session\":12345678901234567890,\"device\":\"a\"}", NULL },
		{ "{\"device\":\"a\",\"nonsense\":1}", "unknown field 'nonsense'" },
		{ "{\"device\":\"a\",\"device\":\"b\"}", "bad JSON" },
		{ "{\"device\":\"a\"", "bad JSON" },
		{ "{\"device\":\"a", "bad JSON" },
		{ "{\"device\":\"a\\", "bad JSON" },
		{ "{", "bad JSON" },
		{ "{\"device\":\"a\"} x", "bad JSON" },
		{ "{\"device\":\"a\"}{\"device\":\"b\"}", "bad JSON" },
		{ "[]", "not a JSON object" },
		{ "\"a\"", "bad JSON" },
		{ "12345678901234567890", "bad JSON" },
		{ "{\"device\":\"a\\u0000b\"}", "bad JSON" },
		{ "{\"device\":\"\xff\"}", "bad JSON" },
		{ "{\"device\":\"caf\xc3\xa9\"}", "device: byte 0xc3" },
		{ "{\"device\":\"a\",\"owner\":-1}", "owner: -1 is below 0" },
		{ "{\"device\":\"a\",\"owner\":-12345678901234567890}", "bad JSON" },
		{ "{\"device\":\"a\",\"owner\":4294967296}", "owner: 4294967296 is above" },
		{ "{\"device\":\"a\",\"session\":18446744073709551616}", "session: " },
		{ "{\"device\":\"a\",\"owner\":1.5}", "owner: neither" },
		{ "{\"device\":\"a\",\"owner\":true}", "owner: neither" },
		{ "{\"device\":\"a\",\"owner\":[1]}", "owner: neither" },
		{ "{\"device\":\"a\",\"owner\":{}}", "owner: neither" },
		{ "{\"device\":\"a\",\"flags\":[1]}", "flags: an array of names" },
		{ "{\"device\":\"a\",\"flags\":[\"red\"]}", "flags: unknown flag" },
		{ "{\"device\":\"a\",\"state\":1}", "state: a number may not" },
		{ "{\"device\":\"a\",\"ttl_ms\":\"5m\"}", "ttl_ms: '5m' is not a number" },
		{ "{\"device\":\"a\",\"port\":1}", "port: it needs an addr" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = { "" };
		struct session s;
		int ret = json(cases[i].line, &s, &e);

		tap_ok(tap_parsed(ret, &e, cases[i].says), "JSON '%s' %s", cases[i].line, e.text);
	}
}

static void test_json_deep(void)
{
	static char line[READER_LINE_MAX];
	struct err e = { "" };
	struct session s;

	memset(line, '[', sizeof(line));
	tap_ok(jsonl_parse(line, sizeof(line), &s, &e) == -1, "64 KiB of '[': %s", e.text);
	memset(line, '9', sizeof(line));
	tap_ok(jsonl_parse(line, sizeof(line), &s, &e) == -1, "64 KiB of '9': %s", e.text);
	memset(line, '"', sizeof(line));
	tap_ok(jsonl_parse(line, sizeof(line), &s, &e) == -1, "64 KiB of '\"': %s", e.text);
}

static uint64_t random64(void)
{
	uint64_t value = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ rand();

	return value >> rand() % 64;
}

static void random_session(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->has = HAS(F_DEVICE) | HAS(F_SESSION) | HAS(F_OWNER) | HAS(F_MARK) | HAS(F_STATE) |
		 HAS(F_TTL_MS) | HAS(F_WEIGHT);
	s->device.len = 1 + rand() % DEVSESS_KEY_MAX;
	for (int i = 0; i < s->device.len; i++)
		s->device.bytes[i] = rand();
	s->session = random64();
	s->owner = random64();
	s->mark = random64();
	s->state = rand() % 4;
	s->flags = rand() % 2;
	s->weight = 1 + rand() % 255;
	s->ttl_ms = random64() % (DEVSESS_TTL_MAX + 1);
	if (rand() % 2) {
		s->addr.family = rand() % 2 ? 2 : 10;
		for (size_t i = 0; i < addr_len(s->addr.family); i++)
			s->addr.bytes[i] = rand();
		s->port = rand();
		s->has |= HAS(F_ADDR) | HAS(F_PORT);
	}
	if (rand() % 2) {
		s->expires_in_ms = 1 + random64() % DEVSESS_TTL_MAX;
		s->has |= HAS(F_EXPIRES_IN_MS);
	}
	s->idle_ms = random64();
	s->created = random64();
	s->last_seen = random64();
	s->version = random64();
	s->data_len = rand() % (DEVSESS_DATA_MAX + 1);
	for (int i = 0; i < s->data_len; i++)
		s->data[i] = rand();
}

/* What the kernel sets alone is not read back, and empty fields need not be. */
static bool same(const struct session *a, const struct session *b)
{
	return !id_compare(&a->device, &b->device) && a->session == b->session &&
	       a->owner == b->owner && a->mark == b->mark && a->state == b->state &&
	       a->flags == b->flags && a->weight == b->weight && a->ttl_ms == b->ttl_ms &&
	       a->port == b->port &&
	       a->expires_in_ms == b->expires_in_ms &&
	       !memcmp(&a->addr, &b->addr, sizeof(a->addr)) && a->data_len == b->data_len &&
	       !memcmp(a->data, b->data, a->data_len) && !b->version && !b->created &&
	       !(b->has & (HAS(F_IDLE_MS) | HAS(F_CREATED) | HAS(F_LAST_SEEN) | HAS(F_VERSION)));
}

static void test_round_trip(void)
{
	unsigned int bad_csv = 0, bad_json = 0;
	struct csv_header h;
	struct buf b = { 0 };
	struct err e;

	csv_format_header(&b);
	tap_ok(!csv_parse_header(b.text, b.len - 1, &h, &e), "the header written");
	srand(2);
	for (int i = 0; i < 50000; i++) {
		struct session s, again;

		random_session(&s);
		b.len = 0;
		csv_format(&b, &s);
		bad_csv += csv_parse(&h, b.text, b.len - 1, &again, &e) || !same(&s, &again);
		b.len = 0;
		jsonl_format(&b, &s);
		bad_json += jsonl_parse(b.text, b.len, &again, &e) || !same(&s, &again);
	}
	tap_ok(!bad_csv, "50000 random sessions through CSV, %u not", bad_csv);
	tap_ok(!bad_json, "50000 random sessions through JSON, %u not", bad_json);
}

/* The longest session must fit a line under construction. */
static void test_longest(void)
{
	struct session s;
	struct buf b = { 0 };

	memset(&s, 0xff, sizeof(s));
	s.device.len = DEVSESS_KEY_MAX;
	s.data_len = DEVSESS_DATA_MAX;
	s.addr.family = 10;
	jsonl_format(&b, &s);
	tap_ok(b.len < BUF_MAX && b.text[b.len - 1] == '}', "the longest JSON has %zu bytes",
	       b.len);
	b.len = 0;
	csv_format(&b, &s);
	tap_ok(b.len < BUF_MAX && b.text[b.len - 1] == '\n', "the longest CSV has %zu bytes",
	       b.len);
}

/* A file with this content, ready to read. */
static FILE *file(const char *text, size_t len)
{
	FILE *f = tmpfile();

	fwrite(text, 1, len, f);
	fflush(f);
	lseek(fileno(f), 0, SEEK_SET);
	return f;
}

static void test_lines(void)
{
	static const char text[] = "\xef\xbb\xbf\x6fne\r\n\ntwo\n\r\nnul\0byte\nno end";
	static const char *const lines[] = { "one", "", "two", "", "nul", "no end" };
	FILE *f = file(text, sizeof(text) - 1);
	const char *line;
	struct reader r;
	size_t len;

	reader_init(&r, fileno(f));
	tap_ok(reader_peek(&r) == 'o', "the first byte, behind a byte order mark");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		enum reader_status status = reader_next(&r, &line, &len);

		tap_ok(status == READER_LINE && r.line == i + 1 && len >= strlen(lines[i]) &&
		       !memcmp(line, lines[i], strlen(lines[i])) &&
		       (len == strlen(lines[i]) || (i == 4 && len == 8)), "line %zu", i + 1);
	}
	tap_ok(reader_next(&r, &line, &len) == READER_END && r.bytes == sizeof(text) - 1, "end");
	tap_ok(reader_next(&r, &line, &len) == READER_END, "still the end");
	reader_destroy(&r);
	fclose(f);
}

/* A line of @size bytes between two short ones. */
static void test_long_line(size_t size, const char *end, bool good)
{
	char *text = malloc(size + 100);
	const char *line;
	struct reader r;
	size_t len, n;
	FILE *f;

	n = sprintf(text, "a\n");
	memset(text + n, 'x', size);
	n += size;
	n += sprintf(text + n, "%sb\n", end);
	f = file(text, n);
	reader_init(&r, fileno(f));
	tap_ok(reader_next(&r, &line, &len) == READER_LINE && len == 1 &&
	       reader_next(&r, &line, &len) == (good ? READER_LINE : READER_TOO_LONG) &&
	       (!good || len == size) && r.line == 2 &&
	       reader_next(&r, &line, &len) == READER_LINE && len == 1 && *line == 'b' &&
	       r.line == 3 && reader_next(&r, &line, &len) == READER_END && r.bytes == n,
	       "a line of %zu bytes", size);
	reader_destroy(&r);
	fclose(f);
	free(text);
}

static void test_ends(void)
{
	const char *line;
	struct reader r;
	size_t len;
	FILE *f = file("", 0);

	reader_init(&r, fileno(f));
	tap_ok(!reader_peek(&r) && reader_next(&r, &line, &len) == READER_END, "an empty file");
	reader_destroy(&r);
	fclose(f);
	reader_init(&r, -1);
	tap_ok(reader_next(&r, &line, &len) == READER_ERROR, "a file that cannot be read");
	reader_destroy(&r);
}

int main(void)
{
	test_headers();
	test_csv_lines();
	test_json_lines();
	test_json_deep();
	test_round_trip();
	test_longest();
	test_lines();
	test_long_line(READER_LINE_MAX, "\n", true);
	test_long_line(READER_LINE_MAX, "\r\n", true);
	test_long_line(READER_LINE_MAX + 1, "\n", false);
	test_long_line(READER_LINE_MAX + 2, "\n", false);
	test_long_line(READER_LINE_MAX + 2, "\r\n", false);
	test_long_line(2 * READER_LINE_MAX, "\n", false);
	test_long_line(1000000, "\n", false);
	test_ends();
	return tap_end();
}
