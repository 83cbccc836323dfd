/* SPDX-License-Identifier: GPL-2.0 */
/* What xdp.rst says of a frame, for tests of the programs in tools/xdp, which is not used here. */
#ifndef DEVSESS_TEST_SORT_H
#define DEVSESS_TEST_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "xdp.h"

struct sorted {
	enum xdp_counter is; /* XDP_MALFORMED, XDP_FRAGMENTS, XDP_OTHER; XDP_KNOWN: it has an id */
	const uint8_t *id;
	size_t id_len;
};

/* @frame: of @len bytes, 14 or more; @proto: enum xdp_proto; @port: of XDP_PROTO_SEMTECH_UDP */
struct sorted sort(const uint8_t *frame, size_t len, uint32_t proto, uint16_t port);

#endif
