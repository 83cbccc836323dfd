// SPDX-License-Identifier: GPL-2.0
/* Who may load programs that call kfuncs: the table in Documentation/access.rst, cell by cell. */
#include <linux/capability.h>
#include <bpf/libbpf.h>

#include "caller.h"
#include "harness.h"
#include "setup.h"

/* The columns of the table. */
enum who { ROOT, OWNER, BARE, USER, NET, NET_BPF, PERFMON_BPF, SYS, WHO_MAX };

static const struct row {
	const char *what;
	const char *type;
	const char *cells;
	bool not_6_1;
} rows[] = {
	{ "XDP", "xdp", "ok no no no no no no ok", false },
	{ "tc", "cls", "ok no no no no no no ok", false },
	{ "fentry", "fentry", "ok no no no no no no ok", false },
	{ "tp_btf", "raw", "ok no no no no no no ok", false },
	{ "action", "act", "ok no no no no no no ok", true },
	{ "tracepoint", "tp", "ok no no no no no no ok", true },
	{ "perf_event", "perf", "ok no no no no no no ok", true },
};

static int become(enum who who)
{
	const __u64 bpf = 1ULL << CAP_BPF, net = 1ULL << CAP_NET_ADMIN;

	switch (who) {
	case OWNER:
		return new_userns() ?: new_netns();
	case BARE:
		return set_caps(0);
	case USER:
		return become_nobody();
	case NET:
		return set_caps(net);
	case NET_BPF:
		return set_caps(net | bpf);
	case PERFMON_BPF:
		return set_caps(1ULL << CAP_PERFMON | bpf);
	case SYS:
		return set_caps(1ULL << CAP_SYS_ADMIN);
	default:
		return 0;
	}
}

struct trial {
	enum who who;
	const char *type;
};

enum { LOADED, REFUSED, BROKEN };

static int load(void *arg)
{
	const struct trial *t = arg;
	struct kfunc_bpf *skel;

	libbpf_set_print(NULL);
	if (become(t->who))
		return BROKEN;
	skel = caller_load(t->type);
	kfunc_bpf__destroy(skel);
	return skel ? LOADED : REFUSED;
}

TEST(who_may_load)
{
	struct trial t;
	const char *at;
	int i;

	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].not_6_1 && is_6_1())
			continue;
		at = rows[i].cells;
		for (t.who = ROOT; t.who < WHO_MAX; t.who++, at += 3) {
			t.type = rows[i].type;
			EXPECT_EQ(strncmp(at, "ok", 2) ? REFUSED : LOADED,
				  finish(start(load, &t)))
				TH_LOG("%s, column %d", rows[i].what, t.who);
		}
	}
}

TEST_HARNESS_MAIN
