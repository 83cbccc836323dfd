// SPDX-License-Identifier: GPL-2.0
/* Events: each kind, their numbers, losses, filters, and who follows a table by them. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>

#include "batch.h"
#include "filter.h"
#include "harness.h"
#include "session.h"
#include "setup.h"
#include "snapshot.h"

#define KIND(name)	DEVSESS_EVENT_KIND_##name
#define REASON(name)	DEVSESS_EVENT_REASON_##name

/* Longest wait for something that has to come, in ms. */
#define LONG	60000

struct event {
	__u32 kind;
	__u32 reason;
	__u32 table_id;
	__u32 owner;
	__u64 seq;
	__u64 count;
	char table[DEVSESS_NAME_MAX + 1];
	bool has_session;
	struct session s;
};

static __u64 number_in(struct attrs attrs, int type)
{
	const struct nlattr *a = attr_find(attrs, type);

	return a ? attr_uint(a) : 0;
}

/* As nl_hear(), taken apart. */
static int hear(struct nl *ear, struct event *ev)
{
	const struct nlattr *a;
	int err = nl_hear(ear);

	if (err)
		return err;
	memset(ev, 0, sizeof(*ev));
	ev->kind = number_in(ear->attrs, DEVSESS_A_EVENT_KIND);
	ev->reason = number_in(ear->attrs, DEVSESS_A_EVENT_REASON);
	ev->table_id = number_in(ear->attrs, DEVSESS_A_EVENT_TABLE_ID);
	ev->owner = number_in(ear->attrs, DEVSESS_A_EVENT_OWNER);
	ev->seq = number_in(ear->attrs, DEVSESS_A_EVENT_SEQ);
	ev->count = number_in(ear->attrs, DEVSESS_A_EVENT_COUNT);
	a = attr_find(ear->attrs, DEVSESS_A_EVENT_TABLE);
	if (a)
		snprintf(ev->table, sizeof(ev->table), "%s", (const char *)attr_data(a));
	a = attr_find(ear->attrs, DEVSESS_A_EVENT_SESSION);
	ev->has_session = a;
	if (a)
		ev->s = get_session(attr_nest(a));
	return 0;
}

/* Waits for an event. */
static int await(struct nl *ear, struct event *ev)
{
	struct pollfd p = { .fd = ear->fd, .events = POLLIN };

	poll(&p, 1, LONG);
	return hear(ear, ev);
}

static int listen_to(struct nl *ear, bool updates)
{
	return nl_open(ear) ?: nl_join(ear, "events") ?: updates ? nl_join(ear, "updates") : 0;
}

/* The number of the table's last event; when it is known the event has been sent. */
static __u64 seq_of(struct nl *nl, const char *table)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_GET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, table);
	return nl_call(nl) ? ~0ULL : number_in(nl->attrs, DEVSESS_A_TABLE_EVENT_SEQ);
}

static __u64 drops(struct nl *ear)
{
	__u32 info[SK_MEMINFO_VARS] = { };
	socklen_t size = sizeof(info);

	getsockopt(ear->fd, SOL_SOCKET, SO_MEMINFO, info, &size);
	return info[SK_MEMINFO_DROPS];
}

static void shrink(struct nl *ear, int size)
{
	setsockopt(ear->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

FIXTURE(events)
{
	struct nl nl;
	struct nl ear;
};

FIXTURE_SETUP(events)
{
	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&self->nl));
	ASSERT_EQ(0, listen_to(&self->ear, true));
}

FIXTURE_TEARDOWN(events)
{
	nl_close(&self->nl);
	nl_close(&self->ear);
}

/* The next event is this one, numbered one more than the last. */
static bool next_is(struct nl *ear, __u64 *seq, __u32 kind, __u32 reason, const struct session *s)
{
	struct event ev;
	int err = await(ear, &ev);

	if (err) {
		printf("# %s\n", strerror(-err));
		return false;
	}
	if (ev.kind != kind || ev.reason != reason || ev.seq != *seq + 1) {
		printf("# kind %u reason %u number %llu, not %u %u %llu\n", ev.kind, ev.reason,
		       ev.seq, kind, reason, *seq + 1);
		return false;
	}
	*seq = ev.seq;
	if (ev.has_session != !!s)
		return false;
	return !s || (same(&ev.s, s) && ev.owner == s->owner);
}

