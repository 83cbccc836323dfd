// SPDX-License-Identifier: GPL-2.0
/*
 * Who applies what monitor --sync shows, by the names of the tables, has what they have, whatever
 * happens to tables, names and events meanwhile. The kernel is a model here: as in module/events.c
 * a change is noted at once, and later gets its number, and the name that its table has by then; a
 * socket that was full loses all until it was read empty. Anything may happen between two steps of
 * the follower, who is the real one, and whose lines are taken before they are text.
 *
 * follow_test [SEED [RUNS]]
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "follow.h"

#include "tap.h"

#define NAMES	3
#define TABLES	4 /* numbers are from 1 on, the lowest that is free */
#define DEVICES 5
#define QUEUE	96 /* most that the socket takes */
#define NOTED	64

struct content {
	uint32_t value[DEVICES]; /* 0: no session */
};

struct sim_table {
	bool there;
	unsigned int made; /* tells tables of the same number apart */
	char name[2];
	uint64_t seq, owed;
	struct content c;
	struct event noted[NOTED];
	int count;
};

static struct sim_table tables[TABLES + 1];
static uint64_t base; /* numbers of new tables go on from here */
static unsigned int made;

/* The socket. */
static struct event queue[QUEUE];
static int queued, room;
static bool congested, overrun;
static uint64_t drops;
static uint32_t filter_id;

static bool still;	/* nothing happens */
static uint32_t scarce; /* memory for events: one in so many finds none; 0: all do */
static struct content reader[NAMES];

static struct {
	unsigned long lost, overruns, moves, ends, unheard, snapshots;
} seen;

static uint64_t state;

