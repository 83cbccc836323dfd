// SPDX-License-Identifier: GPL-2.0
/* The kfuncs, called by real programs of each type that may, beside what netlink says. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>

#include "batch.h"
#include "call.h"
#include "caller.h"
#include "frame.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

#include "bad.skel.h"
#include "example.skel.h"
#include "gateway.skel.h"

FIXTURE(kfunc)
{
	struct nl nl;
	struct kfunc_bpf *skel;
	struct call *call;
};

FIXTURE_VARIANT(kfunc)
{
	const char *type;
};

FIXTURE_VARIANT_ADD(kfunc, xdp) { .type = "xdp" };
FIXTURE_VARIANT_ADD(kfunc, sched_cls) { .type = "cls" };
FIXTURE_VARIANT_ADD(kfunc, sched_act) { .type = "act" };

FIXTURE_SETUP(kfunc)
{
	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	if (!strcmp(variant->type, "act") && is_6_1())
		SKIP(return, "not on Linux 6.1, where sched_act programs call no kfuncs");
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	self->skel = caller_load(variant->type);
	ASSERT_NE(NULL, self->skel);
	self->call = &self->skel->bss->call;
	caller_ask(self->call, caller_table(&self->nl, "t"), "dev");
}

FIXTURE_TEARDOWN(kfunc)
{
	kfunc_bpf__destroy(self->skel);
	nl_close(&self->nl);
}

/* Whether a program sees what netlink does; times apart, which go on. */
static bool same_session(const struct devsess_bpf_session *b, const struct session *s)
{
	return b->session == s->session && b->version == s->version && b->ttl_ms == s->ttl_ms &&
	       b->owner == s->owner && b->mark == s->mark && ntohs(b->port) == s->port &&
	       b->family == s->family && !memcmp(b->addr, s->addr, s->addr_len) &&
	       b->state == s->state && b->flags == s->flags && b->weight == s->weight &&
	       b->key_len == s->device_len && b->data_len == s->data_len;
}

TEST_F(kfunc, lookup)
{
	struct session s = full("dev", 7), got;
	struct call *c = self->call;

	set_data(&s, "\1\2\0\3", 4);
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_TRUE(same_session(&c->opts.o.s, &got));
	EXPECT_NE(0, c->opts.o.s.created);
	EXPECT_NE(0, c->opts.o.s.last_seen);
	/* Without room for the data it is left out; with it, it is there. */
	EXPECT_EQ(0, c->opts.data[0]);
	c->size = sizeof(struct devsess_bpf_opts_data);
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(0, memcmp(c->opts.data, "\1\2\0\3\0", 5));
}

TEST_F(kfunc, nothing_there)
{
	struct session s = device("dev"), old = device("old");
	struct call *c = self->call;
	__u32 id = c->opts.o.table;

	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	set_ttl(&old, 1);
	ASSERT_EQ(0, insert(&self->nl, "t", &old));
	pause_ms(50);
	c->opts.o.s.session = 77;
	memcpy(c->key, "old", 3);
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	c->key_len = 4; /* "old" and a zero */
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(77, c->opts.o.s.session);
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "touch"));
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "update"));
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "delete"));
	for (c->opts.o.table = id + 1; c->opts.o.table != id + 4; c->opts.o.table++)
		EXPECT_EQ(-ENODEV, caller_run(self->skel, variant->type, "lookup"));
	c->opts.o.table = 0;
	EXPECT_EQ(-ENODEV, caller_run(self->skel, variant->type, "store"));
	c->opts.o.table = ~0U;
	EXPECT_EQ(-ENODEV, caller_run(self->skel, variant->type, "delete"));
	/* A table that comes after it was deleted is another one. */
	ASSERT_EQ(0, drop_table(&self->nl, "t"));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	caller_ask(c, id, "dev");
	EXPECT_EQ(-ENODEV, caller_run(self->skel, variant->type, "store"));
	EXPECT_EQ(0, count(&self->nl, "t"));
}

/* What no kfunc takes. */
static const struct {
	const char *what;
	__u32 key_len;
	__u32 size;
	__u32 flags;
	__u32 fields;
	__u64 reserved;
} bad_calls[] = {
	{ .what = "no id", .key_len = 0, .size = 104 },
	{ .what = "an id above key_max", .key_len = 17, .size = 104 },
	{ .what = "a longer one", .key_len = 80, .size = 104 },
	{ .what = "no options", .key_len = 3, .size = 0 },
	{ .what = "less than the error", .key_len = 3, .size = 7 },
	{ .what = "the error", .key_len = 3, .size = 8 },
	{ .what = "a byte less", .key_len = 3, .size = 103 },
	{ .what = "a byte more", .key_len = 3, .size = 105 },
	{ .what = "less data", .key_len = 3, .size = 167 },
	{ .what = "a reserved byte", .key_len = 3, .size = 104, .reserved = 1ULL << 63 },
	{ .what = "a flag", .key_len = 3, .size = 104, .flags = 1U << 31 },
	{ .what = "a field", .key_len = 3, .size = 104, .fields = 1U << 31 },
};

TEST_F(kfunc, bad_calls)
{
	static const char *const ops[] = { "lookup", "touch", "store", "update", "delete" };
	struct session s = full("dev", 3), before, got;
	struct call *c = self->call;
	__u32 id = c->opts.o.table;
	int i, op;

	ASSERT_EQ(104, sizeof(struct devsess_bpf_opts));
	ASSERT_EQ(168, sizeof(struct devsess_bpf_opts_data));
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &before));
	for (i = 0; i < ARRAY_SIZE(bad_calls); i++) {
		for (op = 0; op < ARRAY_SIZE(ops); op++) {
			caller_ask(c, id, "dev");
			c->key_len = bad_calls[i].key_len;
			c->size = bad_calls[i].size;
			c->opts.o.flags = bad_calls[i].flags;
			c->opts.o.fields = bad_calls[i].fields;
			c->opts.o.reserved = bad_calls[i].reserved;
			EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, ops[op]))
				TH_LOG("%s with %s", ops[op], bad_calls[i].what);
		}
	}
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_TRUE(unchanged(&before, &got));
	EXPECT_EQ(1, count(&self->nl, "t"));
}