static void begin_names(struct nl *nl, __u8 cmd, const char *name, const char *other)
{
	nl_begin(nl, cmd);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	put_str(&nl->m, DEVSESS_A_TABLE_OTHER, other);
}

/* The next event tells of a table that has another name. */
static bool moved(struct nl *ear, struct event *ev, __u32 reason)
{
	return !await(ear, ev) && ev->kind == KIND(TABLE) && ev->reason == reason;
}

TEST_F(events, each_kind)
{
	struct session s = full("device", 5), changed = s;
	struct nl *nl = &self->nl, *ear = &self->ear;
	__u64 seq = seq_of(nl, "default");

	ASSERT_NE(~0ULL, seq);
	EXPECT_EQ(0, insert(nl, NULL, &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(CREATE), REASON(REQUEST), &s));
	set_mark(&changed, 77);
	EXPECT_EQ(0, ask(nl, DEVSESS_CMD_UPDATE, NULL, &changed));
	EXPECT_TRUE(next_is(ear, &seq, KIND(UPDATE), REASON(REQUEST), &changed));
	EXPECT_EQ(0, ask(nl, DEVSESS_CMD_STORE, NULL, &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(UPDATE), REASON(REPLACE), &s));
	EXPECT_EQ(0, touch(nl, NULL, &s, 0, 0));
	EXPECT_TRUE(next_is(ear, &seq, KIND(TOUCH), REASON(REQUEST), &s));
	EXPECT_EQ(0, delete(nl, NULL, &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(DELETE), REASON(REQUEST), &s));
	set_ttl(&s, 200);
	EXPECT_EQ(0, insert(nl, NULL, &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(CREATE), REASON(REQUEST), &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(EXPIRE), REASON(WORKER), &s));
	set_ttl(&s, 0);
	EXPECT_EQ(0, insert(nl, NULL, &s));
	EXPECT_TRUE(next_is(ear, &seq, KIND(CREATE), REASON(REQUEST), &s));
	EXPECT_EQ(1, clear_meant(nl, NULL, NULL));
	EXPECT_TRUE(next_is(ear, &seq, KIND(FLUSH), REASON(REQUEST), &s));
	EXPECT_EQ(0, set_table(nl, "default", 1000));
	EXPECT_TRUE(next_is(ear, &seq, KIND(TABLE), REASON(SET), NULL));
	EXPECT_EQ(seq, seq_of(nl, "default"));
	EXPECT_EQ(0, drop_table(nl, "default"));
	EXPECT_TRUE(next_is(ear, &seq, KIND(TABLE), REASON(DEL), NULL));
	/* Made anew it may have the old id, and so goes on with the numbers. */
	EXPECT_EQ(0, make_table(nl, "default", 1000, ~0, ~0));
	EXPECT_TRUE(next_is(ear, &seq, KIND(TABLE), REASON(NEW), NULL));
	/* What is refused is no event. */
	EXPECT_EQ(-ENOENT, delete(nl, NULL, &s));
	EXPECT_EQ(seq, seq_of(nl, "default"));
	EXPECT_EQ(-EAGAIN, nl_hear(ear));
}

/* An all-or-nothing batch that is refused is told as done and undone. */
TEST_F(events, undone_batch)
{
	struct session a = full("a", 1), none = device("none");
	struct batch *b = calloc(1, sizeof(*b));
	__u64 seq = seq_of(&self->nl, "default");

	ASSERT_NE(NULL, b);
	set_mark(&none, 1);
	batch_begin(b, &self->nl, NULL, true);
	batch_add(b, DEVSESS_OP_INSERT, &a);
	batch_add(b, DEVSESS_OP_UPDATE, &none);
	EXPECT_EQ(0, batch_run(b));
	EXPECT_EQ(0, b->done);
	EXPECT_TRUE(next_is(&self->ear, &seq, KIND(CREATE), REASON(REQUEST), &a));
	EXPECT_TRUE(next_is(&self->ear, &seq, KIND(DELETE), REASON(UNDO), &a));
	batch_free(b);
	free(b);
}

