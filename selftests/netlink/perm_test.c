// SPDX-License-Identifier: GPL-2.0
/* Who may do what: root, nobody, and root of a user namespace. */
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "batch.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

FIXTURE(perm)
{
	struct nl root;
};

FIXTURE_SETUP(perm)
{
	struct session s = full("there", 1);

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->root));
	ASSERT_EQ(0, insert(&self->root, NULL, &s));
}

FIXTURE_TEARDOWN(perm)
{
	nl_close(&self->root);
}

/* Begins a request that would do, were it allowed. */
static void begin_good(struct nl *nl, __u8 cmd)
{
	struct session s = device("there");
	struct batch b = { };

	nl_begin(nl, cmd);
	switch (cmd) {
	case DEVSESS_CMD_TABLE_NEW:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "new");
		return;
	case DEVSESS_CMD_TABLE_SET:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
		put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 1000);
		return;
	case DEVSESS_CMD_TABLE_DEL:
	case DEVSESS_CMD_TABLE_GET:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
		return;
	case DEVSESS_CMD_CLEAR:
	case DEVSESS_CMD_COUNT:
	case DEVSESS_CMD_STATS_GET:
		return;
	case DEVSESS_CMD_INSERT:
		s = device("new");
		break;
	case DEVSESS_CMD_COMPARE_AND_SWAP:
	case DEVSESS_CMD_COMPARE_AND_DELETE:
		set_version(&s, 1);
		break;
	case DEVSESS_CMD_BATCH:
		batch_begin(&b, nl, NULL, false);
		batch_add(&b, DEVSESS_OP_DELETE, &s);
		return;
	}
	put_session(&nl->m, &s);
}

/* How many requests are answered otherwise than to one who may not make them. */
static int not_refused(struct nl *nl)
{
	int cmd, n = 0, err;

	for (cmd = 1; cmd <= DEVSESS_CMD_MAX; cmd++) {
		begin_good(nl, cmd);
		err = nl_call(nl);
		if (err != (cmd == DEVSESS_CMD_STATS_GET ? 0 : -EPERM)) {
			printf("# command %d: %d\n", cmd, err);
			n++;
		}
		if (cmd != DEVSESS_CMD_GET && cmd != DEVSESS_CMD_TABLE_GET &&
		    cmd != DEVSESS_CMD_STATS_GET)
			continue;
		nl_begin_dump(nl, cmd);
		nl_dump(nl);
		while (nl_next(nl))
			;
		if (nl->err != (cmd == DEVSESS_CMD_STATS_GET ? 0 : -EPERM)) {
			printf("# dump %d: %d\n", cmd, nl->err);
			n++;
		}
	}
	return n;
}

/* Sets the effective and permitted capabilities. */
static int set_caps(__u32 caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { .effective = caps, .permitted = caps } };

	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* The next functions run in processes of their own. They return 0 if all is well. */
static int as_nobody(void *arg)
{
	struct nl nl;

	if (become_nobody() || nl_open(&nl))
		return 1;
	return not_refused(&nl) ? 2 : 0;
}

static int as_nobody_with_the_socket_of_root(void *arg)
{
	return become_nobody() || not_refused(arg);
}

static int as_root_without_capabilities(void *arg)
{
	struct nl nl;

	if (set_caps(~(1U << CAP_NET_ADMIN)) || nl_open(&nl))
		return 1;
	return not_refused(&nl) ? 2 : 0;
}

/* Nothing else is needed. */
static int as_nobody_with_net_admin(void *arg)
{
	struct session s = full("new", 2), got;
	struct nl nl;

	if (prctl(PR_SET_KEEPCAPS, 1) || become_nobody() || set_caps(1U << CAP_NET_ADMIN))
		return 1;
	if (nl_open(&nl))
		return 2;
	return insert(&nl, NULL, &s) || get(&nl, NULL, &s, &got) || !same(&s, &got);
}

TEST_F(perm, nobody)
{
	EXPECT_EQ(0, finish(start(as_nobody, NULL)));
	EXPECT_EQ(1, count(&self->root, NULL));
}

