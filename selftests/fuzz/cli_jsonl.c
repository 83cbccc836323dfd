// SPDX-License-Identifier: GPL-2.0
/*
 * JSON Lines. What is taken as a session is JSON for jansson as well, with the
 * types that the fields have; it is written as JSON and as CSV, and both are
 * read as the same session.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "field.h"
#include "jsonl.h"

#include "fuzz.h"

/* Fields that are no numbers, in which a number may not stand. */
#define TEXTS (HAS(F_DEVICE) | HAS(F_ADDR) | HAS(F_STATE) | HAS(F_FLAGS) | HAS(F_DATA))

static void check_types(const char *line, size_t len)
{
	/* Integers that do not fit become reals: they were integers all the same. */
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
	json_error_t error;
	json_t *object = json_loadb(line, len, flags, &error), *value;
	const char *name;

	fuzz_must(json_is_object(object), "%s", error.text);
	json_object_foreach(object, name, value) {
		int f = field_find(name, strlen(name));

		fuzz_must(f >= 0, "field %s", name);
		if (json_is_number(value))
			fuzz_must(!(TEXTS & HAS(f)), "a number in %s", name);
		else
			fuzz_must(json_is_string(value) || json_is_null(value) ||
				  (f == F_FLAGS && json_is_array(value)), "type of %s", name);
	}
	json_decref(object);
}

static void round_trip(const struct session *s)
{
	struct csv_header full;
	struct err e = { "" };
	struct session again;
	struct buf b = { 0 };

	jsonl_format(&b, s);
	fuzz_must(b.len < sizeof(b.text), "%zu bytes", b.len);
	fuzz_must(!jsonl_parse(b.text, b.len, &again, &e), "%s: %s", e.text, buf_text(&b));
	fuzz_same(s, &again);
	b.len = 0;
	csv_format_header(&b);
	fuzz_must(!csv_parse_header(b.text, b.len - 1, &full, &e), "%s", e.text);
	b.len = 0;
	csv_format(&b, s);
	fuzz_must(!csv_parse(&full, b.text, b.len - 1, &again, &e), "%s: %s", e.text, buf_text(&b));
	fuzz_same(s, &again);
}

static void try_line(const char *line, size_t len)
{
	struct err e = { "" };
	struct session s;

	if (!fuzz_taken(jsonl_parse(line, len, &s, &e), &e))
		return;
	fuzz_must(s.device.len && s.has & HAS(F_DEVICE), "no device");
	fuzz_must(s.addr.family || !s.port, "a port without an address");
	check_types(line, len);
	fuzz_store(&s);
	round_trip(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size, *lf;

	for (; at < end; at = lf + 1) {
		char *line;

		lf = memchr(at, '\n', end - at);
		lf = lf ? lf : end;
		line = fuzz_exact(at, lf - at);
		try_line(line, lf - at);
		free(line);
	}
	return 0;
}
