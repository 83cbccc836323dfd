// SPDX-License-Identifier: GPL-2.0
/*
 * Random frames through the programs in tools/xdp, and random calls of kfuncs, while the table
 * is written to. What becomes of a frame is compared with sort.c, a frame at a time. SEED in the
 * environment repeats a run.
 */
#include <errno.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "caller.h"
#include "frame.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "sort.h"

#include "devsess.skel.h"

#define FRAMES		4000
#define CALLS		4000
#define CPUS_MAX	256

/* Last bytes of ids: of a session that is active, of one that is blocked, and of none. */
#define ACTIVE		1
#define BLOCKED		2
#define NOBODY		3
#define OWNER		7

static unsigned int below(unsigned int n)
{
	return random() % n;
}

static void begin_at_random(void)
{
	const char *text = getenv("SEED");
	unsigned int seed = text ? strtoul(text, NULL, 0) : time(NULL);

	printf("# SEED=%u\n", seed);
	srandom(seed);
}

/* Values that headers have, or that are at the edge of what they may. */
static const uint8_t values[] = {
	0, 1, 2, 4, 5, 6, 17, 40, 43, 44, 60, 127, 128, 255, 0x45, 0x46, 0x4f, 0x60, 0x81, 0x86,
	0xa8,
};

static void change(struct frame *f)
{
	size_t at = below(f->len < 100 ? f->len : 100);

	switch (below(6)) {
	case 0:
		f->bytes[at] = values[below(sizeof(values))];
		break;
	case 1:
		f->bytes[at] ^= 1 << below(8);
		break;
	case 2:
		f->bytes[at] += below(2) ? 1 : -1;
		break;
	case 3:
		f->len = 14 + below(f->len - 13);
		break;
	case 4:
		memmove(f->bytes + 16, f->bytes + 12, f->len - 12);
		memcpy(f->bytes + 12, below(2) ? "\x81\0\0\7" : "\x88\xa8\0\7", 4);
		f->len += 4;
		break;
	case 5:
		for (at = below(64); at; at--)
			f->bytes[f->len++] = random();
		break;
	}
}

/* One in eight is no more than bytes with an EtherType. */
static void make_frame(struct frame *f)
{
	static const char types[][3] = { "\x08\x00", "\x86\xdd", "\x81\x00", "\x88\xa8" };
	uint8_t id = below(NOBODY + 1);
	uint8_t dst[6] = { 2, 0, 0, 0, 0, 9 }, src[6] = { 2, 0, 0, 0, 0, id };
	int i;

	if (below(8)) {
		frame_build(f, &frame_kinds[below(frame_kinds_count)], dst, src, id);
	} else {
		for (f->len = 0; f->len < 14 + below(120);)
			f->bytes[f->len++] = random();
		f->len = f->len < 14 ? 14 : f->len;
		memcpy(f->bytes + 12, types[below(4)], 2);
	}
	for (i = below(4); i > 0; i--)
		change(f);
}

/* Ids but for their last byte. */
static const struct {
	uint8_t bytes[16];
	size_t len;
} ids[] = {
	[XDP_PROTO_SEMTECH_UDP] = { { 1, 2, 3, 4, 5, 6, 7 }, 8 },
	[XDP_PROTO_MAC] = { { 2 }, 6 },
	[XDP_PROTO_IPV4] = { { 192, 0, 2 }, 4 },
	[XDP_PROTO_IPV6] = { { 0x20, 1, 0xd, 0xb8 }, 16 },
};

static struct session session_of(uint32_t proto, uint8_t last)
{
	uint8_t bytes[16];

	memcpy(bytes, ids[proto].bytes, 16);
	bytes[ids[proto].len - 1] = last;
	return device_bytes(bytes, ids[proto].len);
}

/* Which counter a frame belongs to. */
static enum xdp_counter counter_of(const struct frame *f, uint32_t proto)
{
	struct sorted s = sort(f->bytes, f->len, proto, FRAME_PORT);

