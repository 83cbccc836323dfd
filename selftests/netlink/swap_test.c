// SPDX-License-Identifier: GPL-2.0
/* Tables that are renamed, and that change names: who looks for a name always finds one. */
#include <errno.h>

#include "batch.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define SESSIONS	300

FIXTURE(swap)
{
	struct nl nl;
};

FIXTURE_SETUP(swap)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
}

FIXTURE_TEARDOWN(swap)
{
	nl_close(&self->nl);
}

/* Begins a request on two names. Returns where the other one is. */
static size_t begin(struct nl *nl, __u8 cmd, const char *name, const char *other)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	return put_str(&nl->m, DEVSESS_A_TABLE_OTHER, other);
}

static int swap(struct nl *nl, const char *name, const char *other)
{
	begin(nl, DEVSESS_CMD_TABLE_SWAP, name, other);
	return nl_call(nl);
}

static int rename_table(struct nl *nl, const char *name, const char *other)
{
	begin(nl, DEVSESS_CMD_TABLE_RENAME, name, other);
	return nl_call(nl);
}

static __u64 table_attr(struct nl *nl, const char *name, int type)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	if (nl_call(nl) || strcmp(attr_data(attr_find(nl->attrs, DEVSESS_A_TABLE_NAME)), name))
		return ~0ULL;
	return attr_uint(attr_find(nl->attrs, type));
}

/* What a table has goes with it: sessions, options, id. */
TEST_F(swap, rename)
{
	struct session s = full("device", 1), got;
	struct nl *nl = &self->nl;
	__u64 id;

	ASSERT_EQ(0, make_table(nl, "old", 123, 64, 64));
	ASSERT_EQ(0, insert(nl, "old", &s));
	id = table_attr(nl, "old", DEVSESS_A_TABLE_ID);
	EXPECT_EQ(0, rename_table(nl, "old", "new"));
	EXPECT_EQ(-ENOENT, get(nl, "old", &s, &got));
	EXPECT_EQ(0, get(nl, "new", &s, &got));
	EXPECT_TRUE(same(&s, &got));
	EXPECT_EQ(id, table_attr(nl, "new", DEVSESS_A_TABLE_ID));
	EXPECT_EQ(123, table_attr(nl, "new", DEVSESS_A_TABLE_MAX_SESSIONS));
	/* The name is free, and can be taken again and again. */
	EXPECT_EQ(0, make_table(nl, "old", 7, ~0, ~0));
	EXPECT_EQ(0, drop_table(nl, "old"));
	EXPECT_EQ(0, rename_table(nl, "new", "old"));
	EXPECT_EQ(0, rename_table(nl, "old", "0123456789012345678901234567890"));
	EXPECT_EQ(0, rename_table(nl, "0123456789012345678901234567890", "x"));
	EXPECT_EQ(0, get(nl, "x", &s, &got));
	/* Like any other. */
	EXPECT_EQ(0, rename_table(nl, "default", "old"));
	EXPECT_EQ(-ENOENT, insert(nl, NULL, &s));
	EXPECT_EQ(0, drop_table(nl, "x"));
}

TEST_F(swap, swap)
{
	struct session a = full("device", 1), b = number(2), got;
	struct nl *nl = &self->nl;
	__u64 id_a, id_b;

	ASSERT_EQ(0, make_table(nl, "a", 123, 64, 64));
	ASSERT_EQ(0, make_table(nl, "b", 456, 8, 0));
	ASSERT_EQ(0, insert(nl, "a", &a));
	ASSERT_EQ(0, insert(nl, "b", &b));
	id_a = table_attr(nl, "a", DEVSESS_A_TABLE_ID);
	id_b = table_attr(nl, "b", DEVSESS_A_TABLE_ID);
	EXPECT_EQ(0, swap(nl, "a", "b"));
	EXPECT_EQ(0, get(nl, "b", &a, &got));
	EXPECT_TRUE(same(&a, &got));
	EXPECT_EQ(0, get(nl, "a", &b, &got));
	EXPECT_EQ(-ENOENT, get(nl, "b", &b, &got));
	EXPECT_EQ(id_b, table_attr(nl, "a", DEVSESS_A_TABLE_ID));
	EXPECT_EQ(id_a, table_attr(nl, "b", DEVSESS_A_TABLE_ID));
	EXPECT_EQ(456, table_attr(nl, "a", DEVSESS_A_TABLE_MAX_SESSIONS));
	EXPECT_EQ(8, table_attr(nl, "a", DEVSESS_A_TABLE_KEY_MAX));
	EXPECT_EQ(1, figure(nl, "a", DEVSESS_A_STATS_INSERTS));
	EXPECT_EQ(0, swap(nl, "b", "a"));
	EXPECT_EQ(0, get(nl, "a", &a, &got));
	EXPECT_EQ(0, drop_table(nl, "b"));
	EXPECT_EQ(0, get(nl, "a", &a, &got));
}

