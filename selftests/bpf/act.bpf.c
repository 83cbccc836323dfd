// SPDX-License-Identifier: GPL-2.0
/* A tc action: packets of blocked devices are dropped, those of known ones keep them alive. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess.h>
#include <linux/devsess_bpf.h>

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 table;

SEC("action")
int act(struct __sk_buff *skb)
{
	struct devsess_bpf_opts o = { .table = table };
	__u8 id[ETH_ALEN];

	if (bpf_skb_load_bytes(skb, offsetof(struct ethhdr, h_source), id, sizeof(id)))
		return TC_ACT_SHOT;
	if (bpf_skb_devsess_lookup(skb, id, sizeof(id), &o, sizeof(o)))
		return TC_ACT_OK;
	if (o.s.state == DEVSESS_STATE_BLOCKED)
		return TC_ACT_SHOT;
	return bpf_skb_devsess_touch(skb, id, sizeof(id), &o, sizeof(o)) ? TC_ACT_SHOT : TC_ACT_OK;
}
