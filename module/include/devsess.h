/* SPDX-License-Identifier: GPL-2.0 */
/*
 * devsess - device sessions for other kernel modules.
 *
 * A table maps a device id (1 to 64 arbitrary bytes, compared by length and
 * content) to a session. Lookups take no lock, allocate nothing and hand out
 * a copy, so a caller never holds a reference into a table.
 *
 * Every call but devsess_table_get() works on a handle. A handle keeps the
 * table from being deleted by user space; when its network namespace goes
 * away the handle stays valid and its calls answer -ENODEV.
 *
 * A handle is a name's, whatever becomes of it: user space may rename the table, or
 * swap its content with that of another one. Each call works on the one or the other content,
 * never on both; a call that begins after the swap works on the new one. The contents'
 * key_max, data_max and options may differ.
 *
 * Writes are told to whoever listens to events. For that they ask for memory without
 * waiting, those that allocate nothing otherwise, too; if there is none the event is lost,
 * which is told, and the write is done.
 */
#ifndef _DEVSESS_H
#define _DEVSESS_H

#include <linux/in6.h>
#include <linux/types.h>
#include <uapi/linux/devsess.h>

struct net;
struct devsess_handle;

/* As ttl_ms of a session that is stored, or updated with DEVSESS_F_TTL: that of the table. */
#define DEVSESS_TTL_TABLE	U64_MAX

/**
 * struct devsess_session - a session, in and out
 * @session:   session id, chosen by the caller
 * @version:   out: raised by each change, never used twice for a device id
 * @ttl_ms:    time to live in ms, 0 (for ever) to DEVSESS_TTL_MAX; in: or
 *             DEVSESS_TTL_TABLE
 * @expires:   when it ends, ns of CLOCK_BOOTTIME, 0 never. In: 0 means
 *             "now plus @ttl_ms"; any other value is in the future, by
 *             DEVSESS_TTL_MAX at the most
 * @created:   out: when it was created, ns of CLOCK_BOOTTIME
 * @last_seen: out: when it was last touched, ns of CLOCK_BOOTTIME
 * @addr:      peer address; an IPv4 address is in @addr.s6_addr32[0], the
 *             rest zero
 * @owner:     tenant or backend node
 * @mark:      free mark
 * @port:      peer port
 * @family:    AF_UNSPEC (no address), AF_INET or AF_INET6
 * @state:     enum devsess_state
 * @flags:     set of enum devsess_flag
 * @weight:    what it counts against the table's max_cost; in: 0 is 1
 * @key_len:   length of @key, 1 to the table's key_max
 * @data_len:  length of @data, 0 to the table's data_max
 * @key:       device id
 * @data:      opaque data
 *
 * Bytes past @key_len and @data_len are not read, and not written either.
 */
struct devsess_session {
	u64 session;
	u64 version;
	u64 ttl_ms;
	u64 expires;
	u64 created;
	u64 last_seen;
	struct in6_addr addr;
	u32 owner;
	u32 mark;
	__be16 port;
	u8 family;
	u8 state;
	u8 flags;
	u8 weight;
	u8 key_len;
	u8 data_len;
	u8 key[DEVSESS_KEY_MAX];
	u8 data[DEVSESS_DATA_MAX];
};

/* How many there are in enum devsess_state. */
#define DEVSESS_STATES		(DEVSESS_STATE_BLOCKED + 1)

/* All of enum devsess_fields. */
#define DEVSESS_F_ALL	((DEVSESS_F_WEIGHT << 1) - 1)

/**
 * devsess_table_get - take a handle on a table
 * @net:  network namespace
 * @name: name of the table
 *
 * While the handle is held, a request to delete the table answers -EBUSY.
 *
 * Context: Any but NMI; takes the RCU read lock.
 * Return: the handle, to be given back with devsess_table_put(), or NULL if
 * @net has no such table.
 */
struct devsess_handle *devsess_table_get(struct net *net, const char *name);

/**
 * devsess_table_put - give a handle back
 * @h: handle, or NULL
 *
 * Context: Any but NMI. The table must not be used through this handle any more.
 */
void devsess_table_put(struct devsess_handle *h);

/**
 * devsess_lookup - find the session of a device
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @s:       out: a copy of the session, untouched unless 0 is returned
 *
 * Takes no lock and allocates nothing; an id that is not there writes no
 * shared memory but this CPU's counters, unless the table asks for it (upcall).
 *
 * Context: Any, NMI included.
 * Return: 0; -ENOENT if the device has no session or an expired one; -EINVAL
 * if @key_len is 0 or above the table's key_max; -ENODEV if the namespace of
 * the table is gone; -EAGAIN (NMI only) if the interrupted code was writing, or another CPU
 * stands still while it does.
 */
