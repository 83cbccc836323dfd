// SPDX-License-Identifier: GPL-2.0
/*
 * Events while several threads write to the same few sessions, of which some expire, some are
 * evicted for others, and all are cleared now and then. Who applies the events one after the
 * other must find each of them possible, miss no number, and have in the end what the table has.
 * Losses are the model's (follower.c): nobody writes here while many events wait. A clear ends,
 * however many come meanwhile.
 *
 * Threads stall at random at barriers and marked accesses (shim_chaos_set()).
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../module/ops.h"
#include "../../module/session.h"
#include "../../module/table.h"
#include "../../module/walk.h"
#include "shim.h"
#include "tap.h"

#define IDS	64
#define WRITERS	4

/* What the events say of a session. */
struct known {
	bool heard;
	bool there;
	u64 version;
	u32 mark;
};

/* By events.lock. */
static struct known known[IDS];
static u64 last, events, kinds;

static struct devsess_table *t;
static bool stop, failed;

static void __printf(1, 2) complain(const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!__atomic_exchange_n(&failed, true, __ATOMIC_RELAXED))
		tap_note("%s", text);
	WRITE_ONCE(stop, true);
}

static bool is_end(u32 kind)
{
	return kind == DEVSESS_EVENT_KIND_DELETE || kind == DEVSESS_EVENT_KIND_EXPIRE ||
	       kind == DEVSESS_EVENT_KIND_EVICT || kind == DEVSESS_EVENT_KIND_FLUSH;
}

static void apply(u32 kind, const struct devsess_session *s)
{
	bool begins = kind == DEVSESS_EVENT_KIND_CREATE;
	u32 id;

	memcpy(&id, s->key, sizeof(id));
	if (id >= IDS || s->key_len != sizeof(id)) {
		complain("event of %u, which nobody writes to", id);
		return;
	}
	if (known[id].heard && known[id].there == begins)
		complain("event %u of %u, which is %s", kind, id,
			 known[id].there ? "there" : "not there");
	if (known[id].heard && s->version < known[id].version)
		complain("event %u of %u: version %llu after %llu", kind, id, s->version,
			 known[id].version);
	known[id] = (struct known){ true, !is_end(kind), s->version, s->mark };
}

static bool wanted(u32 kind)
{
	(void)kind;
	return true;
}

static int send(const struct events *ev, const struct event_told *told)
{
	struct devsess_session s;

	if (told->seq != last + 1)
		complain("number %llu after %llu", told->seq, last);
	last = told->seq;
	events++;
	kinds |= 1ULL << told->kind;
	if (told->kind == DEVSESS_EVENT_KIND_OVERRUN)
		complain("%llu events were lost", told->lost);
	if (told->rec) {
		session_unpack(ev->layout, told->rec, &s);
		apply(told->kind, &s);
	}
	return 0;
}

static const struct events_door door = { .wanted = wanted, .send = send };

static u32 pick(u64 *random, u32 n)
{
	return shim_random(random) % n;
}

static void *writer(void *arg)
{
	u64 *random = arg;

	while (!READ_ONCE(stop)) {
		struct devsess_session s = {
			.key_len = sizeof(u32), .mark = pick(random, 1000),
			.ttl_ms = pick(random, 4) ? 0 : 1 + pick(random, 100),
		};
		u32 id = pick(random, IDS);

		if (atomic_read(&t->events.records) > EVENTS_WAIT_MAX / 4) {
			usleep(100);
			continue;
		}
		memcpy(s.key, &id, sizeof(id));
		switch (pick(random, 6)) {
		case 0:
			ops_insert(t, &s, GFP_KERNEL);
			break;
		case 1:
			ops_store(t, &s, GFP_ATOMIC);
			break;
		case 2:
			ops_update(t, &s, DEVSESS_F_MARK);
			break;
		case 3:
			ops_touch(t, s.key, s.key_len, 0, 0, NULL);
			break;
		default:
			ops_delete(t, s.key, s.key_len);
		}
	}
	return NULL;
}

static void *clearer(void *arg)
{
	(void)arg;
	while (!READ_ONCE(stop)) {
		walk_clear(t, NULL, NULL);
		usleep(3000);
	}
	return NULL;
}

static void *housekeeper(void *arg)
{
	(void)arg;
	while (!READ_ONCE(stop)) {
		shim_advance(10 * NSEC_PER_MSEC);
		shim_run_due();
		usleep(300);
	}
	return NULL;
}

/* Beside the worker, as requests that need an exact number do. */
static void *listener(void *arg)
{
	(void)arg;
	while (!READ_ONCE(stop))
		events_run(&t->events);
	return NULL;
}

static u32 compared;