TEST_F(kfunc, store)
{
	struct call *c = self->call;
	struct session s = device("dev"), got;

	c->size = sizeof(struct devsess_bpf_opts_data);
	c->opts.o.s = (struct devsess_bpf_session) {
		.session = 5, .ttl_ms = 60000, .owner = 6, .mark = 7, .port = htons(8),
		.family = AF_INET, .addr = { 192, 0, 2, 1 }, .state = DEVSESS_STATE_ACTIVE,
		.flags = DEVSESS_FLAG_PINNED, .weight = 9, .data_len = 3,
	};
	memcpy(c->opts.data, "\0\1\2", 3);
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "store"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_TRUE(same_session(&c->opts.o.s, &got));
	EXPECT_EQ(60000, got.ttl_ms);
	EXPECT_EQ(0, memcmp(got.data, "\0\1\2", 3));
	/* Replaced whole. */
	caller_ask(c, c->opts.o.table, "dev");
	c->opts.o.s.session = 6;
	EXPECT_EQ(1, caller_run(self->skel, variant->type, "store"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_TRUE(same_session(&c->opts.o.s, &got));
	EXPECT_EQ(0, got.owner);
	EXPECT_EQ(0, got.data_len);
	EXPECT_EQ(1, got.weight);
}

TEST_F(kfunc, store_refused)
{
	struct call *c = self->call;
	struct session s = full("dev", 3), before, got;
	__u32 id = c->opts.o.table;

	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &before));
	c->opts.o.s.state = 4;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "store"));
	caller_ask(c, id, "dev");
	c->opts.o.s.family = 3;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "store"));
	/* Data without room for it in the options, or more than they have. */
	caller_ask(c, id, "dev");
	c->opts.o.s.data_len = 1;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "store"));
	c->size = sizeof(struct devsess_bpf_opts_data);
	c->opts.o.s.data_len = 65;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "store"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_TRUE(unchanged(&before, &got));
	ASSERT_EQ(0, set_table(&self->nl, "t", 1));
	caller_ask(c, id, "new");
	EXPECT_EQ(-ENOSPC, caller_run(self->skel, variant->type, "store"));
	EXPECT_EQ(1, count(&self->nl, "t"));
}

TEST_F(kfunc, update)
{
	struct call *c = self->call;
	struct session s = full("dev", 3), got, want;

	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	c->opts.o.fields = DEVSESS_F_OWNER | DEVSESS_F_STATE;
	c->opts.o.s.owner = 4711;
	c->opts.o.s.state = DEVSESS_STATE_BLOCKED;
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "update"));
	want = s;
	set_owner(&want, 4711);
	set_state(&want, DEVSESS_STATE_BLOCKED);
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_TRUE(same(&want, &got));
	EXPECT_TRUE(same_session(&c->opts.o.s, &got));
	/* What was handed out, data or none, can be changed and given back. */
	set_data(&s, "data", 4);
	ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, "t", &s));
	c->opts.o.fields = 0;
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(4, c->opts.o.s.data_len);
	c->opts.o.fields = DEVSESS_F_OWNER;
	c->opts.o.s.owner = 4712;
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "update"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_EQ(4712, got.owner);
	EXPECT_EQ(4, got.data_len);
	/* Data comes with its room only. */
	c->opts.o.fields = DEVSESS_F_DATA;
	c->opts.o.s.data_len = 0;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "update"));
	c->size = sizeof(struct devsess_bpf_opts_data);
	c->opts.o.s.data_len = 2;
	memcpy(c->opts.data, "hi", 2);
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "update"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_EQ(2, got.data_len);
	EXPECT_EQ(0, memcmp(got.data, "hi", 2));
}

TEST_F(kfunc, touch)
{
	struct call *c = self->call;
	struct session s = device("dev"), got;

	set_ttl(&s, 60000);
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	c->opts.o.s.ttl_ms = 3600000;
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "touch"));
	EXPECT_NE(0, c->opts.o.s.expires);
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_GT(got.expires_in_ms, 3500000);
	/* The session's own would be earlier. */
	c->opts.o.s.ttl_ms = 0;
	c->opts.o.flags = DEVSESS_TOUCH_FLAG_ONLY_LATER;
	EXPECT_EQ(1, caller_run(self->skel, variant->type, "touch"));
	c->opts.o.flags = 0;
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "touch"));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
	EXPECT_LE(got.expires_in_ms, 60000);
	c->opts.o.s.ttl_ms = DEVSESS_TTL_MAX + 1;
	EXPECT_EQ(-EINVAL, caller_run(self->skel, variant->type, "touch"));
}

TEST_F(kfunc, delete)
{
	struct session s = device("dev"), got;

	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "delete"));
	EXPECT_EQ(-ENOENT, get(&self->nl, "t", &s, &got));
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "delete"));
	EXPECT_EQ(0, count(&self->nl, "t"));
}

static int set_upcall(struct nl *nl, const char *table, __u32 upcall)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	put_u32(&nl->m, DEVSESS_A_TABLE_UPCALL, upcall);
	return nl_call(nl);
}

