// SPDX-License-Identifier: GPL-2.0
/*
 * Readers and writers in parallel, while maps are promoted and grow, shards
 * split and merge, sessions expire, and ranges are cleared.
 *
 * Each session's fields follow from its key and its session id, so that a torn
 * one shows. What is known of a session at any time:
 *
 * - a permanent one ('p') is there from the beginning to the end; only one
 *   thread updates it, and each time its session id is one higher;
 * - one that comes and goes ('c') has an age that its only writer raises to an
 *   odd number after it was inserted, and to an even one before it is deleted.
 *   A reader that sees one odd age before and after its lookup must have found
 *   the session, with this age as its session id;
 * - those with a time to live ('t') may be there or not;
 * - those that one thread stores and clears by walks ('v') are only its own;
 * - an absent one ('a') is never there.
 *
 * Threads stall at random at barriers and marked accesses (shim_chaos_set()).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/rcupdate.h>
#include <linux/socket.h>

#include "../../module/batch.h"
#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/walk.h"
#include "shim.h"
#include "tap.h"

#define PERMANENT	600
#define WRITERS		2
#define READERS		2
#define COMING		1500	/* of each writer */
#define RECENT		64
#define THREADS_MAX	16

/**
 * struct world - what the threads share
 * @t:       the table
 * @age:     of sessions that come and go
 * @recent:  the last that came, of each writer
 * @stop:    the time is over, or something was wrong
 * @failed:  something was wrong
 * @lookups: how many in all
 * @walks:   how many in all
 * @done:    what the threads of contended() have done, DONE_*
 */
struct world {
	struct devsess_table *t;
	u32 age[WRITERS][COMING];
	u32 recent[WRITERS][RECENT];
	bool stop;
	bool failed;
	u64 lookups;
	u64 walks;
	u64 done[3];
};

struct worker {
	struct world *w;
	u32 id;
	u64 random;
};

static u64 seed;
static unsigned int seconds = 3;

static void __printf(2, 3) fail(struct world *w, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	if (!__atomic_exchange_n(&w->failed, true, __ATOMIC_RELAXED)) {
		va_start(ap, fmt);
		vsnprintf(line, sizeof(line), fmt, ap);
		va_end(ap);
		tap_note("%s", line);
	}
	WRITE_ONCE(w->stop, true);
}

static bool going(struct world *w)
{
	return !READ_ONCE(w->stop);
}

static u32 pick(struct worker *me, u32 n)
{
	return shim_random(&me->random) % n;
}

/* Sessions */

static u64 mix(u64 a, u64 b)
{
	u64 state = a * 0x9e3779b97f4a7c15ULL + b;

	return shim_random(&state);
}

static u32 make_key(u8 *key, char class, u32 n)
{
	memset(key, class, 16);
	memcpy(key + 1, &n, sizeof(n));
	return 5 + n % 12;
}

static struct devsess_session make_session(char class, u32 n, u64 id)
{
	struct devsess_session s = { .session = id };
	u64 random = mix(n, id), more[] = { random * 3, random * 5, random * 7, random * 9 };

	s.key_len = make_key(s.key, class, n);
	s.owner = random;
	s.mark = random >> 32;
	s.family = AF_INET6;
	s.port = random >> 8;
	s.state = random & 3;
	s.data_len = random % 33;
	memcpy(s.data, more, s.data_len);
	memcpy(&s.addr, more, sizeof(s.addr));
	return s;
}

static u32 number(const struct devsess_session *s)
{
	u32 n;

	memcpy(&n, s->key + 1, sizeof(n));
	return n;
}

/* Whether all fields are of one write. */
static bool whole(const struct devsess_session *s)
{
	struct devsess_session want = make_session(s->key[0], number(s), s->session);

	return s->owner == want.owner && s->mark == want.mark && s->family == want.family &&
	       s->port == want.port && s->state == want.state && s->data_len == want.data_len &&
	       !memcmp(s->data, want.data, s->data_len) &&
	       !memcmp(&s->addr, &want.addr, sizeof(s->addr)) &&
	       s->key_len == want.key_len && !memcmp(s->key, want.key, s->key_len) &&
	       s->created <= s->last_seen;
}

static int look(struct world *w, char class, u32 n, struct devsess_session *s)
{
	u8 key[16];
	struct devsess_query q = { .key = key, .key_len = make_key(key, class, n), .s = s };
	int ret;

	/* Both kinds of lookup. */
	if (n % 2)
		lookup_batch(w->t, &q, 1);
	else
		q.result = lookup_one(w->t, key, q.key_len, s);
	ret = q.result;
	if (!ret && !whole(s))
		fail(w, "torn session %c%u, id %llu", class, n, s->session);
	return ret;
}

