// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/devsess.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "genl.h"

#include <uapi/linux/devsess.h>

/* Integer value ranges */
static const struct netlink_range_validation devsess_a_table_defer_ring_range = {
	.max	= DEVSESS_DEFER_RING_MAX,
};

static const struct netlink_range_validation devsess_a_table_defer_interval_ms_range = {
	.min	= 1ULL,
	.max	= DEVSESS_DEFER_INTERVAL_MAX,
};

static const struct netlink_range_validation devsess_a_table_ttl_ms_range = {
	.max	= DEVSESS_TTL_MAX,
};

static const struct netlink_range_validation devsess_a_table_upcall_interval_ms_range = {
	.min	= 1ULL,
	.max	= DEVSESS_UPCALL_TIME_MAX,
};

static const struct netlink_range_validation devsess_a_table_upcall_rate_range = {
	.min	= 1ULL,
	.max	= DEVSESS_UPCALL_RATE_MAX,
};

static const struct netlink_range_validation devsess_a_table_upcall_negative_ttl_ms_range = {
	.max	= DEVSESS_UPCALL_TIME_MAX,
};

static const struct netlink_range_validation devsess_a_table_owner_max_range = {
	.max	= DEVSESS_OWNER_MAX,
};

static const struct netlink_range_validation devsess_a_session_ttl_ms_range = {
	.max	= DEVSESS_TTL_MAX,
};

static const struct netlink_range_validation devsess_a_session_expires_in_ms_range = {
	.min	= 1ULL,
	.max	= DEVSESS_TTL_MAX,
};

static const struct netlink_range_validation devsess_a_filter_idle_ms_range = {
	.max	= DEVSESS_TTL_MAX,
};

/* Common nested types */
const struct nla_policy devsess_filter_nl_policy[DEVSESS_A_FILTER_IDLE_MS + 1] = {
	[DEVSESS_A_FILTER_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_FILTER_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_FILTER_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_FILTER_MARK_MASK] = { .type = NLA_U32, },
	[DEVSESS_A_FILTER_PREFIX] = { .type = NLA_BINARY, },
	[DEVSESS_A_FILTER_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_FILTER_NET] = { .type = NLA_BINARY, },
	[DEVSESS_A_FILTER_NET_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[DEVSESS_A_FILTER_IDLE_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_filter_idle_ms_range),
};

const struct nla_policy devsess_item_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_OP] = NLA_POLICY_MAX(NLA_U32, 5),
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_VERSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_TOUCH_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_TABLE_NEW - do */
const struct nla_policy devsess_table_new_nl_policy[DEVSESS_A_TABLE_MAX_COST + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_TABLE_MAX_SESSIONS] = { .type = NLA_U64, },
	[DEVSESS_A_TABLE_KEY_MAX] = NLA_POLICY_RANGE(NLA_U32, 1, DEVSESS_KEY_MAX),
	[DEVSESS_A_TABLE_DATA_MAX] = NLA_POLICY_MAX(NLA_U32, DEVSESS_DATA_MAX),
	[DEVSESS_A_TABLE_POLICY] = NLA_POLICY_MAX(NLA_U32, 2),
	[DEVSESS_A_TABLE_DEFER_RING] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_defer_ring_range),
	[DEVSESS_A_TABLE_DEFER_INTERVAL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_defer_interval_ms_range),
	[DEVSESS_A_TABLE_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_table_ttl_ms_range),
	[DEVSESS_A_TABLE_UPCALL] = NLA_POLICY_MAX(NLA_U32, 2),
	[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_interval_ms_range),
	[DEVSESS_A_TABLE_UPCALL_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_rate_range),
	[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_negative_ttl_ms_range),
	[DEVSESS_A_TABLE_OWNER_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_owner_max_range),
	[DEVSESS_A_TABLE_WATERMARK_HIGH] = NLA_POLICY_MAX(NLA_U32, 100),
	[DEVSESS_A_TABLE_WATERMARK_LOW] = NLA_POLICY_MAX(NLA_U32, 100),
	[DEVSESS_A_TABLE_RESERVE] = { .type = NLA_U64, },
	[DEVSESS_A_TABLE_MAX_COST] = { .type = NLA_U64, },
};