struct swapping {
	bool stop;
	int swaps;
};

/* They change names until they are told to stop. */
static int keep_swapping(void *arg)
{
	struct swapping *s = arg;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		if (swap(&nl, "a", "b"))
			return 2;
		__atomic_fetch_add(&s->swaps, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

/* The number that a table is told with belongs to the name that it is told with. */
TEST_F(swap, number_of_the_name)
{
	static const char * const names[] = { "a", "b" };
	struct nl *nl = &self->nl;
	int i, n, told[2] = { };
	__u64 number[2];
	struct swapping *s = shared(sizeof(*s));
	double end = now() + 20;
	pid_t pid;

	for (n = 0; n < 2; n++) {
		ASSERT_EQ(0, make_table(nl, names[n], 100, 16, 0));
		nl_begin(nl, DEVSESS_CMD_TABLE_GET);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, names[n]);
		ASSERT_EQ(0, nl_call(nl));
		if (!attr_find(nl->attrs, DEVSESS_A_TABLE_BPF_ID))
			SKIP(return, "not on a kernel without kfuncs");
		number[n] = attr_uint(attr_find(nl->attrs, DEVSESS_A_TABLE_BPF_ID));
	}
	EXPECT_NE(number[0], number[1]);
	pid = start(keep_swapping, s);
	for (i = 0; i < 2000 ||
	     (__atomic_load_n(&s->swaps, __ATOMIC_RELAXED) < 50 && now() < end); i++) {
		nl_begin(nl, DEVSESS_CMD_TABLE_GET);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "a");
		ASSERT_EQ(0, nl_call(nl));
		n = strcmp(attr_data(attr_find(nl->attrs, DEVSESS_A_TABLE_NAME)), "a") != 0;
		EXPECT_EQ(number[n], attr_uint(attr_find(nl->attrs, DEVSESS_A_TABLE_BPF_ID)));
		told[n]++;
	}
	__atomic_store_n(&s->stop, true, __ATOMIC_RELAXED);
	EXPECT_EQ(0, finish(pid));
	EXPECT_GE(s->swaps, 50);
	TH_LOG("told as a %d times, as b %d times", told[0], told[1]);
}

/* The attribute to blame begins at @at, the sentence is this one. */
#define EXPECT_BLAMES(nl, error, at, text)		\
do {							\
	EXPECT_EQ(error, nl_call(nl));			\
	EXPECT_EQ(at, (nl)->offset);			\
	EXPECT_STREQ(text, (nl)->sentence);		\
} while (0)

TEST_F(swap, refused)
{
	static const __u8 cmds[] = { DEVSESS_CMD_TABLE_RENAME, DEVSESS_CMD_TABLE_SWAP };
	static const char * const names[] = { "", ".", "-x", "a/b", "a b" };
	static const char absent[] = "there is no table of that name";
	struct nl *nl = &self->nl;
	struct session s = device("x");
	size_t at, name;
	int i, c;

	ASSERT_EQ(0, make_table(nl, "t", 10, ~0, ~0));
	ASSERT_EQ(0, insert(nl, "t", &s));
	for (c = 0; c < ARRAY_SIZE(cmds); c++) {
		nl_begin(nl, cmds[c]);
		put_str(&nl->m, DEVSESS_A_TABLE_NAME, "t");
		EXPECT_EQ(-EINVAL, nl_call(nl));
		EXPECT_EQ(DEVSESS_A_TABLE_OTHER, nl->miss_type);
		nl_begin(nl, cmds[c]);
		put_str(&nl->m, DEVSESS_A_TABLE_OTHER, "t");
		EXPECT_EQ(-EINVAL, nl_call(nl));
		EXPECT_EQ(DEVSESS_A_TABLE_NAME, nl->miss_type);
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			at = begin(nl, cmds[c], "t", names[i]);
			EXPECT_BLAMES(nl, -EINVAL, at,
				      "other is not 1 to 31 of A-Z a-z 0-9 _ . -, or begins with . or -");
		}
		nl_begin(nl, cmds[c]);
		name = put_str(&nl->m, DEVSESS_A_TABLE_NAME, "absent");
		put_str(&nl->m, DEVSESS_A_TABLE_OTHER, "new");
		EXPECT_BLAMES(nl, -ENOENT, name, absent);
	}
	at = begin(nl, DEVSESS_CMD_TABLE_RENAME, "t", "default");
	EXPECT_BLAMES(nl, -EEXIST, at, "there is a table of that name");
	at = begin(nl, DEVSESS_CMD_TABLE_RENAME, "t", "t");
	EXPECT_BLAMES(nl, -EEXIST, at, "there is a table of that name");
	at = begin(nl, DEVSESS_CMD_TABLE_SWAP, "t", "t");
	EXPECT_BLAMES(nl, -EINVAL, at, "a table cannot be swapped with itself");
	at = begin(nl, DEVSESS_CMD_TABLE_SWAP, "t", "absent");
	EXPECT_BLAMES(nl, -ENOENT, at, absent);
	EXPECT_EQ(1, count(nl, "t"));
	EXPECT_EQ(0, count(nl, "default"));
}

