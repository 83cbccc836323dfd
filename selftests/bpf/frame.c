// SPDX-License-Identifier: GPL-2.0
#include "frame.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

const struct frame_kind frame_kinds[] = {
	{ .name = "push", .payload = 60 },
	{ .name = "pull", .what = 2 },
	{ .name = "tx-ack", .what = 5 },
	{ .name = "version-1", .version = 1 },
	{ .name = "padded", .padding = 30 },
	{ .name = "options", .options = 8 },
	{ .name = "vlan", .vlans = 1 },
	{ .name = "qinq", .vlans = 2 },
	{ .name = "first-fragment", .more = true, .payload = 12, .udp_more = 400 },
	{ .name = "v6", .v6 = true },
	{ .name = "v6-extensions", .v6 = true, .extensions = 3 },
	{ .name = "v6-no-length", .v6 = true, .extensions = 1, .no_length = true },
	{ .name = "v6-first-fragment", .v6 = true, .more = true, .payload = 12, .udp_more = 400 },
	/* Malformed. */
	{ .name = "version-3", .version = 3 },
	{ .name = "version-0", .version = -1 },
	{ .name = "push-ack", .what = 1 },
	{ .name = "kind-9", .what = 9 },
	{ .name = "no-eui", .payload = -8 },
	{ .name = "short-eui", .payload = -1 },
	{ .name = "empty", .payload = -12 },
	{ .name = "udp-too-long", .udp_more = 1 },
	{ .name = "udp-too-short", .udp_more = -20 },
	{ .name = "udp-cut", .payload = -16 },
	{ .name = "ip-too-long", .ip_more = 1 },
	{ .name = "ip-too-short", .ip_more = -40 },
	{ .name = "ip-version", .ip_version = 6 },
	{ .name = "ihl-4", .ihl = 4 },
	{ .name = "ihl-15", .ihl = 15 },
	{ .name = "ip-cut", .payload = -30 },
	{ .name = "v6-too-long", .v6 = true, .ip_more = 1 },
	{ .name = "v6-short-eui", .v6 = true, .payload = -1 },
	{ .name = "v6-version", .v6 = true, .ip_version = 4 },
	{ .name = "v6-many-extensions", .v6 = true, .extensions = 7 },
	{ .name = "v6-cut", .v6 = true, .payload = -50 },
	/* Fragments without the header of UDP. */
	{ .name = "fragment", .offset = 10 },
	{ .name = "middle-fragment", .offset = 10, .more = true },
	{ .name = "v6-fragment", .v6 = true, .offset = 10 },
	/* Something else. */
	{ .name = "other-port", .port = 1701 },
	{ .name = "tcp", .protocol = IPPROTO_TCP },
	{ .name = "v6-tcp", .v6 = true, .protocol = IPPROTO_TCP },
	{ .name = "arp", .type = 0x0806 },
	{ .name = "vlan-3", .vlans = 3 },
	{ .name = "random", .type = -1 },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

const size_t frame_kinds_count = ARRAY_SIZE(frame_kinds);

static void put(struct frame *f, const void *bytes, size_t len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put_zeros(struct frame *f, size_t len)
{
	memset(f->bytes + f->len, 0, len);
	f->len += len;
}

static void put_u16(struct frame *f, uint16_t value)
{
	value = htons(value);
	put(f, &value, 2);
}

/* What is in front of IP. */
static void put_ethernet(struct frame *f, const struct frame_kind *k, const uint8_t *dst,
			 const uint8_t *src)
{
	int i;

	put(f, dst, 6);
	put(f, src, 6);
	for (i = 0; i < k->vlans; i++) {
		put_u16(f, k->vlans > 1 && !i ? 0x88a8 : 0x8100);
		put_u16(f, 7 + i);
	}
	put_u16(f, k->type ? k->type : k->v6 ? 0x86dd : 0x0800);
}

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* @len: of what follows */
static void put_ipv4(struct frame *f, const struct frame_kind *k, size_t len, uint8_t id)
{
	size_t header = sizeof(struct iphdr) + k->options;
	struct iphdr ip = {
		.version = k->ip_version ? k->ip_version : 4,
		.ihl = k->ihl ? k->ihl : (int)header / 4,
		.tot_len = htons(header + len + k->ip_more),
		.id = htons(4711),
		.frag_off = htons(k->offset | (k->more ? 0x2000 : 0)),
		.ttl = 64,
		.protocol = k->protocol ? k->protocol : IPPROTO_UDP,
		.saddr = htonl(0xc0000200 | id),
		.daddr = htonl(0xc00002fe),
	};
	uint8_t *start = f->bytes + f->len;
	uint16_t sum;

	put(f, &ip, sizeof(ip));
	memset(f->bytes + f->len, 1, k->options); /* no operation */
	f->len += k->options;
	sum = checksum(start, header);
	memcpy(start + offsetof(struct iphdr, check), &sum, 2);
}

static void put_ipv6(struct frame *f, const struct frame_kind *k, size_t len, uint8_t id)
{
	bool fragment = k->offset || k->more;
	uint8_t last = k->protocol ? k->protocol : IPPROTO_UDP;
	struct ip6_hdr ip = {
		.ip6_plen = htons(len + 8 * (k->extensions + fragment) + k->ip_more),
		.ip6_hlim = 64,
	};
	int i;

	if (k->no_length)
		ip.ip6_plen = 0;
	ip.ip6_vfc = (k->ip_version ? k->ip_version : 6) << 4;
	ip.ip6_nxt = k->extensions ? IPPROTO_HOPOPTS : fragment ? IPPROTO_FRAGMENT : last;
	inet_pton(AF_INET6, "2001:db8::", &ip.ip6_src);
	inet_pton(AF_INET6, "2001:db8::fe", &ip.ip6_dst);
	ip.ip6_src.s6_addr[15] = id;
	put(f, &ip, sizeof(ip));
	for (i = 0; i < k->extensions; i++) {
		/* 8 bytes, all of it padding. */
		uint8_t h[8] = { last, 0, 1, 4 };

		if (i + 1 < k->extensions)
			h[0] = IPPROTO_DSTOPTS;
		else if (fragment)
			h[0] = IPPROTO_FRAGMENT;
		put(f, h, 8);
	}
	if (fragment) {
		struct ip6_frag h = {
			.ip6f_nxt = last,
			.ip6f_offlg = htons(k->offset << 3 | k->more),
			.ip6f_ident = htonl(4711),
		};

		put(f, &h, sizeof(h));
	}
}

/* The message, and UDP before it. */
static void put_udp(struct frame *f, const struct frame_kind *k, uint8_t id)
{
	uint8_t message[12 + 400] = { 2, 0xaa, 0xbb, k->what, 1, 2, 3, 4, 5, 6, 7, id };
	size_t len = sizeof(struct udphdr) + 12 + k->payload;
	struct udphdr udp = {
		.source = htons(40000),
		.dest = htons(k->port ? k->port : FRAME_PORT),
		.len = htons(len + k->udp_more),
	};

	if (k->version)
		message[0] = k->version < 0 ? 0 : k->version;
	memset(message + 12, '{', k->payload > 0 ? k->payload : 0);
	/* Of a frame that is cut there may be none of it, or part of the header. */
	if ((ssize_t)len < (ssize_t)sizeof(udp)) {
		put(f, &udp, (ssize_t)len > 0 ? len : 0);
		return;
	}
	put(f, &udp, sizeof(udp));
	put(f, message, len - sizeof(udp));
}

/* UDP over IPv6 must have one. @at: where IP begins */
static void set_v6_checksum(struct frame *f, size_t at, size_t udp)
{
	struct {
		struct in6_addr from, to;
		uint32_t len;
		uint32_t next;
		uint8_t bytes[1600];
	} all = { .next = htonl(IPPROTO_UDP) };
	size_t len = f->len - udp;
	uint16_t sum;

	memcpy(&all.from, f->bytes + at + offsetof(struct ip6_hdr, ip6_src), 32);
	all.len = htonl(len);
	memcpy(all.bytes, f->bytes + udp, len);
	sum = checksum((uint8_t *)&all, offsetof(typeof(all), bytes) + (len + 1) / 2 * 2);
	memcpy(f->bytes + udp + offsetof(struct udphdr, check), &sum, 2);
}

void frame_build(struct frame *f, const struct frame_kind *k, const uint8_t *dst,
		 const uint8_t *src, uint8_t id)
{
	size_t len = sizeof(struct udphdr) + 12 + k->payload, i, ip, udp;

	f->len = 0;
	put_ethernet(f, k, dst, src);
	if (k->type) {
		for (i = random() % 100; i; i--)
			f->bytes[f->len++] = random();
		if (k->type < 0)
			memcpy(f->bytes + 12, random() % 2 ? "\x08\x00" : "\x86\xdd", 2);
		return;
	}
	ip = f->len;
	if (k->v6)
		put_ipv6(f, k, len, id);
	else
		put_ipv4(f, k, len, id);
	udp = f->len;
	put_udp(f, k, id);
	if (k->v6 && f->len >= udp + sizeof(struct udphdr))
		set_v6_checksum(f, ip, udp);
	/* Cut within IP's own header. */
	if ((ssize_t)len < 0)
		f->len = ip + 12;
	put_zeros(f, k->padding);
}
