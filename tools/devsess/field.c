// SPDX-License-Identifier: GPL-2.0
#include "field.h"

#include <errno.h>
#include <string.h>

#include "err.h"
#include "hex.h"
#include "name.h"
#include "num.h"

const char *const field_names[FIELDS] = {
	[F_DEVICE] = "device",
	[F_SESSION] = "session",
	[F_ADDR] = "addr",
	[F_PORT] = "port",
	[F_OWNER] = "owner",
	[F_MARK] = "mark",
	[F_STATE] = "state",
	[F_FLAGS] = "flags",
	[F_TTL_MS] = "ttl_ms",
	[F_EXPIRES_IN_MS] = "expires_in_ms",
	[F_IDLE_MS] = "idle_ms",
	[F_CREATED] = "created",
	[F_LAST_SEEN] = "last_seen",
	[F_VERSION] = "version",
	[F_DATA] = "data",
	[F_WEIGHT] = "weight",
};

/* Set by the kernel alone: accepted, so that save | load works, but not sent. */
#define OUTPUT_ONLY (HAS(F_IDLE_MS) | HAS(F_CREATED) | HAS(F_LAST_SEEN) | HAS(F_VERSION))

/* Largest value of each field that is a number; 0 for the others. */
static const uint64_t number_max[FIELDS] = {
	[F_SESSION] = UINT64_MAX,
	[F_PORT] = UINT16_MAX,
	[F_OWNER] = UINT32_MAX,
	[F_MARK] = UINT32_MAX,
	[F_TTL_MS] = DEVSESS_TTL_MAX,
	[F_EXPIRES_IN_MS] = DEVSESS_TTL_MAX,
	[F_IDLE_MS] = UINT64_MAX,
	[F_CREATED] = UINT64_MAX,
	[F_LAST_SEEN] = UINT64_MAX,
	[F_VERSION] = UINT64_MAX,
	[F_WEIGHT] = UINT8_MAX,
};

int field_find(const char *name, size_t len)
{
	for (int f = 0; f < FIELDS; f++) {
		if (strlen(field_names[f]) == len && !memcmp(field_names[f], name, len))
			return f;
	}
	return -1;
}

bool field_is_number(int f)
{
	return f >= 0 && number_max[f];
}

int field_parse_data(const char *text, size_t len, struct session *s, struct err *e)
{
	size_t skip = len >= 2 && text[0] == '0' && text[1] == 'x' ? 2 : 0;
	int n = hex_decode(s->data, sizeof(s->data), text + skip, len - skip);

	switch (n) {
	case -EINVAL:
		return err_set(e, "an even number of hexadecimal digits is needed");
	case -EILSEQ:
		return err_set(e, "only hexadecimal digits may stand here");
	case -EMSGSIZE:
		return err_set(e, "at most %d bytes, not %zu", DEVSESS_DATA_MAX,
			       (len - skip) / 2);
	}
	s->data_len = n;
	return 0;
}

/* Where the number of field @f goes; @value is within number_max. */
static void set_number(struct session *s, enum field f, uint64_t value)
{
	switch (f) {
	case F_SESSION:
		s->session = value;
		break;
	case F_PORT:
		s->port = value;
		break;
	case F_OWNER:
		s->owner = value;
		break;
	case F_MARK:
		s->mark = value;
		break;
	case F_WEIGHT:
		s->weight = value;
		break;
	case F_TTL_MS:
		s->ttl_ms = value;
		break;
	case F_EXPIRES_IN_MS:
		/* A saved session on its last millisecond; 0 has no other meaning. */
		s->expires_in_ms = value ? value : 1;
		break;
	default:
		break;
	}
}

static int set_text(struct session *s, enum field f, const char *text, size_t len, struct err *e)
{
	uint64_t value;

	switch (f) {
	case F_DEVICE:
		return id_parse(text, len, &s->device, e);
	case F_ADDR:
		return addr_parse(text, len, &s->addr, e);
	case F_STATE:
		return name_parse(&name_states, text, len, &s->state, e);
	case F_FLAGS:
		return name_parse_bits(&name_flags, text, len, &s->flags, e);
	case F_DATA:
		return field_parse_data(text, len, s, e);
	default:
		if (num_parse(text, len, number_max[f], &value, e))
			return -1;
		set_number(s, f, value);
		return 0;
	}
}

static void mark_given(struct session *s, enum field f)
{
	s->has |= HAS(f) & ~OUTPUT_ONLY;
}

int field_set(struct session *s, enum field f, const char *text, size_t len, struct err *e)
{
	if (!len && f != F_DEVICE)
		return 0;
	if (set_text(s, f, text, len, e))
		return err_prefix(e, field_names[f]);
	mark_given(s, f);
	return 0;
}

int field_set_number(struct session *s, enum field f, uint64_t value, struct err *e)
{
	if (!number_max[f])
		return err_set(e, "%s: a number may not stand here", field_names[f]);
	if (value > number_max[f])
		return err_set(e, "%s: %llu is above %llu", field_names[f],
			       (unsigned long long)value, (unsigned long long)number_max[f]);
	set_number(s, f, value);
	mark_given(s, f);
	return 0;
}

int field_finish(struct session *s, struct err *e)
{
	if (!(s->has & HAS(F_DEVICE)))
		return err_set(e, "device: it is missing");
	if (s->has & HAS(F_PORT) && !(s->has & HAS(F_ADDR)))
		return err_set(e, "port: it needs an addr");
	if (s->has & HAS(F_EXPIRES_IN_MS) && !(s->has & HAS(F_TTL_MS)))
		return err_set(e, "expires_in_ms: it needs a ttl_ms");
	if (s->has & HAS(F_WEIGHT) && !s->weight)
		return err_set(e, "weight: 1 is the least");
	return 0;
}
