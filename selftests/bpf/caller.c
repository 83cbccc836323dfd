// SPDX-License-Identifier: GPL-2.0
#include "caller.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "session.h"

bool kernel_has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", F_OK);
}

bool is_6_1(void)
{
	struct utsname u;

	return !uname(&u) && !strncmp(u.release, "6.1.", 4);
}

struct kfunc_bpf *caller_load(const char *type)
{
	struct kfunc_bpf *skel = kfunc_bpf__open();
	struct bpf_program *prog;

	if (!skel)
		return NULL;
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, !strncmp(bpf_program__name(prog), type,
							 strlen(type)));
	if (!kfunc_bpf__load(skel))
		return skel;
	kfunc_bpf__destroy(skel);
	return NULL;
}

__u32 caller_table(struct nl *nl, const char *table)
{
	const struct nlattr *a;

	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	if (nl_call(nl))
		return 0;
	a = attr_find(nl->attrs, DEVSESS_A_TABLE_BPF_ID);
	return a ? attr_uint(a) : 0;
}

int caller_run(struct kfunc_bpf *skel, const char *type, const char *op)
{
	struct call *call = &skel->bss->call;
	__u32 runs = call->runs;
	struct bpf_program *prog;
	__u8 packet[64] = { };
	char name[32];
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet, .data_size_in = sizeof(packet));

	snprintf(name, sizeof(name), "%s_%s", type, op);
	prog = bpf_object__find_program_by_name(skel->obj, name);
	if (!prog)
		return CALLER_NOT_RUN;
	if (bpf_program__type(prog) == BPF_PROG_TYPE_TRACING)
		o = (struct bpf_test_run_opts) { .sz = sizeof(o) };
	call->ret = CALLER_NOT_RUN;
	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &o) || call->runs != runs + 1)
		return CALLER_NOT_RUN;
	if (call->size >= 8 && call->opts.o.error != call->ret)
		return CALLER_WRONG_ERROR;
	return call->ret;
}

void caller_ask(struct call *call, __u32 table, const char *id)
{
	memset(&call->opts, 0, sizeof(call->opts));
	call->opts.o.table = table;
	call->key_len = strlen(id);
	memcpy(call->key, id, call->key_len);
	call->size = sizeof(struct devsess_bpf_opts);
}
