/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_ADDR_H
#define DEVSESS_ADDR_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* An address in network byte order; family AF_UNSPEC where there is none. */
struct addr {
	uint8_t family;
	uint8_t bytes[16];
};

/* Bytes of an address of this family. */
size_t addr_len(uint8_t family);

/* Read IP or IP6. Returns 0, or -1 with @e filled in. */
int addr_parse(const char *text, size_t len, struct addr *addr, struct err *e);

/*
 * Read IP, IP:PORT, IP6, [IP6] or [IP6]:PORT. Returns 1 if there was a port,
 * 0 if not, or -1 with @e filled in.
 */
int addr_parse_port(const char *text, size_t len, struct addr *addr, uint16_t *port,
		    struct err *e);

/* Read IP/LEN or IP6/LEN; without /LEN a host. Returns 0, or -1 with @e. */
int addr_parse_net(const char *text, size_t len, struct addr *net, uint32_t *bits, struct err *e);

void addr_format(struct buf *b, const struct addr *addr);

/* As addr_parse_port() reads it; a port of 0 is left out. */
void addr_format_port(struct buf *b, const struct addr *addr, uint16_t port);

#endif