	if (s.is != XDP_KNOWN)
		return s.is;
	if (s.id_len != ids[proto].len || memcmp(s.id, ids[proto].bytes, s.id_len - 1))
		return XDP_UNKNOWN;
	switch (s.id[s.id_len - 1]) {
	case ACTIVE:
		return XDP_KNOWN;
	case BLOCKED:
		return XDP_BLOCKED;
	}
	return XDP_UNKNOWN;
}

/* In the table `t' sessions come and go, so that maps are promoted and shards split and merge. */
struct writer {
	bool *stop;
	pid_t pid;
};

static int write_on(void *arg)
{
	bool *stop = arg;
	struct nl nl;
	int err = nl_open(&nl);

	while (!err && !*stop)
		err = insert_many(&nl, "t", 0, 60000) || delete_many(&nl, "t", 0, 60000);
	return err;
}

/* Begins, and waits for the first split. Returns whether it came. */
static bool writer_begin(struct writer *w, struct nl *nl)
{
	double end = now() + 60;
	bool split;

	w->stop = shared(sizeof(*w->stop));
	w->pid = start(write_on, w->stop);
	do {
		pause_ms(10);
		split = figure(nl, "t", DEVSESS_A_STATS_SPLITS);
	} while (!split && now() < end);
	return split;
}

static int writer_end(struct writer *w)
{
	*w->stop = true;
	return finish(w->pid);
}

FIXTURE(random)
{
	struct nl nl;
	struct devsess_bpf *skel;
	struct writer writer;
};

FIXTURE_VARIANT(random)
{
	uint32_t proto;
	bool tc;
	bool drop_unknown;
};

FIXTURE_VARIANT_ADD(random, semtech_xdp) { .proto = XDP_PROTO_SEMTECH_UDP };
FIXTURE_VARIANT_ADD(random, semtech_tc) { .proto = XDP_PROTO_SEMTECH_UDP, .tc = true };
FIXTURE_VARIANT_ADD(random, semtech_drop) { .proto = XDP_PROTO_SEMTECH_UDP, .drop_unknown = true };
FIXTURE_VARIANT_ADD(random, mac_xdp) { .proto = XDP_PROTO_MAC };
FIXTURE_VARIANT_ADD(random, mac_tc) { .proto = XDP_PROTO_MAC, .tc = true, .drop_unknown = true };
FIXTURE_VARIANT_ADD(random, ipv4_xdp) { .proto = XDP_PROTO_IPV4, .drop_unknown = true };
FIXTURE_VARIANT_ADD(random, ipv4_tc) { .proto = XDP_PROTO_IPV4, .tc = true };
FIXTURE_VARIANT_ADD(random, ipv6_xdp) { .proto = XDP_PROTO_IPV6 };
FIXTURE_VARIANT_ADD(random, ipv6_tc) { .proto = XDP_PROTO_IPV6, .tc = true, .drop_unknown = true };

FIXTURE_SETUP(random)
{
	struct session s = session_of(variant->proto, ACTIVE);

	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	begin_at_random();
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 0));
	ASSERT_EQ(0, set_table(&self->nl, "t", 100000)); /* from few shards on */
	set_state(&s, DEVSESS_STATE_ACTIVE);
	set_owner(&s, OWNER);
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	s = session_of(variant->proto, BLOCKED);
	set_state(&s, DEVSESS_STATE_BLOCKED);
	set_owner(&s, OWNER);
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	self->skel = devsess_bpf__open();
	ASSERT_NE(NULL, self->skel);
	*(struct xdp_config *)&self->skel->rodata->cfg = (struct xdp_config) {
		.touch_ns = XDP_TOUCH_NEVER,
		.table = caller_table(&self->nl, "t"),
		.proto = variant->proto,
		.mark = XDP_MARK_OWNER,
		.port = FRAME_PORT,
		.drop_unknown = variant->drop_unknown,
	};
	ASSERT_EQ(0, devsess_bpf__load(self->skel));
	ASSERT_TRUE(writer_begin(&self->writer, &self->nl));
}

FIXTURE_TEARDOWN(random)
{
	EXPECT_EQ(0, writer_end(&self->writer));
	devsess_bpf__destroy(self->skel);
	nl_close(&self->nl);
}

