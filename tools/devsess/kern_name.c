// SPDX-License-Identifier: GPL-2.0
#include "kern_name.h"

#include <linux/devsess.h>
#include <stddef.h>

static const char *const table_names[] = {
	[DEVSESS_A_TABLE_NAME] = "name",
	[DEVSESS_A_TABLE_ID] = "id",
	[DEVSESS_A_TABLE_MAX_SESSIONS] = "max_sessions",
	[DEVSESS_A_TABLE_KEY_MAX] = "key_max",
	[DEVSESS_A_TABLE_DATA_MAX] = "data_max",
	[DEVSESS_A_TABLE_POLICY] = "policy",
	[DEVSESS_A_TABLE_SESSIONS] = "sessions",
	[DEVSESS_A_TABLE_USERS] = "users",
	[DEVSESS_A_TABLE_DEFER_RING] = "defer_ring",
	[DEVSESS_A_TABLE_DEFER_INTERVAL_MS] = "defer_interval_ms",
	[DEVSESS_A_TABLE_TTL_MS] = "ttl_ms",
	[DEVSESS_A_TABLE_UPCALL] = "upcall",
	[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS] = "upcall_interval_ms",
	[DEVSESS_A_TABLE_UPCALL_RATE] = "upcall_rate",
	[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS] = "upcall_negative_ttl_ms",
	[DEVSESS_A_TABLE_EVENT_SEQ] = "event_seq",
	[DEVSESS_A_TABLE_OWNER_MAX] = "owner_max",
	[DEVSESS_A_TABLE_WATERMARK_HIGH] = "watermark_high",
	[DEVSESS_A_TABLE_WATERMARK_LOW] = "watermark_low",
	[DEVSESS_A_TABLE_ABOVE] = "above",
	[DEVSESS_A_TABLE_RESERVE] = "reserve",
	[DEVSESS_A_TABLE_OTHER] = "other",
	[DEVSESS_A_TABLE_MAX_COST] = "max_cost",
	[DEVSESS_A_TABLE_COST] = "cost",
	[DEVSESS_A_TABLE_BPF_ID] = "bpf_id",
};

static const char *const session_names[] = {
	[DEVSESS_A_SESSION_TABLE] = "table",
	[DEVSESS_A_SESSION_DEVICE] = "device",
	[DEVSESS_A_SESSION_SESSION] = "session",
	[DEVSESS_A_SESSION_FAMILY] = "family",
	[DEVSESS_A_SESSION_ADDR] = "addr",
	[DEVSESS_A_SESSION_PORT] = "port",
	[DEVSESS_A_SESSION_OWNER] = "owner",
	[DEVSESS_A_SESSION_MARK] = "mark",
	[DEVSESS_A_SESSION_STATE] = "state",
	[DEVSESS_A_SESSION_FLAGS] = "flags",
	[DEVSESS_A_SESSION_TTL_MS] = "ttl_ms",
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = "expires_in_ms",
	[DEVSESS_A_SESSION_IDLE_MS] = "idle_ms",
	[DEVSESS_A_SESSION_CREATED] = "created",
	[DEVSESS_A_SESSION_LAST_SEEN] = "last_seen",
	[DEVSESS_A_SESSION_VERSION] = "version",
	[DEVSESS_A_SESSION_DATA] = "data",
	[DEVSESS_A_SESSION_TOUCH_FLAGS] = "touch_flags",
	[DEVSESS_A_SESSION_OP] = "op",
	[DEVSESS_A_SESSION_LOADED] = "loaded",
	[DEVSESS_A_SESSION_COUNT] = "count",
	[DEVSESS_A_SESSION_FILTER] = "filter",
	[DEVSESS_A_SESSION_WEIGHT] = "weight",
};

static const char *const filter_names[] = {
	[DEVSESS_A_FILTER_OWNER] = "owner",
	[DEVSESS_A_FILTER_STATE] = "state",
	[DEVSESS_A_FILTER_MARK] = "mark",
	[DEVSESS_A_FILTER_MARK_MASK] = "mark_mask",
	[DEVSESS_A_FILTER_PREFIX] = "prefix",
	[DEVSESS_A_FILTER_FAMILY] = "family",
	[DEVSESS_A_FILTER_NET] = "net",
	[DEVSESS_A_FILTER_NET_LEN] = "net_len",
	[DEVSESS_A_FILTER_IDLE_MS] = "idle_ms",
};

static const char *const batch_names[] = {
	[DEVSESS_A_BATCH_TABLE] = "table",
	[DEVSESS_A_BATCH_ATOMIC] = "atomic",
	[DEVSESS_A_BATCH_ITEM] = "item",
	[DEVSESS_A_BATCH_DONE] = "done",
	[DEVSESS_A_BATCH_RESULTS] = "results",
	[DEVSESS_A_BATCH_FAILURE] = "failure",
	[DEVSESS_A_BATCH_FOUND] = "found",
};

