// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bpf_other DEVICE xdp|tc
 *
 * Puts a program on a device that is none of ours, and drops all that it gets: with XDP, or at
 * tc's ingress behind all others.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define PRIORITY	2000

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int load(enum bpf_prog_type type, int verdict)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(type, "other", "GPL", insns, ARRAY_SIZE(insns), NULL);
}

static int attach_tc(int ifindex, int fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .handle = 1, .priority = PRIORITY, .prog_fd = fd);

	return bpf_tc_attach(&hook, &o);
}

int main(int argc, char **argv)
{
	int ifindex = argc == 3 ? if_nametoindex(argv[1]) : 0, err;

	if (!ifindex) {
		fputs("usage: bpf_other DEVICE xdp|tc\n", stderr);
		return 2;
	}
	if (!strcmp(argv[2], "tc"))
		err = attach_tc(ifindex, load(BPF_PROG_TYPE_SCHED_CLS, TC_ACT_SHOT));
	else
		err = bpf_xdp_attach(ifindex, load(BPF_PROG_TYPE_XDP, XDP_DROP),
				     XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
	if (!err)
		return 0;
	fprintf(stderr, "%s: %s\n", argv[1], strerror(-err));
	return 1;
}
