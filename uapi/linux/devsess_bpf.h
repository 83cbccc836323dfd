/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/*
 * devsess - device sessions for BPF programs: what kfuncs take, and the kfuncs.
 *
 * A program includes vmlinux.h or <linux/bpf.h> and <bpf/bpf_helpers.h> before. Where the module
 * may be missing, or without kfuncs, it asks bpf_ksym_exists() first; else it is not loaded.
 *
 * Each kfunc takes a device id, 1 to the table's key_max bytes, and options, and works on the
 * table of the number @table in the network namespace of the packet, or, where there is none, of
 * the task that runs. `devsess table list' prints the number. It stays with a name, whatever
 * content `table swap' or `load --replace' gives it; after `table del' it finds nothing.
 *
 * The id is read once. It should be on the stack or in a map: for a kfunc, the verifier takes
 * what is in a packet for written, so that a tc program would copy the packet's header.
 */
#ifndef _UAPI_LINUX_DEVSESS_BPF_H
#define _UAPI_LINUX_DEVSESS_BPF_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Most bytes of opaque data: DEVSESS_DATA_MAX. */
#define DEVSESS_BPF_DATA_MAX	64

/**
 * enum devsess_bpf_flag - flags of a lookup
 * @DEVSESS_BPF_LOAD: if the device has no session, ask user space for it, as
 *                    devsess_lookup_or_load() does
 */
enum devsess_bpf_flag {
	DEVSESS_BPF_LOAD = 1 << 0,
};

/**
 * struct devsess_bpf_session - a session, in and out; see struct devsess_session
 * @session:   session id
 * @version:   out: raised by each change
 * @ttl_ms:    time to live in ms, 0 for ever; in: all bits set: that of the table
 * @expires:   when it ends, ns of CLOCK_BOOTTIME, 0 never; in: 0: now plus @ttl_ms
 * @created:   out: ns of CLOCK_BOOTTIME
 * @last_seen: out: likewise
 * @addr:      peer address; IPv4 in the first four bytes, the rest zero
 * @owner:     owner
 * @mark:      mark
 * @port:      peer port, big endian
 * @family:    AF_UNSPEC (0), AF_INET (2) or AF_INET6 (10)
 * @state:     enum devsess_state
 * @flags:     set of enum devsess_flag
 * @weight:    1 to 255; in: 0 is 1
 * @key_len:   out: length of the device id
 * @data_len:  length of the opaque data
 */
struct devsess_bpf_session {
	__u64 session;
	__u64 version;
	__u64 ttl_ms;
	__u64 expires;
	__u64 created;
	__u64 last_seen;
	__u8 addr[16];
	__u32 owner;
	__u32 mark;
	__be16 port;
	__u8 family;
	__u8 state;
	__u8 flags;
	__u8 weight;
	__u8 key_len;
	__u8 data_len;
};

/**
 * struct devsess_bpf_opts - what is asked for, and what comes of it
 * @table:    number of the table
 * @error:    out: what the kfunc returned
 * @flags:    of a lookup, set of enum devsess_bpf_flag; of a touch, set of enum
 *            devsess_touch_flag; else 0
 * @fields:   of an update, set of enum devsess_fields; else 0
 * @reserved: 0
 * @s:        lookup: out. store, update: in, and out as it is then. touch: in: @s.ttl_ms, time
 *            to live from now, 0 the session's own; out: @s.expires. delete: not used
 *
 * Its size is passed with it: that of this, or of struct devsess_bpf_opts_data.
 */
struct devsess_bpf_opts {
	__u32 table;
	__s32 error;
	__u32 flags;
	__u32 fields;
	__u64 reserved;
	struct devsess_bpf_session s;
};

/**
 * struct devsess_bpf_opts_data - likewise, for sessions with opaque data
 * @o:    options
 * @data: opaque data, @o.s.data_len bytes; without it, lookups leave the data out, and
 *        what is stored has none
 */
struct devsess_bpf_opts_data {
	struct devsess_bpf_opts o;
	__u8 data[DEVSESS_BPF_DATA_MAX];
};

#ifdef __bpf__
#define DEVSESS_KFUNC extern __weak __ksym
#else
#define DEVSESS_KFUNC
#endif

struct xdp_md;
struct __sk_buff;

