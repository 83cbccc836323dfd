// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that behave badly: they do not read, they die, they hog the CPUs that the
 * worker needs. Others are served all the same, and nothing is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "setup.h"
#include "world.h"

#define MANY	20000

FIXTURE(clients)
{
	struct world w;
};

FIXTURE_SETUP(clients)
{
	memset(&self->w, 0, sizeof(self->w));
	self->w.table = "default";
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->w.nl));
}

FIXTURE_TEARDOWN(clients)
{
	nl_close(&self->w.nl);
	snapshot_free(&self->w.want);
	/* Nobody holds it any more. */
	EXPECT_EQ(0, module_remove_soon());
	EXPECT_EQ(0, module_load());
}

/* Like nl_open(), but there is hardly room for an answer. */
static int open_small(struct nl *nl)
{
	int size = 1, err = nl_open(nl);

	return err ?: setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

/* Sends nl->m and does not read the answer. Returns 0 or an errno. */
static int say(struct nl *nl)
{
	struct nlmsghdr *hdr = msg_header(&nl->m);

	hdr->nlmsg_len = nl->m.len;
	hdr->nlmsg_seq = ++nl->seq;
	return nl_send(nl, nl->m.buf, nl->m.len);
}

/* Another client does not notice. */
static bool others_are_served(struct world *w, __u32 from)
{
	struct session s = number(from), got;
	struct nl other;
	bool ok;

	fill(&s, from);
	ok = !nl_open(&other) && !insert(&other, w->table, &s) &&
	     !get(&other, w->table, &s, &got) && same(&s, &got);
	nl_close(&other);
	world_put(w, &s);
	return ok && world_check(w);
}

/* It asks for a lot and reads nothing: what it asked for is done, the answers are lost. */
TEST_F(clients, overrun)
{
	struct session s, got;
	struct nl nl;
	int i;

	ASSERT_EQ(0, open_small(&nl));
	for (i = 0; i < 2000; i++) {
		s = number(i);
		fill(&s, i);
		nl_begin(&nl, DEVSESS_CMD_INSERT);
		put_session(&nl.m, &s);
		ASSERT_EQ(0, say(&nl));
		snapshot_add(&self->w.want, &s);
	}
	snapshot_sort(&self->w.want);
	EXPECT_TRUE(others_are_served(&self->w, MANY));
	/* It is told that answers are missing, then the few that there was room for. */
	EXPECT_EQ(-1, recv(nl.fd, nl.in, nl.in_size, 0));
	EXPECT_EQ(ENOBUFS, errno);
	EXPECT_LT(0, recv(nl.fd, nl.in, nl.in_size, 0));
	while (recv(nl.fd, nl.in, nl.in_size, MSG_DONTWAIT) > 0)
		;
	/* It may go on. */
	s = number(7);
	EXPECT_EQ(0, get(&nl, NULL, &s, &got));
	EXPECT_EQ(s.device_len, got.device_len);
	nl_close(&nl);
}

/* The answers are as long as they get, and nobody reads them. */
TEST_F(clients, batches_unread)
{
	struct batch b = { };
	struct nl nl;
	int i, j;

	ASSERT_EQ(0, world_fill(&self->w, 0, 1000));
	ASSERT_EQ(0, open_small(&nl));
	for (i = 0; i < 20; i++) {
		/* All are refused: they exist. */
		batch_begin(&b, &nl, NULL, i % 2);
		for (j = 0; j < 1000; j++) {
			struct session s = number(j);

			batch_add(&b, DEVSESS_OP_INSERT, &s);
		}
		ASSERT_EQ(0, say(&nl));
		if (i % 5 == 4)
			EXPECT_TRUE(others_are_served(&self->w, MANY + i));
	}
	EXPECT_EQ(-1, recv(nl.fd, nl.in, nl.in_size, 0));
	EXPECT_EQ(ENOBUFS, errno);
	nl_close(&nl);
	EXPECT_TRUE(world_check(&self->w));
}

/* Many dumps that nobody reads on: the table works, can even be deleted; the module stays. */
TEST_F(clients, dumps_stalled)
{
	struct nl nl[40];
	int i;

	self->w.table = "t";
	ASSERT_EQ(0, make_table(&self->w.nl, "t", 100000, ~0, ~0));
	ASSERT_EQ(0, world_fill(&self->w, 0, 4000));
	for (i = 0; i < ARRAY_SIZE(nl); i++) {
		ASSERT_EQ(0, i % 2 ? open_small(&nl[i]) : nl_open_with(&nl[i], 16384));
		nl_begin_dump(&nl[i], DEVSESS_CMD_GET);
		put_str(&nl[i].m, DEVSESS_A_SESSION_TABLE, "t");
		ASSERT_EQ(0, nl_dump(&nl[i]));
	}
	EXPECT_TRUE(others_are_served(&self->w, MANY));
	EXPECT_EQ(4001, clear_meant(&self->w.nl, "t", NULL));
	world_forget(&self->w);
	EXPECT_TRUE(others_are_served(&self->w, MANY + 1));
	EXPECT_EQ(0, drop_table(&self->w.nl, "t"));
	EXPECT_EQ(-EAGAIN, module_remove());
	/* Some go on to their end; the rest go without a word. */
	for (i = 0; i < ARRAY_SIZE(nl); i++) {
		if (i % 4 == 0) {
			while (nl_next(&nl[i]))
				;
			EXPECT_EQ(0, nl[i].err);
		}
		nl_close(&nl[i]);
	}
	self->w.table = "default";
}

/* What a client does that is killed at any time; it notes what was acknowledged. */
static int store_on(void *arg)
{
	__u32 *acknowledged = arg;
	struct session s;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (;;) {
		s = number(*acknowledged);
		fill(&s, *acknowledged);
		if (insert(&nl, NULL, &s))
			return 2;
		++*acknowledged;
	}
}

/* What was acknowledged is there; at most one more may be, that was not yet. */
TEST_F(clients, killed)
{
	__u32 *acknowledged = shared(sizeof(*acknowledged));
	struct session s;
	__u32 n;
	int i;

	for (i = 0; i < 25; i++) {
		pid_t pid = start(store_on, acknowledged);

		pause_ms(20 + i * 7 % 60);
		kill(pid, SIGKILL);
		ASSERT_EQ(128 + SIGKILL, finish(pid));
		n = *acknowledged;
		while (self->w.want.n < n) {
			s = number(self->w.want.n);
			fill(&s, self->w.want.n);
			snapshot_add(&self->w.want, &s);
		}
		/* Else the next one would find it there. */
		if (count(&self->w.nl, NULL) == n + 1) {
			s = number(n);
			ASSERT_EQ(0, delete(&self->w.nl, NULL, &s));
		}
		snapshot_sort(&self->w.want);
		ASSERT_TRUE(world_check(&self->w));
		/* In the order of their numbers again. */
		world_forget(&self->w);
	}
	TH_LOG("%u sessions were acknowledged", *acknowledged);
	EXPECT_GT(*acknowledged, 25);
}

/* Runs at a priority above that of all workers until told to go. */
static int hog(void *arg)
{
	bool *stop = arg;
	struct sched_param prio = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &prio))
		return 1;
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED))
		;
	return 0;
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

