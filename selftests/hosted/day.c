// SPDX-License-Identifier: GPL-2.0
/*
 * A day of heartbeats in virtual time: tens of thousands of devices, each with
 * its interval, jitter and ttl. Some fall silent and expire, and come back or
 * are replaced by devices with new ids; some log out. Once in an hour most of
 * them lose their network for some time, so that shards shrink and merge, and
 * grow and split afterwards. The worker passes when its own timer asks for it.
 * The table's memory must not creep.
 *
 *	day [--devices N] [--hours N]
 */
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/rcupdate.h>

#include "../../module/lookup.h"
#include "../../module/ops.h"
#include "../../module/sweep.h"
#include "../../module/table.h"
#include "../../module/walk.h"
#include "shim.h"
#include "tap.h"

#define HOUR		3600
#define TTL_BEATS	3	/* heartbeats that may get lost */
#define LATE_MAX	2	/* seconds after which an expired session is freed */
#define FLAT		105	/* most memory, in hundredths of that of the second hour */

/* Their shards are far from where they split: few more sessions need no more memory. */
#define DEVICES		45000

/* When the network of all but one in CELLS devices fails and is there again, in each hour. */
#define FAILS		(20 * 60)
#define FAILS_UNTIL	(45 * 60)
#define CELLS		8

enum mood { AWAKE, SILENT, GONE };

/* A device; @next links those that act in the same second. */
struct device {
	u64 id;
	u64 expires;
	u32 next;
	u16 interval;
	u8 mood;
};

/* Seconds for which acts can be noted ahead, a power of two. */
#define WHEEL	16384
#define NONE	U32_MAX

/**
 * struct day - the simulation
 * @t:       table
 * @devices: of them there always are @n
 * @wheel:   first device to act in each second
 * @ending:  how many sessions end in each second unless they are touched
 * @now:     seconds since the beginning
 * @ids:     given out so far
 * @alive:   sessions that have not ended
 * @lost:    sessions that were absent though touched in time
 * @late:    sessions that were there after their time
 * @miscounted: counts that were wrong
 * @touched, @expired, @created: since the last line of the table
 * @least, @most: bytes of the table since then
 * @kept: how often the table kept its memory though most sessions had ended
 */
struct day {
	struct devsess_table *t;
	struct device *devices;
	u32 n;
	u32 wheel[WHEEL];
	u32 ending[WHEEL];
	u32 now;
	u64 random;
	u64 ids;
	u64 alive;
	u64 lost;
	u64 late;
	u64 miscounted;
	u64 touched;
	u64 expired;
	u64 created;
	u64 least;
	u64 most;
	u32 kept;
};

static u32 pick(struct day *d, u32 n)
{
	return shim_random(&d->random) % n;
}

static void act_in(struct day *d, struct device *dev, u32 seconds)
{
	u32 *first = &d->wheel[(d->now + clamp_t(u32, seconds, 1, WHEEL - 1)) % WHEEL];

	dev->next = *first;
	*first = dev - d->devices;
}

/* Keys are as short as that of a MAC address, and look as much alike. */
static size_t key_of(const struct device *dev, u8 *key)
{
	memcpy(key, &dev->id, 6);
	return 6;
}

static u32 ttl(const struct device *dev)
{
	return dev->interval * TTL_BEATS;
}

static u32 second_of(const struct day *d, u64 expires)
{
	return (d->now + DIV_ROUND_UP(expires - shim_clock, NSEC_PER_SEC)) % WHEEL;
}

static void set_expiry(struct day *d, struct device *dev)
{
	dev->expires = shim_clock + ttl(dev) * NSEC_PER_SEC;
	d->ending[second_of(d, dev->expires)]++;
	d->alive++;
}

/* It does not end then. */
static void unset_expiry(struct day *d, struct device *dev)
{
	d->ending[second_of(d, dev->expires)]--;
	d->alive--;
}