/* Readers */

struct seen {
	u64 id[PERMANENT];
	u64 version[PERMANENT];
};

static void saw(struct world *w, struct seen *seen, const struct devsess_session *s)
{
	u32 n = number(s);

	if (s->session < seen->id[n] || s->version < seen->version[n])
		fail(w, "session p%u went back from %llu to %llu", n, seen->id[n], s->session);
	seen->id[n] = s->session;
	seen->version[n] = s->version;
}

static void read_permanent(struct worker *me, struct seen *seen)
{
	u32 n = pick(me, PERMANENT);
	struct devsess_session s;
	int ret = look(me->w, 'p', n, &s);

	if (ret)
		fail(me->w, "lost session p%u: %d", n, ret);
	else
		saw(me->w, seen, &s);
}

static void read_coming(struct worker *me, u32 writer, u32 n)
{
	u32 *age = &me->w->age[writer][n], before, after;
	struct devsess_session s = { };
	int ret;

	before = __atomic_load_n(age, __ATOMIC_ACQUIRE);
	ret = look(me->w, 'c', writer * COMING + n, &s);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	after = READ_ONCE(*age);
	if (before != after || !(before & 1))
		return;
	if (ret)
		fail(me->w, "lost session c%u of writer %u: %d", n, writer, ret);
	else if (s.session != before)
		fail(me->w, "session c%u is %llu, not %u", n, s.session, before);
}

static void read_absent(struct worker *me)
{
	struct devsess_session s;
	int ret = look(me->w, 'a', pick(me, 100000), &s);

	if (ret != -ENOENT)
		fail(me->w, "absent session: %d", ret);
}

static void *reader(void *arg)
{
	struct worker *me = arg;
	struct seen *seen = calloc(1, sizeof(*seen));
	u64 n;

	for (n = 0; seen && going(me->w); n++) {
		u32 writer = pick(me, WRITERS);

		switch (pick(me, 8)) {
		case 0:
			read_absent(me);
			break;
		case 1:
		case 2:
			read_permanent(me, seen);
			break;
		case 3:
			read_coming(me, writer, pick(me, COMING));
			break;
		default:
			read_coming(me, writer,
				    READ_ONCE(me->w->recent[writer][pick(me, RECENT)]));
		}
	}
	__atomic_fetch_add(&me->w->lookups, n, __ATOMIC_RELAXED);
	free(seen);
	return NULL;
}

/* Writers */

/**
 * struct writer - of one thread
 * @me:   the thread
 * @id:   session ids of its permanent sessions
 * @gfp:  for the next insert
 * @grow: how many of 256 are inserts
 * @ops:  until @grow changes
 */
struct writer {
	struct worker *me;
	u64 id[PERMANENT];
	u32 grow;
	u32 ops;
};

/* One in four inserts comes from softirq. */
static gfp_t enter(struct worker *me)
{
	shim_context.softirq = !pick(me, 4);
	return shim_context.softirq ? GFP_ATOMIC : GFP_KERNEL;
}

static void leave(void)
{
	shim_context.softirq = false;
}

static void update_permanent(struct writer *wr)
{
	struct worker *me = wr->me;
	u32 n = pick(me, PERMANENT / WRITERS) * WRITERS + me->id;
	struct devsess_session s = make_session('p', n, ++wr->id[n]), prev;
	int ret, want = 0;

	switch (pick(me, 4)) {
	case 0:
		ret = ops_update(me->w->t, &s, DEVSESS_F_ALL);
		break;
	case 1:
		ret = ops_store(me->w->t, &s, GFP_ATOMIC);
		want = 1;
		break;
	case 2:
		ret = ops_swap(me->w->t, &s, &prev, GFP_ATOMIC);
		want = 1;
		if (ret == 1 && (!whole(&prev) || prev.session != wr->id[n] - 1))
			fail(me->w, "swap of p%u handed out %llu", n, prev.session);
		break;
	default:
		if (look(me->w, 'p', n, &prev))
			fail(me->w, "lost session p%u", n);
		ret = ops_compare_and_swap(me->w->t, &s, DEVSESS_F_ALL, prev.version);
	}
	if (ret != want)
		fail(me->w, "update of p%u: %d", n, ret);
}

static void touch_permanent(struct worker *me)
{
	u32 n = pick(me, PERMANENT);
	u8 key[16];
	u32 len = make_key(key, 'p', n);
	int ret = ops_touch(me->w->t, key, len, 0, 0, NULL);

	if (ret)
		fail(me->w, "touch of p%u: %d", n, ret);
}