/**
 * bpf_xdp_devsess_lookup() - find the session of a device
 * bpf_skb_devsess_lookup() - likewise
 * bpf_devsess_lookup() - likewise, in programs without a packet
 * @ctx:      the program's context
 * @key:      device id
 * @key__sz:  its length
 * @opts:     options; @opts->s is untouched unless 0 is returned
 * @opts__sz: their size
 *
 * Takes no lock and allocates nothing.
 *
 * Context: XDP programs; tc programs, sched_cls and, on Linux 6.12, sched_act; tracing programs
 * (fentry, fexit, tp_btf; on Linux 6.12 tracepoint and perf_event), NMI included.
 * Return: 0; -ENOENT if the device has no session or an expired one; -ENODEV if the namespace
 * has no table of that number; -EINVAL if the id's length, the size, a flag or a reserved byte
 * is not one of those above, or the id or the options are NULL, which on Linux 6.12 the verifier
 * does not let pass; -EAGAIN (NMI only) if the interrupted code was writing, or another CPU
 * stands still while it does.
 */
DEVSESS_KFUNC int bpf_xdp_devsess_lookup(struct xdp_md *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_skb_devsess_lookup(struct __sk_buff *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_devsess_lookup(const void *key, __u32 key__sz,
				     struct devsess_bpf_opts *opts, __u32 opts__sz);

/**
 * bpf_xdp_devsess_touch() - note that a device was heard and start its ttl anew
 * bpf_skb_devsess_touch() - likewise
 * @ctx:      the program's context
 * @key:      device id
 * @key__sz:  its length
 * @opts:     options
 * @opts__sz: their size
 *
 * Context: XDP and tc programs. Takes the lock of a shard; allocates nothing.
 * Return: 0; 1 if DEVSESS_TOUCH_FLAG_ONLY_LATER kept the expiry as it was; -ENOENT, -ENODEV and
 * -EINVAL as a lookup; -EBUSY where the code that was interrupted may hold that lock: with
 * interrupts off; and, on PREEMPT_RT, with preemption off.
 */
DEVSESS_KFUNC int bpf_xdp_devsess_touch(struct xdp_md *ctx, const void *key, __u32 key__sz,
					struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_skb_devsess_touch(struct __sk_buff *ctx, const void *key, __u32 key__sz,
					struct devsess_bpf_opts *opts, __u32 opts__sz);

/**
 * bpf_xdp_devsess_store() - create a session or replace it whole
 * bpf_skb_devsess_store() - likewise
 * @ctx:      the program's context
 * @key:      device id
 * @key__sz:  its length
 * @opts:     options
 * @opts__sz: their size
 *
 * Context: XDP and tc programs. Takes the lock of a shard; a new session allocates only if the
 * dirty map has no free slot.
 * Return: 0 if it was created, 1 if one was replaced; -EINVAL also if a field is out of range;
 * -ENODEV and -EBUSY as a touch; -ENOSPC, -EDQUOT, -EUSERS and -ENOMEM as devsess_store().
 */
DEVSESS_KFUNC int bpf_xdp_devsess_store(struct xdp_md *ctx, const void *key, __u32 key__sz,
					struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_skb_devsess_store(struct __sk_buff *ctx, const void *key, __u32 key__sz,
					struct devsess_bpf_opts *opts, __u32 opts__sz);

/**
 * bpf_xdp_devsess_update() - change fields of a session in place
 * bpf_skb_devsess_update() - likewise
 * @ctx:      the program's context
 * @key:      device id
 * @key__sz:  its length
 * @opts:     options; DEVSESS_F_DATA needs struct devsess_bpf_opts_data
 * @opts__sz: their size
 *
 * Context: XDP and tc programs. Takes the lock of a shard; allocates nothing.
 * Return: 0; errors as a touch; -EINVAL also if a field is out of range; -ENOSPC, -EDQUOT and
 * -EUSERS as devsess_update(). The session is as it was after a failure.
 */
DEVSESS_KFUNC int bpf_xdp_devsess_update(struct xdp_md *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_skb_devsess_update(struct __sk_buff *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);

/**
 * bpf_xdp_devsess_delete() - delete a session
 * bpf_skb_devsess_delete() - likewise
 * @ctx:      the program's context
 * @key:      device id
 * @key__sz:  its length
 * @opts:     options
 * @opts__sz: their size
 *
 * Context: XDP and tc programs. Takes the lock of a shard; allocates nothing.
 * Return: 0, or an error of a touch.
 */
DEVSESS_KFUNC int bpf_xdp_devsess_delete(struct xdp_md *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);
DEVSESS_KFUNC int bpf_skb_devsess_delete(struct __sk_buff *ctx, const void *key, __u32 key__sz,
					 struct devsess_bpf_opts *opts, __u32 opts__sz);

#endif /* _UAPI_LINUX_DEVSESS_BPF_H */
