// SPDX-License-Identifier: GPL-2.0
#include "name.h"

#include <string.h>

#include <linux/devsess.h>

#include "buf.h"
#include "err.h"

static const char *const state_names[] = {
	[DEVSESS_STATE_NEW] = "new",
	[DEVSESS_STATE_ACTIVE] = "active",
	[DEVSESS_STATE_IDLE] = "idle",
	[DEVSESS_STATE_BLOCKED] = "blocked",
};

const struct names name_states = { "state", state_names, DEVSESS_STATE_BLOCKED + 1 };

/* By bit number: flag 1 << 0 is pinned. */
static const char *const flag_names[] = { "pinned" };

const struct names name_flags = { "flag", flag_names, 1 };

static const char *const policy_names[] = {
	[DEVSESS_POLICY_REJECT] = "reject",
	[DEVSESS_POLICY_EVICT_EXPIRED_ONLY] = "evict-expired-only",
	[DEVSESS_POLICY_EVICT] = "evict",
};

const struct names name_policies = { "policy", policy_names, DEVSESS_POLICY_EVICT + 1 };

static const char *const upcall_names[] = {
	[DEVSESS_UPCALL_OFF] = "off",
	[DEVSESS_UPCALL_ON_REQUEST] = "on-request",
	[DEVSESS_UPCALL_EVERY_LOOKUP] = "every-lookup",
};

const struct names name_upcalls = { "upcall", upcall_names, DEVSESS_UPCALL_EVERY_LOOKUP + 1 };

static const char *const event_kind_names[] = {
	[DEVSESS_EVENT_KIND_CREATE] = "create",
	[DEVSESS_EVENT_KIND_UPDATE] = "update",
	[DEVSESS_EVENT_KIND_TOUCH] = "touch",
	[DEVSESS_EVENT_KIND_DELETE] = "delete",
	[DEVSESS_EVENT_KIND_EXPIRE] = "expire",
	[DEVSESS_EVENT_KIND_EVICT] = "evict",
	[DEVSESS_EVENT_KIND_FLUSH] = "flush",
	[DEVSESS_EVENT_KIND_TABLE] = "table",
	[DEVSESS_EVENT_KIND_WATERMARK] = "watermark",
	[DEVSESS_EVENT_KIND_OVERRUN] = "overrun",
};

const struct names name_event_kinds = {
	"kind of event", event_kind_names, DEVSESS_EVENT_KIND_OVERRUN + 1
};

static const char *const event_reason_names[] = {
	[DEVSESS_EVENT_REASON_REQUEST] = "request",
	[DEVSESS_EVENT_REASON_REPLACE] = "replace",
	[DEVSESS_EVENT_REASON_UNDO] = "undo",
	[DEVSESS_EVENT_REASON_WORKER] = "worker",
	[DEVSESS_EVENT_REASON_WRITE] = "write",
	[DEVSESS_EVENT_REASON_ROOM] = "room",
	[DEVSESS_EVENT_REASON_NEW] = "new",
	[DEVSESS_EVENT_REASON_SET] = "set",
	[DEVSESS_EVENT_REASON_DEL] = "del",
	[DEVSESS_EVENT_REASON_MEMORY] = "memory",
	[DEVSESS_EVENT_REASON_ABOVE] = "above",
	[DEVSESS_EVENT_REASON_BELOW] = "below",
	[DEVSESS_EVENT_REASON_RENAME] = "rename",
	[DEVSESS_EVENT_REASON_SWAP] = "swap",
};

const struct names name_event_reasons = {
	"reason", event_reason_names, DEVSESS_EVENT_REASON_SWAP + 1
};

static int no_such(const struct names *names, const char *text, size_t len, struct err *e)
{
	char quote[ERR_QUOTE_MAX], known[120] = "";

	for (uint32_t i = 0; i < names->count; i++) {
		if (i)
			strncat(known, ", ", sizeof(known) - strlen(known) - 1);
		strncat(known, names->names[i], sizeof(known) - strlen(known) - 1);
	}
	return err_set(e, "unknown %s %s (known: %s)", names->what, err_quote(quote, text, len),
		       known);
}

int name_parse(const struct names *names, const char *text, size_t len, uint32_t *value,
	       struct err *e)
{
	for (uint32_t i = 0; i < names->count; i++) {
		if (strlen(names->names[i]) == len && !memcmp(names->names[i], text, len)) {
			*value = i;
			return 0;
		}
	}
	return no_such(names, text, len, e);
}

int name_parse_bits(const struct names *names, const char *text, size_t len, uint32_t *bits,
		    struct err *e)
{
	uint32_t result = 0, bit;

	for (size_t start = 0, i = 0; len && i <= len; i++) {
		if (i < len && text[i] != '|' && text[i] != ',')
			continue;
		if (name_parse(names, text + start, i - start, &bit, e))
			return -1;
		result |= 1u << bit;
		start = i + 1;
	}
	*bits = result;
	return 0;
}

void name_format(struct buf *b, const struct names *names, uint32_t value)
{
	if (value < names->count)
		buf_str(b, names->names[value]);
	else
		buf_u64(b, value);
}

void name_format_bits(struct buf *b, const struct names *names, uint32_t bits, const char *quote,
		      const char *divider)
{
	const char *before = "";

	for (uint32_t i = 0; i < 32; i++) {
		if (!(bits & 1u << i))
			continue;
		buf_str(b, before);
		buf_str(b, quote);
		name_format(b, names, i);
		buf_str(b, quote);
		before = divider;
	}
}
