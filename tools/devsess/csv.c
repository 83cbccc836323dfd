// SPDX-License-Identifier: GPL-2.0
#include "csv.h"

#include <string.h>

#include "buf.h"
#include "err.h"
#include "field.h"
#include "name.h"

/* No column of a session is longer, quoted or not. */
#define CELL_MAX 512

/* A line being cut into cells. */
struct cells {
	const char *next;
	const char *end;
	bool more; /* a cell follows, maybe an empty one */
	const char *text; /* of the cell: in the line, or in @copy */
	size_t len;
	char copy[CELL_MAX];
};

static void cells_start(struct cells *c, const char *line, size_t len)
{
	c->next = line;
	c->end = line + len;
	c->more = true;
}

/* After the opening quote: up to the closing one; "" stands for ". */
static int read_quoted(struct cells *c, struct err *e)
{
	c->text = c->copy;
	c->len = 0;
	while (c->next < c->end) {
		char byte = *c->next++;

		if (byte == '"') {
			if (c->next == c->end || *c->next != '"')
				return 0;
			c->next++;
		}
		if (c->len == CELL_MAX)
			return err_set(e, "a field is longer than %d bytes", CELL_MAX);
		c->copy[c->len++] = byte;
	}
	return err_set(e, "a quoted field does not end on its line");
}

static int read_bare(struct cells *c, struct err *e)
{
	const char *at = c->next;

	while (at < c->end && *at != ',' && *at != '"')
		at++;
	if (at < c->end && *at == '"')
		return err_set(e, "a quote in a field that is not quoted");
	c->text = c->next;
	c->len = at - c->next;
	c->next = at;
	return 0;
}

/* Read a cell into @c. Returns 0, or -1 with @e filled in. */
static int cells_next(struct cells *c, struct err *e)
{
	int ret;

	if (c->next < c->end && *c->next == '"') {
		c->next++;
		ret = read_quoted(c, e);
	} else {
		ret = read_bare(c, e);
	}
	if (ret)
		return -1;
	if (c->next < c->end && *c->next != ',')
		return err_set(e, "only a comma may follow a quoted field");
	c->more = c->next < c->end;
	c->next += c->more;
	return 0;
}

int csv_parse_header(const char *line, size_t len, struct csv_header *header, struct err *e)
{
	char quote[ERR_QUOTE_MAX];
	uint32_t seen = 0;
	struct cells c;

	header->columns = 0;
	for (cells_start(&c, line, len); c.more;) {
		int f;

		if (cells_next(&c, e))
			return -1;
		f = field_find(c.text, c.len);
		if (f < 0)
			return err_set(e, "unknown column %s", err_quote(quote, c.text, c.len));
		if (seen & HAS(f))
			return err_set(e, "column '%s' stands there twice", field_names[f]);
		seen |= HAS(f);
		header->field[header->columns++] = f;
	}
	if (!(seen & HAS(F_DEVICE)))
		return err_set(e, "column 'device' is missing");
	return 0;
}

int csv_parse(const struct csv_header *header, const char *line, size_t len, struct session *s,
	      struct err *e)
{
	uint32_t column = 0;
	struct cells c;

	memset(s, 0, sizeof(*s));
	for (cells_start(&c, line, len); c.more; column++) {
		if (cells_next(&c, e))
			return -1;
		if (column == header->columns)
			return err_set(e, "more fields than the %u of the header", column);
		if (field_set(s, header->field[column], c.text, c.len, e))
			return -1;
	}
	if (column < header->columns)
		return err_set(e, "%u fields, but the header has %u", column, header->columns);
	return field_finish(s, e);
}

void csv_format_header(struct buf *b)
{
	for (int f = 0; f < FIELDS; f++) {
		if (f)
			buf_char(b, ',');
		buf_str(b, field_names[f]);
	}
	buf_char(b, '\n');
}

static void number(struct buf *b, uint64_t value)
{
	buf_u64(b, value);
	buf_char(b, ',');
}

void csv_format(struct buf *b, const struct session *s)
{
	id_format(b, &s->device);
	buf_char(b, ',');
	number(b, s->session);
	addr_format(b, &s->addr);
	buf_char(b, ',');
	if (s->addr.family)
		buf_u64(b, s->port);
	buf_char(b, ',');
	number(b, s->owner);
	number(b, s->mark);
	name_format(b, &name_states, s->state);
	buf_char(b, ',');
	name_format_bits(b, &name_flags, s->flags, "", "|");
	buf_char(b, ',');
	number(b, s->ttl_ms);
	if (s->has & HAS(F_EXPIRES_IN_MS))
		buf_u64(b, s->expires_in_ms);
	buf_char(b, ',');
	number(b, s->idle_ms);
	number(b, s->created);
	number(b, s->last_seen);
	number(b, s->version);
	buf_hex(b, s->data, s->data_len);
	buf_char(b, ',');
	buf_u64(b, s->weight);
	buf_char(b, '\n');
}
