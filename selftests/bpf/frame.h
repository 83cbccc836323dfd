/* SPDX-License-Identifier: GPL-2.0 */
/* Frames as they come from devices and from who means harm. */
#ifndef DEVSESS_TEST_FRAME_H
#define DEVSESS_TEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_PORT	1700

/* One frame, as it grows. */
struct frame {
	uint8_t bytes[1600];
	size_t len;
};

/* All that is special about a kind; the rest is a PUSH_DATA over IPv4. */
struct frame_kind {
	const char *name;
	int vlans;
	int type;	/* EtherType instead of that of IP; then random bytes follow */
	bool v6;
	int ip_version;	/* in its field, if it is not right */
	int ihl;	/* likewise, in words */
	int options;	/* bytes of IP options */
	int protocol;	/* instead of UDP */
	int offset;	/* of a fragment, in units of 8 bytes */
	bool more;	/* more fragments follow */
	int extensions;	/* headers before that of UDP, IPv6 */
	bool no_length;	/* the IPv6 length is 0, as in jumbograms */
	int port;	/* instead of 1700 */
	int udp_more;	/* what the UDP length says too much, or too little */
	int ip_more;	/* the IP length, likewise */
	int version;	/* of the protocol, instead of 2 */
	int what;	/* kind of message, instead of PUSH_DATA */
	int payload;	/* bytes after the EUI; -N: the EUI itself is so much shorter */
	int padding;	/* bytes after all that, in the frame only */
};

/* All of them. */
extern const struct frame_kind frame_kinds[];
extern const size_t frame_kinds_count;

/*
 * Make a frame of a kind. @id: last byte of the EUI 01 02 03 04 05 06 07 ID, and of the IP
 * source 192.0.2.ID or 2001:db8::ID. It goes to 192.0.2.254 or 2001:db8::fe.
 */
void frame_build(struct frame *f, const struct frame_kind *k, const uint8_t *dst,
		 const uint8_t *src, uint8_t id);

#endif