static void come(struct writer *wr, u32 n)
{
	struct worker *me = wr->me;
	u32 *age = &me->w->age[me->id][n];
	struct devsess_session s = make_session('c', me->id * COMING + n, *age + 1);
	gfp_t gfp = enter(me);
	int ret = pick(me, 2) ? ops_insert(me->w->t, &s, gfp) :
				ops_get_or_insert(me->w->t, &s, gfp);

	leave();
	/* In softirq, the worker may have fallen far behind. */
	if (ret == -ENOMEM && gfp == GFP_ATOMIC)
		return;
	if (ret)
		fail(me->w, "insert of c%u: %d", n, ret);
	__atomic_store_n(age, *age + 1, __ATOMIC_RELEASE);
	WRITE_ONCE(me->w->recent[me->id][*age / 2 % RECENT], n);
}

static void go(struct writer *wr, u32 n)
{
	struct worker *me = wr->me;
	u32 *age = &me->w->age[me->id][n];
	struct devsess_session s = { };
	u8 key[16];
	u32 len = make_key(key, 'c', me->id * COMING + n);
	int ret;

	__atomic_store_n(age, *age + 1, __ATOMIC_SEQ_CST);
	ret = ops_get_and_delete(me->w->t, key, len, &s);
	if (ret || !whole(&s) || s.session != *age - 1)
		fail(me->w, "delete of c%u: %d, id %llu, not %u", n, ret, s.session, *age - 1);
	if (look(me->w, 'c', me->id * COMING + n, &s) != -ENOENT)
		fail(me->w, "c%u is there after its delete", n);
}

static void come_or_go(struct writer *wr)
{
	struct worker *me = wr->me;
	u32 n = pick(me, COMING);
	bool there = me->w->age[me->id][n] & 1;

	if (!wr->ops--) {
		wr->ops = 4 * COMING;
		wr->grow = wr->grow > 128 ? 10 : 246;
	}
	if (pick(me, 256) < wr->grow) {
		if (!there)
			come(wr, n);
	} else if (there) {
		go(wr, n);
	}
}

static void store_mortal(struct worker *me)
{
	struct devsess_session s = make_session('t', pick(me, 300), me->random);
	int ret;

	s.ttl_ms = 1 + pick(me, 100);
	ret = ops_store(me->w->t, &s, enter(me));
	leave();
	if (ret < 0 && ret != -ENOMEM)
		fail(me->w, "store of a mortal: %d", ret);
}

static void *writer(void *arg)
{
	struct worker *me = arg;
	struct writer *wr = calloc(1, sizeof(*wr));

	if (!wr)
		return NULL;
	wr->me = me;
	while (going(me->w)) {
		switch (pick(me, 8)) {
		case 0:
			update_permanent(wr);
			break;
		case 1:
			touch_permanent(me);
			break;
		case 2:
			store_mortal(me);
			break;
		default:
			come_or_go(wr);
		}
	}
	free(wr);
	return NULL;
}

/* Walkers */

struct walk_state {
	struct world *w;
	struct seen seen;
	u32 times[PERMANENT];
};

static int visit(const struct devsess_session *s, void *arg)
{
	struct walk_state *ws = arg;

	if (!whole(s))
		fail(ws->w, "walk: torn session %c%u", s->key[0], number(s));
	if (s->key[0] != 'p')
		return 0;
	saw(ws->w, &ws->seen, s);
	if (ws->times[number(s)]++)
		fail(ws->w, "walk: session p%u twice", number(s));
	return 0;
}

static bool of_class(const struct devsess_session *s, const void *class)
{
	return s->key[0] == *(const char *)class;
}

static void *walker(void *arg)
{
	struct worker *me = arg;
	struct walk_state *ws = calloc(1, sizeof(*ws));
	u64 n, counted;
	u32 i;
	int ret;

	ws->w = me->w;
	for (n = 0; going(me->w); n++) {
		memset(ws->times, 0, sizeof(ws->times));
		ret = walk_range(me->w->t, visit, ws);
		if (ret)
			fail(me->w, "walk: %d", ret);
		for (i = 0; i < PERMANENT; i++)
			if (ws->times[i] != 1)
				fail(me->w, "walk: session p%u %u times", i, ws->times[i]);
		counted = walk_count(me->w->t, of_class, "p");
		if (counted != PERMANENT)
			fail(me->w, "walk: counted %llu", counted);
	}
	__atomic_fetch_add(&me->w->walks, n, __ATOMIC_RELAXED);
	free(ws);
	return NULL;
}

