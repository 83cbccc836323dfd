// SPDX-License-Identifier: GPL-2.0
/*
 * usage: xdp_bench SESSIONS RUNS [counted]
 *
 * Nanoseconds per packet of BPF programs that look a session up, and per lookup of a program in
 * user space, beside a BPF hash map of the same keys and values. All take turns. In a VM whose
 * clock counts instructions these are what is told. Prints samples for selftests/bench/summary.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "batch.h"
#include "session.h"
#include "setup.h"

#include <linux/devsess_bpf.h>

#include "bench.skel.h"

#define PACKETS		100000
#define LOOKUPS		20000
#define PUT_AT_ONCE	500
#define GET_AT_ONCE	DEVSESS_BATCH_GET_MAX

struct key {
	__u64 n[2];
};

static __u32 sessions;
static bool counted;
static struct bench_bpf *skel;
static struct nl nl;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct key key_of(__u64 n)
{
	return (struct key) { { n, ~n } };
}

static struct session session_of(__u64 n)
{
	struct key k = key_of(n);

	return device_bytes(&k, sizeof(k));
}

static void fill_table(void)
{
	struct batch b = { };
	struct session s;
	__u32 n;

	if (make_table(&nl, "bench", sessions, 16, 0))
		die("table");
	for (n = 0; n < sessions; n++) {
		if (!b.n)
			batch_begin(&b, &nl, "bench", false);
		s = session_of(n);
		set_state(&s, DEVSESS_STATE_ACTIVE);
		batch_add(&b, DEVSESS_OP_INSERT, &s);
		if (b.n < PUT_AT_ONCE && n + 1 < sessions)
			continue;
		if (batch_run(&b) || b.done != b.n)
			die("insert");
		b.n = 0;
	}
	batch_free(&b);
}

static void fill_map(void)
{
	struct devsess_bpf_session s = { .state = DEVSESS_STATE_ACTIVE };
	int fd = bpf_map__fd(skel->maps.hash);
	struct key k;
	__u32 n;

	for (n = 0; n < sessions; n++) {
		k = key_of(n);
		s.session = n;
		if (bpf_map_update_elem(fd, &k, &s, BPF_ANY))
			die("map");
	}
}

static void load(void)
{
	struct nlattr const *id;

	nl_begin(&nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl.m, DEVSESS_A_TABLE_NAME, "bench");
	nl_call(&nl);
	id = attr_find(nl.attrs, DEVSESS_A_TABLE_BPF_ID);
	skel = bench_bpf__open();
	if (!skel || !id)
		die("program");
	*(__u32 *)&skel->rodata->table = attr_uint(id);
	*(__u32 *)&skel->rodata->sessions = sessions;
	bpf_map__set_max_entries(skel->maps.hash, sessions);
	if (bench_bpf__load(skel))
		die("program");
}

static void print(const char *workload, const char *impl, double ns)
{
	printf("BENCH %s,%s,%s,%u,1,%s,%.6g,%s\n", counted ? "xdp-counted" : "xdp", workload, impl,
	       sessions, counted ? "instructions" : "ns_per_op", ns,
	       counted ? "instructions" : "ns");
}

/* Packets through a program; all of them find a session, or none. */
static void run_packets(const char *workload, const char *impl, struct bpf_program *prog,
			bool there, bool looks)
{
	__u8 packet[64] = { };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = PACKETS);

	skel->bss->first = there ? 0 : sessions;
	skel->bss->packets = 0;
	skel->bss->found = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &o))
		die("run");
	if (skel->bss->packets != PACKETS ||
	    (looks && skel->bss->found != (there ? PACKETS : 0))) {
		fprintf(stderr, "%s: %llu packets, %llu found\n", impl, skel->bss->packets,
			skel->bss->found);
		exit(1);
	}
	print(workload, impl, o.duration);
}

static double since(double begin, __u32 n)
{
	return (now() - begin) * 1e9 / n;
}

/* Lookups by user space: a message each, or many in one; a system call each. */
static void run_user(void)
{
	struct devsess_bpf_session value;
	int fd = bpf_map__fd(skel->maps.hash);
	struct session s, got;
	struct batch b = { };
	double begin;
	struct key k;
	__u32 i;

	begin = now();
	for (i = 0; i < LOOKUPS; i++) {
		s = session_of((__u64)i * 7919 % sessions);
		if (get(&nl, "bench", &s, &got))
			die("get");
	}
	print("hit-user", "devsess", since(begin, LOOKUPS));
	begin = now();
	for (i = 0; i < LOOKUPS; i++) {
		if (!b.n)
			batch_begin(&b, &nl, "bench", false);
		s = session_of((__u64)i * 7919 % sessions);
		batch_add(&b, DEVSESS_OP_GET, &s);
		if (b.n < GET_AT_ONCE && i + 1 < LOOKUPS)
			continue;
		if (batch_run(&b) || b.founds != b.n)
			die("get of many");
		b.n = 0;
	}
	print("hit-user-batch", "devsess", since(begin, LOOKUPS));
	batch_free(&b);
	begin = now();
	for (i = 0; i < LOOKUPS; i++) {
		k = key_of((__u64)i * 7919 % sessions);
		if (bpf_map_lookup_elem(fd, &k, &value))
			die("map");
	}
	print("hit-user", "bpf-hash", since(begin, LOOKUPS));
	/* There is no call for several keys at once: those for maps go through the whole map. */
	print("hit-user-batch", "bpf-hash", since(begin, LOOKUPS));
}

int main(int argc, char **argv)
{
	int runs = argc > 2 ? atoi(argv[2]) : 5;

	counted = argc > 3;
	sessions = argc > 1 ? atoi(argv[1]) : 10000;
	if (new_netns() || nl_open(&nl))
		die("netlink");
	fill_table();
	load();
	fill_map();
	while (runs--) {
		run_packets("hit", "devsess", skel->progs.by_kfunc, true, true);
		run_packets("hit", "bpf-hash", skel->progs.by_map, true, true);
		run_packets("absent", "devsess", skel->progs.by_kfunc, false, true);
		run_packets("absent", "bpf-hash", skel->progs.by_map, false, true);
		run_packets("hit", "limit", skel->progs.by_nothing, true, false);
		run_user();
	}
	return 0;
}