int devsess_lookup(struct devsess_handle *h, const void *key, size_t key_len,
		   struct devsess_session *s);

/**
 * devsess_lookup_or_load - find the session of a device, or ask user space for it
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @s:       out: a copy of the session, untouched unless 0 is returned
 *
 * As devsess_lookup(). If the device has no session, and the table's option upcall is not
 * off, the id goes to user space as a miss upcall a moment later; who listens there may store
 * the session, and a later lookup then finds it. With the option every-lookup devsess_lookup()
 * and devsess_lookup_batch() do the same.
 *
 * An id is not asked for more than once in the table's upcall_interval_ms. Nor is one that
 * user space was asked for and has not stored, or has refused, for upcall_negative_ttl_ms;
 * such a lookup, too, answers -ENOENT. If too many ids wait, this one is not asked for,
 * and counted as upcalls_dropped; a later lookup tries again.
 *
 * Context: Any, NMI included. Takes no lock and allocates nothing.
 * Return: as devsess_lookup().
 */
int devsess_lookup_or_load(struct devsess_handle *h, const void *key, size_t key_len,
			   struct devsess_session *s);

/**
 * struct devsess_query - a lookup of a batch
 * @key:     device id
 * @key_len: its length
 * @s:       where a copy of the session goes
 * @result:  out: what devsess_lookup() would return
 */
struct devsess_query {
	const void *key;
	size_t key_len;
	struct devsess_session *s;
	int result;
};

/**
 * devsess_lookup_batch - find the sessions of several devices
 * @h: handle
 * @q: lookups; each gets its own result
 * @n: how many, from 1 on; each 16 of them wait for memory together
 *
 * Each is a lookup for itself, as by devsess_lookup(), but the order between them is
 * not told. For packets that come in bursts: with many sessions several times as fast
 * as one after the other.
 *
 * Context: Any, NMI included.
 * Return: how many results are 0.
 */
unsigned int devsess_lookup_batch(struct devsess_handle *h, struct devsess_query *q,
				  unsigned int n);

/**
 * devsess_insert - create a session
 * @h:   handle
 * @s:   the session; @s->version, created and last_seen are set on success
 * @gfp: GFP_KERNEL if the caller may sleep, else GFP_ATOMIC
 *
 * Context: Process or softirq. From softirq a new session uses a free slot of
 * the dirty map and allocates only when there is none.
 * Return: 0; -EEXIST if the device has a session; -ENOSPC if the table holds
 * max_sessions, less its reserve, or has no room for its weight below max_cost, and its
 * policy lets it evict none, or the weight alone is above max_cost; -EDQUOT if the owner has
 * as many sessions as its limit; -EUSERS if the table counts owners, this is one
 * more, and it counts as many as it may; -ENOMEM; -EINVAL if
 * key, data, state, flags, family or times are out of range; -ENODEV if the
 * namespace of the table is gone.
 */
int devsess_insert(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp);

/**
 * devsess_store - create a session or replace it whole
 * @h:   handle
 * @s:   the session; @s->version, created and last_seen are set on success
 * @gfp: as for devsess_insert()
 *
 * Context: Process or softirq. Replacing neither allocates nor can it fail
 * for want of memory. If the weight rises it needs room as a new session does, for the
 * difference; while that is made the old session may end.
 * Return: 0 if it was created, 1 if one was replaced, or an error of
 * devsess_insert() but -EEXIST.
 */
int devsess_store(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp);

/**
 * devsess_update - change fields of a session in place
 * @h:      handle
 * @s:      key and new values; @s becomes the session as it is then
 * @fields: set of enum devsess_fields; the others stay as they are
 *
 * If the weight rises, the difference is counted first; a table whose policy is to evict
 * evicts others for it.
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT if the device has no session; -EDQUOT or -EUSERS as
 * devsess_insert(), if it gets another owner; -ENOSPC likewise, if its weight rises; -EINVAL;
 * -ENODEV. A failed update leaves the session as it was.
 */
int devsess_update(struct devsess_handle *h, struct devsess_session *s, u32 fields);

/**
 * devsess_get_or_insert - find a session or create it (LoadOrStore)
 * @h:   handle
 * @s:   the session to create; it becomes the one that is there then
 * @gfp: as for devsess_insert()
 *
 * Context: Process or softirq.
 * Return: 1 if the device had a session, 0 if it was created, or an error of
 * devsess_insert() but -EEXIST.
 */
