// SPDX-License-Identifier: GPL-2.0
/* An XDP program that drops packets of blocked devices, which it knows by their source MAC. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess.h>
#include <linux/devsess_bpf.h>

char LICENSE[] SEC("license") = "GPL";

/* Set before it is loaded, to what `devsess table list' shows as BPF-ID. */
const volatile __u32 table = 1;

SEC("xdp")
int drop_blocked(struct xdp_md *ctx)
{
	const struct ethhdr *eth = (void *)(long)ctx->data;
	struct devsess_bpf_opts o = { .table = table };
	__u8 id[ETH_ALEN];

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memcpy(id, eth->h_source, sizeof(id));
	if (bpf_xdp_devsess_lookup(ctx, id, sizeof(id), &o, sizeof(o)))
		return XDP_PASS;
	return o.s.state == DEVSESS_STATE_BLOCKED ? XDP_DROP : XDP_PASS;
}