/* Who is in the group `events' only hears of no update, and none is numbered. */
TEST_F(events, updates_only_when_wanted)
{
	struct session s = full("device", 5);
	struct nl ear;
	__u64 seq;

	nl_close(&self->ear);
	ASSERT_EQ(0, nl_open(&self->ear));
	ASSERT_EQ(0, listen_to(&ear, false));
	seq = seq_of(&self->nl, "default");
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, ask(&self->nl, DEVSESS_CMD_STORE, NULL, &s));
	EXPECT_EQ(0, touch(&self->nl, NULL, &s, 0, 0));
	EXPECT_EQ(0, delete(&self->nl, NULL, &s));
	EXPECT_EQ(seq + 2, seq_of(&self->nl, "default"));
	EXPECT_TRUE(next_is(&ear, &seq, KIND(CREATE), REASON(REQUEST), &s));
	EXPECT_TRUE(next_is(&ear, &seq, KIND(DELETE), REASON(REQUEST), &s));
	EXPECT_EQ(-EAGAIN, nl_hear(&ear));
	nl_close(&ear);
}

/* How many events of a kind come in order, none missing; those that waited are read. */
static __u32 hear_many(struct nl *ear, __u32 kind, __u64 *seq)
{
	struct event ev;
	__u32 n = 0;

	while (!hear(ear, &ev) && ev.kind == kind && ev.seq == ++*seq)
		n++;
	return n;
}

/* Two listeners, and 100000 events to each. */
TEST_F(events, many)
{
	__u64 seq = seq_of(&self->nl, "default"), other_seq = seq;
	struct nl other;
	__u32 i;

	ASSERT_EQ(0, listen_to(&other, true));
	for (i = 0; i < 50000; i += 5000) {
		ASSERT_EQ(0, insert_many(&self->nl, NULL, i, 5000));
		ASSERT_EQ(seq + 5000, seq_of(&self->nl, "default"));
		ASSERT_EQ(5000, hear_many(&self->ear, KIND(CREATE), &seq));
		ASSERT_EQ(5000, hear_many(&other, KIND(CREATE), &other_seq));
	}
	EXPECT_EQ(50000, clear_meant(&self->nl, NULL, NULL));
	EXPECT_EQ(seq + 50000, seq_of(&self->nl, "default"));
	EXPECT_EQ(50000, hear_many(&self->ear, KIND(FLUSH), &seq));
	EXPECT_EQ(50000, hear_many(&other, KIND(FLUSH), &other_seq));
	nl_close(&other);
}

/* One that never reads loses events, knows how many, and is nobody else's loss. */
TEST_F(events, deaf)
{
	__u64 seq = seq_of(&self->nl, "default");
	struct event ev;
	struct nl deaf;
	__u32 n = 0;

	ASSERT_EQ(0, listen_to(&deaf, true));
	shrink(&deaf, 16384);
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 2000));
	ASSERT_EQ(seq + 2000, seq_of(&self->nl, "default"));
	EXPECT_EQ(2000, hear_many(&self->ear, KIND(CREATE), &seq));
	EXPECT_EQ(0, drops(&self->ear));
	EXPECT_EQ(2000, count(&self->nl, NULL));
	EXPECT_EQ(-ENOBUFS, hear(&deaf, &ev));
	while (!hear(&deaf, &ev))
		n++;
	EXPECT_GT(n, 0);
	EXPECT_LT(n, 100);
	EXPECT_EQ(2000 - n, drops(&deaf));
	/* From then on it hears again. */
	EXPECT_EQ(0, insert_many(&self->nl, NULL, 2000, 1));
	EXPECT_EQ(0, await(&deaf, &ev));
	EXPECT_EQ(seq + 1, ev.seq);
	nl_close(&deaf);
}

static int listen_and_die(void *arg)
{
	struct nl ear;

	if (listen_to(&ear, true) || write(*(int *)arg, "", 1) != 1)
		return 1;
	pause();
	return 0;
}

TEST_F(events, dies)
{
	__u64 seq = seq_of(&self->nl, "default");
	int pair[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(pair));
	pid = start(listen_and_die, &pair[1]);
	ASSERT_EQ(1, read(pair[0], &c, 1));
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 100));
	kill(pid, SIGKILL);
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 100, 100));
	waitpid(pid, NULL, 0);
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 200, 100));
	ASSERT_EQ(seq + 300, seq_of(&self->nl, "default"));
	EXPECT_EQ(300, hear_many(&self->ear, KIND(CREATE), &seq));
}