/* Heartbeats come a fifth of the interval too early or late. */
static u32 next_beat(struct day *d, const struct device *dev)
{
	return dev->interval * 4 / 5 + pick(d, dev->interval * 2 / 5);
}

static void log_in(struct day *d, struct device *dev)
{
	struct devsess_session s = { .ttl_ms = ttl(dev) * MSEC_PER_SEC, .session = dev->id };
	int ret;

	s.key_len = key_of(dev, s.key);
	ret = ops_insert(d->t, &s, GFP_KERNEL);
	if (ret) {
		tap_note("hour %u: insert: %d", d->now / HOUR, ret);
		d->late += ret == -EEXIST;
		d->miscounted += ret != -EEXIST;
	}
	dev->mood = AWAKE;
	set_expiry(d, dev);
	d->created++;
	act_in(d, dev, next_beat(d, dev));
}

/* A new device takes this one's place; it beats as often. */
static void replace(struct day *d, struct device *dev)
{
	dev->id = d->ids++;
}

static void log_out(struct day *d, struct device *dev)
{
	u8 key[DEVSESS_KEY_MAX];

	if (ops_delete(d->t, key, key_of(dev, key)))
		d->lost++;
	unset_expiry(d, dev);
	dev->mood = GONE;
	replace(d, dev);
	act_in(d, dev, pick(d, 600));
}

static void beat(struct day *d, struct device *dev)
{
	u8 key[DEVSESS_KEY_MAX];
	size_t len = key_of(dev, key);
	u64 expires = 0;

	if (ops_touch(d->t, key, len, 0, 0, &expires) ||
	    expires != shim_clock + ttl(dev) * NSEC_PER_SEC)
		d->lost++;
	unset_expiry(d, dev);
	set_expiry(d, dev);
	d->touched++;
	act_in(d, dev, next_beat(d, dev));
}

static bool has_network(const struct day *d, const struct device *dev)
{
	u32 second = d->now % HOUR;

	return second < FAILS || second >= FAILS_UNTIL || (dev - d->devices) % CELLS == 0;
}

static void fall_silent(struct day *d, struct device *dev)
{
	dev->mood = SILENT;
	act_in(d, dev, DIV_ROUND_UP(dev->expires - shim_clock, NSEC_PER_SEC));
}

/* Awake: a heartbeat, or the last that is heard of it. */
static void awake(struct day *d, struct device *dev)
{
	if (!has_network(d, dev)) {
		fall_silent(d, dev);
		return;
	}
	switch (pick(d, 500)) {
	case 0:
		log_out(d, dev);
		break;
	case 1:
	case 2:
		fall_silent(d, dev);
		break;
	default:
		beat(d, dev);
	}
}

/* Silent: its time is over. It is heard again, or a new one is, within the hour. */
static void silent(struct day *d, struct device *dev)
{
	struct devsess_session s;
	u8 key[DEVSESS_KEY_MAX];

	if (lookup_one(d->t, key, key_of(dev, key), &s) != -ENOENT)
		d->late++;
	d->expired++;
	dev->mood = GONE;
	if (!pick(d, 4))
		replace(d, dev);
	act_in(d, dev, pick(d, HOUR));
}

static void act(struct day *d, struct device *dev)
{
	if (dev->mood == AWAKE)
		awake(d, dev);
	else if (dev->mood == SILENT)
		silent(d, dev);
	else if (has_network(d, dev))
		log_in(d, dev);
	else
		act_in(d, dev, FAILS_UNTIL - d->now % HOUR + pick(d, 300));
}

/* Sessions that have ended may have their slots for LATE_MAX seconds. */
static void check_count(struct day *d)
{
	u64 count = table_count(d->t), most = d->alive;
	u32 i;

	for (i = 0; i < LATE_MAX; i++)
		most += d->ending[(d->now - i) % WHEEL];
	if (count >= d->alive && count <= most)
		return;
	if (!d->miscounted++)
		tap_note("second %u: %llu sessions, not %llu to %llu", d->now, count, d->alive,
			 most);
}