/* Stores some sessions and clears them; nobody else touches them. */
static void *clearer(void *arg)
{
	struct worker *me = arg;
	struct devsess_session s;
	u64 cleared;
	u32 n, i;
	int ret;

	while (going(me->w)) {
		n = pick(me, 300);
		for (i = 0; i < n; i++) {
			s = make_session('v', i, me->random);
			ret = ops_insert(me->w->t, &s, GFP_KERNEL);
			if (ret)
				fail(me->w, "insert of v%u: %d", i, ret);
		}
		cleared = walk_clear(me->w->t, of_class, "v");
		if (cleared != n)
			fail(me->w, "cleared %llu, not %u", cleared, n);
		for (i = 0; i < n; i++)
			if (look(me->w, 'v', i, &s) != -ENOENT)
				fail(me->w, "v%u is there after the clear", i);
	}
	return NULL;
}

/* Lets time go by and the worker run. */
static void *housekeeper(void *arg)
{
	struct worker *me = arg;

	while (going(me->w)) {
		shim_advance(20 * NSEC_PER_MSEC);
		shim_run_due();
		if (!pick(me, 16))
			sweep_run(&me->w->t->sweep);
		usleep(pick(me, 500));
	}
	return NULL;
}

/* Running */

struct crew {
	void *(*fn)(void *arg);
	u32 n;
};

static void run_crews(struct world *w, const struct crew *crew, u32 crews)
{
	struct worker workers[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	u32 n = 0, c, i;
	time_t end = time(NULL) + seconds;

	for (c = 0; c < crews; c++) {
		for (i = 0; i < crew[c].n; i++, n++) {
			workers[n] = (struct worker){ w, i, mix(seed, n + 1) };
			if (shim_thread(&threads[n], crew[c].fn, &workers[n]))
				shim_bug("no thread");
		}
	}
	while (going(w) && time(NULL) < end)
		usleep(10000);
	WRITE_ONCE(w->stop, true);
	while (n)
		pthread_join(threads[--n], NULL);
}

static struct world *make_world(const struct table_limits *limits)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		shim_bug("no memory for the world");
	shim_seed(seed);
	w->t = table_alloc(limits);
	if (IS_ERR(w->t))
		shim_bug("no table");
	return w;
}

/* Ends a test: all that it took must be back. */
static void end_world(struct world *w, const char *name)
{
	bool failed;

	table_free(w->t);
	rcu_barrier();
	if (shim_live())
		fail(w, "%ld allocations left", shim_live());
	failed = w->failed;
	if (failed)
		tap_note("seed %llu", seed);
	tap_result(!failed, "%s", name);
	free(w);
}

static u64 counter(struct world *w, enum stat_id i)
{
	return stats_sum(&w->t->stats, i);
}

static void add_permanent(struct world *w)
{
	struct devsess_session s;
	u32 n;

	for (n = 0; n < PERMANENT; n++) {
		s = make_session('p', n, 0);
		if (ops_insert(w->t, &s, GFP_KERNEL))
			fail(w, "no permanent session");
	}
}

/* Now that all is quiet: everything that must be there is, and nothing else. */
static void check_quiet(struct world *w)
{
	u64 want = PERMANENT;
	u32 i, n;

	for (i = 0; i < WRITERS; i++)
		for (n = 0; n < COMING; n++)
			want += w->age[i][n] & 1;
	shim_advance(1000 * NSEC_PER_MSEC);
	while (sweep_run(&w->t->sweep))
		;
	if (table_count(w->t) != want)
		fail(w, "count %llu, not %llu", table_count(w->t), want);
	if (counter(w, STAT_inserts) - counter(w, STAT_deletes) - counter(w, STAT_expired) != want)
		fail(w, "the counters do not add up");
}

/* After all have gone, so has the memory. */
static void check_empty(struct world *w, u64 memory)
{
	walk_clear(w->t, NULL, NULL);
	while (sweep_run(&w->t->sweep))
		;
	if (table_count(w->t))
		fail(w, "%llu sessions after all were cleared", table_count(w->t));
	/* The directory keeps one level in reserve. */
	if (table_memory(w->t) > memory + dir_bytes(&w->t->dir) / 2)
		fail(w, "%llu bytes when empty, %llu at first", table_memory(w->t), memory);
}

static void churn(void)
{
	static const struct table_limits limits = { 1000000, 64, 64 };
	static const struct crew crews[] = {
		{ reader, READERS }, { writer, WRITERS }, { walker, 1 }, { clearer, 1 },
		{ housekeeper, 1 },
	};
	struct world *w;
	u64 memory;

	shim_possible_cpus = 1; /* few shards at first: more splits and merges */
	w = make_world(&limits);
	memory = table_memory(w->t);
	add_permanent(w);
	run_crews(w, crews, ARRAY_SIZE(crews));
	tap_note("lookups %llu, walks %llu, expired %llu", w->lookups, w->walks,
		 counter(w, STAT_expired));
	tap_note("promotions %llu, grows %llu, shrinks %llu, splits %llu, merges %llu",
		 counter(w, STAT_promotions), counter(w, STAT_grows),
		 counter(w, STAT_shrinks), counter(w, STAT_splits), counter(w, STAT_merges));
	if (!w->failed) {
		check_quiet(w);
		check_empty(w, memory);
		if (!counter(w, STAT_splits) || !counter(w, STAT_merges))
			fail(w, "too short: no split, or no merge");
	}
	end_world(w, "churn");
}