/* Nobody listens, so what is asked for is dropped, a moment later. */
static __u64 asked_for(struct nl *nl)
{
	int i;

	for (i = 0; i < 20 && !figure(nl, "t", DEVSESS_A_STATS_UPCALLS_DROPPED); i++)
		pause_ms(50);
	return figure(nl, "t", DEVSESS_A_STATS_UPCALLS_DROPPED);
}

TEST_F(kfunc, load)
{
	struct call *c = self->call;

	ASSERT_EQ(0, set_upcall(&self->nl, "t", DEVSESS_UPCALL_ON_REQUEST));
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(0, asked_for(&self->nl));
	c->opts.o.flags = DEVSESS_BPF_LOAD;
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(1, asked_for(&self->nl));
}

/* A listener who wants to be told of each message that he has no room for. */
static int open_full(struct nl *full)
{
	int one = 1;

	return nl_open(full) ?: nl_join(full, "miss") ?:
	       setsockopt(full->fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof(one)) ?:
	       setsockopt(full->fd, SOL_NETLINK, NETLINK_BROADCAST_ERROR, &one, sizeof(one));
}

static bool full_up(struct nl *full)
{
	char c;

	while (recv(full->fd, &c, 1, MSG_DONTWAIT) >= 0)
		;
	return errno == ENOBUFS;
}

/* What one loader has got is asked for, whatever others have no room for. */
TEST_F(kfunc, load_beside_a_full_socket)
{
	struct call *c = self->call;
	__u32 table = c->opts.o.table;
	struct nl full, loader;
	char id[8];
	int i, j;

	ASSERT_EQ(0, set_upcall(&self->nl, "t", DEVSESS_UPCALL_ON_REQUEST));
	ASSERT_EQ(0, nl_open(&loader));
	ASSERT_EQ(0, nl_join(&loader, "miss"));
	ASSERT_EQ(0, open_full(&full));
	for (i = 1; i <= 20; i++) {
		snprintf(id, sizeof(id), "id-%d", i);
		caller_ask(c, table, id);
		c->opts.o.flags = DEVSESS_BPF_LOAD;
		EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
		for (j = 0; j < 100 && figure(&self->nl, "t", DEVSESS_A_STATS_UPCALLS) < i; j++)
			pause_ms(20);
		ASSERT_EQ(i, figure(&self->nl, "t", DEVSESS_A_STATS_UPCALLS));
	}
	EXPECT_EQ(0, figure(&self->nl, "t", DEVSESS_A_STATS_UPCALLS_DROPPED));
	EXPECT_TRUE(full_up(&full));
	nl_close(&full);
	nl_close(&loader);
}

/* A number is a name's, whatever content the name is given. */
TEST_F(kfunc, swap)
{
	struct session s = device("dev");
	struct call *c = self->call;
	__u32 id = c->opts.o.table;

	ASSERT_EQ(0, make_table(&self->nl, "other", 1000, 16, 0));
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	nl_begin(&self->nl, DEVSESS_CMD_TABLE_SWAP);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "t");
	put_str(&self->nl.m, DEVSESS_A_TABLE_OTHER, "other");
	ASSERT_EQ(0, nl_call(&self->nl));
	EXPECT_EQ(id, caller_table(&self->nl, "t"));
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	c->opts.o.table = caller_table(&self->nl, "other");
	EXPECT_NE(id, c->opts.o.table);
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	nl_begin(&self->nl, DEVSESS_CMD_TABLE_RENAME);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "other");
	put_str(&self->nl.m, DEVSESS_A_TABLE_OTHER, "new");
	ASSERT_EQ(0, nl_call(&self->nl));
	EXPECT_EQ(c->opts.o.table, caller_table(&self->nl, "new"));
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
}

#define TABLES 20

/* Of many tables each is found by its number, whatever becomes of the others. */
TEST_F(kfunc, many_tables)
{
	struct call *c = self->call;
	__u32 number[TABLES];
	char name[8];
	int i, gone;

	for (i = 0; i < TABLES; i++) {
		struct session s = device("dev");

		snprintf(name, sizeof(name), "n%d", i);
		ASSERT_EQ(0, make_table(&self->nl, name, 1000, 16, 0));
		set_session(&s, i);
		ASSERT_EQ(0, insert(&self->nl, name, &s));
		number[i] = caller_table(&self->nl, name);
	}
	/* The one of two that share a place goes, and then the other one of two. */
	for (gone = 0; gone < 3; gone++) {
		for (i = 0; i < TABLES; i++) {
			bool dead = (gone > 0 && i == TABLES - 1) || (gone > 1 && !i);

			c->opts.o.table = number[i];
			EXPECT_EQ(dead ? -ENODEV : 0,
				  caller_run(self->skel, variant->type, "lookup"));
			if (!dead)
				EXPECT_EQ(i, c->opts.o.s.session);
		}
		if (gone < 2) {
			snprintf(name, sizeof(name), "n%d", gone ? 0 : TABLES - 1);
			ASSERT_EQ(0, drop_table(&self->nl, name));
		}
	}
}

/* A table of four places, one of them only user space's, that counts two owners. */
static int make_narrow(struct nl *nl, const char *table)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 4);
	put_u64(&nl->m, DEVSESS_A_TABLE_RESERVE, 1);
	put_u32(&nl->m, DEVSESS_A_TABLE_OWNER_MAX, 2);
	if (nl_call(nl))
		return nl->err;
	nl_begin(nl, DEVSESS_CMD_OWNER_SET);
	put_str(&nl->m, DEVSESS_A_OWNER_TABLE, table);
	put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 7);
	put_u32(&nl->m, DEVSESS_A_OWNER_LIMIT, 1);
	return nl_call(nl);
}

