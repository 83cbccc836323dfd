// SPDX-License-Identifier: GPL-2.0
/*
 * Single values: the first byte of the input chooses the parser, the rest is
 * its text. What was read is written and read again, and is the same; numbers,
 * times and addresses are also read by the C library.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "field.h"
#include "hex.h"
#include "name.h"
#include "num.h"
#include "timespan.h"
#include "util.h"

#include "fuzz.h"

#define TEXT_MAX 300

/* An id as it is written may stand in a shell's word, in CSV and in JSON. */
static void try_id(const char *text, size_t len)
{
	struct id id = { 0 }, again = { 0 };
	struct err e = { "" };
	struct buf b = { 0 };

	if (!fuzz_taken(id_parse(text, len, &id, &e), &e)) {
		fuzz_must(!id.len, "refused, and written");
		return;
	}
	fuzz_must(id.len && id.len <= DEVSESS_KEY_MAX, "%u", id.len);
	id_format(&b, &id);
	for (size_t i = 0; i < b.len; i++)
		fuzz_must(isgraph(b.text[i]) && !strchr("\"'\\,", b.text[i]), "%s", buf_text(&b));
	fuzz_must(!id_parse(b.text, b.len, &again, &e) && !id_compare(&id, &again), "%s",
		  buf_text(&b));
}

/* As the C library reads it, once it is sure that these are digits. */
static bool number_of(const char *text, size_t len, uint64_t *value)
{
	const char *digits = "0123456789";
	char *copy = fuzz_string(text, len), *from = copy;
	int base = 10;
	bool ok;

	if (!strncasecmp(from, "0x", 2) && from[2]) {
		digits = "0123456789abcdefABCDEF";
		base = 16;
		from += 2;
	}
	ok = *from && strspn(from, digits) == len - (from - copy);
	errno = 0;
	if (ok)
		*value = strtoull(from, NULL, base);
	ok &= !errno;
	free(copy);
	return ok;
}

static void try_number(const char *text, size_t len)
{
	static const uint64_t most[] = { UINT64_MAX, UINT32_MAX, UINT16_MAX, 65536, 32, 0 };
	uint64_t want = 0, got = 7;
	bool ok = number_of(text, len, &want);

	for (size_t i = 0; i < ARRAY_SIZE(most); i++) {
		struct err e = { "" };
		bool taken = fuzz_taken(num_parse(text, len, most[i], &got, &e), &e);

		fuzz_must(taken == (ok && want <= most[i]), "max %llu",
			  (unsigned long long)most[i]);
		fuzz_must(got == (taken ? want : 7), "%llu", (unsigned long long)got);
		got = 7;
	}
}

/* The number of ms in a unit, 0 if there is no such unit. */
static uint64_t unit_of(const char *name)
{
	if (!strcmp(name, "ms"))
		return 1;
	if (!name[0] || name[1])
		return 0;
	return name[0] == 's' ? 1000 : name[0] == 'm' ? 60 * 1000 :
	       name[0] == 'h' ? 60 * 60 * 1000 : name[0] == 'd' ? 24 * 60 * 60 * 1000 : 0;
}

static void try_time(const char *text, size_t len)
{
	char *copy = fuzz_string(text, len);
	size_t digits = strspn(copy, "0123456789");
	uint64_t n = 0, unit = unit_of(copy + digits), ms = 7, again = 8;
	struct err e = { "" };
	struct buf b = { 0 };
	bool ok = digits && number_of(text, digits, &n) && strlen(copy) == len;

	ok &= unit ? n <= DEVSESS_TTL_MAX / unit : digits == len && !n;
	fuzz_must(fuzz_taken(timespan_parse(text, len, &ms, &e), &e) == ok, "%s", copy);
	fuzz_must(ms == (ok ? n * unit : 7), "%llu", (unsigned long long)ms);
	free(copy);
	if (!ok)
		return;
	timespan_exact(&b, ms);
	fuzz_must(!timespan_parse(b.text, b.len, &again, &e) && again == ms, "%s", buf_text(&b));
	timespan_rough(&b, ms);
	timespan_date(&b, ms * 1000003);
	fuzz_must(b.len < 80, "%s", buf_text(&b));
}

static void check_plain(const char *text, size_t len, const struct addr *got, bool taken)
{
	struct addr want = { 0 };
	char *copy;

	/* The C library stops at a NUL. */
	if (memchr(text, '\0', len))
		return;
	copy = fuzz_string(text, len);
	if (inet_pton(AF_INET, copy, want.bytes) == 1)
		want.family = AF_INET;
	else if (inet_pton(AF_INET6, copy, want.bytes) == 1)
		want.family = AF_INET6;
	if (want.family)
		fuzz_must(taken && !memcmp(&want, got, sizeof(want)), "%s", copy);
	free(copy);
}