/* max_sessions is exact, though many threads want the last place. */

static void *pusher(void *arg)
{
	struct worker *me = arg;
	u64 count;
	u32 n;

	while (going(me->w)) {
		struct devsess_session s;

		n = pick(me, 300);
		s = make_session('x', n, me->id);
		if (pick(me, 2))
			lookup_one(me->w->t, s.key, s.key_len, &s);
		if (pick(me, 3))
			ops_insert(me->w->t, &s, GFP_KERNEL);
		else
			ops_delete(me->w->t, s.key, s.key_len);
		count = table_count(me->w->t);
		if (count > 100)
			fail(me->w, "%llu sessions, though 100 are the limit", count);
	}
	return NULL;
}

static void *limiter(void *arg)
{
	struct worker *me = arg;
	u32 max;
	int ret;

	while (going(me->w)) {
		max = 50 + pick(me, 51);
		ret = table_set_max(me->w->t, max);
		if (!ret && table_count(me->w->t) > max)
			fail(me->w, "more sessions than the new limit");
		if (ret && ret != -EBUSY)
			fail(me->w, "set_max: %d", ret);
		table_set_policy(me->w->t, pick(me, DEVSESS_POLICY_EVICT + 1));
		if (!pick(me, 8))
			sweep_run(&me->w->t->sweep);
		usleep(100);
	}
	return NULL;
}

static int count_one(const struct devsess_session *s, void *arg)
{
	(void)s;
	++*(u64 *)arg;
	return 0;
}

static void capacity(void)
{
	static const struct table_limits limits = { 100, 16, 32 };
	static const struct crew crews[] = { { pusher, 4 }, { limiter, 1 } };
	struct world *w = make_world(&limits);
	u64 walked = 0;

	run_crews(w, crews, ARRAY_SIZE(crews));
	walk_range(w->t, count_one, &walked);
	if (walked != table_count(w->t))
		fail(w, "count %llu, but %llu walked", table_count(w->t), walked);
	if (counter(w, STAT_inserts) !=
	    counter(w, STAT_deletes) + counter(w, STAT_evicted) + walked)
		fail(w, "the counters do not add up");
	if (!counter(w, STAT_evicted))
		fail(w, "none was evicted");
	if (atomic_long_read(&w->t->peak) > 100)
		fail(w, "peak %ld", atomic_long_read(&w->t->peak));
	end_world(w, "capacity");
}

/*
 * All threads want the same few sessions: of many that insert one, one wins; of
 * many that swap a version, one wins, so no increment is lost.
 */

enum { DONE_INSERT, DONE_DELETE, DONE_SWAP };

static void done(struct worker *me, u32 what)
{
	__atomic_fetch_add(&me->w->done[what], 1, __ATOMIC_RELAXED);
}

static void increment(struct worker *me, u32 n)
{
	struct devsess_session s = { };
	u64 version;
	int ret;

	s.key_len = make_key(s.key, 'n', n);
	if (lookup_one(me->w->t, s.key, s.key_len, &s)) {
		fail(me->w, "lost session n%u", n);
		return;
	}
	version = s.version;
	s.session++;
	ret = ops_compare_and_swap(me->w->t, &s, DEVSESS_F_SESSION, version);
	if (!ret)
		done(me, DONE_SWAP);
	else if (ret != -ESTALE)
		fail(me->w, "compare and swap of n%u: %d", n, ret);
}

static void *rival(void *arg)
{
	struct worker *me = arg;
	struct devsess_session s;
	int ret;

	while (going(me->w)) {
		s = make_session('r', pick(me, 8), me->id);
		switch (pick(me, 4)) {
		case 0:
			ret = ops_insert(me->w->t, &s, GFP_KERNEL);
			if (!ret)
				done(me, DONE_INSERT);
			break;
		case 1:
			ret = ops_get_or_insert(me->w->t, &s, GFP_KERNEL);
			if (!ret)
				done(me, DONE_INSERT);
			break;
		case 2:
			ret = ops_delete(me->w->t, s.key, s.key_len);
			if (!ret)
				done(me, DONE_DELETE);
			break;
		default:
			increment(me, pick(me, 4));
		}
	}
	return NULL;
}