static int run_owned(struct kfunc_bpf *skel, const char *type, const char *op, const char *id,
		     __u32 owner)
{
	struct call *c = &skel->bss->call;

	caller_ask(c, c->opts.o.table, id);
	c->opts.o.s.owner = owner;
	c->opts.o.fields = strcmp(op, "update") ? 0 : DEVSESS_F_OWNER;
	return caller_run(skel, type, op);
}

/* Programs have to do with quotas and the reserve as modules have. */
TEST_F(kfunc, quotas)
{
	const char *type = variant->type;
	struct kfunc_bpf *skel = self->skel;
	struct session s = device("e");

	ASSERT_EQ(0, make_narrow(&self->nl, "narrow"));
	self->call->opts.o.table = caller_table(&self->nl, "narrow");
	EXPECT_EQ(0, run_owned(skel, type, "store", "a", 7));
	EXPECT_EQ(-EDQUOT, run_owned(skel, type, "store", "b", 7));
	EXPECT_EQ(0, run_owned(skel, type, "store", "b", 8));
	EXPECT_EQ(-EDQUOT, run_owned(skel, type, "update", "b", 7));
	EXPECT_EQ(-EUSERS, run_owned(skel, type, "store", "c", 9));
	EXPECT_EQ(-EUSERS, run_owned(skel, type, "update", "b", 9));
	EXPECT_EQ(0, run_owned(skel, type, "store", "c", 8));
	EXPECT_EQ(-ENOSPC, run_owned(skel, type, "store", "d", 8));
	EXPECT_EQ(3, count(&self->nl, "narrow"));
	set_owner(&s, 8);
	EXPECT_EQ(0, insert(&self->nl, "narrow", &s));
}

/* Each namespace has a table of the number that `default' has. */
TEST_F(kfunc, namespaces)
{
	struct session s = device("dev");
	struct call *c = self->call;

	ASSERT_EQ(0, insert(&self->nl, NULL, &s));
	c->opts.o.table = caller_table(&self->nl, "default");
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	ASSERT_EQ(0, new_netns());
	EXPECT_EQ(-ENOENT, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "store"));
	EXPECT_EQ(1, count(&self->nl, NULL));
}

static int insert_more(void *arg)
{
	return insert_many(arg, "t", 1000, 60000);
}

/* A process that was started, and is still to be waited for. */
static bool has_ended(pid_t pid)
{
	siginfo_t info = { };

	return waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == pid;
}

/* While shards split and maps are promoted, a session that is there is found. */
TEST_F(kfunc, under_splits)
{
	struct session s = device("dev");
	__u64 before, promotions;
	int i, lost = 0;
	pid_t pid;

	ASSERT_EQ(0, set_table(&self->nl, "t", 100000));
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	before = figure(&self->nl, "t", DEVSESS_A_STATS_SPLITS);
	promotions = figure(&self->nl, "t", DEVSESS_A_STATS_PROMOTIONS);
	pid = start(insert_more, &self->nl);
	for (i = 0; i < 2000 || !has_ended(pid); i++)
		lost += caller_run(self->skel, variant->type, i % 4 ? "lookup" : "touch") != 0;
	EXPECT_EQ(0, finish(pid));
	EXPECT_EQ(0, lost);
	EXPECT_EQ(0, caller_run(self->skel, variant->type, "lookup"));
	EXPECT_GT(figure(&self->nl, "t", DEVSESS_A_STATS_SPLITS), before);
	EXPECT_GT(figure(&self->nl, "t", DEVSESS_A_STATS_PROMOTIONS), promotions);
}

FIXTURE(programs)
{
	struct nl nl;
};

FIXTURE_SETUP(programs)
{
	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(programs)
{
	nl_close(&self->nl);
}

/* Programs without a packet: the tables are those of the task's namespace. */
FIXTURE(tracing)
{
	struct nl nl;
	struct session got;
	__u32 table;
};

FIXTURE_SETUP(tracing)
{
	struct session s = full("dev", 5);

	if (!kernel_has_btf())
		SKIP(return, "not on a kernel without BTF");
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &self->got));
	self->table = caller_table(&self->nl, "t");
}

FIXTURE_TEARDOWN(tracing)
{
	nl_close(&self->nl);
}

TEST_F(tracing, functions)
{
	static const char *const types[] = { "fentry", "fexit" };
	struct kfunc_bpf *skel;
	struct bpf_link *link;
	struct call *c;
	int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		skel = caller_load(types[i]);
		ASSERT_NE(NULL, skel);
		c = &skel->bss->call;
		link = bpf_program__attach(i ? skel->progs.fexit_lookup :
					       skel->progs.fentry_lookup);
		ASSERT_NE(NULL, link);
		caller_ask(c, self->table, "dev");
		EXPECT_EQ(0, caller_run(skel, types[i], "lookup"));
		EXPECT_TRUE(same_session(&c->opts.o.s, &self->got));
		caller_ask(c, self->table, "nobody");
		EXPECT_EQ(-ENOENT, caller_run(skel, types[i], "lookup"));
		caller_ask(c, 0, "dev");
		EXPECT_EQ(-ENODEV, caller_run(skel, types[i], "lookup"));
		bpf_link__destroy(link);
		kfunc_bpf__destroy(skel);
	}
}

/* Has a program of any kind run for a test, after which the kernel comes to the tracepoint. */
static void come_by(struct kfunc_bpf *other)
{
	caller_ask(&other->bss->call, 0, "dev");
	caller_run(other, "xdp", "lookup");
}