static uint32_t any(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static void receive(const struct event *ev)
{
	if (filter_id && ev->table_id != filter_id && ev->kind != DEVSESS_EVENT_KIND_TABLE &&
	    ev->kind != DEVSESS_EVENT_KIND_OVERRUN)
		return;
	if (congested || queued == room) {
		overrun |= !congested;
		congested = true;
		drops++;
		return;
	}
	queue[queued++] = *ev;
}

static bool no_memory(void)
{
	return !still && scarce && !any(scarce);
}

static void tell_lost(struct sim_table *t, uint32_t id)
{
	struct event ev = { .kind = DEVSESS_EVENT_KIND_OVERRUN, .table_id = id,
			    .count = t->owed, .seq = t->seq + t->owed };

	if (!t->owed || no_memory())
		return;
	memcpy(ev.table, t->name, sizeof(t->name));
	t->seq += t->owed;
	t->owed = 0;
	seen.overruns++;
	receive(&ev);
}

/* All that was noted of a table. */
static void send_all(uint32_t id)
{
	struct sim_table *t = &tables[id];

	for (int i = 0; i < t->count; i++) {
		struct event ev = t->noted[i];

		tell_lost(t, id);
		if (t->owed || no_memory()) {
			t->owed++;
			continue;
		}
		ev.table_id = id;
		ev.seq = ++t->seq;
		memcpy(ev.table, t->name, sizeof(t->name));
		receive(&ev);
	}
	t->count = 0;
	tell_lost(t, id);
}

static void note(uint32_t id, uint32_t kind, uint32_t reason, uint32_t device)
{
	struct sim_table *t = &tables[id];
	struct event ev = { .kind = kind, .reason = reason };

	if (t->count == NOTED)
		send_all(id);
	if (kind != DEVSESS_EVENT_KIND_TABLE) {
		ev.has_session = true;
		ev.s.device.len = device;
		ev.s.owner = t->c.value[device];
	}
	t->noted[t->count++] = ev;
}

/* The table of a name; 0 if there is none. */
static uint32_t find(const char *name)
{
	for (uint32_t id = 1; id <= TABLES; id++) {
		if (tables[id].there && !strcmp(tables[id].name, name))
			return id;
	}
	return 0;
}

static void make(const char *name)
{
	uint32_t id = 1;

	while (tables[id].there)
		id++;
	tables[id] = (struct sim_table){ .there = true, .made = ++made, .seq = base };
	memcpy(tables[id].name, name, 2);
	note(id, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_NEW, 0);
}

/* What waits is sent at its end; what finds no memory then is as good as lost by the socket. */
static void end(uint32_t id)
{
	struct sim_table *t = &tables[id];

	send_all(id);
	note(id, DEVSESS_EVENT_KIND_TABLE, DEVSESS_EVENT_REASON_DEL, 0);
	send_all(id);
	if (t->owed) {
		overrun = true;
		seen.unheard++;
	}
	t->there = false;
	base = t->seq > base ? t->seq : base;
	seen.ends++;
}

/* The last that happens, and the kernel has no memory to tell. */
static void end_unheard(void)
{
	uint32_t id = 1 + any(TABLES);

	scarce = 1;
	if (tables[id].there)
		end(id);
}

static void move(uint32_t id, const char *name)
{
	uint32_t other = find(name);
	uint32_t reason = other ? DEVSESS_EVENT_REASON_SWAP : DEVSESS_EVENT_REASON_RENAME;

	if (other == id)
		return;
	if (other)
		memcpy(tables[other].name, tables[id].name, 2);
	memcpy(tables[id].name, name, 2);
	note(id, DEVSESS_EVENT_KIND_TABLE, reason, 0);
	if (other)
		note(other, DEVSESS_EVENT_KIND_TABLE, reason, 0);
	seen.moves++;
}

static void write_one(uint32_t id)
{
	uint32_t device = any(DEVICES), *value = &tables[id].c.value[device];
	uint32_t kind = *value ? DEVSESS_EVENT_KIND_UPDATE : DEVSESS_EVENT_KIND_CREATE;

	if (*value && any(2)) {
		note(id, DEVSESS_EVENT_KIND_DELETE, 0, device);
		*value = 0;
	} else {
		*value = 1 + any(1000000);
		note(id, kind, 0, device);
	}
}

/* Some of what may happen. */
static void happen(void)
{
	while (!still && any(3)) {
		char name[2] = { 'a' + any(NAMES) };
		uint32_t id = 1 + any(TABLES);

		switch (any(24)) {
		case 0:
			if (!find(name))
				make(name);
			break;
		case 1:
			if (tables[id].there && !any(2))
				end(id);
			break;
		case 2:
			if (tables[id].there)
				move(id, name);
			break;
		case 3 ... 9:
			if (tables[id].there)
				send_all(id);
			break;
		default:
			if (tables[id].there)
				write_one(id);
		}
	}
}

/* What the follower has of the kernel. */

static int tell_table(uint32_t id, kern_table_fn fn, void *arg)
{
	unsigned int which = tables[id].made;
	struct table t = { .id = id };
	bool gone;

	memcpy(t.name, tables[id].name, 2);
	happen();
	/* One that was deleted meanwhile is still looked at. */
	gone = !tables[id].there || tables[id].made != which;
	if (!gone) {
		send_all(id);
		t.event_seq = tables[id].seq + tables[id].owed;
		happen();
		gone = !tables[id].there || tables[id].made != which;
	}
	if (!gone)
		memcpy(t.name, tables[id].name, 2);
	return fn(&t, arg);
}

int kern_table_get(struct kern *kern, const char *name, kern_table_fn fn, void *arg,
		   struct kern_error *e)
{
	int ret = 0;

	(void)kern;
	(void)e;
	happen();
	if (name) {
		uint32_t id = find(name);

		return id ? tell_table(id, fn, arg) : -ENOENT;
	}
	for (uint32_t id = 1; id <= TABLES && !ret; id++) {
		if (tables[id].there)
			ret = tell_table(id, fn, arg);
		happen();
	}
	return ret;
}

int kern_dump(struct kern *kern, const char *name, const struct filter *f, kern_session_fn fn,
	      void *arg, struct kern_error *e)
{
	unsigned int which;
	uint32_t id;

	(void)kern;
	(void)f;
	(void)e;
	happen();
	id = find(name);
	if (!id)
		return -ENOENT;
	which = tables[id].made;
	for (uint32_t i = 0; i < DEVICES; i++) {
		struct session s = { .device.len = i, .owner = tables[id].c.value[i] };

		if (s.owner && fn(&s, arg))
			return -EIO;
		happen();
		if (!tables[id].there || tables[id].made != which)
			return -ENODEV;
	}
	return 0;
}

int kern_events_read(struct kern_events *k, kern_event_fn fn, void *arg, struct kern_error *e)
{
	struct event ev;

	(void)k;
	(void)e;
	happen();
	if (overrun) {
		overrun = false;
		seen.lost++;
		return -ENOBUFS;
	}
	if (!queued) {
		congested = false;
		return -EAGAIN;
	}
	ev = queue[0];
	memmove(queue, queue + 1, --queued * sizeof(*queue));
	congested &= queued > 0;
	fn(&ev, arg);
	return 0;
}

int kern_events_filter(struct kern_events *k, const struct event_filter *f, struct kern_error *e)
{
	(void)k;
	(void)e;
	happen();
	filter_id = f->table_id;
	happen();
	return 0;
}

bool kern_events_gone(struct kern_events *k)
{
	(void)k;
	return false;
}

uint64_t kern_events_lost(struct kern_events *k)
{
	uint64_t n = drops;

	(void)k;
	drops = 0;
	return n;
}

void kern_events_close(struct kern_events *k)
{
	(void)k;
}

/* What the follower shows. */

static struct content *of(const char *name)
{
	return &reader[name[0] - 'a'];
}

void event_format_json(struct buf *b, const struct event *ev)
{
	struct content *c = of(ev->table);

	(void)b;
	switch (ev->kind) {
	case DEVSESS_EVENT_KIND_CREATE:
	case DEVSESS_EVENT_KIND_UPDATE:
		c->value[ev->s.device.len] = ev->s.owner;
		break;
	case DEVSESS_EVENT_KIND_DELETE:
		c->value[ev->s.device.len] = 0;
		break;
	case DEVSESS_EVENT_KIND_TABLE:
		if (ev->reason == DEVSESS_EVENT_REASON_NEW ||
		    ev->reason == DEVSESS_EVENT_REASON_DEL)
			memset(c, 0, sizeof(*c));
		break;
	}
}

void event_format(struct buf *b, const struct event *ev)
{
	event_format_json(b, ev);
}

void event_format_lost(struct buf *b, uint64_t count, bool json)
{
	(void)b;
	(void)count;
	(void)json;
}

void event_format_snapshot(struct buf *b, const struct table *t, enum event_sync why, bool json)
{
	(void)b;
	(void)why;
	(void)json;
	memset(of(t->name), 0, sizeof(struct content));
	seen.snapshots++;
}

void event_format_session(struct buf *b, const struct table *t, const struct session *s, bool json)
{
	(void)b;
	(void)json;
	of(t->name)->value[s->device.len] = s->owner;
}

void event_format_end(struct buf *b, const struct table *t, uint64_t sessions, bool json)
{
	(void)b;
	(void)t;
	(void)sessions;
	(void)json;
}

/* Follows all tables, or that of a name, until nothing happens any more. */
static bool follow_to_the_end(const char *name)
{
	struct follow f = { .table = name, .json = true, .sync = true, .left = UINT64_MAX };
	struct kern_error e = { 0 };
	bool same = true;
	int ret, reads = 0;

	memset(tables, 0, sizeof(tables));
	memset(reader, 0, sizeof(reader));
	base = 0;
	drops = 0;
	queued = 0;
	filter_id = 0;
	congested = false;
	overrun = false;
	still = false;
	room = any(2) ? QUEUE : 1 + any(QUEUE);
	scarce = any(3) * 20;
	make("a");
	ret = follow_begin(&f, &e);
	for (; reads < 200 && (!ret || ret == -EAGAIN); reads++)
		ret = follow_read(&f, &e);
	if (!any(4))
		end_unheard();
	still = true;
	for (uint32_t id = 1; id <= TABLES; id++) {
		if (tables[id].there)
			send_all(id);
	}
	for (ret = 0; !ret && reads < 10000; reads++)
		ret = follow_read(&f, &e);
	follow_end(&f);
	for (int i = 0; i < NAMES; i++) {
		char n[2] = { 'a' + i };
		uint32_t id = find(n);
		struct content none = { 0 };

		if (!name || !strcmp(name, n))
			same &= !memcmp(&reader[i], id ? &tables[id].c : &none, sizeof(none));
	}
	return same && ret == -EAGAIN;
}

static void follow(uint64_t seed, unsigned long runs, const char *name, const char *what)
{
	unsigned long i, wrong = 0;

	for (i = 0; i < runs; i++) {
		state = (seed + i + 1) * 0x9e3779b97f4a7c15;
		if (!follow_to_the_end(name) && !wrong++)
			printf("# seed %llu: not what the tables have\n",
			       (unsigned long long)seed + i);
	}
	tap_ok(!wrong, "%s: %lu of %lu runs", what, runs - wrong, runs);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	unsigned long runs = argc > 2 ? strtoul(argv[2], NULL, 0) : 3000;

	follow(seed, runs, NULL, "all tables");
	follow(seed, runs, "a", "a name");
	printf("# %lu snapshots, %lu losses, %lu overruns, %lu names changed\n", seen.snapshots,
	       seen.lost, seen.overruns, seen.moves);
	printf("# %lu tables ended, %lu of them unheard\n", seen.ends, seen.unheard);
	tap_ok(seen.lost > runs / 20 && seen.overruns > runs && seen.moves > runs &&
	       seen.ends > runs && seen.unheard > runs / 20, "much has happened");
	return tap_end();
}