/* DEVSESS_CMD_TABLE_SET - do */
const struct nla_policy devsess_table_set_nl_policy[DEVSESS_A_TABLE_MAX_COST + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_TABLE_MAX_SESSIONS] = { .type = NLA_U64, },
	[DEVSESS_A_TABLE_POLICY] = NLA_POLICY_MAX(NLA_U32, 2),
	[DEVSESS_A_TABLE_DEFER_RING] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_defer_ring_range),
	[DEVSESS_A_TABLE_DEFER_INTERVAL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_defer_interval_ms_range),
	[DEVSESS_A_TABLE_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_table_ttl_ms_range),
	[DEVSESS_A_TABLE_UPCALL] = NLA_POLICY_MAX(NLA_U32, 2),
	[DEVSESS_A_TABLE_UPCALL_INTERVAL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_interval_ms_range),
	[DEVSESS_A_TABLE_UPCALL_RATE] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_rate_range),
	[DEVSESS_A_TABLE_UPCALL_NEGATIVE_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U32, &devsess_a_table_upcall_negative_ttl_ms_range),
	[DEVSESS_A_TABLE_WATERMARK_HIGH] = NLA_POLICY_MAX(NLA_U32, 100),
	[DEVSESS_A_TABLE_WATERMARK_LOW] = NLA_POLICY_MAX(NLA_U32, 100),
	[DEVSESS_A_TABLE_RESERVE] = { .type = NLA_U64, },
	[DEVSESS_A_TABLE_MAX_COST] = { .type = NLA_U64, },
};

/* DEVSESS_CMD_TABLE_DEL - do */
const struct nla_policy devsess_table_del_nl_policy[DEVSESS_A_TABLE_NAME + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* DEVSESS_CMD_TABLE_GET - do */
const struct nla_policy devsess_table_get_nl_policy[DEVSESS_A_TABLE_NAME + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* DEVSESS_CMD_GET - do */
const struct nla_policy devsess_get_nl_policy[DEVSESS_A_SESSION_FILTER + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_FILTER] = NLA_POLICY_NESTED(devsess_filter_nl_policy),
};

/* DEVSESS_CMD_INSERT - do */
const struct nla_policy devsess_insert_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_STORE - do */
const struct nla_policy devsess_store_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_UPDATE - do */
const struct nla_policy devsess_update_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_GET_OR_INSERT - do */
const struct nla_policy devsess_get_or_insert_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_SWAP - do */
const struct nla_policy devsess_swap_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_DELETE - do */
const struct nla_policy devsess_delete_nl_policy[DEVSESS_A_SESSION_DEVICE + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
};

/* DEVSESS_CMD_GET_AND_DELETE - do */
const struct nla_policy devsess_get_and_delete_nl_policy[DEVSESS_A_SESSION_DEVICE + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
};

/* DEVSESS_CMD_COMPARE_AND_SWAP - do */
const struct nla_policy devsess_compare_and_swap_nl_policy[DEVSESS_A_SESSION_WEIGHT + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_SESSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_FAMILY] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_ADDR] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_PORT] = { .type = NLA_U16, },
	[DEVSESS_A_SESSION_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_MARK] = { .type = NLA_U32, },
	[DEVSESS_A_SESSION_STATE] = NLA_POLICY_MAX(NLA_U32, 3),
	[DEVSESS_A_SESSION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_EXPIRES_IN_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_expires_in_ms_range),
	[DEVSESS_A_SESSION_DATA] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_VERSION] = { .type = NLA_U64, },
	[DEVSESS_A_SESSION_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
};

