// SPDX-License-Identifier: GPL-2.0
/*
 * usage: bpf_visit COUNT
 *
 * A part of debug/torture.sh: BPF programs in the table `torture', while all others are at it.
 * Sessions that stay are looked up: whole, and of counters that only rise, as torture/content.c
 * makes them. A few of its own it makes, changes and deletes, so it knows what each call
 * must answer. The first that is wrong is told, with exit status 1.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/devsess.h>

#include "caller.h"

/* Of torture/ids.h. */
#define KEPT		1
#define KEPT_IDS	1024

#define OWN_IDS		16
#define OWN_OWNER	98

static struct kfunc_bpf *skel;
static struct call *call;
static __u32 table;

static int ask(const char *op, const char *id)
{
	call->key_len = strlen(id);
	memcpy(call->key, id, call->key_len);
	call->size = sizeof(call->opts);
	call->opts.o.table = table;
	return caller_run(skel, "xdp", op);
}

static void must(int is, int want, const char *what, const char *id)
{
	if (is == want)
		return;
	fprintf(stderr, "%s of %s: %d, not %d\n", what, id, is, want);
	exit(1);
}

/* Whether all was written together: each write changes the session id and the data. */
static bool whole(const struct devsess_bpf_session *s, __u32 n)
{
	__u32 counter = s->session >> 32, i;

	for (i = 0; i < s->data_len; i++)
		if (call->opts.data[i] != (__u8)(counter + i))
			return false;
	return s->mark == n && s->owner == KEPT &&
	       s->data_len == (n + counter) % (DEVSESS_BPF_DATA_MAX + 1);
}

static void visit(__u32 n)
{
	static __u32 counters[KEPT_IDS];
	const struct devsess_bpf_session *s = &call->opts.o.s;
	char id[64];
	int len;

	len = snprintf(id, sizeof(id), "k%08x", n);
	memset(id + len, 'x', n % 23);
	id[len + n % 23] = 0;
	memset(&call->opts, 0, sizeof(call->opts));
	must(ask("lookup", id), 0, "lookup", id);
	must(whole(s, n), true, "wholeness", id);
	must(s->session >> 32 >= counters[n], true, "order", id);
	counters[n] = s->session >> 32;
}

/* Each run is a step in the life of a session of ours. */
static void live(__u32 n, __u32 step)
{
	static bool unborn[OWN_IDS];
	struct devsess_bpf_session *s = &call->opts.o.s;
	char id[64];
	int ret;

	snprintf(id, sizeof(id), "bpf-%u", n);
	memset(&call->opts, 0, sizeof(call->opts));
	if (step % 4 && unborn[n])
		return;
	switch (step % 4) {
	case 0:
		s->owner = OWN_OWNER;
		s->mark = step;
		s->ttl_ms = ~0ULL;
		/* A program cannot wait for memory. */
		ret = ask("store", id);
		unborn[n] = ret == -ENOMEM;
		if (!unborn[n])
			must(ret, 0, "store", id);
		break;
	case 1:
		call->opts.o.fields = DEVSESS_F_MARK;
		s->mark = step;
		must(ask("update", id), 0, "update", id);
		break;
	case 2:
		must(ask("touch", id), 0, "touch", id);
		memset(&call->opts, 0, sizeof(call->opts));
		must(ask("lookup", id), 0, "lookup", id);
		must(s->mark == step - 1 && s->owner == OWN_OWNER, true, "content", id);
		break;
	case 3:
		must(ask("delete", id), 0, "delete", id);
		must(ask("lookup", id), -ENOENT, "lookup", id);
		break;
	}
}

int main(int argc, char **argv)
{
	__u32 count = argc == 2 ? strtoul(argv[1], NULL, 0) : 0, i;
	struct nl nl;

	if (!count) {
		fputs("usage: bpf_visit COUNT\n", stderr);
		return 2;
	}
	if (nl_open(&nl))
		return 1;
	table = caller_table(&nl, "torture");
	skel = caller_load("xdp");
	if (!table || !skel)
		return 1;
	call = &skel->bss->call;
	for (i = 0; i < count; i++) {
		visit(random() % KEPT_IDS);
		live(i % OWN_IDS, i / OWN_IDS);
	}
	for (i = 0; i < OWN_IDS; i++) {
		char id[64];

		snprintf(id, sizeof(id), "bpf-%u", i);
		memset(&call->opts, 0, sizeof(call->opts));
		ask("delete", id);
	}
	kfunc_bpf__destroy(skel);
	nl_close(&nl);
	return 0;
}
