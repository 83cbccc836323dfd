// SPDX-License-Identifier: GPL-2.0
/*
 * Who may do what: the table of Documentation/access.rst, cell by cell. There
 * it says who the columns are; `tools/check access' compares the two tables.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "actor.h"
#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"

enum column { ROOT, ADMIN, OWNER, STRANGER, BARE, USER, LENT, TRICKED };

/**
 * struct row - what is tried, and how it has to end
 * @what:  a request, "do" or "dump"; a group, "join"; or a file, "read" or "write", its
 *         path from /sys/module/devsess if it is not absolute
 * @cmd:   number of the request
 * @cells: for each column "ok", "own" (it works, on other tables), an errno, or
 *         "-" if it is not tried
 */
struct row {
	const char *what;
	int cmd;
	const char *cells;
};

static const struct row rows[] = {
	{ "table-new do", DEVSESS_CMD_TABLE_NEW, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-set do", DEVSESS_CMD_TABLE_SET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-del do", DEVSESS_CMD_TABLE_DEL, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-get do", DEVSESS_CMD_TABLE_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-get dump", DEVSESS_CMD_TABLE_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "get do", DEVSESS_CMD_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "get dump", DEVSESS_CMD_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "insert do", DEVSESS_CMD_INSERT, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "store do", DEVSESS_CMD_STORE, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "update do", DEVSESS_CMD_UPDATE, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "get-or-insert do", DEVSESS_CMD_GET_OR_INSERT,
	  "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "swap do", DEVSESS_CMD_SWAP, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "delete do", DEVSESS_CMD_DELETE, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "get-and-delete do", DEVSESS_CMD_GET_AND_DELETE,
	  "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "compare-and-swap do", DEVSESS_CMD_COMPARE_AND_SWAP,
	  "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "compare-and-delete do", DEVSESS_CMD_COMPARE_AND_DELETE,
	  "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "touch do", DEVSESS_CMD_TOUCH, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "clear do", DEVSESS_CMD_CLEAR, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "count do", DEVSESS_CMD_COUNT, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "batch do", DEVSESS_CMD_BATCH, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "stats-get do", DEVSESS_CMD_STATS_GET, "ok ok own ok ok ok ok ok" },
	{ "stats-get dump", DEVSESS_CMD_STATS_GET, "ok ok own ok ok ok ok ok" },
	{ "table-drain do", DEVSESS_CMD_TABLE_DRAIN, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "refuse do", DEVSESS_CMD_REFUSE, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "owner-get do", DEVSESS_CMD_OWNER_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "owner-get dump", DEVSESS_CMD_OWNER_GET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "owner-set do", DEVSESS_CMD_OWNER_SET, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-rename do", DEVSESS_CMD_TABLE_RENAME,
	  "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "table-swap do", DEVSESS_CMD_TABLE_SWAP, "ok ok own EPERM EPERM EPERM EPERM EPERM" },
	{ "events join", 0, "ok ok own EPERM EPERM EPERM EPERM ok" },
	{ "updates join", 0, "ok ok own EPERM EPERM EPERM EPERM ok" },
	{ "miss join", 0, "ok ok own EPERM EPERM EPERM EPERM ok" },
	{ "/proc/net/devsess read", 0, "ok ok own ok ok ok - -" },
	{ "/proc/net/devsess write", 0, "EACCES EACCES EACCES EACCES EACCES EACCES - -" },
	{ "/proc/net/stat/devsess read", 0, "ok ok own ok ok ok - -" },
	{ "/proc/net/stat/devsess write", 0, "EACCES EACCES EACCES EACCES EACCES EACCES - -" },
	{ "parameters/max_sessions read", 0, "ok ok ok ok ok ok - -" },
	{ "parameters/max_sessions write", 0, "EACCES EACCES EACCES EACCES EACCES EACCES - -" },
	{ "parameters/key_max read", 0, "ok ok ok ok ok ok - -" },
	{ "parameters/key_max write", 0, "EACCES EACCES EACCES EACCES EACCES EACCES - -" },
	{ "parameters/data_max read", 0, "ok ok ok ok ok ok - -" },
	{ "parameters/data_max write", 0, "EACCES EACCES EACCES EACCES EACCES EACCES - -" },
};

/* Whether a row is of this kind, the last word of @what. */
static bool row_is(const struct row *row, const char *kind)
{
	return !strcmp(strrchr(row->what, ' ') + 1, kind);
}

/* Copies the cell of a column. */
static void row_cell(const struct row *row, enum column column, char cell[8])
{
	const char *at = row->cells;

	while (column--)
		at += strcspn(at, " ") + 1;
	snprintf(cell, 8, "%.*s", (int)strcspn(at, " "), at);
}

/* The errno that a cell stands for; no test expects 1. */
static int cell_errno(const char *cell)
{
	return !strcmp(cell, "ok") || !strcmp(cell, "own") ? 0 :
	       !strcmp(cell, "EPERM") ? -EPERM :
	       !strcmp(cell, "EACCES") ? -EACCES : 1;
}

/* --- What is tried --------------------------------------------------------- */

/* Begins a request that would do, were it allowed, after prepare(). */
static void begin_good(struct nl *nl, __u8 cmd, __u64 version)
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
	case DEVSESS_CMD_TABLE_DRAIN:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
		return;
	case DEVSESS_CMD_TABLE_RENAME:
	case DEVSESS_CMD_TABLE_SWAP:
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
		put_str(&nl->m, DEVSESS_A_TABLE_OTHER,
			cmd == DEVSESS_CMD_TABLE_SWAP ? "spare" : "new");
		return;
	case DEVSESS_CMD_OWNER_SET:
		put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 0);
		put_u32(&nl->m, DEVSESS_A_OWNER_LIMIT, 5);
		return;
	case DEVSESS_CMD_OWNER_GET:
		put_u32(&nl->m, DEVSESS_A_OWNER_OWNER, 0);
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
		set_version(&s, version);
		break;
	case DEVSESS_CMD_BATCH:
		batch_begin(&b, nl, NULL, false);
		batch_add(&b, DEVSESS_OP_DELETE, &s);
		return;
	}
	put_session(&nl->m, &s);
}