/* DEVSESS_CMD_COMPARE_AND_DELETE - do */
const struct nla_policy devsess_compare_and_delete_nl_policy[DEVSESS_A_SESSION_VERSION + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_VERSION] = { .type = NLA_U64, },
};

/* DEVSESS_CMD_TOUCH - do */
const struct nla_policy devsess_touch_nl_policy[DEVSESS_A_SESSION_TOUCH_FLAGS + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
	[DEVSESS_A_SESSION_TTL_MS] = NLA_POLICY_FULL_RANGE(NLA_U64, &devsess_a_session_ttl_ms_range),
	[DEVSESS_A_SESSION_TOUCH_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1),
};

/* DEVSESS_CMD_CLEAR - do */
const struct nla_policy devsess_clear_nl_policy[DEVSESS_A_SESSION_FILTER + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_FILTER] = NLA_POLICY_NESTED(devsess_filter_nl_policy),
};

/* DEVSESS_CMD_COUNT - do */
const struct nla_policy devsess_count_nl_policy[DEVSESS_A_SESSION_FILTER + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_FILTER] = NLA_POLICY_NESTED(devsess_filter_nl_policy),
};

/* DEVSESS_CMD_BATCH - do */
const struct nla_policy devsess_batch_nl_policy[DEVSESS_A_BATCH_ITEM + 1] = {
	[DEVSESS_A_BATCH_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_BATCH_ATOMIC] = { .type = NLA_FLAG, },
	[DEVSESS_A_BATCH_ITEM] = NLA_POLICY_NESTED(devsess_item_nl_policy),
};

