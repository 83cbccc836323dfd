// SPDX-License-Identifier: GPL-2.0
#include "jsonl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "field.h"
#include "name.h"

/*
 * Integers of so many digits may exceed what jansson holds (signed 64 bits),
 * but a session id may be any u64. In fields that are numbers they are put in
 * quotes before jansson sees them; field_set() reads numbers from strings all
 * the same.
 */
#define BIG_DIGITS 19

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of the string that opens at line[0], to its closing quote or the end. */
static size_t string_len(const char *line, size_t len)
{
	size_t i = 1;

	while (i < len && line[i] != '"')
		i += line[i] == '\\' ? 2 : 1;
	return i < len ? i + 1 : len;
}

static size_t number_len(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && (is_digit(line[i]) || (line[i] && strchr("+-.eE", line[i]))))
		i++;
	return i;
}

static bool is_big(const char *number, size_t len)
{
	if (len < BIG_DIGITS || number[0] == '0')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(number[i]))
			return false;
	}
	return true;
}

/*
 * Copy the line with big integers in quotes; @out has room for that. The last
 * string before a number is the name of its field, as there are no others here.
 */
static size_t quote_big(char *out, const char *line, size_t len)
{
	bool number = false;
	size_t n = 0;

	for (size_t i = 0, part; i < len; i += part) {
		bool big = false;

		part = 1;
		if (line[i] == '"') {
			part = string_len(line + i, len - i);
			number = part > 2 &&
				 field_is_number(field_find(line + i + 1, part - 2));
		} else if (is_digit(line[i]) || line[i] == '-') {
			part = number_len(line + i, len - i);
			big = number && is_big(line + i, part);
		}
		if (big)
			out[n++] = '"';
		memcpy(out + n, line + i, part);
		n += part;
		if (big)
			out[n++] = '"';
	}
	return n;
}

static json_t *parse_object(const char *line, size_t len, struct err *e)
{
	json_error_t error;
	json_t *object;
	size_t used;
	char *copy;

	copy = malloc(len + 2 * (len / BIG_DIGITS) + 1);
	if (!copy) {
		err_set(e, "out of memory");
		return NULL;
	}
	used = quote_big(copy, line, len);
	object = json_loadb(copy, used, JSON_REJECT_DUPLICATES, &error);
	free(copy);
	if (!object) {
		err_clean(error.text);
		err_set(e, "bad JSON: %.*s", 160, error.text);
		return NULL;
	}
	if (!json_is_object(object)) {
		json_decref(object);
		err_set(e, "not a JSON object");
		return NULL;
	}
	return object;
}

/* flags: ["pinned"] */
static int set_flags(struct session *s, const json_t *array, struct err *e)
{
	json_t *item;
	uint32_t bit;
	size_t i;

	s->flags = 0;
	json_array_foreach(array, i, item) {
		if (!json_is_string(item))
			return err_set(e, "flags: an array of names is needed");
		if (name_parse(&name_flags, json_string_value(item), json_string_length(item),
			       &bit, e))
			return err_prefix(e, "flags");
		s->flags |= 1u << bit;
	}
	s->has |= HAS(F_FLAGS);
	return 0;
}

static int set_value(struct session *s, enum field f, const json_t *value, struct err *e)
{
	switch (json_typeof(value)) {
	case JSON_NULL:
		return 0;
	case JSON_STRING:
		return field_set(s, f, json_string_value(value), json_string_length(value), e);
	case JSON_INTEGER:
		if (json_integer_value(value) < 0)
			return err_set(e, "%s: %lld is below 0", field_names[f],
				       (long long)json_integer_value(value));
		return field_set_number(s, f, json_integer_value(value), e);
	case JSON_ARRAY:
		if (f == F_FLAGS)
			return set_flags(s, value, e);
		break;
	default:
		break;
	}
	return err_set(e, "%s: neither a string nor a whole number", field_names[f]);
}

int jsonl_parse(const char *line, size_t len, struct session *s, struct err *e)
{
	json_t *object = parse_object(line, len, e);
	char quote[ERR_QUOTE_MAX];
	const char *name;
	json_t *value;
	int ret = 0;

	if (!object)
		return -1;
	memset(s, 0, sizeof(*s));
	json_object_foreach(object, name, value) {
		int f = field_find(name, strlen(name));

		ret = f < 0 ? err_set(e, "unknown field %s", err_quote(quote, name, strlen(name))) :
			      set_value(s, f, value, e);
		if (ret)
			break;
	}
	json_decref(object);
	return ret ? ret : field_finish(s, e);
}

static void key(struct buf *b, enum field f)
{
	buf_str(b, f == F_DEVICE ? "{\"" : ",\"");
	buf_str(b, field_names[f]);
	buf_str(b, "\":");
}

static void number(struct buf *b, enum field f, uint64_t value)
{
	key(b, f);
	buf_u64(b, value);
}

/* Text that needs no escapes follows, up to string_end(). */
static void string(struct buf *b, enum field f)
{
	key(b, f);
	buf_char(b, '"');
}

static void string_end(struct buf *b)
{
	buf_char(b, '"');
}

static void peer(struct buf *b, const struct session *s)
{
	if (!s->addr.family) {
		key(b, F_ADDR);
		buf_str(b, "null");
		key(b, F_PORT);
		buf_str(b, "null");
		return;
	}
	string(b, F_ADDR);
	addr_format(b, &s->addr);
	string_end(b);
	number(b, F_PORT, s->port);
}

void jsonl_format_open(struct buf *b, const struct session *s)
{
	string(b, F_DEVICE);
	id_format(b, &s->device);
	string_end(b);
	number(b, F_SESSION, s->session);
	peer(b, s);
	number(b, F_OWNER, s->owner);
	number(b, F_MARK, s->mark);
	string(b, F_STATE);
	name_format(b, &name_states, s->state);
	string_end(b);
	key(b, F_FLAGS);
	buf_char(b, '[');
	name_format_bits(b, &name_flags, s->flags, "\"", ",");
	buf_char(b, ']');
	number(b, F_TTL_MS, s->ttl_ms);
	key(b, F_EXPIRES_IN_MS);
	if (s->has & HAS(F_EXPIRES_IN_MS))
		buf_u64(b, s->expires_in_ms);
	else
		buf_str(b, "null");
	number(b, F_IDLE_MS, s->idle_ms);
	number(b, F_CREATED, s->created);
	number(b, F_LAST_SEEN, s->last_seen);
	number(b, F_VERSION, s->version);
	string(b, F_DATA);
	buf_hex(b, s->data, s->data_len);
	string_end(b);
	number(b, F_WEIGHT, s->weight);
}

void jsonl_format(struct buf *b, const struct session *s)
{
	jsonl_format_open(b, s);
	buf_char(b, '}');
}