static void contended(void)
{
	static const struct table_limits limits = { 1000, 16, 32 };
	static const struct crew crews[] = { { rival, 4 }, { housekeeper, 1 } };
	struct world *w = make_world(&limits);
	u64 sum = 0;
	u32 n;

	for (n = 0; n < 4; n++) {
		struct devsess_session s = { };

		s.key_len = make_key(s.key, 'n', n);
		if (ops_insert(w->t, &s, GFP_KERNEL))
			fail(w, "no session n%u", n);
	}
	run_crews(w, crews, ARRAY_SIZE(crews));
	for (n = 0; n < 4; n++) {
		struct devsess_session s = { };

		s.key_len = make_key(s.key, 'n', n);
		if (lookup_one(w->t, s.key, s.key_len, &s))
			fail(w, "lost session n%u", n);
		sum += s.session;
	}
	if (sum != w->done[DONE_SWAP])
		fail(w, "%llu swaps, but %llu counted", w->done[DONE_SWAP], sum);
	if (table_count(w->t) != 4 + w->done[DONE_INSERT] - w->done[DONE_DELETE])
		fail(w, "count %llu after %llu inserts and %llu deletes", table_count(w->t),
		     w->done[DONE_INSERT], w->done[DONE_DELETE]);
	end_world(w, "contended");
}

/*
 * A filter is applied to a session, and the session copied or deleted, at one
 * moment: sessions with even ids are walked and cleared while writers raise
 * each id by one. What is met must be even, and what goes must have been.
 */

#define FLIPPED	200	/* of each writer */

static bool is_even(const struct devsess_session *s, const void *unused)
{
	(void)unused;
	return !(s->session & 1);
}

static void *flipper(void *arg)
{
	struct worker *me = arg;
	u64 id[FLIPPED] = { };

	while (going(me->w)) {
		u32 n = pick(me, FLIPPED);
		struct devsess_session s = make_session('f', me->id * FLIPPED + n, ++id[n]);
		int ret = ops_update(me->w->t, &s, DEVSESS_F_ALL);

		if (ret == -ENOENT && !(id[n] & 1))
			fail(me->w, "f%u was cleared though its id was %llu", n, id[n] - 1);
		if (ret == -ENOENT) {
			ret = ops_insert(me->w->t, &s, GFP_KERNEL);
			done(me, DONE_INSERT);
		}
		if (ret)
			fail(me->w, "update of f%u: %d", n, ret);
	}
	return NULL;
}

static void walk_even(struct worker *me)
{
	struct snapshot snap = { };
	struct devsess_session s;
	u32 i;

	while (snap.next <= U32_MAX && going(me->w)) {
		if (walk_snapshot(me->w->t, &snap, is_even, NULL))
			fail(me->w, "no snapshot");
		for (i = 0; i < snap.count; i++) {
			walk_get(me->w->t, &snap, i, &s);
			if (!whole(&s) || !is_even(&s, NULL))
				fail(me->w, "met f%u with id %llu", number(&s), s.session);
			done(me, DONE_SWAP);
		}
	}
	walk_free(&snap);
}

static void *even_walker(void *arg)
{
	struct worker *me = arg;

	while (going(me->w)) {
		walk_even(me);
		if (!pick(me, 4))
			__atomic_fetch_add(&me->w->done[DONE_DELETE],
					   walk_clear(me->w->t, is_even, NULL), __ATOMIC_RELAXED);
	}
	return NULL;
}

static void filtered(void)
{
	static const struct table_limits limits = { 1000, 16, 32 };
	static const struct crew crews[] = { { flipper, 2 }, { even_walker, 1 } };
	struct world *w = make_world(&limits);

	run_crews(w, crews, ARRAY_SIZE(crews));
	if (!w->done[DONE_DELETE] || !w->done[DONE_SWAP])
		fail(w, "nothing was even");
	if (table_count(w->t) != w->done[DONE_INSERT] - w->done[DONE_DELETE])
		fail(w, "count %llu after %llu inserts and %llu deletes", table_count(w->t),
		     w->done[DONE_INSERT], w->done[DONE_DELETE]);
	end_world(w, "filtered");
}

/*
 * No owner has more sessions than its limit, not for a moment, though many threads give
 * it sessions, take them away and undo that; and no place is lost or counted twice.
 */

#define OWNERS	5	/* one more than are counted */
#define QUOTA	20	/* of the first two, and at most of another */

static struct devsess_session owned(struct worker *me)
{
	struct devsess_session s = make_session('o', pick(me, 200), me->random);

	s.owner = pick(me, OWNERS);
	if (!pick(me, 8))
		s.ttl_ms = 1 + pick(me, 50);
	return s;
}