static void try_addr(const char *text, size_t len)
{
	struct addr addr = { 0 }, again = { 0 };
	uint16_t port = 0, port_again = 0;
	struct err e = { "" };
	struct buf b = { 0 };
	int ret = addr_parse_port(text, len, &addr, &port, &e);

	check_plain(text, len, &addr, ret == 0);
	if (!fuzz_taken(ret, &e))
		return;
	fuzz_must(ret == 1 || !port, "port %u", port);
	addr_format_port(&b, &addr, port);
	ret = addr_parse_port(b.text, b.len, &again, &port_again, &e);
	fuzz_must(ret == !!port && port_again == port && !memcmp(&addr, &again, sizeof(addr)),
		  "%s", buf_text(&b));
}

static void try_net(const char *text, size_t len)
{
	struct addr net = { 0 }, again = { 0 };
	uint32_t bits = 0, bits_again = 0;
	struct err e = { "" };
	struct buf b = { 0 };

	if (!fuzz_taken(addr_parse_net(text, len, &net, &bits, &e), &e))
		return;
	fuzz_must(bits <= addr_len(net.family) * 8, "%u bits", bits);
	addr_format(&b, &net);
	buf_char(&b, '/');
	buf_u64(&b, bits);
	fuzz_must(!addr_parse_net(b.text, b.len, &again, &bits_again, &e) && bits == bits_again &&
		  !memcmp(&net, &again, sizeof(net)), "%s", buf_text(&b));
}

static void try_data(const char *text, size_t len)
{
	struct session s = { 0 }, again = { 0 };
	struct err e = { "" };
	struct buf b = { 0 };

	if (!fuzz_taken(field_parse_data(text, len, &s, &e), &e))
		return;
	fuzz_must(s.data_len * 2 == len || s.data_len * 2 + 2 == len, "%u", s.data_len);
	buf_hex(&b, s.data, s.data_len);
	fuzz_must(!field_parse_data(b.text, b.len, &again, &e), "%s", e.text);
	fuzz_same(&s, &again);
}

static void try_names(const char *text, size_t len)
{
	static const struct names *const sets[] = { &name_states, &name_flags, &name_policies };
	uint32_t value = 0, again = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		struct err e = { "" };
		struct buf b = { 0 };

		if (!fuzz_taken(name_parse(sets[i], text, len, &value, &e), &e))
			continue;
		fuzz_must(value < sets[i]->count, "%u", value);
		name_format(&b, sets[i], value);
		fuzz_must(b.len == len && !memcmp(b.text, text, len), "%s", buf_text(&b));
	}
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		struct err e = { "" };
		struct buf b = { 0 };

		if (!fuzz_taken(name_parse_bits(sets[i], text, len, &value, &e), &e))
			continue;
		name_format_bits(&b, sets[i], value, "", "|");
		fuzz_must(!name_parse_bits(sets[i], b.text, b.len, &again, &e) && again == value,
			  "%s", buf_text(&b));
	}
}

/* A quoted text is short and printable; a JSON string says what it was made of. */
static void try_texts(const char *text, size_t len)
{
	char quote[ERR_QUOTE_MAX], *copy = fuzz_string(text, len);
	json_t *want = json_string(copy), *got;
	struct buf b = { 0 };
	json_error_t error;

	err_quote(quote, text, len);
	fuzz_must(strlen(quote) < sizeof(quote), "%zu", strlen(quote));
	for (size_t i = 0; quote[i]; i++)
		fuzz_must(quote[i] >= 0x20 && quote[i] < 0x7f, "%s", quote);
	buf_json(&b, copy);
	got = json_loadb(b.text, b.len, JSON_DECODE_ANY, &error);
	fuzz_must(json_is_string(got), "%s: %s", error.text, buf_text(&b));
	/* It is NULL unless the text is UTF-8. */
	fuzz_must(want ? json_equal(want, got) :
			 !!strstr(json_string_value(got), "\xef\xbf\xbd"), "%s", buf_text(&b));
	json_decref(want);
	json_decref(got);
	free(copy);
}

static void (*const tries[])(const char *text, size_t len) = {
	try_id, try_number, try_time, try_addr, try_net, try_data, try_names, try_texts,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size || size > TEXT_MAX)
		return -1;
	text = fuzz_exact(data + 1, size - 1);
	tries[data[0] % ARRAY_SIZE(tries)](text, size - 1);
	free(text);
	return 0;
}
