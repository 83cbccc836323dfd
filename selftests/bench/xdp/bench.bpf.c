// SPDX-License-Identifier: GPL-2.0
/* The same program twice: a lookup by a kfunc, and one in a BPF hash map; and without any. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess.h>
#include <linux/devsess_bpf.h>

char LICENSE[] SEC("license") = "GPL";

/* Set before it is loaded. */
const volatile __u32 table;
const volatile __u32 sessions;
/* Ids from here on: 0, or @sessions for those that are not there. */
__u32 first;

/* How many packets there were, and how many lookups found something. */
__u64 packets, found;

struct key {
	__u64 n[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct key);
	__type(value, struct devsess_bpf_session);
} hash SEC(".maps");

/* Another id for each packet, in no order: 16 bytes, as bench.c makes them. */
static __always_inline void next_id(struct key *k)
{
	__u64 x = ++packets * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9ULL;
	k->n[0] = first + ((x >> 32) * sessions >> 32);
	k->n[1] = ~k->n[0];
}

/* What a gateway does with a session: look at its state. */
static __always_inline int verdict(const struct devsess_bpf_session *s)
{
	found++;
	return s->state == DEVSESS_STATE_BLOCKED ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int by_kfunc(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = table };
	struct key k;

	next_id(&k);
	if (bpf_xdp_devsess_lookup(ctx, &k, sizeof(k), &o, sizeof(o)))
		return XDP_DROP;
	return verdict(&o.s);
}

/* What is found is copied out, as by the kfunc: whoever changes the value does not wait. */
static __always_inline void copy_out(struct devsess_bpf_session *to,
				     const struct devsess_bpf_session *from)
{
	*to = *from;
	/* All of it, though little of it is looked at. */
	asm volatile("" : : "r"(to) : "memory");
}

SEC("xdp")
int by_map(struct xdp_md *ctx)
{
	struct devsess_bpf_session s, *there;
	struct key k;

	next_id(&k);
	there = bpf_map_lookup_elem(&hash, &k);
	if (!there)
		return XDP_DROP;
	copy_out(&s, there);
	return verdict(&s);
}

SEC("xdp")
int by_nothing(struct xdp_md *ctx)
{
	struct key k;

	next_id(&k);
	return k.n[0] & 1 ? XDP_DROP : XDP_PASS;
}
