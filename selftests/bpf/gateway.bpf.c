// SPDX-License-Identifier: GPL-2.0
/*
 * An XDP program with rules of its own: of LoRaWAN gateways those pass whose sessions are active.
 * One that was idle is active once it is heard.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess.h>
#include <linux/devsess_bpf.h>

#include "find.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* Set before it is loaded, to what `devsess table list' shows as BPF-ID. */
const volatile __u32 table = 1;

SEC("xdp.frags")
int only_active(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = table };
	struct part p = {
		.pos = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end,
		.left = bpf_xdp_get_buff_len(ctx),
	};
	struct id id = { };

	switch (find_id(&p, XDP_PROTO_SEMTECH_UDP, 1700, &id)) {
	case FOUND_ID:
		break;
	case FOUND_MALFORMED:
		return XDP_DROP;
	default:
		return XDP_PASS;
	}
	if (bpf_xdp_devsess_lookup(ctx, id.bytes, id.len, &o, sizeof(o)))
		return XDP_DROP;
	if (o.s.state == DEVSESS_STATE_IDLE) {
		o.s.state = DEVSESS_STATE_ACTIVE;
		o.fields = DEVSESS_F_STATE;
		if (bpf_xdp_devsess_update(ctx, id.bytes, id.len, &o, sizeof(o)))
			return XDP_DROP;
	}
	return o.s.state == DEVSESS_STATE_ACTIVE ? XDP_PASS : XDP_DROP;
}