TEST_F(tracing, tracepoints)
{
	static const char *const types[] = { "raw", "tp" };
	struct kfunc_bpf *skel, *other;
	struct bpf_link *link;
	struct call *c;
	int i;

	other = caller_load("xdp");
	ASSERT_NE(NULL, other);
	for (i = 0; i < (is_6_1() ? 1 : ARRAY_SIZE(types)); i++) {
		skel = caller_load(types[i]);
		ASSERT_NE(NULL, skel);
		c = &skel->bss->call;
		link = bpf_program__attach(i ? skel->progs.tp_lookup : skel->progs.raw_lookup);
		ASSERT_NE(NULL, link);
		caller_ask(c, self->table, "dev");
		come_by(other);
		EXPECT_EQ(1, c->runs);
		EXPECT_EQ(0, c->ret);
		EXPECT_TRUE(same_session(&c->opts.o.s, &self->got));
		caller_ask(c, self->table, "nobody");
		come_by(other);
		EXPECT_EQ(2, c->runs);
		EXPECT_EQ(-ENOENT, c->ret);
		bpf_link__destroy(link);
		kfunc_bpf__destroy(skel);
	}
	kfunc_bpf__destroy(other);
}

/* Counts this task's time, and interrupts it each millisecond. */
static int open_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.size = sizeof(attr),
		.sample_period = 1000000,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

TEST_F(tracing, perf_event)
{
	double end = now() + 20;
	struct kfunc_bpf *skel;
	struct call *c;
	struct bpf_link *link;
	int fd;

	if (is_6_1())
		SKIP(return, "not on Linux 6.1, where perf_event programs call no kfuncs");
	skel = caller_load("perf");
	ASSERT_NE(NULL, skel);
	c = &skel->bss->call;
	caller_ask(&skel->bss->call, self->table, "dev");
	fd = open_clock();
	ASSERT_LE(0, fd);
	link = bpf_program__attach_perf_event(skel->progs.perf_lookup, fd);
	ASSERT_NE(NULL, link);
	while (c->runs < 20 && now() < end)
		;
	bpf_link__destroy(link);
	EXPECT_LE(20, c->runs);
	EXPECT_EQ(0, c->ret);
	EXPECT_TRUE(same_session(&skel->bss->call.opts.o.s, &self->got));
	kfunc_bpf__destroy(skel);
}

/* A writer holds the shard's lock and is about to write the session, or has; who looks finds it. */
TEST_F(tracing, inside_a_writer)
{
	struct kfunc_bpf *skel = caller_load("inside");
	struct session s = device("dev");
	struct bpf_link *link;
	struct call *c;
	int end;

	ASSERT_NE(NULL, skel);
	c = &skel->bss->call;
	for (end = 0; end < 2; end++) {
		link = bpf_program__attach(end ? skel->progs.inside_end :
						 skel->progs.inside_begin);
		ASSERT_NE(NULL, link);
		c->runs = 0;
		caller_ask(c, self->table, "dev");
		set_session(&s, 1000 + end);
		ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, "t", &s));
		EXPECT_EQ(1, c->runs);
		EXPECT_EQ(0, c->ret);
		EXPECT_EQ(end ? 1000 + end : self->got.session, c->opts.o.s.session);
		caller_ask(c, self->table, "nobody");
		ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, "t", &s));
		EXPECT_EQ(2, c->runs);
		EXPECT_EQ(-ENOENT, c->ret);
		ASSERT_EQ(0, get(&self->nl, "t", &s, &self->got));
		bpf_link__destroy(link);
	}
	kfunc_bpf__destroy(skel);
}

/* By nothing: the clock is written, and goes on as it was. */
static int set_clock(void)
{
	struct timex t = { .modes = ADJ_SETOFFSET };

	return adjtimex(&t) < 0 ? -errno : 0;
}

/* What needs to know the time does not wait for whom the program has interrupted. */
TEST_F(tracing, inside_the_clock)
{
	struct kfunc_bpf *skel = caller_load("clock");
	struct session s = device("mortal");
	struct bpf_link *link;
	struct call *c;

	ASSERT_NE(NULL, skel);
	set_ttl(&s, 3600 * 1000);
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, set_upcall(&self->nl, "t", DEVSESS_UPCALL_ON_REQUEST));
	c = &skel->bss->call;
	caller_ask(c, self->table, "mortal");
	c->task = getpid();
	link = bpf_program__attach(skel->progs.clock_lookup);
	ASSERT_NE(NULL, link);
	ASSERT_EQ(0, set_clock());
	EXPECT_LT(0, c->runs);
	EXPECT_EQ(0, c->ret);
	EXPECT_NE(0, c->opts.o.s.expires);
	bpf_link__destroy(link);

	caller_ask(c, self->table, "nobody");
	c->opts.o.flags = DEVSESS_BPF_LOAD;
	c->runs = 0;
	link = bpf_program__attach(skel->progs.clock_lookup);
	ASSERT_NE(NULL, link);
	ASSERT_EQ(0, set_clock());
	EXPECT_LT(0, c->runs);
	EXPECT_EQ(-ENOENT, c->ret);
	bpf_link__destroy(link);
	EXPECT_LT(0, asked_for(&self->nl));
	kfunc_bpf__destroy(skel);
}

/* Updates of the session that is looked up. */
static int write_on(void *arg)
{
	struct session s = device("dev");
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (;;) {
		set_session(&s, s.session + 1);
		if (ask(&nl, DEVSESS_CMD_UPDATE, "nmi", &s))
			return 1;
	}
}

#define SEND_NMIS "insmod /lib/modules/$(uname -r)/extra/devsess_test.ko test=context_nmi"