static const char *const stats_names[] = {
	[DEVSESS_A_STATS_TABLE] = "table",
	[DEVSESS_A_STATS_SESSIONS] = "sessions",
	[DEVSESS_A_STATS_PEAK] = "peak",
	[DEVSESS_A_STATS_PEAK_AT] = "peak_at",
	[DEVSESS_A_STATS_MAX_SESSIONS] = "max_sessions",
	[DEVSESS_A_STATS_SHARDS] = "shards",
	[DEVSESS_A_STATS_MEMORY] = "memory",
	[DEVSESS_A_STATS_SLOTS] = "slots",
	[DEVSESS_A_STATS_SLOT_SIZE] = "slot_size",
	[DEVSESS_A_STATS_LOAD_FACTOR] = "load_factor",
	[DEVSESS_A_STATS_BYTES_PER_SESSION] = "bytes_per_session",
	[DEVSESS_A_STATS_LOOKUPS] = "lookups",
	[DEVSESS_A_STATS_READ_HITS] = "read_hits",
	[DEVSESS_A_STATS_DIRTY_HITS] = "dirty_hits",
	[DEVSESS_A_STATS_NOT_FOUND] = "not_found",
	[DEVSESS_A_STATS_INSERTS] = "inserts",
	[DEVSESS_A_STATS_UPDATES] = "updates",
	[DEVSESS_A_STATS_TOUCHES] = "touches",
	[DEVSESS_A_STATS_DELETES] = "deletes",
	[DEVSESS_A_STATS_EXPIRED] = "expired",
	[DEVSESS_A_STATS_EVICTED] = "evicted",
	[DEVSESS_A_STATS_PROMOTIONS] = "promotions",
	[DEVSESS_A_STATS_PROMOTED] = "promoted",
	[DEVSESS_A_STATS_GROWS] = "grows",
	[DEVSESS_A_STATS_SHRINKS] = "shrinks",
	[DEVSESS_A_STATS_SPLITS] = "splits",
	[DEVSESS_A_STATS_MERGES] = "merges",
	[DEVSESS_A_STATS_SLOTS_WRITTEN] = "slots_written",
	[DEVSESS_A_STATS_WRITE_AMPLIFICATION] = "write_amplification",
	[DEVSESS_A_STATS_LOCK_HOLD_MAX_NS] = "lock_hold_max_ns",
	[DEVSESS_A_STATS_FAIL_EXISTS] = "fail_exists",
	[DEVSESS_A_STATS_FAIL_ABSENT] = "fail_absent",
	[DEVSESS_A_STATS_FAIL_VERSION] = "fail_version",
	[DEVSESS_A_STATS_FAIL_FULL] = "fail_full",
	[DEVSESS_A_STATS_FAIL_MEMORY] = "fail_memory",
	[DEVSESS_A_STATS_FAIL_INVALID] = "fail_invalid",
	[DEVSESS_A_STATS_DEFERRED] = "deferred",
	[DEVSESS_A_STATS_MERGED] = "merged",
	[DEVSESS_A_STATS_DEFERRED_FAILED] = "deferred_failed",
	[DEVSESS_A_STATS_FAIL_RING] = "fail_ring",
	[DEVSESS_A_STATS_DEFERRED_WAITING] = "deferred_waiting",
	[DEVSESS_A_STATS_GENERATION] = "generation",
	[DEVSESS_A_STATS_UPCALLS] = "upcalls",
	[DEVSESS_A_STATS_UPCALLS_DROPPED] = "upcalls_dropped",
	[DEVSESS_A_STATS_NEGATIVE_HITS] = "negative_hits",
	[DEVSESS_A_STATS_FAIL_QUOTA] = "fail_quota",
	[DEVSESS_A_STATS_FAIL_OWNERS] = "fail_owners",
	[DEVSESS_A_STATS_COST] = "cost",
	[DEVSESS_A_STATS_MAX_COST] = "max_cost",
};

static const char *const owner_names[] = {
	[DEVSESS_A_OWNER_TABLE] = "table",
	[DEVSESS_A_OWNER_OWNER] = "owner",
	[DEVSESS_A_OWNER_LIMIT] = "limit",
	[DEVSESS_A_OWNER_SESSIONS] = "sessions",
	[DEVSESS_A_OWNER_NEW] = "new",
	[DEVSESS_A_OWNER_ACTIVE] = "active",
	[DEVSESS_A_OWNER_IDLE] = "idle",
	[DEVSESS_A_OWNER_BLOCKED] = "blocked",
	[DEVSESS_A_OWNER_REFUSED] = "refused",
	[DEVSESS_A_OWNER_TOP] = "top",
};

#define SET(names) { names, sizeof(names) / sizeof((names)[0]) }

static const struct kern_names table_set = SET(table_names);
static const struct kern_names session_set = SET(session_names);
static const struct kern_names filter_set = SET(filter_names);
static const struct kern_names batch_set = SET(batch_names);
static const struct kern_names owner_set = SET(owner_names);
const struct kern_names kern_stats_names = SET(stats_names);

const struct kern_names *kern_names_of(uint8_t cmd)
{
	switch (cmd) {
	case DEVSESS_CMD_TABLE_NEW:
	case DEVSESS_CMD_TABLE_SET:
	case DEVSESS_CMD_TABLE_DEL:
	case DEVSESS_CMD_TABLE_GET:
	case DEVSESS_CMD_TABLE_DRAIN:
	case DEVSESS_CMD_TABLE_RENAME:
	case DEVSESS_CMD_TABLE_SWAP:
		return &table_set;
	case DEVSESS_CMD_BATCH:
		return &batch_set;
	case DEVSESS_CMD_STATS_GET:
		return &kern_stats_names;
	case DEVSESS_CMD_OWNER_GET:
	case DEVSESS_CMD_OWNER_SET:
		return &owner_set;
	default:
		return &session_set;
	}
}

const struct kern_names *kern_names_nested(const struct kern_names *set, uint32_t type)
{
	if (set == &session_set && type == DEVSESS_A_SESSION_FILTER)
		return &filter_set;
	if (set == &batch_set && type == DEVSESS_A_BATCH_ITEM)
		return &session_set;
	return NULL;
}

const char *kern_name(const struct kern_names *set, uint32_t type)
{
	if (type >= set->count || !set->names[type])
		return "an unknown attribute";
	return set->names[type];
}