/* Puts SESSIONS sessions of a generation into a new table. */
static int make_generation(struct nl *nl, const char *name, __u32 generation)
{
	int err = make_table(nl, name, 1000, ~0, ~0);
	struct batch b;
	__u32 i;

	if (err)
		return err;
	batch_begin(&b, nl, name, false);
	for (i = 0; i < SESSIONS; i++) {
		struct session s = number(i);

		set_mark(&s, generation);
		batch_add(&b, DEVSESS_OP_INSERT, &s);
	}
	err = batch_run(&b);
	if (!err && b.done != SESSIONS)
		err = -EIO;
	batch_free(&b);
	return err;
}

struct watch {
	bool stop;
	int err;
	__u32 looks;
	__u32 dumps;
	__u32 mixed;
	__u32 changes;
};

/* One lookup after the other: none of nothing, and generations only rise. */
static int look_up(void *arg)
{
	struct watch *w = arg;
	__u32 last = 0;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	while (!w->stop) {
		struct session s = number(w->looks % SESSIONS), got;
		int err = get(&nl, "t", &s, &got);

		if (err) {
			w->err = err;
			break;
		}
		w->mixed += got.mark < last;
		w->changes += got.mark != last;
		last = got.mark;
		w->looks++;
	}
	nl_close(&nl);
	return 0;
}

/* One dump after the other: each of one generation, whole. */
static int dump(void *arg)
{
	struct watch *w = arg;
	struct nl nl;
	__u32 i;

	if (nl_open(&nl))
		return 1;
	while (!w->stop && !w->err) {
		struct snapshot snap = { };

		w->err = snapshot_take(&snap, &nl, "t");
		w->mixed += snap.n != SESSIONS;
		for (i = 1; i < snap.n; i++)
			w->mixed += snap.s[i].mark != snap.s[0].mark;
		snapshot_free(&snap);
		w->dumps++;
	}
	nl_close(&nl);
	return 0;
}

/* A table is replaced all the time, by one that is made aside; the old one is deleted. */
TEST_F(swap, never_missing)
{
	struct watch *looks = shared(sizeof(*looks)), *dumps = shared(sizeof(*dumps));
	struct nl *nl = &self->nl;
	double end = now() + 5;
	__u32 generation = 1;
	pid_t looker, dumper;

	ASSERT_EQ(0, make_generation(nl, "t", generation));
	looker = start(look_up, looks);
	dumper = start(dump, dumps);
	while (now() < end) {
		ASSERT_EQ(0, make_generation(nl, "aside", ++generation));
		ASSERT_EQ(0, swap(nl, "t", "aside"));
		ASSERT_EQ(0, drop_table(nl, "aside"));
	}
	looks->stop = true;
	dumps->stop = true;
	EXPECT_EQ(0, finish(looker));
	EXPECT_EQ(0, finish(dumper));
	printf("# %u generations: %u lookups saw %u, %u dumps\n", generation, looks->looks,
	       looks->changes, dumps->dumps);
	EXPECT_EQ(0, looks->err);
	EXPECT_EQ(0, looks->mixed);
	EXPECT_GT(looks->changes, 2);
	EXPECT_EQ(0, dumps->err);
	EXPECT_EQ(0, dumps->mixed);
	EXPECT_GT(dumps->dumps, 10);
}

TEST_HARNESS_MAIN