static void one_second(struct day *d)
{
	u32 *first, i;

	d->ending[(d->now + 1 - LATE_MAX) % WHEEL] = 0;
	d->now++;
	shim_advance(NSEC_PER_SEC);
	d->alive -= d->ending[d->now % WHEEL];
	first = &d->wheel[d->now % WHEEL];
	i = *first;
	*first = NONE;
	while (i != NONE) {
		struct device *dev = &d->devices[i];

		i = dev->next;
		act(d, dev);
	}
	/* Last, so that lookups meet sessions whose time is over. */
	shim_run_due();
	check_count(d);
}

/* Memory: what the table says, and what the shim gave. */
struct memory {
	u64 table;
	u64 bytes;
	u64 allocations;
};

static struct memory memory_of(struct day *d)
{
	struct memory m = { table_memory(d->t) };

	m.bytes = shim_live_bytes();
	m.allocations = shim_live();
	return m;
}

static void raise(struct memory *most, const struct memory *m)
{
	most->table = max(most->table, m->table);
	most->bytes = max(most->bytes, m->bytes);
	most->allocations = max(most->allocations, m->allocations);
}

static bool is_flat(const char *what, u64 most, u64 second_hour)
{
	tap_note("%s: at most %llu in the second hour, %llu later", what, second_hour, most);
	return most * 100 <= second_hour * FLAT;
}

static void print_line(struct day *d, const struct memory *m)
{
	tap_note("%4u %9llu %9llu %8llu %8llu %6llu %6llu %6llu %6d", d->now / HOUR, d->alive,
		 d->touched, d->expired, d->created, d->least / 1024, d->most / 1024,
		 m->allocations, atomic_read(&d->t->stats.shards));
	d->kept += d->least * 4 > d->most;
	d->touched = 0;
	d->expired = 0;
	d->created = 0;
	d->least = U64_MAX;
	d->most = 0;
}

/* An hour; memory is looked at once in a minute. */
static void one_hour(struct day *d, struct memory *most)
{
	struct memory m;
	u64 count;
	u32 i;

	for (i = 1; i <= HOUR; i++) {
		one_second(d);
		if (i % 60)
			continue;
		/* What waits for RCU is not the table's any more. */
		rcu_barrier();
		m = memory_of(d);
		raise(most, &m);
		d->least = min(d->least, m.table);
		d->most = max(d->most, m.table);
	}
	count = walk_count(d->t, NULL, NULL);
	if (count != d->alive) {
		tap_note("hour %u: %llu sessions, not %llu", d->now / HOUR, count, d->alive);
		d->miscounted++;
	}
	if (d->now / HOUR % 3 == 0)
		print_line(d, &m);
}

static void begin(struct day *d, u32 n)
{
	struct table_limits limits = { .max_sessions = 2 * n, .key_max = 16 };
	u32 i;

	*d = (struct day){ .n = n, .random = 1, .least = U64_MAX };
	memset(d->wheel, 0xff, sizeof(d->wheel));
	d->t = table_alloc(&limits);
	d->devices = calloc(n, sizeof(*d->devices));
	if (IS_ERR(d->t) || !d->devices)
		shim_bug("no memory for a day");
	for (i = 0; i < n; i++) {
		struct device *dev = &d->devices[i];

		*dev = (struct device){ .mood = GONE, .interval = 30 + pick(d, 270) };
		replace(d, dev);
		act_in(d, dev, pick(d, FAILS));
	}
}

static void end(struct day *d)
{
	table_free(d->t);
	free(d->devices);
	rcu_barrier();
	tap_result(!shim_live() && !shim_live_bytes(), "all_memory_is_back");
}