int devsess_get_or_insert(struct devsess_handle *h, struct devsess_session *s, gfp_t gfp);

/**
 * devsess_swap - store a session and hand out the previous one
 * @h:    handle
 * @s:    the session; @s->version, created and last_seen are set on success
 * @prev: out: the previous session if 1 is returned
 * @gfp:  as for devsess_insert()
 *
 * Context: Process or softirq.
 * Return: as devsess_store().
 */
int devsess_swap(struct devsess_handle *h, struct devsess_session *s,
		 struct devsess_session *prev, gfp_t gfp);

/**
 * devsess_delete - delete a session
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 *
 * The slot is free for another session at once.
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -ENOENT if the device has no session; -EINVAL; -ENODEV.
 */
int devsess_delete(struct devsess_handle *h, const void *key, size_t key_len);

/**
 * devsess_get_and_delete - delete a session and hand it out (LoadAndDelete)
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @s:       out: the session if 0 is returned
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: as devsess_delete().
 */
int devsess_get_and_delete(struct devsess_handle *h, const void *key, size_t key_len,
			   struct devsess_session *s);

/**
 * devsess_compare_and_swap - update a session if it has a version
 * @h:       handle
 * @s:       key and new values; @s becomes the session as it is then
 * @fields:  set of enum devsess_fields
 * @version: the version expected
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: as devsess_update(), or -ESTALE if the session has another version.
 */
int devsess_compare_and_swap(struct devsess_handle *h, struct devsess_session *s, u32 fields,
			     u64 version);

/**
 * devsess_compare_and_delete - delete a session if it has a version
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @version: the version expected
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: as devsess_delete(), or -ESTALE if the session has another version.
 */
int devsess_compare_and_delete(struct devsess_handle *h, const void *key, size_t key_len,
			       u64 version);

/**
 * devsess_touch - note that a device was heard and start its ttl anew
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @ttl_ms:  time to live from now, instead of the session's own; 0: its own
 * @flags:   set of enum devsess_touch_flag
 * @expires: out, may be NULL: when the session ends now, 0 never
 *
 * A heartbeat: in place, no allocation, the version stays. A session without
 * a ttl of its own that is touched with @ttl_ms 0 goes on for ever.
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; 1 if DEVSESS_TOUCH_FLAG_ONLY_LATER kept the expiry as it was;
 * -ENOENT if the device has no session; -EINVAL; -ENODEV.
 */
int devsess_touch(struct devsess_handle *h, const void *key, size_t key_len, u64 ttl_ms,
		  u32 flags, u64 *expires);

/**
 * devsess_defer_store - create or replace a session, a little later
 * @h: handle
 * @s: the session
 *
 * Deferred writes are for callers that must not wait for a lock, as in a hard
 * interrupt, and for bursts: a worker does what devsess_store() does, after the table's
 * defer_interval_ms at the most, or sooner when the ring of a CPU is half full. Until
 * then lookups find what was there before. Deferred writes to one device are done in
 * the order in which they were put, on whatever CPU; what comes to the same as
 * one of several is done once. Other writes do not wait for them.
 *
 * A write that is refused when it is done, for want of room or of a session, is counted
 * as deferred_failed, and by its reason. Times begin when it is done.
 *
 * Context: Any but NMI. Takes no lock of a table and allocates nothing. It may wake a worker: not
 * where a lock of the scheduler, of timers or of workqueues is held.
 * Return: 0; -EINVAL as devsess_store(); -ENOBUFS if the ring of this CPU is full;
 * -EOPNOTSUPP if the table's defer_ring is 0; -ENODEV if its namespace is gone.
 */
int devsess_defer_store(struct devsess_handle *h, const struct devsess_session *s);

/**
 * devsess_defer_update - change fields of a session, a little later
 * @h:      handle
 * @s:      key and new values
 * @fields: set of enum devsess_fields
 *
 * See devsess_defer_store() and devsess_update().
 *
 * Context: Any but NMI. Takes no lock of a table and allocates nothing. It may wake a worker: not
 * where a lock of the scheduler, of timers or of workqueues is held.
 * Return: as devsess_defer_store().
 */
int devsess_defer_update(struct devsess_handle *h, const struct devsess_session *s, u32 fields);

