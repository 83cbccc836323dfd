// SPDX-License-Identifier: GPL-2.0
/*
 * usage: packets [-u] [-b BYTES] [-s MAC] [-d MAC] [-w FILE] DEVICE KIND [COUNT [ID]]
 *
 * Sends frames of a kind out of a device, COUNT (1) of them; with -w, writes them to FILE as a
 * capture instead. -b makes them so long, with zeros behind. -s is their source, -d their
 * destination. ID is the last byte of the EUI 01 02 03 04 05 06 07 ID, and of the IP source
 * 192.0.2.ID or 2001:db8::ID; with -u it goes up from frame to frame. `packets -l' lists kinds.
 * The addresses that frames go to are 192.0.2.254 and 2001:db8::fe.
 *
 * What is wrong with a frame is in its kind's name and in frame.c.
 */
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

static const struct frame_kind *find(const char *name)
{
	size_t i;

	for (i = 0; i < frame_kinds_count; i++)
		if (!strcmp(frame_kinds[i].name, name))
			return &frame_kinds[i];
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

static void send_frame(int fd, const struct frame *f, size_t bytes)
{
	static uint8_t all[65536];

	memcpy(all, f->bytes, f->len);
	while (send(fd, all, bytes > f->len ? bytes : f->len, 0) < 0) {
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

	for (i = 0; i < frame_kinds_count; i++)
		puts(frame_kinds[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t src[6] = { 2, 0, 0, 0, 0, 1 }, dst[6] = { 2, 0, 0, 0, 0, 2 };
	const struct frame_kind *kind;
	FILE *capture = NULL;
	long count, id, i, bytes = 0;
	struct frame f;
	int option, fd = -1;
	bool up = false;

	while ((option = getopt(argc, argv, "lub:s:d:w:")) != -1) {
		if (option == 'l')
			return list();
		if (option == 'u')
			up = true;
		else if (option == 'b')
			bytes = atol(optarg);
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
	if (!kind || bytes < 0 || bytes > 65536) {
		fputs("usage: packets -l\n"
		      "       packets [-u] [-b BYTES] [-s MAC] [-d MAC] [-w FILE] DEVICE KIND\n"
		      "               [COUNT [ID]]\n", stderr);
		return 2;
	}
	count = argc - optind > 2 ? atol(argv[optind + 2]) : 1;
	id = argc - optind > 3 ? atol(argv[optind + 3]) : 1;
	if (!capture)
		fd = open_device(argv[optind]);
	for (i = 0; i < count; i++) {
		frame_build(&f, kind, dst, src, up ? id + i : id);
		if (capture)
			write_capture(capture, &f, i);
		else
			send_frame(fd, &f, bytes);
	}
	return capture && fclose(capture) ? 1 : 0;
}