static int try_join(struct nl *nl, const char *what)
{
	char group[16];

	snprintf(group, sizeof(group), "%.*s", (int)strcspn(what, " "), what);
	return nl_join(nl, group);
}

/* One message is in it, of the one session or owner, or two, of the tables. */
static int try_dump(struct nl *nl, __u8 cmd)
{
	int want = cmd == DEVSESS_CMD_TABLE_GET || cmd == DEVSESS_CMD_STATS_GET ? 2 : 1;

	nl_begin_dump(nl, cmd);
	nl_dump(nl);
	while (nl_next(nl))
		;
	return nl->err || nl->replies == want ? nl->err : -EBADMSG;
}

static int try_file(const char *what, int flags)
{
	char path[80], buf[256];
	int fd, err;

	snprintf(path, sizeof(path), "%s%.*s", *what == '/' ? "" : "/sys/module/devsess/",
		 (int)strcspn(what, " "), what);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flags == O_RDONLY)
		err = read(fd, buf, sizeof(buf)) > 0 ? 0 : -errno;
	else
		err = write(fd, "1", 1) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int try(struct nl *nl, const struct row *row, __u64 version)
{
	if (row_is(row, "read"))
		return try_file(row->what, O_RDONLY);
	if (row_is(row, "write"))
		return try_file(row->what, O_WRONLY);
	if (row_is(row, "join"))
		return try_join(nl, row->what);
	if (row_is(row, "dump"))
		return try_dump(nl, row->cmd);
	begin_good(nl, row->cmd, version);
	return nl_call(nl);
}

/* --- The play -------------------------------------------------------------- */

FIXTURE(access)
{
	struct nl root;
	__u64 version;
};

/* A table `default' with the session "there", and no table "new". */
static int prepare(struct nl *nl, __u64 *version)
{
	struct session s = device("there");

	drop_table(nl, "default");
	drop_table(nl, "new");
	drop_table(nl, "spare");
	if (make_table(nl, "spare", 7, ~0, ~0))
		return -1;
	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, 100);
	put_u32(&nl->m, DEVSESS_A_TABLE_OWNER_MAX, 4);
	if (nl_call(nl) || insert(nl, NULL, &s))
		return -1;
	*version = answer(nl).version;
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, "default");
	put_u32(&nl->m, DEVSESS_A_TABLE_DEFER_RING, 16);
	put_u32(&nl->m, DEVSESS_A_TABLE_UPCALL, DEVSESS_UPCALL_ON_REQUEST);
	return nl_call(nl);
}