/* Adds up over all CPUs. */
static struct xdp_counters counters(const struct devsess_bpf *skel)
{
	static struct xdp_counters each[CPUS_MAX];
	struct xdp_counters sum = { };
	int cpu, cpus = libbpf_num_possible_cpus(), i;
	__u32 zero = 0;

	if (cpus > CPUS_MAX || bpf_map_lookup_elem(bpf_map__fd(skel->maps.counters), &zero, each))
		return sum;
	for (cpu = 0; cpu < cpus; cpu++)
		for (i = 0; i < XDP_COUNTERS; i++)
			sum.n[i] += each[cpu].n[i];
	return sum;
}

static void print_frame(const struct frame *f)
{
	size_t i;

	for (i = 0; i < f->len; i++)
		printf("%s%02x", i % 32 ? "" : "\n# ", f->bytes[i]);
	putchar('\n');
}

/* What came of a frame. */
struct outcome {
	__u32 verdict;
	__u32 mark;
	bool same; /* the frame left as it had come */
};

static int run_frame(const struct devsess_bpf *skel, bool tc, const struct frame *f,
		     struct outcome *out)
{
	const struct bpf_program *prog = tc ? skel->progs.devsess_tc : skel->progs.devsess_xdp;
	static uint8_t left[4096];
	struct __sk_buff skb = { };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = f->bytes, .data_size_in = f->len,
		    .data_out = left, .data_size_out = sizeof(left));
	int err;

	if (tc) {
		o.ctx_out = &skb;
		o.ctx_size_out = sizeof(skb);
	}
	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &o);
	out->verdict = o.retval;
	out->mark = skb.mark;
	out->same = o.data_size_out == f->len && !memcmp(left, f->bytes, f->len);
	return err;
}

TEST_F(random, frames)
{
	struct xdp_counters before, after, wanted = { };
	__u32 pass = variant->tc ? TC_ACT_UNSPEC : XDP_PASS;
	__u32 drop = variant->tc ? TC_ACT_SHOT : XDP_DROP;
	struct outcome out;
	struct frame f;
	int i, wrong = 0;

	before = counters(self->skel);
	for (i = 0; i < FRAMES && wrong < 3; i++) {
		enum xdp_counter c;
		bool drops;

		make_frame(&f);
		/* Such a run of a tc program wants the header of IP to be whole. */
		while (variant->tc && f.len < 14 + 40)
			f.bytes[f.len++] = 0;
		c = counter_of(&f, variant->proto);
		drops = c == XDP_MALFORMED || c == XDP_BLOCKED ||
			(c == XDP_UNKNOWN && variant->drop_unknown);
		ASSERT_EQ(0, run_frame(self->skel, variant->tc, &f, &out));
		after = counters(self->skel);
		wanted.n[c]++;
		if (out.verdict == (drops ? drop : pass) && out.same &&
		    (!variant->tc || out.mark == (c == XDP_KNOWN ? OWNER : 0)) &&
		    after.n[c] == before.n[c] + 1 &&
		    after.n[XDP_PACKETS] == before.n[XDP_PACKETS] + 1) {
			before = after;
			continue;
		}
		wrong++;
		TH_LOG("should be %d: verdict %u, mark %u", c, out.verdict, out.mark);
		print_frame(&f);
		before = after;
	}
	EXPECT_EQ(0, wrong);
	/* Frames were of all kinds, and each was counted once. */
	wanted.n[XDP_PACKETS] = FRAMES;
	EXPECT_EQ(0, memcmp(&wanted, &after, sizeof(wanted)));
	for (i = XDP_KNOWN; i <= XDP_OTHER; i++)
		if (variant->proto == XDP_PROTO_SEMTECH_UDP || i <= XDP_UNKNOWN)
			EXPECT_LT(FRAMES / 400, wanted.n[i])
				TH_LOG("counter %d", i);
}

FIXTURE(calls)
{
	struct nl nl;
	struct kfunc_bpf *skel;
	struct writer writer;
};

FIXTURE_VARIANT(calls)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(calls, xdp) { .type = "xdp" };
FIXTURE_VARIANT_ADD(calls, sched_cls) { .type = "cls" };

