/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs for packets and the tool that loads them share. */
#ifndef DEVSESS_XDP_H
#define DEVSESS_XDP_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* Where in a packet the device id is. */
enum xdp_proto {
	XDP_PROTO_SEMTECH_UDP,	/* the gateway's EUI, 8 bytes: Semtech UDP packet forwarder */
	XDP_PROTO_MAC,		/* the source MAC, 6 bytes */
	XDP_PROTO_IPV4,		/* the source address, 4 bytes */
	XDP_PROTO_IPV6,		/* the source address, 16 bytes */
};

/* What a tc program sets the packet's mark to. */
enum xdp_mark {
	XDP_MARK_NONE,
	XDP_MARK_MARK,		/* the session's mark */
	XDP_MARK_OWNER,		/* its owner */
};

#define XDP_TOUCH_NEVER	(~0ULL)

/**
 * struct xdp_config - what a program does; fixed when it is loaded
 * @touch_ns:     a session that was last seen so long ago is touched; XDP_TOUCH_NEVER: none is
 * @table:        number of the table, bpf_id
 * @proto:        enum xdp_proto
 * @mark:         enum xdp_mark, tc only
 * @port:         UDP port of XDP_PROTO_SEMTECH_UDP
 * @drop_unknown: whether packets of unknown devices are dropped
 * @load:         whether user space is asked for unknown devices
 * @redirect:     whether the map ports has any
 */
struct xdp_config {
	__u64 touch_ns;
	__u32 table;
	__u32 proto;
	__u32 mark;
	__u16 port;
	__u8 drop_unknown;
	__u8 load;
	__u8 redirect;
};

/* Each packet is one of those from XDP_KNOWN to XDP_ERRORS; two of them say more of the known. */
enum xdp_counter {
	XDP_PACKETS,
	XDP_KNOWN,		/* its device has a session: passed or redirected */
	XDP_BLOCKED,		/* has one that is blocked: dropped */
	XDP_UNKNOWN,		/* has none */
	XDP_MALFORMED,		/* not what the protocol allows: dropped */
	XDP_FRAGMENTS,		/* a fragment after the first, which has no id: passed */
	XDP_OTHER,		/* not of the protocol: passed */
	XDP_ERRORS,		/* the lookup failed: treated as unknown */
	XDP_TOUCHED,
	XDP_REDIRECTED,
	XDP_COUNTERS,
};

/* Per CPU. */
struct xdp_counters {
	__u64 n[XDP_COUNTERS];
};

/* Most owners whose packets are redirected. */
#define XDP_PORTS_MAX	1024

#endif