TEST_F(perm, nobody_with_the_socket_of_root)
{
	EXPECT_EQ(0, finish(start(as_nobody_with_the_socket_of_root, &self->root)));
	EXPECT_EQ(1, count(&self->root, NULL));
}

TEST_F(perm, root_without_net_admin)
{
	EXPECT_EQ(0, finish(start(as_root_without_capabilities, NULL)));
	EXPECT_EQ(1, count(&self->root, NULL));
}

TEST_F(perm, nobody_with_net_admin)
{
	EXPECT_EQ(0, finish(start(as_nobody_with_net_admin, NULL)));
	EXPECT_EQ(2, count(&self->root, NULL));
}

/* All that one may do who may do everything. Returns 0 or where it went wrong. */
static int do_everything(struct nl *nl)
{
	struct session s = full("mine", 3), got;
	struct snapshot snap = { };
	int cmd;

	if (count(nl, NULL) != 0)
		return 10;
	if (make_table(nl, "mine", 100, ~0, ~0) || insert(nl, "mine", &s))
		return 11;
	if (get(nl, "mine", &s, &got) || !same(&s, &got))
		return 12;
	if (snapshot_take(&snap, nl, "mine") || snap.n != 1)
		return 13;
	if (insert_many(nl, NULL, 0, 1000) || count(nl, NULL) != 1000)
		return 14;
	s = device("there");
	if (insert(nl, NULL, &s))
		return 15;
	for (cmd = 1; cmd <= DEVSESS_CMD_MAX; cmd++) {
		begin_good(nl, cmd);
		if (nl_call(nl) == -EPERM)
			return 100 + cmd;
	}
	return 0;
}

/* A user namespace and a network namespace that it owns. */
static int as_root_of_namespaces(void *arg)
{
	struct nl nl;

	if (become_nobody() || new_userns() || new_netns() || nl_open(&nl))
		return 1;
	return do_everything(&nl);
}

/* A user namespace only: the network namespace is another's. */
static int as_root_of_a_user_namespace(void *arg)
{
	struct nl nl;

	if (become_nobody() || new_userns() || nl_open(&nl))
		return 1;
	return not_refused(&nl) ? 2 : 0;
}

/* Also when it is root who has made it. */
static int as_root_in_a_user_namespace(void *arg)
{
	struct nl nl;

	if (new_userns() || nl_open(&nl))
		return 1;
	return not_refused(&nl) ? 2 : 0;
}

/* A user namespace in the one that owns the network namespace is no owner. */
static int as_root_of_an_inner_namespace(void *arg)
{
	struct nl nl;

	if (become_nobody() || new_userns() || new_netns() || new_userns() || nl_open(&nl))
		return 1;
	return not_refused(&nl) ? 2 : 0;
}

TEST_F(perm, root_of_namespaces)
{
	struct session s = full("there", 1), got;

	EXPECT_EQ(0, finish(start(as_root_of_namespaces, NULL)));
	/* What it has cleared and deleted was its own. */
	EXPECT_EQ(1, count(&self->root, NULL));
	EXPECT_EQ(0, get(&self->root, NULL, &s, &got));
	EXPECT_TRUE(same(&s, &got));
	EXPECT_EQ(~0ULL, count(&self->root, "mine"));
}

TEST_F(perm, root_of_a_user_namespace)
{
	EXPECT_EQ(0, finish(start(as_root_of_a_user_namespace, NULL)));
	EXPECT_EQ(0, finish(start(as_root_in_a_user_namespace, NULL)));
	EXPECT_EQ(0, finish(start(as_root_of_an_inner_namespace, NULL)));
	EXPECT_EQ(1, count(&self->root, NULL));
}

/* And those who may not do anything else see figures, not sessions. */
static int look_at_figures(void *arg)
{
	struct nl nl;

	if (become_nobody() || nl_open(&nl))
		return 1;
	return figure(&nl, NULL, DEVSESS_A_STATS_SESSIONS) != 1;
}

TEST_F(perm, figures_for_all)
{
	EXPECT_EQ(0, finish(start(look_at_figures, NULL)));
}

TEST_HARNESS_MAIN