/* In the first namespace, which is that of all tasks that an NMI may find. */
TEST_F(programs, inside_nmis)
{
	struct kfunc_bpf *skel = caller_load("nmi");
	struct session s = device("dev");
	struct bpf_link *link;
	pid_t pid;

	ASSERT_NE(NULL, skel);
	ASSERT_EQ(0, make_table(&self->nl, "nmi", 10, 16, 0));
	ASSERT_EQ(0, insert(&self->nl, "nmi", &s));
	/* Of the module that sends them. */
	ASSERT_EQ(0, make_table(&self->nl, "test", 200000, 64, 64));
	ASSERT_EQ(0, make_table(&self->nl, "small", 1000, 8, 4));
	caller_ask(&skel->bss->call, caller_table(&self->nl, "nmi"), "dev");
	link = bpf_program__attach(skel->progs.nmi_lookup);
	ASSERT_NE(NULL, link);
	pid = start(write_on, NULL);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, system(SEND_NMIS));
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(128 + SIGKILL, finish(pid));
	bpf_link__destroy(link);
	EXPECT_LT(20, skel->bss->nmi.runs);
	EXPECT_LT(20, skel->bss->nmi.found);
	EXPECT_EQ(0, skel->bss->nmi.wrong);
	TH_LOG("of %u lookups %u found it, %u came while it was being written",
	       skel->bss->nmi.runs, skel->bss->nmi.found, skel->bss->nmi.again);
	kfunc_bpf__destroy(skel);
	EXPECT_EQ(0, system("rmmod devsess_test"));
	EXPECT_EQ(0, drop_table(&self->nl, "nmi"));
	EXPECT_EQ(0, drop_table(&self->nl, "test"));
	EXPECT_EQ(0, drop_table(&self->nl, "small"));
}

/* The program that kfuncs.rst shows. */
TEST_F(programs, example)
{
	struct session s = device_bytes("\2\0\0\0\0\1", 6);
	__u8 packet[64] = { [6] = 2, [11] = 1 };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet, .data_size_in = sizeof(packet));
	struct example_bpf *skel;
	int fd;

	ASSERT_EQ(0, new_netns());
	nl_close(&self->nl);
	ASSERT_EQ(0, nl_open(&self->nl));
	skel = example_bpf__open();
	ASSERT_NE(NULL, skel);
	*(__u32 *)&skel->rodata->table = caller_table(&self->nl, "default");
	ASSERT_EQ(0, example_bpf__load(skel));
	fd = bpf_program__fd(skel->progs.drop_blocked);
	EXPECT_EQ(0, bpf_prog_test_run_opts(fd, &o));
	EXPECT_EQ(XDP_PASS, o.retval);
	set_state(&s, DEVSESS_STATE_BLOCKED);
	ASSERT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, bpf_prog_test_run_opts(fd, &o));
	EXPECT_EQ(XDP_DROP, o.retval);
	packet[11] = 2;
	EXPECT_EQ(0, bpf_prog_test_run_opts(fd, &o));
	EXPECT_EQ(XDP_PASS, o.retval);
	example_bpf__destroy(skel);
}

/* What an XDP program does with a frame of a kind, from the EUI 01 02 03 04 05 06 07 01. */
static int pass_frame(const struct bpf_program *prog, const char *kind)
{
	static const __u8 mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct frame f;
	size_t i = 0;
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = f.bytes);

	while (i < frame_kinds_count - 1 && strcmp(frame_kinds[i].name, kind))
		i++;
	frame_build(&f, &frame_kinds[i], mac, mac, 1);
	o.data_size_in = f.len;
	return bpf_prog_test_run_opts(bpf_program__fd(prog), &o) ? -errno : (int)o.retval;
}

/* The program that xdp.rst shows. */
TEST_F(programs, example_for_gateways)
{
	struct session s = device_bytes("\1\2\3\4\5\6\7\1", 8), got;
	const struct bpf_program *prog;
	struct gateway_bpf *skel;

	ASSERT_EQ(0, new_netns());
	nl_close(&self->nl);
	ASSERT_EQ(0, nl_open(&self->nl));
	skel = gateway_bpf__open();
	ASSERT_NE(NULL, skel);
	*(__u32 *)&skel->rodata->table = caller_table(&self->nl, "default");
	ASSERT_EQ(0, gateway_bpf__load(skel));
	prog = skel->progs.only_active;
	EXPECT_EQ(XDP_DROP, pass_frame(prog, "push"));
	EXPECT_EQ(XDP_DROP, pass_frame(prog, "short-eui"));
	EXPECT_EQ(XDP_PASS, pass_frame(prog, "arp"));
	set_state(&s, DEVSESS_STATE_IDLE);
	set_owner(&s, 7);
	ASSERT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(XDP_PASS, pass_frame(prog, "push"));
	ASSERT_EQ(0, get(&self->nl, NULL, &s, &got));
	EXPECT_EQ(DEVSESS_STATE_ACTIVE, got.state);
	EXPECT_EQ(7, got.owner);
	EXPECT_EQ(XDP_PASS, pass_frame(prog, "vlan"));
	set_state(&s, DEVSESS_STATE_BLOCKED);
	ASSERT_EQ(0, ask(&self->nl, DEVSESS_CMD_UPDATE, NULL, &s));
	EXPECT_EQ(XDP_DROP, pass_frame(prog, "push"));
	gateway_bpf__destroy(skel);
}

/* A module that programs call stays; when the last one is gone it can be removed. */
TEST_F(programs, keep_the_module)
{
	struct kfunc_bpf *skel = caller_load("xdp");

	ASSERT_NE(NULL, skel);
	EXPECT_EQ(-EAGAIN, module_remove());
	EXPECT_NE(0, caller_table(&self->nl, "default"));
	kfunc_bpf__destroy(skel);
	nl_close(&self->nl);
	EXPECT_EQ(0, module_remove_soon());
	EXPECT_EQ(0, module_load());
	ASSERT_EQ(0, nl_open(&self->nl));
	EXPECT_NE(0, caller_table(&self->nl, "default"));
}