static int compare(const struct devsess_session *s, void *arg)
{
	bool *seen = arg;
	u32 id;

	memcpy(&id, s->key, sizeof(id));
	if (id >= IDS) {
		complain("%u is there", id);
		return 0;
	}
	seen[id] = true;
	if (!known[id].heard)
		return 0;
	compared++;
	if (!known[id].there || known[id].version != s->version || known[id].mark != s->mark)
		complain("%u has version %llu, not %llu, or nobody has heard of it", id, s->version,
			 known[id].version);
	return 0;
}

static void compare_all(void)
{
	bool seen[IDS] = { };
	u32 id;

	sweep_run(&t->sweep);
	events_run(&t->events);
	walk_range(t, compare, seen);
	for (id = 0; id < IDS; id++) {
		if (known[id].heard && known[id].there && !seen[id])
			complain("%u is gone, and nobody has heard of it", id);
		compared += known[id].heard && !known[id].there;
	}
}

/* Beside the writers. */
static void *(*const others[])(void *arg) = { clearer, housekeeper, listener };

static void run(unsigned int seconds, u64 seed)
{
	static const struct table_limits limits = { 40, 8, 0, DEVSESS_POLICY_EVICT };
	pthread_t threads[WRITERS + ARRAY_SIZE(others)];
	u64 random[WRITERS];
	u32 i;

	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no table");
	/* Not looked at, but by send() in events_nl.c. */
	events_begin(&t->events, (struct net *)t, 0);
	events_open(&door);
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		if (i < WRITERS)
			random[i] = seed + i;
		if (shim_thread(&threads[i], i < WRITERS ? writer : others[i - WRITERS],
				i < WRITERS ? &random[i] : NULL))
			shim_bug("no thread");
	}
	for (i = 0; i < 10 * seconds && !READ_ONCE(stop); i++)
		usleep(100000);
	WRITE_ONCE(stop, true);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	compare_all();
	events_open(NULL);
	events_end(&t->events);
	table_free(t);
	rcu_barrier();
}

/* Sessions come as fast as a clear finds room for their events; there are no other threads. */

#define COME_AT_ONCE	400
#define COME_TIMES	200

static u32 came;

static void more_come(void)
{
	struct devsess_session s = { .key_len = sizeof(u64) };
	u64 id;

	shim_on_alloc(NULL);
	for (id = (u64)came * COME_AT_ONCE; id < (u64)(came + 1) * COME_AT_ONCE; id++) {
		memcpy(s.key, &id, sizeof(id));
		if (ops_insert(t, &s, GFP_KERNEL))
			shim_bug("no session came");
	}
	if (++came < COME_TIMES)
		shim_on_alloc(more_come);
}

static bool flush_wanted(u32 kind)
{
	return kind == DEVSESS_EVENT_KIND_FLUSH;
}

static int send_nowhere(const struct events *ev, const struct event_told *told)
{
	return ev && told ? 0 : -EINVAL;
}

static void clear_while_more_come(void)
{
	static const struct events_door nowhere = { .wanted = flush_wanted, .send = send_nowhere };
	static const struct table_limits limits = { COME_AT_ONCE * COME_TIMES, 8 };

	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no table");
	events_begin(&t->events, (struct net *)t, 0);
	events_open(&nowhere);
	more_come();
	walk_clear(t, NULL, NULL);
	shim_on_alloc(NULL);
	events_open(NULL);
	events_end(&t->events);
	table_free(t);
	rcu_barrier();
	tap_result(came < COME_TIMES, "clear_ends");
	if (came == COME_TIMES)
		tap_note("sessions came %u times", came);
}

int main(int argc, char **argv)
{
	/* All that sessions can be told of. */
	const u64 all = 1ULL << DEVSESS_EVENT_KIND_CREATE | 1ULL << DEVSESS_EVENT_KIND_UPDATE |
			1ULL << DEVSESS_EVENT_KIND_TOUCH | 1ULL << DEVSESS_EVENT_KIND_DELETE |
			1ULL << DEVSESS_EVENT_KIND_EXPIRE | 1ULL << DEVSESS_EVENT_KIND_EVICT |
			1ULL << DEVSESS_EVENT_KIND_FLUSH;
	unsigned int seconds = 3;
	u64 seed = time(NULL);

	if (argc > 1 && !strcmp(argv[1], "--start"))
		return EXIT_SUCCESS;
	for (; argc > 2; argc -= 2, argv += 2) {
		if (!strcmp(argv[1], "--seed"))
			seed = strtoull(argv[2], NULL, 0);
		else if (!strcmp(argv[1], "--seconds"))
			seconds = strtoul(argv[2], NULL, 0);
	}
	tap_begin("heard");
	shim_seed(seed);
	clear_while_more_come();
	shim_chaos_set(300);
	run(seconds, seed);
	tap_note("seed %llu: %llu events, %u sessions compared", seed, events, compared);
	if (shim_live())
		complain("%ld allocations are left", shim_live());
	if (!compared || (kinds & all) != all)
		complain("nothing was compared, or of %llx only %llx was heard", all, kinds);
	tap_result(!failed, "in_order");
	return tap_end();
}