/* A table that goes with sessions in it is told as such; they are not told one by one. */
TEST_F(events, table_goes)
{
	__u64 seq = seq_of(&self->nl, "default");
	struct event ev;

	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 1000));
	ASSERT_EQ(0, drop_table(&self->nl, "default"));
	EXPECT_EQ(1000, hear_many(&self->ear, KIND(CREATE), &seq));
	seq++; /* its end, which hear_many() has taken */
	EXPECT_EQ(-EAGAIN, hear(&self->ear, &ev));
	EXPECT_EQ(0, make_table(&self->nl, "default", 10, ~0, ~0));
	EXPECT_TRUE(next_is(&self->ear, &seq, KIND(TABLE), REASON(NEW), NULL));
}

/* Where filters look, it has what others have. */
TEST_F(events, watermark)
{
	__u64 seq = seq_of(&self->nl, "default");
	struct event ev;

	nl_begin(&self->nl, DEVSESS_CMD_TABLE_SET);
	put_str(&self->nl.m, DEVSESS_A_TABLE_NAME, "default");
	put_u64(&self->nl.m, DEVSESS_A_TABLE_MAX_SESSIONS, 200);
	put_u32(&self->nl.m, DEVSESS_A_TABLE_WATERMARK_HIGH, 100);
	ASSERT_EQ(0, nl_call(&self->nl));
	ASSERT_EQ(0, insert_many(&self->nl, NULL, 0, 200));
	seq += 201;
	do {
		ASSERT_EQ(0, await(&self->ear, &ev));
	} while (ev.kind != KIND(WATERMARK));
	EXPECT_EQ(REASON(ABOVE), ev.reason);
	EXPECT_EQ(seq + 1, ev.seq);
	EXPECT_EQ(0, ev.owner);
	EXPECT_FALSE(ev.has_session);
	EXPECT_EQ(200, number_in(self->ear.attrs, DEVSESS_A_EVENT_SESSIONS));
	EXPECT_EQ(200, number_in(self->ear.attrs, DEVSESS_A_EVENT_MAX_SESSIONS));
}

/* Each of two tables that are swapped tells so, under its new name, with its own id and numbers. */
TEST_F(events, moves)
{
	struct nl *nl = &self->nl, *ear = &self->ear;
	struct session s = device("device");
	__u32 id, id_default;
	struct event ev;

	ASSERT_EQ(0, make_table(nl, "a", 10, ~0, ~0));
	ASSERT_EQ(0, await(ear, &ev));
	id = ev.table_id;
	ASSERT_EQ(0, insert(nl, NULL, &s));
	ASSERT_EQ(0, await(ear, &ev));
	id_default = ev.table_id;
	begin_names(nl, DEVSESS_CMD_TABLE_SWAP, "a", "default");
	EXPECT_EQ(0, nl_call(nl));
	EXPECT_EQ(2, seq_of(nl, "a"));
	EXPECT_EQ(2, seq_of(nl, "default"));
	ASSERT_TRUE(moved(ear, &ev, REASON(SWAP)));
	EXPECT_STREQ(ev.table_id == id ? "default" : "a", ev.table);
	ASSERT_TRUE(moved(ear, &ev, REASON(SWAP)));
	EXPECT_STREQ(ev.table_id == id ? "default" : "a", ev.table);
	begin_names(nl, DEVSESS_CMD_TABLE_RENAME, "a", "b");
	EXPECT_EQ(0, nl_call(nl));
	ASSERT_TRUE(moved(ear, &ev, REASON(RENAME)));
	EXPECT_STREQ("b", ev.table);
	EXPECT_EQ(id_default, ev.table_id);
	EXPECT_EQ(3, ev.seq);
	EXPECT_EQ(0, delete(nl, "b", &s));
	ASSERT_EQ(0, await(ear, &ev));
	EXPECT_EQ(KIND(DELETE), ev.kind);
	EXPECT_STREQ("b", ev.table);
}

/* Nothing of another namespace. */
TEST_F(events, elsewhere)
{
	struct nl nl;

	ASSERT_EQ(0, new_netns());
	ASSERT_EQ(0, nl_open(&nl));
	ASSERT_EQ(0, insert_many(&nl, NULL, 0, 100));
	ASSERT_EQ(0, make_table(&nl, "other", 10, ~0, ~0));
	ASSERT_NE(~0ULL, seq_of(&nl, "default"));
	EXPECT_EQ(-EAGAIN, nl_hear(&self->ear));
	nl_close(&nl);
}

