// SPDX-License-Identifier: GPL-2.0
/*
 * Looks the sender of each packet up: for XDP, and for tc at a device's ingress. What they do
 * about it is in cfg.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess.h>
#include <linux/devsess_bpf.h>

#include "find.bpf.h"
#include "xdp.h"

#define ENOENT		2

/* Filters that come after ours see what it passes. */
#define TC_ACT_UNSPEC	(-1)
#define TC_ACT_SHOT	2

/* Bytes of a packet that a tc program has at hand; longer headers than that are malformed. */
#define HEADERS_MAX	256

char LICENSE[] SEC("license") = "GPL";

const volatile struct xdp_config cfg;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xdp_counters);
} counters SEC(".maps");

/* The interface that packets of an owner's devices go to. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDP_PORTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

enum fate {
	FATE_PASS,
	FATE_DROP,
	FATE_REDIRECT,
};

/* For these the compiler leaves one call: @xdp is known. */
static __always_inline int lookup(void *ctx, bool xdp, const struct id *id,
				  struct devsess_bpf_opts *o)
{
	return xdp ? bpf_xdp_devsess_lookup(ctx, id->bytes, id->len, o, sizeof(*o)) :
		     bpf_skb_devsess_lookup(ctx, id->bytes, id->len, o, sizeof(*o));
}

static __always_inline int touch(void *ctx, bool xdp, const struct id *id,
				 struct devsess_bpf_opts *o)
{
	return xdp ? bpf_xdp_devsess_touch(ctx, id->bytes, id->len, o, sizeof(*o)) :
		     bpf_skb_devsess_touch(ctx, id->bytes, id->len, o, sizeof(*o));
}

/* A heartbeat, but not more often than it is wanted: it writes to memory that others read. */
static __always_inline void note(void *ctx, bool xdp, const struct id *id,
				 struct xdp_counters *c)
{
	struct devsess_bpf_opts o = { .table = cfg.table };

	if (!touch(ctx, xdp, id, &o))
		c->n[XDP_TOUCHED]++;
}

/* @o: out: the session; @port: out: where a packet is redirected to */
static __always_inline enum fate decide(void *ctx, bool xdp, struct part *p,
					struct devsess_bpf_opts *o, __u32 *port)
{
	__u32 zero = 0, *to;
	struct xdp_counters *c = bpf_map_lookup_elem(&counters, &zero);
	struct id id = { };
	int err;

	if (!c)
		return FATE_PASS;
	c->n[XDP_PACKETS]++;
	switch (find_id(p, cfg.proto, cfg.port, &id)) {
	case FOUND_ID:
		break;
	case FOUND_OTHER:
		c->n[XDP_OTHER]++;
		return FATE_PASS;
	case FOUND_FRAGMENT:
		c->n[XDP_FRAGMENTS]++;
		return FATE_PASS;
	case FOUND_MALFORMED:
		c->n[XDP_MALFORMED]++;
		return FATE_DROP;
	}
	err = lookup(ctx, xdp, &id, o);
	if (err) {
		c->n[err == -ENOENT ? XDP_UNKNOWN : XDP_ERRORS]++;
		return cfg.drop_unknown ? FATE_DROP : FATE_PASS;
	}
	if (o->s.state == DEVSESS_STATE_BLOCKED) {
		c->n[XDP_BLOCKED]++;
		return FATE_DROP;
	}
	c->n[XDP_KNOWN]++;
	if (cfg.touch_ns != XDP_TOUCH_NEVER &&
	    bpf_ktime_get_boot_ns() >= o->s.last_seen + cfg.touch_ns)
		note(ctx, xdp, &id, c);
	if (!cfg.redirect)
		return FATE_PASS;
	to = bpf_map_lookup_elem(&ports, &o->s.owner);
	if (!to)
		return FATE_PASS;
	c->n[XDP_REDIRECTED]++;
	*port = *to;
	return FATE_REDIRECT;
}

/* Of a packet of several pages the headers are in the first. */
SEC("xdp.frags")
int devsess_xdp(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = {
		.table = cfg.table, .flags = cfg.load ? DEVSESS_BPF_LOAD : 0,
	};
	struct part p = {
		.pos = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end,
		.left = bpf_xdp_get_buff_len(ctx),
	};
	__u32 port = 0;

	switch (decide(ctx, true, &p, &o, &port)) {
	case FATE_DROP:
		return XDP_DROP;
	case FATE_REDIRECT:
		return bpf_redirect(port, 0);
	default:
		return XDP_PASS;
	}
}

static __always_inline void set_mark(struct __sk_buff *ctx, const struct devsess_bpf_session *s)
{
	if (cfg.mark == XDP_MARK_MARK)
		ctx->mark = s->mark;
	else if (cfg.mark == XDP_MARK_OWNER)
		ctx->mark = s->owner;
}

/*
 * Headers that are not at hand are malformed, which is what a packet is if this fails. Not
 * inline: the compiler would find other ways to read the context again, which are not allowed.
 */
static __noinline void pull(struct __sk_buff *ctx)
{
	if (ctx->data_end - ctx->data < HEADERS_MAX && ctx->data_end - ctx->data < ctx->len)
		bpf_skb_pull_data(ctx, ctx->len < HEADERS_MAX ? ctx->len : HEADERS_MAX);
}

SEC("tc")
int devsess_tc(struct __sk_buff *ctx)
{
	struct devsess_bpf_opts o = {
		.table = cfg.table, .flags = cfg.load ? DEVSESS_BPF_LOAD : 0,
	};
	struct part p;
	__u32 port = 0;

	pull(ctx);
	p = (struct part) {
		.pos = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end,
		.left = ctx->len, .vlans = ctx->vlan_present,
	};
	switch (decide(ctx, false, &p, &o, &port)) {
	case FATE_DROP:
		return TC_ACT_SHOT;
	case FATE_REDIRECT:
		set_mark(ctx, &o.s);
		return bpf_redirect(port, 0);
	default:
		if (o.s.version)
			set_mark(ctx, &o.s);
		return TC_ACT_UNSPEC;
	}
}