/* Often refused for the last item, so that the others are undone. */
static void move_together(struct worker *me)
{
	struct batch_item *items = calloc(4, sizeof(*items));
	u32 bad, i;

	if (!items)
		return;
	for (i = 0; i < 4; i++) {
		items[i].op = pick(me, 2) ? DEVSESS_OP_STORE : DEVSESS_OP_UPDATE;
		items[i].fields = DEVSESS_F_ALL;
		items[i].s = owned(me);
	}
	items[3].op = pick(me, 2) ? DEVSESS_OP_INSERT : DEVSESS_OP_DELETE;
	if (!batch_find_twice(items, 4, &bad))
		batch_run_atomic(me->w->t, items, 4, &bad);
	free(items);
}

static void *mover(void *arg)
{
	struct worker *me = arg;

	while (going(me->w)) {
		struct devsess_session s = owned(me);

		switch (pick(me, 6)) {
		case 0:
			ops_insert(me->w->t, &s, GFP_KERNEL);
			break;
		case 1:
			ops_store(me->w->t, &s, GFP_KERNEL);
			break;
		case 2:
			ops_update(me->w->t, &s, DEVSESS_F_OWNER | DEVSESS_F_STATE);
			break;
		case 3:
			ops_update(me->w->t, &s, DEVSESS_F_STATE);
			break;
		case 4:
			move_together(me);
			break;
		default:
			ops_delete(me->w->t, s.key, s.key_len);
		}
	}
	return NULL;
}

static struct devsess_owner look_at(struct worker *me, u32 owner)
{
	struct devsess_owner f;
	u32 i, sum = 0;

	owner_get(me->w->t->owners, owner, &f);
	for (i = 0; i < DEVSESS_STATES; i++)
		sum += f.state[i];
	if (sum != f.sessions)
		fail(me->w, "owner %u: %u sessions, %u by state", owner, f.sessions, sum);
	return f;
}

/* Watches, lowers the limit of one owner, and clears another now and then. */
static void *auditor(void *arg)
{
	struct worker *me = arg;
	struct devsess_owner list[OWNERS], f;
	u32 i, n, limit, before;

	while (going(me->w)) {
		n = owner_list(me->w->t->owners, list);
		for (i = 0; i < n; i++)
			if (list[i].limit == QUOTA && list[i].sessions > QUOTA)
				fail(me->w, "owner %u: %u sessions", list[i].owner,
				     list[i].sessions);
		limit = 1 + pick(me, QUOTA);
		owner_set(me->w->t->owners, 3, limit);
		for (i = 0, before = UINT32_MAX; i < 20; i++, before = f.sessions) {
			f = look_at(me, 3);
			if (f.sessions > max(limit, before))
				fail(me->w, "%u sessions after %u, limit %u", f.sessions, before,
				     limit);
		}
		if (!pick(me, 16))
			walk_clear(me->w->t, of_class, "o");
	}
	return NULL;
}

static int count_owned(const struct devsess_session *s, void *arg)
{
	struct devsess_owner *f = arg;

	f[s->owner].sessions++;
	f[s->owner].state[s->state]++;
	return 0;
}

static void quota(void)
{
	static const struct table_limits limits = { 1000, 16, 32, .owner_max = OWNERS - 1 };
	static const struct crew crews[] = { { mover, 4 }, { auditor, 1 }, { housekeeper, 1 } };
	struct world *w = make_world(&limits);
	struct devsess_owner want[OWNERS] = { }, got;
	u32 i;

	for (i = 0; i < 4; i++)
		if (i != 2 && owner_set(w->t->owners, i, QUOTA))
			fail(w, "no limit");
	run_crews(w, crews, ARRAY_SIZE(crews));
	shim_advance(1000 * NSEC_PER_MSEC);
	sweep_run(&w->t->sweep);
	walk_range(w->t, count_owned, want);
	for (i = 0; i < OWNERS; i++) {
		owner_get(w->t->owners, i, &got);
		if (got.sessions != want[i].sessions ||
		    memcmp(got.state, want[i].state, sizeof(got.state)))
			fail(w, "owner %u: %u sessions, but %u walked", i, got.sessions,
			     want[i].sessions);
	}
	if (!counter(w, STAT_fail_quota) || !counter(w, STAT_fail_owners))
		fail(w, "nothing was refused");
	end_world(w, "quota");
}

/*
 * The sessions never weigh more than max_cost, not for a moment, though many threads make
 * them heavier and lighter and undo that; and no weight is lost or counted twice.
 */

#define COST	500

static struct devsess_session weighed(struct worker *me)
{
	struct devsess_session s = make_session('w', pick(me, 100), me->random);

	s.weight = pick(me, 20) ? 1 + pick(me, 30) : 1 + pick(me, 255);
	if (!pick(me, 8))
		s.ttl_ms = 1 + pick(me, 50);
	if (!pick(me, 16))
		s.flags = DEVSESS_FLAG_PINNED;
	return s;
}