static __u32 limit_of_owner(struct nl *nl)
{
	const struct nlattr *limit;

	begin_good(nl, DEVSESS_CMD_OWNER_GET, 0);
	if (nl_call(nl))
		return ~0U;
	limit = attr_find(nl->attrs, DEVSESS_A_OWNER_LIMIT);
	return limit ? attr_uint(limit) : ~0U;
}

static bool untouched(struct nl *nl, __u64 version)
{
	struct session s = device("there"), got;

	return limit_of_owner(nl) == 0 &&
	       !try_dump(nl, DEVSESS_CMD_TABLE_GET) && count(nl, NULL) == 1 &&
	       !get(nl, NULL, &s, &got) && got.version == version &&
	       figure(nl, NULL, DEVSESS_A_STATS_TOUCHES) == 0 &&
	       figure(nl, NULL, DEVSESS_A_STATS_MAX_SESSIONS) == 100;
}

FIXTURE_SETUP(access)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->root));
	ASSERT_EQ(0, prepare(&self->root, &self->version));
}

FIXTURE_TEARDOWN(access)
{
	nl_close(&self->root);
}

/* What the stage manager asks of an actor, who answers with an errno. */
struct cue {
	int row;
	__u64 version;
};

struct actor {
	int (*become)(struct nl *nl);
	int pair[2];
};

/* In a process of its own: gives its socket to the manager, and plays. */
static int act(void *arg)
{
	struct actor *a = arg;
	struct cue cue;
	struct nl nl;
	int err;

	close(a->pair[0]);
	if (a->become(&nl) || send_fd(a->pair[1], nl.fd))
		return 1;
	while (read(a->pair[1], &cue, sizeof(cue)) == sizeof(cue)) {
		err = try(&nl, &rows[cue.row], cue.version);
		if (write(a->pair[1], &err, sizeof(err)) != sizeof(err))
			return 2;
	}
	return 0;
}

/* What comes of it; 2 if the actor has left. */
static int play(struct actor *a, int row, __u64 version)
{
	struct cue cue = { .row = row, .version = version };
	int err;

	if (write(a->pair[0], &cue, sizeof(cue)) != sizeof(cue) ||
	    read(a->pair[0], &err, sizeof(err)) != sizeof(err))
		return 2;
	return err;
}

/*
 * One cell. The manager, who is root, sends by the actor's own socket to set
 * the tables up that the actor is about to reach, and to look at them after.
 */
static bool cell_holds(FIXTURE_DATA(access) *self, struct actor *a, struct nl *nl, int row,
		       enum column column)
{
	const char *why = NULL;
	__u64 version;
	char cell[8];
	int err;

	row_cell(&rows[row], column, cell);
	if (!strcmp(cell, "-"))
		return true;
	if (prepare(nl, &version)) {
		printf("# %s: not prepared\n", rows[row].what);
		return false;
	}
	err = play(a, row, version);
	if (err != cell_errno(cell))
		why = "is not what came";
	else if (err && !untouched(nl, version))
		why = "came, but it was done";
	else if (!strcmp(cell, "own") && !untouched(&self->root, self->version))
		why = "was not only that";
	if (why)
		printf("# %s: %s %s: %d\n", rows[row].what, cell, why, err);
	return !why;
}

/* How many cells of a column do not hold for an actor. */
static int wrong_cells(FIXTURE_DATA(access) *self, int (*become)(struct nl *nl),
		       enum column column)
{
	struct actor a = { .become = become };
	int row, wrong = 0;
	struct nl nl;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, a.pair))
		return -1;
	pid = start(act, &a);
	close(a.pair[1]);
	if (nl_adopt(&nl, receive_fd(a.pair[0])))
		return -1;
	for (row = 0; row < ARRAY_SIZE(rows); row++)
		wrong += !cell_holds(self, &a, &nl, row, column);
	close(a.pair[0]);
	nl_close(&nl);
	return finish(pid) ? -1 : wrong;
}