/* On PREEMPT_RT the lock of a shard sleeps, and a program can forbid that. */
TEST_F(programs, with_preemption_off)
{
	bool rt = !access("/sys/kernel/realtime", F_OK);
	struct kfunc_bpf *skel;
	struct call *c;

	if (is_6_1())
		SKIP(return, "not on Linux 6.1, where programs cannot turn preemption off");
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	skel = caller_load("still");
	ASSERT_NE(NULL, skel);
	c = &skel->bss->call;
	caller_ask(c, caller_table(&self->nl, "t"), "dev");
	EXPECT_EQ(rt ? -EBUSY : 0, caller_run(skel, "still", "store"));
	EXPECT_EQ(rt ? 0 : 1, count(&self->nl, "t"));
	caller_ask(c, caller_table(&self->nl, "t"), "dev");
	EXPECT_EQ(rt ? -ENOENT : 0, caller_run(skel, "still", "lookup"));
	kfunc_bpf__destroy(skel);
}

/* Has a program run with interrupts off; the module that does it finds it by its number here. */
static int run_with_interrupts_off(const struct bpf_program *prog)
{
	FILE *f = fopen("/sys/module/devsess_irqs_off/parameters/program", "w");

	if (!f)
		return -errno;
	fprintf(f, "%d", bpf_program__fd(prog));
	return fclose(f) ? -errno : 0;
}

/* Where what was interrupted may hold the lock of a shard nothing is written; lookups work. */
TEST_F(programs, with_interrupts_off)
{
	static const char *const ops[] = { "lookup", "touch", "store", "update", "delete" };
	struct session s = full("dev", 5), got, before;
	struct bpf_program *prog;
	struct kfunc_bpf *skel;
	struct call *c;
	char name[32];
	int i;

	ASSERT_EQ(0, system("insmod /lib/modules/$(uname -r)/extra/devsess_irqs_off.ko"));
	ASSERT_EQ(0, new_netns());
	nl_close(&self->nl);
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, make_table(&self->nl, "t", 1000, 16, 64));
	ASSERT_EQ(0, insert(&self->nl, "t", &s));
	ASSERT_EQ(0, get(&self->nl, "t", &s, &before));
	skel = caller_load("xdp");
	ASSERT_NE(NULL, skel);
	c = &skel->bss->call;
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		snprintf(name, sizeof(name), "xdp_%s", ops[i]);
		prog = bpf_object__find_program_by_name(skel->obj, name);
		ASSERT_NE(NULL, prog);
		caller_ask(c, caller_table(&self->nl, "t"), "dev");
		c->runs = 0;
		ASSERT_EQ(0, run_with_interrupts_off(prog));
		EXPECT_EQ(1, c->runs);
		EXPECT_EQ(i ? -EBUSY : 0, c->ret) TH_LOG("%s", ops[i]);
		EXPECT_EQ(c->ret, c->opts.o.error);
		ASSERT_EQ(0, get(&self->nl, "t", &s, &got));
		EXPECT_EQ(before.version, got.version) TH_LOG("%s", ops[i]);
		EXPECT_EQ(before.last_seen, got.last_seen) TH_LOG("%s", ops[i]);
	}
	kfunc_bpf__destroy(skel);
	EXPECT_EQ(0, system("rmmod devsess_irqs_off"));
}

/* As it begins in a module; see struct btf_header. */
static const char btf_header[] = { 0x9f, 0xeb, 1, 0, 24, 0, 0, 0 };

/*
 * Loads the module as it is if it was built without types, of which there are none under @what, or
 * with those of another kernel, which takes them for nonsense: the byte of @what at @at is another.
 */
static int load_with_other(const char *what, size_t len_what, size_t at)
{
	static char bytes[64 << 20];
	struct utsname uts;
	char path[256], *name;
	size_t len;
	FILE *f;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/devsess.ko", uts.release);
	f = fopen(path, "r");
	if (!f)
		return -errno;
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	name = memmem(bytes, len, what, len_what);
	if (!name)
		return -ENOENT;
	name[at] ^= 0x5a;
	return syscall(SYS_init_module, bytes, len, "") ? -errno : 0;
}

/* What `table list' has below BPF-ID. */
#define LAST_COLUMN "devsess table list | awk '{ print \"is\", $NF }'"

/* Whether a text is in the last line that a command prints. */
static bool last_line_has(const char *command, const char *text)
{
	char line[512] = "";
	FILE *f = popen(command, "r");

	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		;
	pclose(f);
	return strstr(line, text);
}

/* Then there are no kfuncs, and the module does not say that there are. */
TEST_F(programs, without_types)
{
	static const struct { const char *what; size_t len, at; } others[] = {
		{ ".BTF", sizeof(".BTF"), 1 }, { btf_header, sizeof(btf_header), 0 },
	};
	struct kfunc_bpf *skel;
	size_t i;
	int ret;

	nl_close(&self->nl);
	libbpf_set_print(NULL);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		ASSERT_EQ(0, module_remove_soon());
		ret = load_with_other(others[i].what, others[i].len, others[i].at);
		/* Debian's kernels have MODULE_ALLOW_BTF_MISMATCH. */
		if (ret == -EINVAL && i) {
			ASSERT_EQ(0, module_load());
			continue;
		}
		EXPECT_EQ(0, ret);
		EXPECT_EQ(0, nl_open(&self->nl));
		EXPECT_EQ(0, caller_table(&self->nl, "default"));
		nl_close(&self->nl);
		EXPECT_TRUE(last_line_has("dmesg | grep devsess:", "no kfuncs for BPF programs"));
		EXPECT_TRUE(last_line_has(LAST_COLUMN, "is -\n"));
		EXPECT_TRUE(last_line_has("devsess xdp attach lo --proto mac 2>&1",
					  "the module has no kfuncs"));
		skel = caller_load("xdp");
		EXPECT_EQ(NULL, skel);
		kfunc_bpf__destroy(skel);
	}
	ASSERT_EQ(0, module_remove_soon());
	ASSERT_EQ(0, module_load());
	ASSERT_EQ(0, nl_open(&self->nl));
	EXPECT_NE(0, caller_table(&self->nl, "default"));
	EXPECT_TRUE(last_line_has("dmesg | grep devsess:", "kfuncs for BPF programs are there"));
	EXPECT_FALSE(last_line_has(LAST_COLUMN, "is -\n"));
}

