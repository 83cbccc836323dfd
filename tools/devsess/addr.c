// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "buf.h"
#include "err.h"
#include "num.h"

size_t addr_len(uint8_t family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

int addr_parse(const char *text, size_t len, struct addr *addr, struct err *e)
{
	char quote[ERR_QUOTE_MAX], copy[INET6_ADDRSTRLEN];
	struct addr new = { 0 };

	if (!len || len >= sizeof(copy) || memchr(text, '\0', len))
		goto bad;
	memcpy(copy, text, len);
	copy[len] = '\0';
	new.family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(new.family, copy, new.bytes) != 1)
		goto bad;
	*addr = new;
	return 0;
bad:
	return err_set(e, "%s is not an IPv4 or IPv6 address", err_quote(quote, text, len));
}

static int parse_port(const char *text, size_t len, uint16_t *port, struct err *e)
{
	uint64_t value;

	if (num_parse(text, len, UINT16_MAX, &value, e))
		return err_prefix(e, "port");
	*port = value;
	return 1;
}

/* [IP6] or [IP6]:PORT */
static int parse_bracketed(const char *text, size_t len, struct addr *addr, uint16_t *port,
			   struct err *e)
{
	const char *close = memchr(text, ']', len);
	size_t inner, rest;

	if (!close)
		return err_set(e, "']' is missing after the address");
	inner = close - text - 1;
	rest = len - inner - 2;
	if (addr_parse(text + 1, inner, addr, e))
		return -1;
	if (addr->family != AF_INET6)
		return err_set(e, "[ and ] go around an IPv6 address");
	if (!rest)
		return 0;
	if (close[1] != ':')
		return err_set(e, "only :PORT may follow ']'");
	return parse_port(close + 2, rest - 1, port, e);
}

int addr_parse_port(const char *text, size_t len, struct addr *addr, uint16_t *port, struct err *e)
{
	const char *colon = len ? memchr(text, ':', len) : NULL;

	if (len && text[0] == '[')
		return parse_bracketed(text, len, addr, port, e);
	/* Two colons or more: an IPv6 address, whose port would need brackets. */
	if (!colon || memchr(colon + 1, ':', text + len - colon - 1))
		return addr_parse(text, len, addr, e);
	if (addr_parse(text, colon - text, addr, e))
		return -1;
	return parse_port(colon + 1, text + len - colon - 1, port, e);
}

int addr_parse_net(const char *text, size_t len, struct addr *net, uint32_t *bits, struct err *e)
{
	const char *slash = len ? memchr(text, '/', len) : NULL;
	uint64_t value;

	if (addr_parse(text, slash ? (size_t)(slash - text) : len, net, e))
		return -1;
	value = addr_len(net->family) * 8;
	if (slash && num_parse(slash + 1, text + len - slash - 1, value, &value, e))
		return err_prefix(e, "prefix length");
	*bits = value;
	return 0;
}

void addr_format(struct buf *b, const struct addr *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (addr->family == AF_INET) {
		for (int i = 0; i < 4; i++) {
			if (i)
				buf_char(b, '.');
			buf_u64(b, addr->bytes[i]);
		}
	} else if (addr->family == AF_INET6 &&
		   inet_ntop(AF_INET6, addr->bytes, text, sizeof(text))) {
		buf_str(b, text);
	}
}

void addr_format_port(struct buf *b, const struct addr *addr, uint16_t port)
{
	bool brackets = port && addr->family == AF_INET6;

	if (brackets)
		buf_char(b, '[');
	addr_format(b, addr);
	if (brackets)
		buf_char(b, ']');
	if (port) {
		buf_char(b, ':');
		buf_u64(b, port);
	}
}