FIXTURE_SETUP(calls)
{
	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	begin_at_random();
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	ASSERT_EQ(0, set_table(&self->nl, "t", 100000)); /* from few shards on */
	self->skel = caller_load(variant->type);
	ASSERT_NE(NULL, self->skel);
	ASSERT_TRUE(writer_begin(&self->writer, &self->nl));
}

FIXTURE_TEARDOWN(calls)
{
	EXPECT_EQ(0, writer_end(&self->writer));
	kfunc_bpf__destroy(self->skel);
	nl_close(&self->nl);
}

static void fill_bytes(void *to, size_t len)
{
	uint8_t *bytes = to;
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = random();
}

/* Mostly a call that could be right, of one of a few devices; anything may be wrong with it. */
static void make_call(struct call *c, __u32 table)
{
	fill_bytes(&c->opts, sizeof(c->opts));
	fill_bytes(c->key, sizeof(c->key));
	c->key[0] = below(8);
	c->key_len = below(8) ? 1 : below(CALL_KEY_MAX + 1);
	c->opts.o.table = below(16) ? table : random();
	c->opts.o.reserved = below(16) ? 0 : 1ULL << below(64);
	c->opts.o.flags = below(4) ? 0 : 1U << below(32);
	c->opts.o.fields = below(2) ? 0 : random() & 0x3ff;
	c->size = below(2) ? sizeof(c->opts.o) : sizeof(c->opts);
	if (!below(16))
		c->size = below(sizeof(c->opts) + 1);
	if (below(8)) {
		c->opts.o.s.family = 0;
		c->opts.o.s.port = 0;
		memset(c->opts.o.s.addr, 0, sizeof(c->opts.o.s.addr));
		c->opts.o.s.state = below(3);
		c->opts.o.s.flags = 0;
		c->opts.o.s.ttl_ms = below(2) ? ~0ULL : below(100000);
		c->opts.o.s.expires = 0;
		c->opts.o.s.data_len = c->size == sizeof(c->opts) ? below(65) : 0;
	}
}

/* What a call may return besides 0, as devsess_bpf.h says. */
static bool may_return(const char *op, int ret)
{
	switch (ret) {
	case -EINVAL:
	case -ENODEV:
		return true;
	case -ENOENT:
		return strcmp(op, "store");
	case -ENOMEM:
		return !strcmp(op, "store");
	case 1:
		return !strcmp(op, "store") || !strcmp(op, "touch");
	}
	return false;
}

/* Nothing but what a call hands out was written: @before is what was asked for. */
static bool only_wrote_its_own(const struct call *before, const struct call *after, int ret)
{
	const char *b = (const char *)&before->opts, *a = (const char *)&after->opts;
	size_t from = ret < 0 ? offsetof(struct devsess_bpf_opts, flags) : after->size;

	if (from > sizeof(before->opts))
		return false;
	return !memcmp(before->key, after->key, sizeof(before->key)) &&
	       !memcmp(b, a, sizeof(before->opts.o.table)) &&
	       !memcmp(b + from, a + from, sizeof(before->opts) - from);
}

TEST_F(calls, of_all_kinds)
{
	static const char *const ops[] = { "lookup", "touch", "store", "update", "delete" };
	__u32 table = caller_table(&self->nl, "t"), did[ARRAY_SIZE(ops)] = { };
	struct call *c = &self->skel->bss->call, asked;
	int i, op, ret, wrong = 0;

	for (i = 0; i < CALLS && wrong < 3; i++) {
		op = below(ARRAY_SIZE(ops));
		make_call(c, table);
		asked = *c;
		ret = caller_run(self->skel, variant->type, ops[op]);
		did[op] += ret >= 0;
		if ((!ret || may_return(ops[op], ret)) && only_wrote_its_own(&asked, c, ret))
			continue;
		wrong++;
		TH_LOG("%s: returned %d, size %u, id of %u bytes", ops[op], ret, asked.size,
		       asked.key_len);
	}
	EXPECT_EQ(0, wrong);
	for (op = 0; op < ARRAY_SIZE(ops); op++)
		EXPECT_LT(CALLS / 400, did[op])
			TH_LOG("operation %d", op);
}

TEST_HARNESS_MAIN
