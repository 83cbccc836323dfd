/* SPDX-License-Identifier: GPL-2.0 */
/* The plain structs that parsers fill in, commands pass on and printers show. */
#ifndef DEVSESS_SESSION_H
#define DEVSESS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/devsess.h>

#include "addr.h"
#include "id.h"

struct err;

/* The fields of a session, in the order in which CSV and JSON have them. */
enum field {
	F_DEVICE,
	F_SESSION,
	F_ADDR,
	F_PORT,
	F_OWNER,
	F_MARK,
	F_STATE,
	F_FLAGS,
	F_TTL_MS,
	F_EXPIRES_IN_MS,
	F_IDLE_MS,
	F_CREATED,
	F_LAST_SEEN,
	F_VERSION,
	F_DATA,
	F_WEIGHT,
	FIELDS,
	/* Not a field of a session, but a bit in @has of a request. */
	F_TOUCH_FLAGS = FIELDS,
};

#define HAS(field) (1u << (field))

/* A session that a reply carried, or what a request gives of one. */
struct session {
	uint32_t has; /* HAS() of each field that is given */
	uint32_t owner;
	uint32_t mark;
	uint32_t state;
	uint32_t flags;
	uint32_t weight; /* 0 if it is not given */
	uint32_t touch_flags;
	uint64_t session;
	uint64_t ttl_ms;
	uint64_t expires_in_ms;
	uint64_t idle_ms;
	uint64_t created;
	uint64_t last_seen;
	uint64_t version;
	struct id device;
	struct addr addr;
	uint16_t port;
	uint8_t data_len;
	uint8_t data[DEVSESS_DATA_MAX];
};

/* What list, flush and count select; all sessions if nothing is given. */
struct filter {
	bool has_owner;
	bool has_state;
	bool has_mark;
	bool has_mask; /* with a mark */
	bool has_idle;
	uint32_t owner;
	uint32_t state;
	uint32_t mark;
	uint32_t mask;
	struct id prefix; /* given if it has a length */
	struct addr net;  /* given if it has a family */
	uint32_t net_len;
	uint64_t idle_ms;
};

/* A table, as asked for or as shown. */
struct table {
	bool has_max_sessions;
	bool has_key_max;
	bool has_data_max;
	bool has_policy;
	bool has_defer_ring;
	bool has_defer_interval_ms;
	bool has_ttl_ms;
	bool has_upcall;
	bool has_upcall_interval_ms;
	bool has_upcall_rate;
	bool has_upcall_negative_ttl_ms;
	bool has_owner_max;
	bool has_watermark_high;
	bool has_watermark_low;
	bool has_reserve;
	bool has_max_cost;
	char name[DEVSESS_NAME_MAX + 1];
	uint32_t id;
	uint32_t key_max;
	uint32_t data_max;
	uint32_t policy;
	uint32_t users;
	uint32_t defer_ring;
	uint32_t defer_interval_ms;
	uint32_t upcall;
	uint32_t upcall_interval_ms;
	uint32_t upcall_rate;
	uint32_t upcall_negative_ttl_ms;
	uint32_t owner_max;
	uint32_t watermark_high; /* per cent, as the next */
	uint32_t watermark_low;
	uint32_t above;
	uint64_t reserve;
	uint64_t max_sessions;
	uint64_t sessions;
	uint64_t ttl_ms;
	uint64_t event_seq;
	uint64_t max_cost; /* 0: none */
	uint64_t cost;
	uint32_t bpf_id; /* 0: the module has no kfuncs */
};

/* An owner, and how many sessions it has: in all, and by state. */
struct owner {
	uint32_t owner;
	uint32_t limit; /* 0: none */
	uint32_t sessions;
	uint32_t state[DEVSESS_STATE_BLOCKED + 1];
	uint64_t refused;
};

/* Figures of a table, by DEVSESS_A_STATS_*; a missing one has no @has. */
struct stats {
	char table[DEVSESS_NAME_MAX + 1];
	bool has[DEVSESS_A_STATS_MAX + 1];
	uint64_t value[DEVSESS_A_STATS_MAX + 1];
};

#endif