/* --- Filters --------------------------------------------------------------- */

/* Takes events that have @value at byte @at of the message. */
static int attach(struct nl *ear, __u32 at, __u32 value)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(value), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ~0U),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = ARRAY_SIZE(code), .filter = code };

	return setsockopt(ear->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ? -errno : 0;
}

TEST_F(events, filters)
{
	struct {
		__u32 at;
		__u32 value;
		__u32 heard;
		struct nl ear;
	} by[] = {
		{ .at = 24, .value = KIND(DELETE) },
		{ .at = 32, .value = 0 /* of the table, below */ },
		{ .at = 40, .value = 7 },
		{ .at = 48, .value = REASON(NEW) },
	};
	struct session s = device("one"), other = device("two");
	struct event ev;
	int i;

	set_owner(&s, 7);
	ASSERT_EQ(0, make_table(&self->nl, "other", 10, ~0, ~0));
	seq_of(&self->nl, "other");
	by[1].value = number_in(self->nl.attrs, DEVSESS_A_TABLE_ID);
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		ASSERT_EQ(0, listen_to(&by[i].ear, true));
		ASSERT_EQ(0, attach(&by[i].ear, by[i].at, by[i].value));
	}
	EXPECT_EQ(0, insert(&self->nl, NULL, &s));
	EXPECT_EQ(0, insert(&self->nl, NULL, &other));
	EXPECT_EQ(0, insert(&self->nl, "other", &other));
	EXPECT_EQ(0, delete(&self->nl, NULL, &s));
	EXPECT_EQ(0, make_table(&self->nl, "third", 10, ~0, ~0));
	seq_of(&self->nl, "default");
	seq_of(&self->nl, "other");
	seq_of(&self->nl, "third");
	for (i = 0; i < ARRAY_SIZE(by); i++) {
		while (!hear(&by[i].ear, &ev)) {
			by[i].heard++;
			EXPECT_EQ(by[i].value, i == 0 ? ev.kind : i == 1 ? ev.table_id :
				  i == 2 ? ev.owner : ev.reason);
		}
		nl_close(&by[i].ear);
	}
	EXPECT_EQ(1, by[0].heard);
	EXPECT_EQ(1, by[1].heard);
	EXPECT_EQ(2, by[2].heard);
	EXPECT_EQ(1, by[3].heard);
}

/* --- Followers ------------------------------------------------------------- */

#define IDS	64
#define WRITES	3000

/* What a follower has of each device. */
struct replica {
	__u64 seq; /* events up to it are in */
	__u64 version[IDS]; /* 0: no session */
	__u32 snapshots;
	__u32 lost;
};

static __u32 id_of(const struct session *s)
{
	return strtoul((const char *)s->device + strlen("device-"), NULL, 10);
}

/* From a snapshot, which what comes after it makes exact. */
static int renew(struct replica *r, struct nl *nl)
{
	struct snapshot snap = { };
	__u32 i;
	int err;

	r->seq = seq_of(nl, "default");
	err = snapshot_take(&snap, nl, "default");
	memset(r->version, 0, sizeof(r->version));
	for (i = 0; i < snap.n; i++) {
		snap.s[i].device[snap.s[i].device_len] = '\0';
		r->version[id_of(&snap.s[i])] = snap.s[i].version;
	}
	snapshot_free(&snap);
	r->snapshots++;
	return err;
}

static void apply(struct replica *r, struct event *ev)
{
	if (ev->seq <= r->seq || !ev->has_session)
		return;
	r->seq = ev->seq;
	ev->s.device[ev->s.device_len] = '\0';
	r->version[id_of(&ev->s)] =
		ev->kind == KIND(CREATE) || ev->kind == KIND(UPDATE) || ev->kind == KIND(TOUCH) ?
		ev->s.version : 0;
}

/* Takes what is there. Returns 0 or an errno. */
static int follow(struct replica *r, struct nl *ear, struct nl *nl)
{
	bool behind = false, overrun = false;
	struct event ev;
	int err;

	do {
		err = hear(ear, &ev);
		if (err == -ENOBUFS)
			behind = true;
		else if (!err && ev.kind == KIND(OVERRUN))
			overrun = true;
		else if (!err)
			apply(r, &ev);
	} while (!err || err == -ENOBUFS);
	r->lost += behind;
	if (behind || overrun)
		return renew(r, nl);
	return err == -EAGAIN ? 0 : err;
}