/* Loads programs, runs them and lets them go, on and on. */
struct loader {
	bool stop;
	__u32 ran;
	__u32 wrong;
};

static int load_and_run(void *arg)
{
	struct loader *l = arg;
	struct kfunc_bpf *skel;
	int ret;

	/* Most of the time there are no kfuncs to be found. */
	libbpf_set_print(NULL);
	while (!l->stop) {
		skel = caller_load("xdp");
		if (!skel)
			continue;
		caller_ask(&skel->bss->call, 1, "dev");
		ret = caller_run(skel, "xdp", "lookup");
		l->wrong += ret != -ENOENT && ret != -ENODEV;
		l->ran++;
		kfunc_bpf__destroy(skel);
	}
	return 0;
}

/* The module goes whenever no program is loaded, and comes again. */
TEST_F(programs, while_the_module_comes_and_goes)
{
	struct loader *l = shared(sizeof(*l));
	int i, rounds = 10;
	double end;
	pid_t pid;

	nl_close(&self->nl);
	pid = start(load_and_run, l);
	for (i = 0, end = now() + 60; i < rounds && now() < end;) {
		__u32 ran = l->ran;

		if (module_remove()) {
			pause_ms(1);
			continue;
		}
		i++;
		EXPECT_EQ(0, module_load());
		while (l->ran == ran && now() < end)
			pause_ms(1);
	}
	l->stop = true;
	EXPECT_EQ(0, finish(pid));
	EXPECT_EQ(rounds, i);
	EXPECT_EQ(0, l->wrong);
	ASSERT_EQ(0, nl_open(&self->nl));
}

/* What the verifier says of a program. */
static const struct {
	const char *program;
	const char *says;
} verdicts[] = {
	{ "small_options", "invalid indirect access to stack R4" },
	{ "unbounded_id", "R3 unbounded memory access" },
	{ "missing_null_check", "Possibly NULL pointer passed to trusted arg3" },
	{ "missing_null_check_of_id", "Possibly NULL pointer passed to trusted arg1" },
	{ "read_only_options", "write into map forbidden" },
	{ "no_context", "arg#0 expected pointer to ctx, but got" },
	{ "xdp_kfunc_in_tc", "calling kernel function bpf_xdp_devsess_lookup is not allowed" },
	{ "skb_kfunc_in_xdp", "calling kernel function bpf_skb_devsess_lookup is not allowed" },
	{ "type_without_kfuncs", "calling kernel function bpf_skb_devsess_lookup is not allowed" },
	{ "touch_in_tracing", "calling kernel function bpf_skb_devsess_touch is not allowed" },
	{ "store_in_tracing", "calling kernel function bpf_skb_devsess_store is not allowed" },
	{ "update_in_tracing", "calling kernel function bpf_skb_devsess_update is not allowed" },
	{ "delete_in_tracing", "calling kernel function bpf_skb_devsess_delete is not allowed" },
};

/* Loads one program only; what the verifier says goes to @log. */
static struct bad_bpf *load_bad(const char *name, char *log, size_t size)
{
	struct bad_bpf *skel = bad_bpf__open();
	struct bpf_program *prog;

	log[0] = 0;
	if (!skel)
		return NULL;
	prog = bpf_object__find_program_by_name(skel->obj, name);
	bpf_program__set_autoload(prog, true);
	bpf_program__set_log_buf(prog, log, size);
	bpf_program__set_log_level(prog, 1);
	if (!bad_bpf__load(skel))
		return skel;
	bad_bpf__destroy(skel);
	return NULL;
}

/* Linux 6.1 does not see that a pointer may be NULL. Then the kfunc does. */
static bool told_at_run_time(struct bad_bpf *skel, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(skel->obj, name);
	__u8 packet[64] = { };
	LIBBPF_OPTS(bpf_test_run_opts, o, .data_in = packet, .data_size_in = sizeof(packet));

	return is_6_1() &&
	       !bpf_prog_test_run_opts(bpf_program__fd(prog), &o) &&
	       (int)o.retval == -EINVAL;
}

TEST_F(programs, that_must_not_load)
{
	static char log[1 << 20];
	struct bad_bpf *skel;
	int i;

	for (i = 0; i < ARRAY_SIZE(verdicts); i++) {
		skel = load_bad(verdicts[i].program, log, sizeof(log));
		if (!skel) {
			EXPECT_NE(NULL, strstr(log, verdicts[i].says))
				TH_LOG("%s: %s", verdicts[i].program, log);
		} else if (!strncmp(verdicts[i].program, "missing_null_check", 18)) {
			EXPECT_TRUE(told_at_run_time(skel, verdicts[i].program));
		} else {
			EXPECT_EQ(NULL, skel)
				TH_LOG("%s was loaded", verdicts[i].program);
		}
		bad_bpf__destroy(skel);
	}
}

TEST_HARNESS_MAIN
