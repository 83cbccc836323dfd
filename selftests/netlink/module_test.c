// SPDX-License-Identifier: GPL-2.0
/* Removing the module: refused while a dump is open, else at any time. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

FIXTURE(module)
{
	struct nl nl;
};

FIXTURE_SETUP(module)
{
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(module)
{
	nl_close(&self->nl);
	/* The next test wants it empty, and loaded. */
	module_remove_soon();
	EXPECT_EQ(0, module_load());
}

TEST_F(module, removal_during_a_dump)
{
	struct snapshot snap = { };
	struct session s;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 30000));
	nl_begin_dump(&self->nl, DEVSESS_CMD_GET);
	ASSERT_EQ(0, nl_dump(&self->nl));
	ASSERT_TRUE(nl_next(&self->nl));
	EXPECT_EQ(-EAGAIN, module_remove());
	/* The dump does not suffer. */
	EXPECT_EQ(0, snapshot_read(&snap, &self->nl));
	EXPECT_EQ(29999, snap.n);
	/* A socket at rest holds nothing. */
	EXPECT_EQ(0, module_remove_soon());
	s = device("x");
	EXPECT_EQ(-ENOENT, insert(&self->nl, NULL, &s));
	snapshot_free(&snap);
}

TEST_F(module, removal_after_a_dump_was_closed)
{
	struct nl reader;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 30000));
	ASSERT_EQ(0, nl_open(&reader));
	nl_begin_dump(&reader, DEVSESS_CMD_GET);
	ASSERT_EQ(0, nl_dump(&reader));
	ASSERT_TRUE(nl_next(&reader));
	EXPECT_EQ(-EAGAIN, module_remove());
	nl_close(&reader);
	EXPECT_EQ(0, module_remove_soon());
}

/* Sits in a namespace with a full table until told to go. */
static int stay(void *arg)
{
	bool *flags = arg;
	struct nl nl;

	if (new_netns() || nl_open(&nl) || make_table(&nl, "t", 100000, ~0, ~0) ||
	    insert_many(&nl, "t", 0, 10000) || insert_many(&nl, NULL, 0, 10000))
		return 1;
	flags[0] = true;
	while (!flags[1])
		pause_ms(10);
	return 0;
}

TEST_F(module, removal_with_tables_full)
{
	bool *flags = shared(2);
	pid_t pid = start(stay, flags);
	struct session s;
	int i;

	ASSERT_EQ(0, make_table(&self->nl, "t", 100000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->nl, "t", 0, 50000));
	for (i = 0; i < 500; i++) {
		s = number(i);
		set_ttl(&s, 1 + i);
		ASSERT_EQ(0, insert(&self->nl, NULL, &s));
	}
	for (i = 0; i < 500 && !flags[0]; i++)
		pause_ms(20);
	EXPECT_TRUE(flags[0]);
	EXPECT_EQ(0, module_remove_soon());
	/* Loaded again it begins empty, also in a namespace that was there before. */
	EXPECT_EQ(0, module_load());
	nl_close(&self->nl);
	ASSERT_EQ(0, nl_open(&self->nl));
	EXPECT_EQ(0, count(&self->nl, NULL));
	EXPECT_EQ(~0ULL, count(&self->nl, "t"));
	flags[1] = true;
	EXPECT_EQ(0, finish(pid));
}

/* Joins all groups that nobody has yet, waits, and returns what it has heard. */
static int join_early(void *arg)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	bool *flags = arg;
	struct nlmsghdr *hdr;
	char buf[8192];
	int fd, group, heard = 0;

	if (become_nobody())
		return 100;
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return 101;
	for (group = 1; group <= 64; group++)
		setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
	flags[0] = true;
	for (group = 0; !flags[1] && group < 6000; group++)
		pause_ms(10);
	/* The controller tells what families come and go, and may. */
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0) {
		hdr = (struct nlmsghdr *)buf;
		heard += hdr->nlmsg_type != GENL_ID_CTRL;
	}
	return heard > 99 ? 99 : heard;
}

/* Whoever sat in a group before there was a module hears nothing of it. */
TEST_F(module, groups_joined_before)
{
	bool *flags = shared(2);
	struct session s;
	struct nl ear;
	pid_t pid;
	int i;

	EXPECT_EQ(0, module_remove_soon());
	pid = start(join_early, flags);
	for (i = 0; i < 500 && !flags[0]; i++)
		pause_ms(20);
	EXPECT_TRUE(flags[0]);
	EXPECT_EQ(0, module_load());
	nl_close(&self->nl);
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, nl_open(&ear));
	EXPECT_EQ(0, nl_join(&ear, "events"));
	for (i = 0; i < 10; i++) {
		s = number(i);
		EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	}
	/* All have been sent once the table's number is known. */
	nl_begin(&self->nl, DEVSESS_CMD_TABLE_GET);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "default");
	EXPECT_EQ(0, nl_call(&self->nl));
	for (i = 0; !nl_hear(&ear); i++)
		;
	EXPECT_EQ(10, i);
	flags[1] = true;
	EXPECT_EQ(0, finish(pid));
	nl_close(&ear);
}

/* A client of removal_under_fire: when it is to stop, and requests that were answered. */
struct pesterer {
	bool stop;
	__u32 done;
};

/* Requests without end, whether the module is there or not. */
static int pester(void *arg)
{
	struct pesterer *p = arg;
	struct nl nl;
	__u32 i;

	while (!p->stop) {
		if (nl_open(&nl)) {
			nl_close(&nl);
			continue;
		}
		for (i = 0; i < 200 && !p->stop; i++) {
			struct session s = number(i % 50), got;

			if (ask(&nl, DEVSESS_CMD_STORE, NULL, &s))
				break;
			get(&nl, NULL, &s, &got);
			delete(&nl, NULL, &s);
			p->done++;
		}
		if (i % 3 == 0) {
			nl_begin_dump(&nl, DEVSESS_CMD_GET);
			nl_dump(&nl);
			while (nl_next(&nl))
				;
		}
		nl_close(&nl);
	}
	return 0;
}

/* Each has been answered often enough to be in the way. */
static bool all_heard(const struct pesterer *p, int n)
{
	while (n--)
		if (p[n].done < 50)
			return false;
	return true;
}

TEST_F(module, removal_under_fire)
{
	struct pesterer *p = shared(3 * sizeof(*p));
	double begin = now();
	int removed = 0, busy = 0, i, err;
	pid_t pid[3];

	for (i = 0; i < ARRAY_SIZE(pid); i++)
		pid[i] = start(pester, &p[i]);
	/* On a slow machine it takes longer until enough has happened. */
	while (now() < begin + 8 ||
	       ((removed <= 5 || !all_heard(p, ARRAY_SIZE(pid))) && now() < begin + 120)) {
		err = module_remove();
		if (err) {
			EXPECT_EQ(-EAGAIN, err);
			busy++;
			continue;
		}
		removed++;
		pause_ms(10);
		EXPECT_EQ(0, module_load());
		pause_ms(100);
	}
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		p[i].stop = true;
	for (i = 0; i < ARRAY_SIZE(pid); i++)
		EXPECT_EQ(0, finish(pid[i]));
	TH_LOG("removed %d times, busy %d times", removed, busy);
	EXPECT_GT(removed, 5);
	EXPECT_TRUE(all_heard(p, ARRAY_SIZE(pid)));
}

TEST_HARNESS_MAIN
