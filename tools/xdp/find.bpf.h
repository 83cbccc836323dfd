/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the device id in a packet.
 *
 * Lengths that the packet states are compared with how long it is, whatever part of it is at
 * hand; each pointer, with the end of that part, which the verifier asks for.
 */
#ifndef DEVSESS_FIND_BPF_H
#define DEVSESS_FIND_BPF_H

#include "xdp.h"

#define ETH_P_IP	0x0800
#define ETH_P_IPV6	0x86dd
#define ETH_P_8021Q	0x8100
#define ETH_P_8021AD	0x88a8

#define IP_MF		0x2000
#define IP_OFFSET	0x1fff
#define IP6_MF		0x0001
#define IP6_OFFSET	0xfff8

#define IPPROTO_HOPOPTS	0
#define IPPROTO_ROUTING	43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_DSTOPTS	60

#define VLANS_MAX	2
#define IPV6_EXTENSIONS_MAX 6

enum found {
	FOUND_ID,
	FOUND_OTHER,
	FOUND_FRAGMENT,
	FOUND_MALFORMED,
};

struct id {
	__u8 bytes[16];
	__u32 len;
};

/*
 * Part of a packet: [pos, end) is at hand, of @left bytes that there are from @pos on. @vlans: how
 * many tags were taken off before.
 */
struct part {
	void *pos;
	void *end;
	__u32 left;
	__u32 vlans;
};

/*
 * Semtech UDP packet forwarder, PROTOCOL.TXT of its versions 1 and 2: the first bytes of what a
 * gateway sends.
 */
struct semtech {
	__u8 version;
	__u8 token[2];
	__u8 kind;
	__u8 eui[8];
} __attribute__((packed));

#define SEMTECH_PUSH_DATA	0
#define SEMTECH_PULL_DATA	2
#define SEMTECH_TX_ACK		5

/* The next @size bytes, or NULL if there are fewer. */
static __always_inline void *take(struct part *p, __u32 size)
{
	void *pos = p->pos;

	if (p->left < size || pos + size > p->end)
		return NULL;
	p->pos = pos + size;
	p->left -= size;
	return pos;
}

/* As many as the packet says. The compiler is not to know better than the verifier will. */
static __always_inline void *take_variable(struct part *p, __u32 size)
{
	asm volatile("" : "+r"(size));
	return size <= 255 * 8 ? take(p, size) : NULL;
}

static __always_inline enum found set_id(struct id *id, const void *bytes, __u32 len)
{
	__builtin_memcpy(id->bytes, bytes, len);
	id->len = len;
	return FOUND_ID;
}

/* @more: this is the first fragment of several, shorter than the datagram. */
static __always_inline enum found find_in_udp(struct part *p, bool more, __u16 port,
					      struct id *id)
{
	const __u32 payload = p->left;
	const struct udphdr *udp = take(p, sizeof(*udp));
	const struct semtech *s;
	__u16 len;

	if (!udp)
		return FOUND_MALFORMED;
	if (udp->dest != bpf_htons(port))
		return FOUND_OTHER;
	len = bpf_ntohs(udp->len);
	if (len < sizeof(*udp) + sizeof(*s) || (!more && len > payload))
		return FOUND_MALFORMED;
	s = take(p, sizeof(*s));
	if (!s || (s->version != 1 && s->version != 2))
		return FOUND_MALFORMED;
	switch (s->kind) {
	case SEMTECH_PUSH_DATA:
	case SEMTECH_PULL_DATA:
	case SEMTECH_TX_ACK:
		return set_id(id, s->eui, sizeof(s->eui));
	}
	return FOUND_MALFORMED;
}

