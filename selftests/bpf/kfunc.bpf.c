// SPDX-License-Identifier: GPL-2.0
/* A program per kfunc and type, that makes the call which is in the map. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "call.h"

char LICENSE[] SEC("license") = "GPL";

struct call call;

/* Sizes that the verifier can follow. */
#define MAKE(expr)							\
({									\
	__u32 key_len = call.key_len, size = call.size;			\
									\
	if (key_len <= CALL_KEY_MAX && size <= sizeof(call.opts))	\
		call.ret = (expr);					\
	call.runs++;							\
})

#define PACKET_PROGRAM(section, prefix, type, context, name, verdict)			\
SEC(section)										\
int prefix##_##name(context *ctx)							\
{											\
	MAKE(bpf_##type##_devsess_##name(ctx, call.key, key_len, &call.opts.o, size));	\
	return verdict;									\
}

PACKET_PROGRAM("xdp", xdp, xdp, struct xdp_md, lookup, XDP_PASS)
PACKET_PROGRAM("xdp", xdp, xdp, struct xdp_md, touch, XDP_PASS)
PACKET_PROGRAM("xdp", xdp, xdp, struct xdp_md, store, XDP_PASS)
PACKET_PROGRAM("xdp", xdp, xdp, struct xdp_md, update, XDP_PASS)
PACKET_PROGRAM("xdp", xdp, xdp, struct xdp_md, delete, XDP_PASS)

PACKET_PROGRAM("tc", cls, skb, struct __sk_buff, lookup, 0)
PACKET_PROGRAM("tc", cls, skb, struct __sk_buff, touch, 0)
PACKET_PROGRAM("tc", cls, skb, struct __sk_buff, store, 0)
PACKET_PROGRAM("tc", cls, skb, struct __sk_buff, update, 0)
PACKET_PROGRAM("tc", cls, skb, struct __sk_buff, delete, 0)

PACKET_PROGRAM("action", act, skb, struct __sk_buff, lookup, 0)
PACKET_PROGRAM("action", act, skb, struct __sk_buff, touch, 0)
PACKET_PROGRAM("action", act, skb, struct __sk_buff, store, 0)
PACKET_PROGRAM("action", act, skb, struct __sk_buff, update, 0)
PACKET_PROGRAM("action", act, skb, struct __sk_buff, delete, 0)

/* With preemption off, which Linux 6.12 lets programs have. */
void bpf_preempt_disable(void) __weak __ksym;
void bpf_preempt_enable(void) __weak __ksym;

#define STILL_PROGRAM(name)								\
SEC("xdp")										\
int still_##name(struct xdp_md *ctx)							\
{											\
	bpf_preempt_disable();								\
	MAKE(bpf_xdp_devsess_##name(ctx, call.key, key_len, &call.opts.o, size));	\
	bpf_preempt_enable();								\
	return XDP_PASS;								\
}

STILL_PROGRAM(lookup)
STILL_PROGRAM(store)

/* The kernel calls these functions when such a program is run for a test. */
SEC("fentry/bpf_fentry_test1")
int fentry_lookup(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int fexit_lookup(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

/* Under the lock of a shard, whose holder is about to write a session, or has written it. */
SEC("fentry/shard_write")
int inside_begin(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

SEC("fexit/shard_write")
int inside_end(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

/* While the clock is being written, with interrupts off: at each tick, and when it is set. */
SEC("fentry/update_vsyscall")
int clock_lookup(void *ctx)
{
	if (bpf_get_current_pid_tgid() >> 32 == call.task)
		MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

/* The kernel comes here when any program was run for a test. */
SEC("tp_btf/bpf_test_finish")
int raw_lookup(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

/* What became of lookups in NMIs. */
struct {
	__u32 runs;
	__u32 found;
	__u32 again;
	__u32 wrong;
} nmi;

SEC("tp_btf/nmi_handler")
int nmi_lookup(void *ctx)
{
	struct devsess_bpf_opts o = { .table = call.opts.o.table };
	__u32 key_len = call.key_len;
	int ret = -22;

	if (key_len <= CALL_KEY_MAX)
		ret = bpf_devsess_lookup(call.key, key_len, &o, sizeof(o));
	__sync_fetch_and_add(&nmi.runs, 1);
	if (!ret)
		__sync_fetch_and_add(&nmi.found, 1);
	else if (ret == -11)
		__sync_fetch_and_add(&nmi.again, 1);
	else if (ret != -19) /* of a task that ends */
		__sync_fetch_and_add(&nmi.wrong, 1);
	return 0;
}

/* From here on, Linux 6.12 only. */
SEC("tracepoint/bpf_test_run/bpf_test_finish")
int tp_lookup(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}

SEC("perf_event")
int perf_lookup(void *ctx)
{
	MAKE(bpf_devsess_lookup(call.key, key_len, &call.opts.o, size));
	return 0;
}
