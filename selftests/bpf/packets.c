// SPDX-License-Identifier: GPL-2.0
/*
 * usage: packets [-u] [-s MAC] [-d MAC] [-w FILE] DEVICE KIND [COUNT [ID]]
 *
 * Sends frames of a kind out of a device, COUNT (1) of them; with -w, writes them to FILE as a
 * capture instead. -s is their source, -d their destination. ID is the last byte of the EUI
 * 01 02 03 04 05 06 07 ID, and of the IP source 192.0.2.ID or 2001:db8::ID; with -u it
 * goes up from frame to frame. `packets -l' lists kinds. The addresses that frames go
 * to are 192.0.2.254 and 2001:db8::fe.
 *
 * What is wrong with a frame is in its kind's name and in `kinds' below.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PORT		1700

/* One frame, as it grows. */
struct frame {
	uint8_t bytes[1600];
	size_t len;
};

/* All that is special about a kind; the rest is a PUSH_DATA over IPv4. */
struct kind {
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
	int port;	/* instead of 1700 */
	int udp_more;	/* what the UDP length says too much, or too little */
	int ip_more;	/* the IP length, likewise */
	int version;	/* of the protocol, instead of 2 */
	int what;	/* kind of message, instead of PUSH_DATA */
	int payload;	/* bytes after the EUI; -N: the EUI itself is so much shorter */
	int padding;	/* bytes after all that, in the frame only */
};

static const struct kind kinds[] = {
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
static void put_ethernet(struct frame *f, const struct kind *k, const uint8_t *dst,
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
static void put_ipv4(struct frame *f, const struct kind *k, size_t len, uint8_t id)
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

static void put_ipv6(struct frame *f, const struct kind *k, size_t len, uint8_t id)
{
	bool fragment = k->offset || k->more;
	uint8_t last = k->protocol ? k->protocol : IPPROTO_UDP;
	struct ip6_hdr ip = {
		.ip6_plen = htons(len + 8 * (k->extensions + fragment) + k->ip_more),
		.ip6_hlim = 64,
	};
	int i;

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
static void put_udp(struct frame *f, const struct kind *k, uint8_t id)
{
	uint8_t message[12 + 400] = { 2, 0xaa, 0xbb, k->what, 1, 2, 3, 4, 5, 6, 7, id };
	size_t len = sizeof(struct udphdr) + 12 + k->payload;
	struct udphdr udp = {
		.source = htons(40000),
		.dest = htons(k->port ? k->port : PORT),
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

static void build(struct frame *f, const struct kind *k, const uint8_t *dst, const uint8_t *src,
		  uint8_t id)
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

static const struct kind *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static int open_device(const char *device)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	to.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || !to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror(device);
		exit(1);
	}
	return fd;
}

/* The header of a capture, and of a frame in it: pcap's, microseconds, Ethernet. */
static void write_capture(FILE *out, const struct frame *f, unsigned int n)
{
	uint32_t file[] = { 0xa1b2c3d4, 4 << 16 | 2, 0, 0, 65535, 1 };
	uint32_t frame[] = { 1700000000, n, f->len, f->len };

	if (!n)
		fwrite(file, sizeof(file), 1, out);
	fwrite(frame, sizeof(frame), 1, out);
	fwrite(f->bytes, f->len, 1, out);
}

static void send_frame(int fd, const struct frame *f)
{
	while (send(fd, f->bytes, f->len, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN) {
			perror("send");
			exit(1);
		}
		usleep(1000);
	}
}

static void parse_mac(uint8_t *mac, const char *text)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
		   mac + 5) == 6)
		return;
	fprintf(stderr, "packets: %s is no MAC\n", text);
	exit(2);
}

static int list(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		puts(kinds[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t src[6] = { 2, 0, 0, 0, 0, 1 }, dst[6] = { 2, 0, 0, 0, 0, 2 };
	const struct kind *kind;
	FILE *capture = NULL;
	long count, id, i;
	struct frame f;
	int option, fd = -1;
	bool up = false;

	while ((option = getopt(argc, argv, "lus:d:w:")) != -1) {
		if (option == 'l')
			return list();
		if (option == 'u')
			up = true;
		else if (option == 's')
			parse_mac(src, optarg);
		else if (option == 'd')
			parse_mac(dst, optarg);
		else if (option == 'w')
			capture = fopen(optarg, "w");
		else
			return 2;
	}
	kind = argc - optind >= 2 ? find(argv[optind + 1]) : NULL;
	if (!kind) {
		fputs("usage: packets -l\n"
		      "       packets [-u] [-s MAC] [-d MAC] [-w FILE] DEVICE KIND [COUNT [ID]]\n",
		      stderr);
		return 2;
	}
	count = argc - optind > 2 ? atol(argv[optind + 2]) : 1;
	id = argc - optind > 3 ? atol(argv[optind + 3]) : 1;
	if (!capture)
		fd = open_device(argv[optind]);
	for (i = 0; i < count; i++) {
		build(&f, kind, dst, src, up ? id + i : id);
		if (capture)
			write_capture(capture, &f, i);
		else
			send_frame(fd, &f);
	}
	return capture && fclose(capture) ? 1 : 0;
}