static void weigh_together(struct worker *me)
{
	struct batch_item *items = calloc(4, sizeof(*items));
	u32 bad, i;

	if (!items)
		return;
	for (i = 0; i < 4; i++) {
		items[i].op = pick(me, 2) ? DEVSESS_OP_STORE : DEVSESS_OP_UPDATE;
		items[i].fields = DEVSESS_F_WEIGHT | DEVSESS_F_FLAGS;
		items[i].s = weighed(me);
	}
	items[3].op = pick(me, 2) ? DEVSESS_OP_INSERT : DEVSESS_OP_DELETE;
	if (!batch_find_twice(items, 4, &bad))
		batch_run_atomic(me->w->t, items, 4, &bad);
	free(items);
}

static void *weigher(void *arg)
{
	struct worker *me = arg;
	u64 cost;

	while (going(me->w)) {
		struct devsess_session s = weighed(me);

		switch (pick(me, 6)) {
		case 0:
			ops_insert(me->w->t, &s, GFP_KERNEL);
			break;
		case 1:
			ops_store(me->w->t, &s, GFP_ATOMIC);
			break;
		case 2:
			ops_update(me->w->t, &s, DEVSESS_F_WEIGHT);
			break;
		case 3:
			ops_update(me->w->t, &s, DEVSESS_F_MARK);
			break;
		case 4:
			weigh_together(me);
			break;
		default:
			ops_delete(me->w->t, s.key, s.key_len);
		}
		cost = cost_sum(&me->w->t->cost);
		if (cost > COST)
			fail(me->w, "a cost of %llu, though %u is the limit", cost, COST);
	}
	return NULL;
}

/* Changes the bound and the policy, and clears all now and then. */
static void *weight_limiter(void *arg)
{
	struct worker *me = arg;
	u32 max, i;
	int ret;

	while (going(me->w)) {
		max = COST / 2 + pick(me, COST / 2 + 1);
		ret = cost_set_max(&me->w->t->cost, max);
		for (i = 0; i < 20 && !ret; i++)
			if (cost_sum(&me->w->t->cost) > max)
				fail(me->w, "a cost above the new max_cost");
		if (ret && ret != -EBUSY)
			fail(me->w, "set_max: %d", ret);
		table_set_policy(me->w->t, pick(me, DEVSESS_POLICY_EVICT + 1));
		if (!pick(me, 16))
			walk_clear(me->w->t, of_class, "w");
		usleep(100);
	}
	return NULL;
}

static int add_weight(const struct devsess_session *s, void *arg)
{
	*(u64 *)arg += s->weight;
	return 0;
}

static void weights(void)
{
	static const struct table_limits limits = { 1000, 16, 32, .max_cost = COST };
	static const struct crew crews[] = {
		{ weigher, 4 }, { weight_limiter, 1 }, { housekeeper, 1 },
	};
	struct world *w = make_world(&limits);
	u64 walked = 0;

	run_crews(w, crews, ARRAY_SIZE(crews));
	shim_advance(1000 * NSEC_PER_MSEC);
	sweep_run(&w->t->sweep);
	walk_range(w->t, add_weight, &walked);
	if (walked != cost_sum(&w->t->cost))
		fail(w, "a cost of %llu, but %llu walked", cost_sum(&w->t->cost), walked);
	if (!counter(w, STAT_evicted) || !counter(w, STAT_fail_full))
		fail(w, "none was evicted, or nothing was refused");
	end_world(w, "weights");
}

static const struct {
	const char *name;
	void (*fn)(void);
} tests[] = {
	{ "churn", churn },
	{ "capacity", capacity },
	{ "contended", contended },
	{ "filtered", filtered },
	{ "quota", quota },
	{ "weights", weights },
};

int main(int argc, char **argv)
{
	unsigned int chaos = 300;
	const char *only = NULL;
	u32 i;
	int a;

	seed = time(NULL);
	for (a = 1; a + 1 < argc; a += 2) {
		if (!strcmp(argv[a], "--seed"))
			seed = strtoull(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--seconds"))
			seconds = strtoul(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--chaos"))
			chaos = strtoul(argv[a + 1], NULL, 0);
		else if (!strcmp(argv[a], "--test"))
			only = argv[a + 1];
		else
			break;
	}
	if (a < argc) {
		if (!strcmp(argv[a], "--start"))
			return EXIT_SUCCESS;
		fputs("usage: parallel [--seed N] [--seconds N] [--chaos N] [--test NAME]\n",
		      stderr);
		return 2;
	}
	tap_begin("parallel");
	shim_chaos_set(chaos);
	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (!only || !strcmp(only, tests[i].name))
			tests[i].fn();
	return tap_end();
}