/* @proto: that, or semtech-udp */
static __always_inline enum found find_in_ipv4(struct part *p, __u32 proto, __u16 port,
					       struct id *id)
{
	const __u32 packet = p->left;
	const struct iphdr *ip = take(p, sizeof(*ip));
	__u32 options, total;
	bool fits;
	__u16 frag;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return FOUND_MALFORMED;
	options = ip->ihl * 4 - sizeof(*ip);
	total = bpf_ntohs(ip->tot_len);
	/* As the kernel has it: of what it merged beyond what the field takes. */
	if (!total && packet > 0xffff)
		total = packet;
	fits = total >= sizeof(*ip) + options && total <= packet;
	if (proto == XDP_PROTO_IPV4)
		return fits ? set_id(id, &ip->saddr, sizeof(ip->saddr)) : FOUND_MALFORMED;
	if (ip->protocol != IPPROTO_UDP)
		return FOUND_OTHER;
	frag = bpf_ntohs(ip->frag_off);
	if (frag & IP_OFFSET)
		return FOUND_FRAGMENT;
	if (!fits)
		return FOUND_MALFORMED;
	/* What the frame has more is padding. */
	p->left = total - sizeof(*ip);
	if (!take_variable(p, options))
		return FOUND_MALFORMED;
	return find_in_udp(p, frag & IP_MF, port, id);
}

/* Whether a header of this kind can be on the way to that of UDP. */
static __always_inline bool leads_to_udp(__u8 next)
{
	return next == IPPROTO_UDP || next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
	       next == IPPROTO_DSTOPTS || next == IPPROTO_FRAGMENT;
}

/* Goes past the headers before that of UDP. */
static __always_inline enum found find_in_ipv6_udp(struct part *p, __u8 next, __u16 port,
						   struct id *id)
{
	bool more = false;
	int i;

	for (i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		const struct ipv6_opt_hdr *h;
		__u16 frag;

		if (next == IPPROTO_UDP)
			return find_in_udp(p, more, port, id);
		if (!leads_to_udp(next))
			return FOUND_OTHER;
		h = take(p, 8);
		if (!h)
			return FOUND_MALFORMED;
		if (next == IPPROTO_FRAGMENT) {
			frag = bpf_ntohs(((const struct frag_hdr *)h)->frag_off);
			if (frag & IP6_OFFSET)
				return FOUND_FRAGMENT;
			more |= frag & IP6_MF;
		} else if (!take_variable(p, h->hdrlen * 8)) {
			return FOUND_MALFORMED;
		}
		next = h->nexthdr;
	}
	return FOUND_MALFORMED;
}

/* @proto: that, or semtech-udp */
static __always_inline enum found find_in_ipv6(struct part *p, __u32 proto, __u16 port,
					       struct id *id)
{
	const struct ipv6hdr *ip = take(p, sizeof(*ip));
	__u32 len;

	if (!ip || ip->version != 6)
		return FOUND_MALFORMED;
	len = bpf_ntohs(ip->payload_len);
	/* As the kernel has it: in a jumbogram, and whatever is made up to look like one. */
	if (!len && ip->nexthdr == IPPROTO_HOPOPTS)
		len = p->left;
	if (proto == XDP_PROTO_IPV6)
		return len > p->left ? FOUND_MALFORMED : set_id(id, &ip->saddr, sizeof(ip->saddr));
	if (!leads_to_udp(ip->nexthdr))
		return FOUND_OTHER;
	if (len > p->left)
		return FOUND_MALFORMED;
	p->left = len;
	return find_in_ipv6_udp(p, ip->nexthdr, port, id);
}

/* @proto: enum xdp_proto; @port: in host byte order */
static __always_inline enum found find_id(struct part *p, __u32 proto, __u16 port, struct id *id)
{
	const struct ethhdr *eth = take(p, sizeof(*eth));
	__be16 type;
	int i;

	if (!eth)
		return FOUND_MALFORMED;
	if (proto == XDP_PROTO_MAC)
		return set_id(id, eth->h_source, sizeof(eth->h_source));
	type = eth->h_proto;
	for (i = 0; i < VLANS_MAX; i++) {
		const struct vlan_hdr *vlan;

		if (i + p->vlans == VLANS_MAX)
			break;
		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		vlan = take(p, sizeof(*vlan));
		if (!vlan)
			return FOUND_MALFORMED;
		type = vlan->h_vlan_encapsulated_proto;
	}
	if (type == bpf_htons(ETH_P_IP) && proto != XDP_PROTO_IPV6)
		return find_in_ipv4(p, proto, port, id);
	if (type == bpf_htons(ETH_P_IPV6) && proto != XDP_PROTO_IPV4)
		return find_in_ipv6(p, proto, port, id);
	return FOUND_OTHER;
}

#endif
