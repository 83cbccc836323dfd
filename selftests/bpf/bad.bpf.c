// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that must not load, one at a time. kfunc_test.c has what the verifier says of each.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include <linux/devsess_bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct devsess_bpf_opts);
} options SEC(".maps");

__u32 length;

/* Options of which a part is not the program's. */
SEC("?xdp")
int small_options(struct xdp_md *ctx)
{
	__u64 o[12] = { 1 }, id = 1;

	return bpf_xdp_devsess_lookup(ctx, &id, sizeof(id), (void *)o,
				      sizeof(struct devsess_bpf_opts));
}

/* A size that is not known. */
SEC("?xdp")
int unbounded_id(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u64 id[8] = { };

	return bpf_xdp_devsess_lookup(ctx, id, length, &o, sizeof(o));
}

/* A pointer that may be NULL, and is. */
SEC("?xdp")
int missing_null_check(struct xdp_md *ctx)
{
	__u32 second = 1;
	__u64 id = 1;
	void *o = bpf_map_lookup_elem(&options, &second);

	return bpf_xdp_devsess_lookup(ctx, &id, sizeof(id), o, sizeof(struct devsess_bpf_opts));
}

SEC("?xdp")
int missing_null_check_of_id(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u32 second = 1;
	void *id = bpf_map_lookup_elem(&options, &second);

	return bpf_xdp_devsess_lookup(ctx, id, sizeof(__u64), &o, sizeof(o));
}

/* Options that nobody may write to. */
const volatile struct devsess_bpf_opts fixed = { .table = 1 };

SEC("?xdp")
int read_only_options(struct xdp_md *ctx)
{
	__u64 id = 1;

	return bpf_xdp_devsess_lookup(ctx, &id, sizeof(id), (void *)&fixed, sizeof(fixed));
}

/* What is not a context. */
SEC("?xdp")
int no_context(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u64 id = 1;

	return bpf_xdp_devsess_lookup((void *)&id, &id, sizeof(id), &o, sizeof(o));
}

/* A kfunc of another type of program. */
SEC("?tc")
int xdp_kfunc_in_tc(struct __sk_buff *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u64 id = 1;

	return bpf_xdp_devsess_lookup((void *)ctx, &id, sizeof(id), &o, sizeof(o));
}

SEC("?xdp")
int skb_kfunc_in_xdp(struct xdp_md *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u64 id = 1;

	return bpf_skb_devsess_lookup((void *)ctx, &id, sizeof(id), &o, sizeof(o));
}

SEC("?socket")
int type_without_kfuncs(struct __sk_buff *ctx)
{
	struct devsess_bpf_opts o = { .table = 1 };
	__u64 id = 1;

	return bpf_skb_devsess_lookup(ctx, &id, sizeof(id), &o, sizeof(o));
}

/* A write under whatever locks the function has that is traced. */
#define WRITE_IN_TRACING(name)								\
SEC("?fentry/bpf_fentry_test1")								\
int name##_in_tracing(void *ctx)							\
{											\
	struct devsess_bpf_opts o = { .table = 1 };					\
	__u64 id = 1;									\
											\
	return bpf_skb_devsess_##name(ctx, &id, sizeof(id), &o, sizeof(o));		\
}

WRITE_IN_TRACING(touch)
WRITE_IN_TRACING(store)
WRITE_IN_TRACING(update)
WRITE_IN_TRACING(delete)