/**
 * devsess_defer_touch - note that a device was heard, a little later
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 * @ttl_ms:  as for devsess_touch()
 * @flags:   as for devsess_touch()
 *
 * See devsess_defer_store() and devsess_touch().
 *
 * Context: Any but NMI. Takes no lock of a table and allocates nothing. It may wake a worker: not
 * where a lock of the scheduler, of timers or of workqueues is held.
 * Return: as devsess_defer_store().
 */
int devsess_defer_touch(struct devsess_handle *h, const void *key, size_t key_len, u64 ttl_ms,
			u32 flags);

/**
 * devsess_defer_delete - delete a session, a little later
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 *
 * See devsess_defer_store() and devsess_delete().
 *
 * Context: Any but NMI. Takes no lock of a table and allocates nothing. It may wake a worker: not
 * where a lock of the scheduler, of timers or of workqueues is held.
 * Return: as devsess_defer_store().
 */
int devsess_defer_delete(struct devsess_handle *h, const void *key, size_t key_len);

/**
 * devsess_defer_drain - do all deferred writes that wait
 * @h: handle
 *
 * Context: Process, may sleep.
 * Return: 0 when all that were put before the call are done; -EOPNOTSUPP if the
 * table's defer_ring is 0; -ENODEV if its namespace is gone.
 */
int devsess_defer_drain(struct devsess_handle *h);

/**
 * devsess_range - call a function for every session
 * @h:   handle
 * @fn:  called with a copy of each session, outside all locks; it may sleep
 *       and may call anything on the same table; non-zero ends the walk
 * @arg: its second argument
 *
 * A session that is there during the whole walk is seen exactly once,
 * whatever promotions, splits, merges or deletes happen meanwhile; one that
 * comes or goes meanwhile is seen at most once per life.
 *
 * Context: Process, may sleep; allocates one shard's worth of sessions.
 * Return: 0, what @fn returned, -ENOMEM or -ENODEV.
 */
int devsess_range(struct devsess_handle *h, int (*fn)(const struct devsess_session *s, void *arg),
		  void *arg);

/**
 * devsess_refuse - say that there is no session for a device
 * @h:       handle
 * @key:     device id
 * @key_len: its length
 *
 * For a module that answers miss upcalls itself, or knows an id to be bad: user space is not
 * asked for it during the table's upcall_negative_ttl_ms. A session that is there stays.
 *
 * Context: Process, may sleep.
 * Return: 0; -EOPNOTSUPP if the table's option upcall is off; -ENOSPC if other ids need all
 * entries that this one may take; -EINVAL if @key_len is 0 or above the table's key_max;
 * -ENODEV.
 */
int devsess_refuse(struct devsess_handle *h, const void *key, size_t key_len);

/**
 * struct devsess_owner - an owner
 * @owner:    its number
 * @limit:    most sessions that it may have; 0: any number
 * @sessions: how many it has
 * @state:    how many of these are in each state
 * @refused:  sessions that it did not get for its limit
 */
struct devsess_owner {
	u32 owner;
	u32 limit;
	u32 sessions;
	u32 state[DEVSESS_STATES];
	u64 refused;
};

/**
 * devsess_owner_get - the figures of an owner, exact, in O(1)
 * @h:     handle
 * @owner: its number
 * @f:     out: figures, of one moment, if 0 is returned; all 0 but @owner if it has neither a
 *         session nor a limit
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -EOPNOTSUPP if the table counts no owners, its owner_max being 0; -ENODEV.
 */
int devsess_owner_get(struct devsess_handle *h, u32 owner, struct devsess_owner *f);

/**
 * devsess_owner_set - limit an owner
 * @h:     handle
 * @owner: its number
 * @limit: most sessions that it may have, 0 for any number; what it has beyond stays
 *
 * Context: Process or softirq. Allocates nothing.
 * Return: 0; -EOPNOTSUPP if the table counts no owners, its owner_max being 0; -EUSERS if this
 * is one more than it counts, and it counts as many as it may; -ENODEV.
 */
int devsess_owner_set(struct devsess_handle *h, u32 owner, u32 limit);

/**
 * devsess_clear - delete every session
 * @h:       handle
 * @deleted: out, may be NULL: how many there were
 *
 * A session that is stored meanwhile may stay.
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENODEV.
 */
int devsess_clear(struct devsess_handle *h, u64 *deleted);

/**
 * devsess_count - number of sessions, exact, in O(1)
 * @h: handle
 *
 * An expired session counts until the sweep has freed its slot.
 *
 * Context: Any.
 * Return: the number.
 */
u64 devsess_count(const struct devsess_handle *h);

#endif /* _DEVSESS_H */