/*
 * Whether others than real-time tasks get to run although these never stop. Linux
 * 6.12 has a server for them per CPU, before there was a limit for all.
 */
static void let_others_run(bool let)
{
	char path[80];
	int cpu;

	write_text("/proc/sys/kernel/sched_rt_runtime_us", let ? "950000" : "-1");
	for (cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/sched/fair_server/cpu%d/runtime",
			 cpu);
		write_text(path, let ? "50000000" : "0");
	}
}

/* No worker runs for some seconds: new sessions have room, and all is made up for later. */
TEST_F(clients, workers_delayed)
{
	struct sched_param prio = { .sched_priority = 2 }, normal = { };
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), i, tries, err = 0;
	bool *stop = shared(sizeof(*stop));
	__u64 empty, most, expired_before;
	struct nl *nl = &self->w.nl;
	pid_t pid[64];
	double end;

	self->w.table = "t";
	ASSERT_GE(64, cpus);
	ASSERT_EQ(0, make_table(nl, "t", 1000000, ~0, ~0));
	empty = figure(nl, "t", DEVSESS_A_STATS_MEMORY);
	let_others_run(false);
	ASSERT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &prio));
	for (i = 0; i < cpus; i++)
		pid[i] = start(hog, stop);
	pause_ms(50);
	end = now() + 3;
	for (i = 0; now() < end && !err; i++) {
		struct session s = number(i);

		fill(&s, i);
		set_ttl(&s, 200);
		err = insert(nl, "t", &s);
		if (i % 100 == 99)
			pause_ms(1);
	}
	expired_before = figure(nl, "t", DEVSESS_A_STATS_EXPIRED);
	most = figure(nl, "t", DEVSESS_A_STATS_MEMORY);
	*stop = true;
	sched_setscheduler(0, SCHED_OTHER, &normal);
	let_others_run(true);
	while (cpus)
		EXPECT_EQ(0, finish(pid[--cpus]));
	EXPECT_EQ(0, err);
	EXPECT_EQ(0, expired_before);
	TH_LOG("%d sessions, %llu bytes, then %llu were expired", i, most, expired_before);
	/* All expire, and the memory comes back. */
	for (tries = 0; tries < 300; tries++) {
		if (!count(nl, "t") && figure(nl, "t", DEVSESS_A_STATS_MEMORY) <= 2 * empty)
			break;
		pause_ms(100);
	}
	EXPECT_EQ(0, count(nl, "t"));
	EXPECT_EQ(i, figure(nl, "t", DEVSESS_A_STATS_EXPIRED));
	EXPECT_GE(2 * empty, figure(nl, "t", DEVSESS_A_STATS_MEMORY));
	EXPECT_TRUE(world_check(&self->w));
	EXPECT_EQ(0, drop_table(nl, "t"));
	self->w.table = "default";
}

TEST_HARNESS_MAIN