struct writer {
	unsigned int seed;
	const bool *enough; /* shared with the one who follows */
};

static bool goes_on(const struct writer *w, unsigned int writes)
{
	return writes < 100 * WRITES && !__atomic_load_n(w->enough, __ATOMIC_RELAXED);
}

/* Writes at random to few devices, and now and then to all. */
static int write_randomly(void *arg)
{
	const struct writer *w = arg;
	unsigned int seed = w->seed, i;
	struct nl nl;

	if (nl_open(&nl))
		return 1;
	for (i = 0; i < WRITES || goes_on(w, i); i++) {
		struct session s = number(rand_r(&seed) % IDS);
		unsigned int what = rand_r(&seed) % 8;

		set_owner(&s, i);
		if (what == 3)
			set_ttl(&s, 1 + rand_r(&seed) % 50);
		switch (what) {
		case 0:
			delete(&nl, NULL, &s);
			break;
		case 1:
			touch(&nl, NULL, &s, 100, 0);
			break;
		case 2:
			ask(&nl, DEVSESS_CMD_UPDATE, NULL, &s);
			break;
		default:
			ask(&nl, DEVSESS_CMD_STORE, NULL, &s);
		}
		if (rand_r(&seed) % 500 == 0)
			clear_meant(&nl, NULL, NULL);
	}
	nl_close(&nl);
	return 0;
}

/* Whether no session is there that has expired: then a dump has all. */
static bool settled(struct nl *nl)
{
	struct snapshot snap = { };
	bool same;

	snapshot_take(&snap, nl, "default");
	same = snap.n == count(nl, NULL);
	snapshot_free(&snap);
	return same;
}

static bool exact(struct replica *r, struct nl *ear, struct nl *nl)
{
	struct replica now = { };
	__u32 i, wrong = 0;

	seq_of(nl, "default");
	if (follow(r, ear, nl) || renew(&now, nl))
		return false;
	for (i = 0; i < IDS; i++)
		wrong += r->version[i] != now.version[i];
	if (wrong)
		printf("# %u devices differ\n", wrong);
	return !wrong && r->seq <= now.seq;
}

/* Two write, sessions expire and are cleared, and the socket has little room. */
static bool follow_writers(struct nl *ear, struct nl *nl, int size)
{
	bool *enough = mmap(NULL, sizeof(*enough), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct writer writers[2] = { { 17, enough }, { 23, enough } };
	struct replica r = { };
	struct session last = number(0);
	pid_t pid[2];
	int i, status, running = 2, pause = 20;
	bool ok = true;
	__u32 lost;

	if (enough == MAP_FAILED)
		return false;
	__atomic_store_n(enough, !size, __ATOMIC_RELAXED);
	if (size)
		shrink(ear, size);
	for (i = 0; i < 2; i++)
		pid[i] = start(write_randomly, &writers[i]);
	ok &= !renew(&r, nl);
	while (running) {
		/* So that it falls behind, however slow they are. */
		if (size)
			pause_ms(pause);
		lost = r.lost;
		ok &= !follow(&r, ear, nl);
		if (r.lost == lost && pause < 500)
			pause *= 2;
		__atomic_store_n(enough, !size || r.lost > 2, __ATOMIC_RELAXED);
		for (i = 0; i < 2; i++) {
			if (pid[i] && waitpid(pid[i], &status, WNOHANG) == pid[i]) {
				ok &= !status;
				pid[i] = 0;
				running--;
			}
		}
	}
	/* None has longer to live; one that ends while we compare is in one of the two only. */
	pause_ms(200);
	for (i = 0; i < 600 && !settled(nl); i++)
		pause_ms(100);
	/* The last of them may be told by a write. */
	ask(nl, DEVSESS_CMD_STORE, NULL, &last);
	ok &= exact(&r, ear, nl);
	printf("# %u snapshots, lost %u times\n", r.snapshots, r.lost);
	munmap(enough, sizeof(*enough));
	return ok && (size ? r.lost > 2 : !r.lost && r.snapshots == 1);
}

TEST_F(events, follower)
{
	EXPECT_TRUE(follow_writers(&self->ear, &self->nl, 0));
}

TEST_F(events, follower_that_loses)
{
	EXPECT_TRUE(follow_writers(&self->ear, &self->nl, 32768));
}

TEST_HARNESS_MAIN