TEST_F(access, root)
{
	EXPECT_EQ(0, wrong_cells(self, be_root, ROOT));
	EXPECT_EQ(0, wrong_cells(self, be_root_who_writes, ROOT));
	EXPECT_EQ(0, wrong_cells(self, be_root_with_a_users_socket, ROOT));
}

TEST_F(access, admin)
{
	EXPECT_EQ(0, wrong_cells(self, be_admin, ADMIN));
}

TEST_F(access, owner)
{
	EXPECT_EQ(0, wrong_cells(self, be_owner, OWNER));
	EXPECT_EQ(0, wrong_cells(self, be_owner_who_moved, OWNER));
	EXPECT_EQ(0, wrong_cells(self, be_maker, OWNER));
}

TEST_F(access, stranger)
{
	EXPECT_EQ(0, wrong_cells(self, be_stranger, STRANGER));
	EXPECT_EQ(0, wrong_cells(self, be_stranger_of_root, STRANGER));
	EXPECT_EQ(0, wrong_cells(self, be_inner_stranger, STRANGER));
}

TEST_F(access, bare_root)
{
	EXPECT_EQ(0, wrong_cells(self, be_bare_root, BARE));
}

TEST_F(access, user)
{
	EXPECT_EQ(0, wrong_cells(self, be_user, USER));
}

TEST_F(access, lent_socket)
{
	EXPECT_EQ(0, wrong_cells(self, be_user_with_roots_socket, LENT));
	EXPECT_EQ(0, wrong_cells(self, be_user_since, LENT));
	EXPECT_EQ(0, wrong_cells(self, be_neighbour, LENT));
}

TEST_F(access, tricked_root)
{
	EXPECT_EQ(0, wrong_cells(self, be_tricked_root, TRICKED));
}

static bool has_row(int cmd, const char *kind)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].cmd == cmd && row_is(&rows[i], kind))
			return true;
	return false;
}

/* The kernel's own list of the family's operations has no other. */
TEST_F(access, no_other_operation)
{
	struct attrs ops = { }, op;
	const struct nlattr *a;
	int n = 0, requests = 0;

	ASSERT_EQ(0, nl_call_family(&self->root, DEVSESS_GENL_NAME));
	a = attr_find(self->root.attrs, CTRL_ATTR_OPS);
	ASSERT_NE(NULL, a);
	ops = attr_nest(a);
	for (a = attr_first(ops); a; a = attr_next(ops, a)) {
		__u32 id, flags;

		op = attr_nest(a);
		id = attr_uint(attr_find(op, CTRL_ATTR_OP_ID));
		flags = attr_uint(attr_find(op, CTRL_ATTR_OP_FLAGS));
		EXPECT_EQ(!!(flags & GENL_CMD_CAP_DO), has_row(id, "do"));
		EXPECT_EQ(!!(flags & GENL_CMD_CAP_DUMP), has_row(id, "dump"));
		n += !!(flags & GENL_CMD_CAP_DO) + !!(flags & GENL_CMD_CAP_DUMP);
	}
	while (requests < ARRAY_SIZE(rows) && rows[requests].cmd)
		requests++;
	EXPECT_EQ(requests, n);
}

static int read_the_rest(void *arg)
{
	struct nl *nl = arg;

	if (become_nobody())
		return 1;
	while (nl_next(nl))
		;
	return nl->err || nl->replies != 5001 ? 2 : 0;
}

/* Who asks is looked at, not who reads: a reply is for whom the socket is given to. */
TEST_F(access, dump_that_goes_on)
{
	struct nl nl;

	/* One that does not count their owners. */
	ASSERT_EQ(0, drop_table(&self->root, "default"));
	ASSERT_EQ(0, make_table(&self->root, "default", 10000, ~0, ~0));
	ASSERT_EQ(0, insert_many(&self->root, NULL, 0, 5001));
	ASSERT_EQ(0, nl_open_with(&nl, 8192));
	nl_begin_dump(&nl, DEVSESS_CMD_GET);
	ASSERT_EQ(0, nl_dump(&nl));
	ASSERT_TRUE(nl_next(&nl));
	EXPECT_EQ(0, finish(start(read_the_rest, &nl)));
	nl_close(&nl);
}

TEST_HARNESS_MAIN