/* DEVSESS_CMD_STATS_GET - do */
const struct nla_policy devsess_stats_get_nl_policy[DEVSESS_A_STATS_TABLE + 1] = {
	[DEVSESS_A_STATS_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* DEVSESS_CMD_TABLE_DRAIN - do */
const struct nla_policy devsess_table_drain_nl_policy[DEVSESS_A_TABLE_NAME + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* DEVSESS_CMD_REFUSE - do */
const struct nla_policy devsess_refuse_nl_policy[DEVSESS_A_SESSION_DEVICE + 1] = {
	[DEVSESS_A_SESSION_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_SESSION_DEVICE] = { .type = NLA_BINARY, },
};

/* DEVSESS_CMD_OWNER_GET - do */
const struct nla_policy devsess_owner_get_nl_policy[DEVSESS_A_OWNER_TOP + 1] = {
	[DEVSESS_A_OWNER_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_OWNER_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_OWNER_TOP] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* DEVSESS_CMD_OWNER_SET - do */
const struct nla_policy devsess_owner_set_nl_policy[DEVSESS_A_OWNER_LIMIT + 1] = {
	[DEVSESS_A_OWNER_TABLE] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_OWNER_OWNER] = { .type = NLA_U32, },
	[DEVSESS_A_OWNER_LIMIT] = { .type = NLA_U32, },
};

/* DEVSESS_CMD_TABLE_RENAME - do */
const struct nla_policy devsess_table_rename_nl_policy[DEVSESS_A_TABLE_OTHER + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_TABLE_OTHER] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* DEVSESS_CMD_TABLE_SWAP - do */
const struct nla_policy devsess_table_swap_nl_policy[DEVSESS_A_TABLE_OTHER + 1] = {
	[DEVSESS_A_TABLE_NAME] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
	[DEVSESS_A_TABLE_OTHER] = { .type = NLA_NUL_STRING, .len = DEVSESS_NAME_MAX, },
};

/* Ops table for devsess */
const struct genl_ops devsess_nl_ops[25] = {
	{
		.cmd		= DEVSESS_CMD_TABLE_NEW,
		.doit		= devsess_nl_table_new_doit,
		.policy		= devsess_table_new_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_MAX_COST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_SET,
		.doit		= devsess_nl_table_set_doit,
		.policy		= devsess_table_set_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_MAX_COST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_DEL,
		.doit		= devsess_nl_table_del_doit,
		.policy		= devsess_table_del_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_GET,
		.doit		= devsess_nl_table_get_doit,
		.dumpit		= devsess_nl_table_get_dumpit,
		.policy		= devsess_table_get_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_GET,
		.doit		= devsess_nl_get_doit,
		.dumpit		= devsess_nl_get_dumpit,
		.policy		= devsess_get_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_INSERT,
		.doit		= devsess_nl_insert_doit,
		.policy		= devsess_insert_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_STORE,
		.doit		= devsess_nl_store_doit,
		.policy		= devsess_store_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_UPDATE,
		.doit		= devsess_nl_update_doit,
		.policy		= devsess_update_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_GET_OR_INSERT,
		.doit		= devsess_nl_get_or_insert_doit,
		.policy		= devsess_get_or_insert_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_SWAP,
		.doit		= devsess_nl_swap_doit,
		.policy		= devsess_swap_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_DELETE,
		.doit		= devsess_nl_delete_doit,
		.policy		= devsess_delete_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_DEVICE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_GET_AND_DELETE,
		.doit		= devsess_nl_get_and_delete_doit,
		.policy		= devsess_get_and_delete_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_DEVICE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_COMPARE_AND_SWAP,
		.doit		= devsess_nl_compare_and_swap_doit,
		.policy		= devsess_compare_and_swap_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_WEIGHT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_COMPARE_AND_DELETE,
		.doit		= devsess_nl_compare_and_delete_doit,
		.policy		= devsess_compare_and_delete_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_VERSION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TOUCH,
		.doit		= devsess_nl_touch_doit,
		.policy		= devsess_touch_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_TOUCH_FLAGS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_CLEAR,
		.doit		= devsess_nl_clear_doit,
		.policy		= devsess_clear_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_COUNT,
		.doit		= devsess_nl_count_doit,
		.policy		= devsess_count_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_FILTER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_BATCH,
		.doit		= devsess_nl_batch_doit,
		.policy		= devsess_batch_nl_policy,
		.maxattr	= DEVSESS_A_BATCH_ITEM,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_STATS_GET,
		.doit		= devsess_nl_stats_get_doit,
		.dumpit		= devsess_nl_stats_get_dumpit,
		.policy		= devsess_stats_get_nl_policy,
		.maxattr	= DEVSESS_A_STATS_TABLE,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_DRAIN,
		.doit		= devsess_nl_table_drain_doit,
		.policy		= devsess_table_drain_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_REFUSE,
		.doit		= devsess_nl_refuse_doit,
		.policy		= devsess_refuse_nl_policy,
		.maxattr	= DEVSESS_A_SESSION_DEVICE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_OWNER_GET,
		.doit		= devsess_nl_owner_get_doit,
		.dumpit		= devsess_nl_owner_get_dumpit,
		.policy		= devsess_owner_get_nl_policy,
		.maxattr	= DEVSESS_A_OWNER_TOP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_OWNER_SET,
		.doit		= devsess_nl_owner_set_doit,
		.policy		= devsess_owner_set_nl_policy,
		.maxattr	= DEVSESS_A_OWNER_LIMIT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_RENAME,
		.doit		= devsess_nl_table_rename_doit,
		.policy		= devsess_table_rename_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_OTHER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= DEVSESS_CMD_TABLE_SWAP,
		.doit		= devsess_nl_table_swap_doit,
		.policy		= devsess_table_swap_nl_policy,
		.maxattr	= DEVSESS_A_TABLE_OTHER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

const struct genl_multicast_group devsess_nl_mcgrps[3] = {
	[DEVSESS_NLGRP_MISS] = { "miss", GENL_MCAST_CAP_NET_ADMIN, },
	[DEVSESS_NLGRP_EVENTS] = { "events", GENL_MCAST_CAP_NET_ADMIN, },
	[DEVSESS_NLGRP_UPDATES] = { "updates", GENL_MCAST_CAP_NET_ADMIN, },
};