static void run_day(u32 n, u32 hours)
{
	struct memory first = { 0 }, second = { 0 }, later = { 0 };
	struct day d;
	u32 hour;
	bool flat;

	begin(&d, n);
	tap_note("%u devices; what happened since the line before, memory in KiB", n);
	tap_note("%4s %9s %9s %8s %8s %6s %6s %6s %6s", "hour", "sessions", "touched", "expired",
		 "created", "least", "most", "allocs", "shards");
	for (hour = 1; hour <= hours; hour++)
		one_hour(&d, hour == 1 ? &first : hour == 2 ? &second : &later);
	tap_result(!d.lost, "no_heartbeat_in_vain");
	tap_result(!d.late, "silent_sessions_expire");
	tap_result(!d.miscounted, "counts_are_exact");
	flat = is_flat("bytes of the table", later.table, second.table);
	flat &= is_flat("bytes allocated", later.bytes, second.bytes);
	flat &= is_flat("allocations", later.allocations, second.allocations);
	tap_result(flat, "memory_is_flat");
	tap_result(!d.kept, "memory_goes_down_with_sessions");
	end(&d);
}

/*
 * The machine sleeps for an hour, and jiffies with it. Sessions whose time is over by then are gone
 * a second after it wakes; and what asks for a pass just then does not put it off.
 */
static void sleep_an_hour(void)
{
	struct table_limits limits = { .max_sessions = 1000, .key_max = 16 };
	struct devsess_table *t = table_alloc(&limits);
	u32 n, ms;

	if (IS_ERR(t))
		shim_bug("no memory for an hour");
	for (n = 0; n < 500; n++) {
		struct devsess_session s = {
			.key_len = sizeof(n),
			.ttl_ms = (n < 300 ? HOUR / 6 : 2 * HOUR) * MSEC_PER_SEC,
		};

		memcpy(s.key, &n, sizeof(n));
		if (ops_insert(t, &s, GFP_KERNEL))
			shim_bug("an insert failed");
	}
	shim_run_due();
	shim_suspend(HOUR * NSEC_PER_SEC);
	for (ms = 0; ms < MSEC_PER_SEC; ms += 10) {
		sweep_kick(&t->sweep);
		shim_run_due();
		shim_advance(10 * NSEC_PER_MSEC);
	}
	tap_result(table_count(t) == 200, "asleep_sessions_expire");
	table_free(t);
}

/* On many CPUs a small table has many shards, nearly all empty: who cannot sleep gets past them. */
static void few_sessions_make_room(void)
{
	struct table_limits limits = {
		.max_sessions = 3, .key_max = 16, .policy = DEVSESS_POLICY_EVICT,
	};
	struct devsess_session s = { .key_len = sizeof(u32) };
	unsigned int cpus = shim_possible_cpus;
	struct devsess_table *t;
	u32 id, i, refused = 0;

	shim_possible_cpus = 128;
	t = table_alloc(&limits);
	if (IS_ERR(t))
		shim_bug("no memory for a small table");
	for (id = 0; id < 500; id++) {
		memcpy(s.key, &id, sizeof(id));
		refused += ops_insert(t, &s, GFP_ATOMIC) != 0;
		/* From now on it has proved itself. */
		for (i = 0; i < 3; i++)
			lookup_one(t, &id, sizeof(id), &s);
	}
	if (refused)
		tap_note("%u of %u were refused", refused, id);
	tap_result(!refused && table_count(t) == 3, "few_sessions_make_room");
	table_free(t);
	shim_possible_cpus = cpus;
}

int main(int argc, char **argv)
{
	u32 n = DEVICES, hours = 24;
	int a;

	for (a = 1; a < argc; a += 2) {
		if (!strcmp(argv[a], "--start"))
			return EXIT_SUCCESS;
		if (a + 1 < argc && !strcmp(argv[a], "--devices"))
			n = strtoul(argv[a + 1], NULL, 0);
		else if (a + 1 < argc && !strcmp(argv[a], "--hours"))
			hours = strtoul(argv[a + 1], NULL, 0);
		else
			return 2;
	}
	shim_seed(1);
	tap_begin("day");
	sleep_an_hour();
	few_sessions_make_room();
	run_day(n, hours);
	return tap_end();
}
