// SPDX-License-Identifier: GPL-2.0
/* Offsets and bytes, no headers of anybody's: what is wrong there is not wrong here as well. */
#include "sort.h"

#include <stdbool.h>

static unsigned int u16_at(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static struct sorted is(enum xdp_counter what)
{
	return (struct sorted) { .is = what };
}

static struct sorted has_id(const uint8_t *id, size_t len)
{
	return (struct sorted) { .is = XDP_KNOWN, .id = id, .id_len = len };
}

/* @len: as the header of IP says; @whole: there are no more fragments */
static struct sorted sort_udp(const uint8_t *udp, size_t len, bool whole, uint16_t port)
{
	const uint8_t *message = udp + 8;
	unsigned int udp_len;

	if (len < 8)
		return is(XDP_MALFORMED);
	if (u16_at(udp + 2) != port)
		return is(XDP_OTHER);
	udp_len = u16_at(udp + 4);
	if ((whole && udp_len > len) || udp_len < 8 + 12 || len < 8 + 12)
		return is(XDP_MALFORMED);
	if (message[0] < 1 || message[0] > 2)
		return is(XDP_MALFORMED);
	if (message[3] != 0 && message[3] != 2 && message[3] != 5)
		return is(XDP_MALFORMED);
	return has_id(message + 4, 8);
}

static struct sorted sort_ipv4(const uint8_t *ip, size_t len, uint32_t proto, uint16_t port)
{
	unsigned int header, total, fragment;

	if (proto == XDP_PROTO_IPV6)
		return is(XDP_OTHER);
	if (len < 20 || ip[0] >> 4 != 4 || (ip[0] & 15) < 5)
		return is(XDP_MALFORMED);
	header = (ip[0] & 15) * 4;
	/* Frames are never so long that it may say 0. */
	total = u16_at(ip + 2);
	if (proto == XDP_PROTO_IPV4)
		return total < header || total > len ? is(XDP_MALFORMED) : has_id(ip + 12, 4);
	if (ip[9] != 17)
		return is(XDP_OTHER);
	fragment = u16_at(ip + 6);
	if (fragment & 0x1fff)
		return is(XDP_FRAGMENTS);
	if (total < header || total > len)
		return is(XDP_MALFORMED);
	return sort_udp(ip + header, total - header, !(fragment & 0x2000), port);
}

/* Up to six headers may come before that of UDP. */
static struct sorted sort_ipv6(const uint8_t *ip, size_t len, uint32_t proto, uint16_t port)
{
	unsigned int next, headers = 0, at = 40, size;
	bool whole = true;

	if (proto == XDP_PROTO_IPV4)
		return is(XDP_OTHER);
	if (len < 40 || ip[0] >> 4 != 6)
		return is(XDP_MALFORMED);
	if (proto == XDP_PROTO_IPV6)
		return 40 + u16_at(ip + 4) > len ? is(XDP_MALFORMED) : has_id(ip + 8, 16);
	next = ip[6];
	if (next != 17 && next != 0 && next != 43 && next != 60 && next != 44)
		return is(XDP_OTHER);
	/* What a jumbogram may be does not say here how long it is. */
	if (u16_at(ip + 4) || next) {
		if (40 + u16_at(ip + 4) > len)
			return is(XDP_MALFORMED);
		len = 40 + u16_at(ip + 4);
	}
	for (; next != 17; next = ip[at], at += size) {
		/* Hop by hop, routing, destination options; and fragment. */
		if (next != 0 && next != 43 && next != 60 && next != 44)
			return is(XDP_OTHER);
		if (len - at < 8)
			return is(XDP_MALFORMED);
		size = 8;
		if (next == 44) {
			if (u16_at(ip + at + 2) & 0xfff8)
				return is(XDP_FRAGMENTS);
			whole = whole && !(ip[at + 3] & 1);
		} else {
			size += ip[at + 1] * 8;
		}
		if (len - at < size || ++headers > 6)
			return is(XDP_MALFORMED);
	}
	return sort_udp(ip + at, len - at, whole, port);
}

struct sorted sort(const uint8_t *frame, size_t len, uint32_t proto, uint16_t port)
{
	size_t at = 12;
	int tags;

	if (proto == XDP_PROTO_MAC)
		return has_id(frame + 6, 6);
	for (tags = 0; tags < 2; tags++) {
		if (u16_at(frame + at) != 0x8100 && u16_at(frame + at) != 0x88a8)
			break;
		if (len < at + 2 + 4)
			return is(XDP_MALFORMED);
		at += 4;
	}
	switch (u16_at(frame + at)) {
	case 0x0800:
		return sort_ipv4(frame + at + 2, len - at - 2, proto, port);
	case 0x86dd:
		return sort_ipv6(frame + at + 2, len - at - 2, proto, port);
	}
	return is(XDP_OTHER);
}
