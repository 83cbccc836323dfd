// SPDX-License-Identifier: GPL-2.0
#include "id.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "hex.h"

static int parse_hex(const char *digits, size_t len, struct id *id, struct err *e)
{
	int n = hex_decode(id->bytes, sizeof(id->bytes), digits, len);

	if (n > 0) {
		id->len = n;
		return 0;
	}
	switch (n) {
	case 0:
		return err_set(e, "a device id after 0x has 1 to %d bytes", DEVSESS_KEY_MAX);
	case -EINVAL:
		return err_set(e, "a device id after 0x has an even number of digits");
	case -EMSGSIZE:
		return err_set(e, "a device id has at most %d bytes, not %zu", DEVSESS_KEY_MAX,
			       len / 2);
	default:
		return err_set(e, "a device id after 0x has hexadecimal digits only");
	}
}

int id_parse(const char *text, size_t len, struct id *id, struct err *e)
{
	if (!len)
		return err_set(e, "a device id has at least one byte");
	if (len >= 2 && !memcmp(text, "0x", 2))
		return parse_hex(text + 2, len - 2, id, e);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c < 0x20 || c > 0x7e)
			return err_set(e, "byte 0x%02x in a device id needs the 0x form", c);
	}
	if (len > sizeof(id->bytes))
		return err_set(e, "a device id has at most %d bytes, not %zu", DEVSESS_KEY_MAX,
			       len);
	memcpy(id->bytes, text, len);
	id->len = len;
	return 0;
}

/*
 * Graphic ASCII without quotes, comma and backslash. What starts as 0x would
 * read back as digits, and what starts with - as an option.
 */
static bool is_plain(const struct id *id)
{
	if (!id->len || id->bytes[0] == '-' || (id->len >= 2 && !memcmp(id->bytes, "0x", 2)))
		return false;
	for (size_t i = 0; i < id->len; i++) {
		uint8_t c = id->bytes[i];

		if (c < 0x21 || c > 0x7e || c == '"' || c == '\'' || c == ',' || c == '\\')
			return false;
	}
	return true;
}

void id_format(struct buf *b, const struct id *id)
{
	if (is_plain(id)) {
		buf_bytes(b, (const char *)id->bytes, id->len);
		return;
	}
	buf_str(b, "0x");
	buf_hex(b, id->bytes, id->len);
}

int id_compare(const struct id *a, const struct id *b)
{
	int diff = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);

	return diff ? diff : a->len - b->len;
}
