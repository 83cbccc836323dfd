// SPDX-License-Identifier: GPL-2.0
/*
 * CSV: a header line and lines under it. A session that was read is written as
 * CSV and as JSON, and both are read as the same session.
 */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "csv.h"
#include "jsonl.h"

#include "fuzz.h"

/* The header of all columns, as `save' writes it. */
static void full_header(struct csv_header *full)
{
	struct err e = { "" };
	struct buf b = { 0 };

	csv_format_header(&b);
	fuzz_must(!csv_parse_header(b.text, b.len - 1, full, &e), "%s", e.text);
	fuzz_must(full->columns == FIELDS, "%u", full->columns);
}

static void round_trip(const struct session *s)
{
	struct csv_header full;
	struct err e = { "" };
	struct session again;
	struct buf b = { 0 };

	full_header(&full);
	csv_format(&b, s);
	fuzz_must(b.len < sizeof(b.text) && b.text[b.len - 1] == '\n', "%zu bytes", b.len);
	fuzz_must(!csv_parse(&full, b.text, b.len - 1, &again, &e), "%s: %s", e.text, buf_text(&b));
	fuzz_same(s, &again);
	b.len = 0;
	jsonl_format(&b, s);
	fuzz_must(!jsonl_parse(b.text, b.len, &again, &e), "%s: %s", e.text, buf_text(&b));
	fuzz_same(s, &again);
}

/* Cells of a line, as long as no quote makes it hard to tell. */
static uint32_t count_cells(const char *line, size_t len)
{
	uint32_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += line[i] == ',';
	return memchr(line, '"', len) ? 0 : n;
}

static void try_line(const struct csv_header *h, const char *line, size_t len)
{
	uint32_t cells = count_cells(line, len);
	struct err e = { "" };
	struct session s;

	if (!fuzz_taken(csv_parse(h, line, len, &s, &e), &e))
		return;
	fuzz_must(!cells || cells == h->columns, "%u cells for %u columns", cells, h->columns);
	fuzz_must(s.device.len && s.has & HAS(F_DEVICE), "no device");
	fuzz_must(s.addr.family || !s.port, "a port without an address");
	fuzz_store(&s);
	round_trip(&s);
}

static bool try_header(struct csv_header *h, const char *line, size_t len)
{
	struct err e = { "" };
	uint32_t seen = 0;

	if (!fuzz_taken(csv_parse_header(line, len, h, &e), &e))
		return false;
	fuzz_must(h->columns && h->columns <= FIELDS, "%u columns", h->columns);
	for (uint32_t i = 0; i < h->columns; i++) {
		fuzz_must(!(seen & HAS(h->field[i])), "column %u twice", h->field[i]);
		seen |= HAS(h->field[i]);
	}
	fuzz_must(seen & HAS(F_DEVICE), "no device");
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size, *lf;
	struct csv_header h;
	bool header = false;

	for (; at < end; at = lf + 1) {
		char *line;

		lf = memchr(at, '\n', end - at);
		lf = lf ? lf : end;
		line = fuzz_exact(at, lf - at);
		if (header)
			try_line(&h, line, lf - at);
		else
			header = try_header(&h, line, lf - at);
		free(line);
	}
	return 0;
}
