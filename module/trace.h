/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: what changes a table, one event each, told when no lock of a shard is held.
 * Without a listener an event is a branch that is not taken. For people who look into a
 * machine: names and fields may change from version to version.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM devsess

#if !defined(DEVSESS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DEVSESS_TRACE_H

#include <linux/string.h>
#include <linux/tracepoint.h>

#include <uapi/linux/devsess.h>

#include "name.h"
#include "slots.h"

/*
 * store - a session was created, replaced or updated
 *
 * table:   name of the table
 * device:  device id, its bytes in hexadecimal
 * created: 1 if there was none
 * version: that the session has now
 *
 * Touches are not told. Context: that of the caller, softirq included.
 */
TRACE_EVENT(store,
	    TP_PROTO(const struct table_name *table, const struct slot_key *key, bool created,
		     u64 version),
	    TP_ARGS(table, key, created, version),
	    TP_STRUCT__entry(__array(char, table, DEVSESS_NAME_MAX + 1)
			     __dynamic_array(u8, device, key->len)
			     __field(bool, created)
			     __field(u64, version)),
	    TP_fast_assign(memcpy(__entry->table, name_get(table), DEVSESS_NAME_MAX + 1);
			   memcpy(__get_dynamic_array(device), key->word, key->len);
			   __entry->created = created;
			   __entry->version = version;),
	    TP_printk("table=%s device=0x%s created=%d version=%llu", __entry->table,
		      __print_hex_str(__get_dynamic_array(device),
				      __get_dynamic_array_len(device)),
		      __entry->created, __entry->version));

DECLARE_EVENT_CLASS(devsess_device,
		    TP_PROTO(const struct table_name *table, const struct slot_key *key),
		    TP_ARGS(table, key),
		    TP_STRUCT__entry(__array(char, table, DEVSESS_NAME_MAX + 1)
				     __dynamic_array(u8, device, key->len)),
		    TP_fast_assign(memcpy(__entry->table, name_get(table), DEVSESS_NAME_MAX + 1);
				   memcpy(__get_dynamic_array(device), key->word, key->len);),
		    TP_printk("table=%s device=0x%s", __entry->table,
			      __print_hex_str(__get_dynamic_array(device),
					      __get_dynamic_array_len(device))));

/* delete - a session was deleted on request; table and device as for store. A flush is not told. */
DEFINE_EVENT(devsess_device, delete,
	     TP_PROTO(const struct table_name *table, const struct slot_key *key),
	     TP_ARGS(table, key));

/* evict - a session was evicted, as the table holds max_sessions or max_cost; as for store. */
DEFINE_EVENT(devsess_device, evict,
	     TP_PROTO(const struct table_name *table, const struct slot_key *key),
	     TP_ARGS(table, key));

/* full - a write was refused, as the table holds max_sessions or max_cost; as for store. */
DEFINE_EVENT(devsess_device, full,
	     TP_PROTO(const struct table_name *table, const struct slot_key *key),
	     TP_ARGS(table, key));

/* miss_upcall - user space was asked for the session of an unknown id; as for store. */
DEFINE_EVENT(devsess_device, miss_upcall,
	     TP_PROTO(const struct table_name *table, const struct slot_key *key),
	     TP_ARGS(table, key));

DECLARE_EVENT_CLASS(devsess_sessions,
		    TP_PROTO(const struct table_name *table, u32 sessions),
		    TP_ARGS(table, sessions),
		    TP_STRUCT__entry(__array(char, table, DEVSESS_NAME_MAX + 1)
				     __field(u32, sessions)),
		    TP_fast_assign(memcpy(__entry->table, name_get(table), DEVSESS_NAME_MAX + 1);
				   __entry->sessions = sessions;),
		    TP_printk("table=%s sessions=%u", __entry->table, __entry->sessions));

/* expire - so many sessions of a shard were freed, as their time is over. */
DEFINE_EVENT(devsess_sessions, expire,
	     TP_PROTO(const struct table_name *table, u32 sessions),
	     TP_ARGS(table, sessions));

/* promote - so many sessions of a shard have left the dirty map for the read map. */
DEFINE_EVENT(devsess_sessions, promote,
	     TP_PROTO(const struct table_name *table, u32 sessions),
	     TP_ARGS(table, sessions));

DECLARE_EVENT_CLASS(devsess_shards,
		    TP_PROTO(const struct table_name *table, u32 shards),
		    TP_ARGS(table, shards),
		    TP_STRUCT__entry(__array(char, table, DEVSESS_NAME_MAX + 1)
				     __field(u32, shards)),
		    TP_fast_assign(memcpy(__entry->table, name_get(table), DEVSESS_NAME_MAX + 1);
				   __entry->shards = shards;),
		    TP_printk("table=%s shards=%u", __entry->table, __entry->shards));

/* split - a shard became two; shards: how many the table has now. */
DEFINE_EVENT(devsess_shards, split,
	     TP_PROTO(const struct table_name *table, u32 shards),
	     TP_ARGS(table, shards));

/* merge - two shards became one; as for split. */
DEFINE_EVENT(devsess_shards, merge,
	     TP_PROTO(const struct table_name *table, u32 shards),
	     TP_ARGS(table, shards));

#endif /* DEVSESS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
