// SPDX-License-Identifier: GPL-2.0
#include "fake_kern.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kern_batch.h"
#include "kern_miss.h"
#include "kern_event.h"
#include "netns.h"

#include "fuzz.h"

struct fake fake;

void fake_reset(void)
{
	free(fake.taken);
	fake = (struct fake){ 0 };
}

/* No time passes, and some day a signal comes. */
int fake_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			 struct timespec *left)
{
	fuzz_must(clock == CLOCK_MONOTONIC && !flags && !left, "clock_nanosleep");
	fuzz_must(t->tv_nsec >= 0 && t->tv_nsec < 1000000000, "%ld ns", t->tv_nsec);
	return ++fake.pauses % 4 ? 0 : EINTR;
}

static int answer(struct kern_error *e)
{
	memset(e, 0, sizeof(*e));
	e->code = fake.error;
	return -fake.error;
}

static int change(struct kern_error *e)
{
	fake.changes++;
	return answer(e);
}

static void take(const struct session *s)
{
	if (fake.count == fake.room) {
		fake.room = 2 * fake.room + 16;
		fake.taken = reallocarray(fake.taken, fake.room, sizeof(*s));
		if (!fake.taken)
			fuzz_fail("no memory");
	}
	fake.taken[fake.count] = *s;
	fuzz_store(&fake.taken[fake.count++]);
}

static int item_error(void)
{
	return fake.nth_fails && ++fake.items % fake.nth_fails == 0 ? fake.item_error : 0;
}

/* A session with all fields, as long as they get. */
static void largest(struct session *s, const struct id *id)
{
	memset(s, 0xff, sizeof(*s));
	s->has = HAS(FIELDS) - 1;
	s->device = *id;
	s->addr.family = AF_INET6;
	s->data_len = DEVSESS_DATA_MAX;
}

int kern_open(struct kern **kern, struct kern_error *e)
{
	memset(e, 0, sizeof(*e));
	e->code = ENOENT;
	if (fake.no_open)
		return -ENOENT;
	*kern = (struct kern *)&fake;
	return 0;
}

void kern_close(struct kern *kern)
{
	fuzz_must(!kern || (void *)kern == &fake, "closed");
}

int kern_get(struct kern *kern, const char *table, const struct id *id, struct session *s,
	     struct kern_error *e)
{
	(void)kern;
	(void)table;
	fuzz_must(id->len, "no id");
	largest(s, id);
	return answer(e);
}

int kern_write(struct kern *kern, enum kern_write op, const char *table, const struct session *s,
	       struct kern_answer *a, struct kern_error *e)
{
	(void)kern;
	(void)op;
	(void)table;
	fuzz_must(s->device.len, "no id");
	memset(a, 0, sizeof(*a));
	largest(&a->s, &s->device);
	a->loaded = op != KERN_INSERT;
	if (change(e))
		return -fake.error;
	e->code = item_error();
	if (!e->code)
		take(s);
	return -e->code;
}

int kern_delete(struct kern *kern, const char *table, const struct id *id, const uint64_t *version,
		struct kern_error *e)
{
	(void)kern;
	(void)table;
	(void)version;
	fuzz_must(id->len, "no id");
	return change(e);
}

int kern_get_and_delete(struct kern *kern, const char *table, const struct id *id,
			struct session *s, struct kern_error *e)
{
	return kern_get(kern, table, id, s, e) ? -fake.error : change(e);
}

int kern_touch(struct kern *kern, const char *table, const struct session *s,
	       struct kern_answer *a, struct kern_error *e)
{
	(void)kern;
	(void)table;
	memset(a, 0, sizeof(*a));
	largest(&a->s, &s->device);
	return change(e);
}

int kern_dump(struct kern *kern, const char *table, const struct filter *f, kern_session_fn fn,
	      void *arg, struct kern_error *e)
{
	struct id id = { 2, { 'a', '\xff' } };
	struct session s;
	int ret = 0;

	(void)kern;
	(void)table;
	(void)f;
	for (int i = 0; i < 2 && !ret; i++, id.len--) {
		largest(&s, &id);
		ret = fn(&s, arg);
	}
	return ret ? ret : answer(e);
}

int kern_clear(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e)
{
	(void)kern;
	(void)table;
	(void)f;
	*count = 2;
	return change(e);
}

int kern_count(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e)
{
	(void)kern;
	(void)table;
	(void)f;
	*count = 2;
	return answer(e);
}

int kern_table_new(struct kern *kern, const struct table *t, struct kern_error *e)
{
	(void)kern;
	fuzz_must(t->name[0], "no name");
	return change(e);
}

int kern_table_set(struct kern *kern, const struct table *t, struct kern_error *e)
{
	(void)kern;
	fuzz_must(t->has_max_sessions || t->has_policy || t->has_defer_ring ||
		  t->has_defer_interval_ms || t->has_ttl_ms || t->has_upcall ||
		  t->has_upcall_interval_ms || t->has_upcall_rate ||
		  t->has_upcall_negative_ttl_ms || t->has_watermark_high ||
		  t->has_watermark_low || t->has_reserve || t->has_max_cost,
		  "nothing to change");
	return change(e);
}

int kern_table_del(struct kern *kern, const char *name, struct kern_error *e)
{
	(void)kern;
	fuzz_must(name && name[0], "no name");
	return change(e);
}

int kern_table_drain(struct kern *kern, const char *name, struct kern_error *e)
{
	(void)kern;
	fuzz_must(name && name[0], "no name");
	return change(e);
}

int kern_table_rename(struct kern *kern, const char *name, const char *other,
		      struct kern_error *e)
{
	(void)kern;
	fuzz_must(name && name[0] && other && other[0], "no name");
	return change(e);
}

int kern_table_swap(struct kern *kern, const char *name, const char *other, struct kern_error *e)
{
	return kern_table_rename(kern, name, other, e);
}

int kern_refuse(struct kern *kern, const char *table, const struct id *id, struct kern_error *e)
{
	(void)kern;
	(void)table;
	fuzz_must(id->len && id->len <= DEVSESS_KEY_MAX, "%u bytes", id->len);
	return change(e);
}

/* Nobody asks, so the loader runs nothing. */
int kern_miss_open(struct kern_miss **m, struct kern_error *e)
{
	(void)m;
	e->code = EPERM;
	e->text[0] = '\0';
	e->attr[0] = '\0';
	return -EPERM;
}

void kern_miss_close(struct kern_miss *m)
{
	(void)m;
}

int kern_miss_fd(const struct kern_miss *m)
{
	(void)m;
	fuzz_fail("nobody listens");
}

int kern_miss_take(struct kern_miss *m, const char *table, kern_miss_fn fn, void *arg,
		   struct kern_error *e)
{
	(void)m;
	(void)table;
	(void)fn;
	(void)arg;
	(void)e;
	fuzz_fail("nobody listens");
}

int fake_execlp(const char *file, const char *arg, ...)
{
	(void)file;
	(void)arg;
	fuzz_fail("a program is run");
}

int fake_execvp(const char *file, char *const argv[])
{
	(void)file;
	(void)argv;
	errno = ENOENT;
	return -1;
}

int kern_table_get(struct kern *kern, const char *name, kern_table_fn fn, void *arg,
		   struct kern_error *e)
{
	struct table t = {
		.name = "default", .max_sessions = UINT64_MAX, .key_max = 32, .data_max = 8,
	};
	int ret;

	(void)kern;
	if (name)
		memcpy(t.name, name, strlen(name) + 1);
	ret = fn(&t, arg);
	return ret ? ret : answer(e);
}

int kern_owner_set(struct kern *kern, const char *table, uint32_t owner, uint32_t limit,
		   struct kern_error *e)
{
	(void)kern;
	(void)table;
	(void)owner;
	(void)limit;
	return change(e);
}

int kern_owner_get(struct kern *kern, const char *table, uint32_t owner, struct owner *o,
		   struct kern_error *e)
{
	(void)kern;
	(void)table;
	memset(o, 0xff, sizeof(*o));
	o->owner = owner;
	return answer(e);
}

int kern_owner_list(struct kern *kern, const char *table, uint32_t top, kern_owner_fn fn,
		    void *arg, struct kern_error *e)
{
	struct owner o;
	int ret;

	(void)kern;
	(void)table;
	(void)top;
	memset(&o, 0xff, sizeof(o));
	ret = fn(&o, arg);
	return ret ? ret : answer(e);
}

int kern_stats(struct kern *kern, const char *name, kern_stats_fn fn, void *arg,
	       struct kern_error *e)
{
	struct stats s = { .table = "default" };
	int ret;

	(void)kern;
	if (name)
		memcpy(s.table, name, strlen(name) + 1);
	memset(s.has, true, sizeof(s.has));
	memset(s.value, 0xff, sizeof(s.value));
	ret = fn(&s, arg);
	return ret ? ret : answer(e);
}

/* What becomes of the items; of an atomic batch all succeed, or none does. */
static void answer_items(struct kern_batch *b)
{
	bool failed = false;

	for (uint32_t i = 0; i < b->count; i++) {
		fuzz_must(b->items[i].device.len, "no id");
		b->results[i] = -item_error();
		failed |= b->results[i] < 0;
	}
	for (uint32_t i = 0; i < b->count; i++) {
		if (b->atomic && failed && !b->results[i])
			b->results[i] = -ECANCELED;
		if (b->results[i] < 0)
			continue;
		b->done++;
		if (b->op == DEVSESS_OP_GET)
			largest(&b->found[i], &b->items[i].device);
		else
			take(&b->items[i]);
	}
}

int kern_batch_send(struct kern *kern, struct kern_batch *b, struct kern_error *e)
{
	(void)kern;
	fuzz_must(b->count && b->count <= DEVSESS_BATCH_MAX, "%u items", b->count);
	b->done = 0;
	if (b->op == DEVSESS_OP_GET ? answer(e) : change(e))
		return -fake.error;
	b->results = calloc(b->count, sizeof(*b->results));
	b->reasons = calloc(b->count, sizeof(*b->reasons));
	b->found = calloc(b->count, sizeof(*b->found));
	if (!b->results || !b->reasons || !b->found)
		fuzz_fail("no memory");
	answer_items(b);
	return 0;
}

void kern_batch_free(struct kern_batch *b)
{
	free(b->results);
	free(b->reasons);
	free(b->found);
	b->results = NULL;
	b->reasons = NULL;
	b->found = NULL;
}

int netns_enter(const char *name)
{
	return name[0] == 'n' ? 0 : -ENOENT;
}

/* Files: the objects of the tool call these instead, see fakes.syms. */

static struct {
	const uint8_t *at;
	size_t left;
	size_t chunk;
	bool error;
} file;

void fake_file(const void *bytes, size_t len, size_t chunk, bool error)
{
	file.at = bytes;
	file.left = len;
	file.chunk = chunk;
	file.error = error;
}

ssize_t fake_read(int fd, void *buf, size_t size)
{
	size_t n = size < file.chunk ? size : file.chunk;

	(void)fd;
	fuzz_must(size, "nothing is read");
	n = n < file.left ? n : file.left;
	if (!n && file.error) {
		errno = EIO;
		return -1;
	}
	memcpy(buf, file.at, n);
	file.at += n;
	file.left -= n;
	return n;
}

int fake_open(const char *path, int flags, ...)
{
	if (path[0] == 'n') {
		errno = ENOENT;
		return -1;
	}
	return open("/dev/null", flags);
}

FILE *fake_fopen(const char *path, const char *mode)
{
	(void)path;
	return fopen("/dev/null", mode);
}

int fake_mkstemp(char *path)
{
	(void)path;
	errno = EACCES;
	return -1;
}

/* There is nothing that they could be about. */
int fake_rename(const char *from, const char *to)
{
	fuzz_fail("rename %s to %s", from, to);
}

int fake_unlink(const char *path)
{
	fuzz_fail("unlink %s", path);
}

/* Events: one now and then, some are lost, and some day there is an error, or no module. */

struct kern_events {
	uint32_t reads;
	bool gone;
};

static struct kern_events fake_events;

int kern_events_open(struct kern_events **result, bool updates, int buffer,
		     struct kern_error *e)
{
	fuzz_must(buffer >= 4096, "a buffer of %d", buffer);
	(void)updates;
	fake_events = (struct kern_events){ 0 };
	*result = &fake_events;
	return answer(e);
}

void kern_events_close(struct kern_events *k)
{
	fuzz_must(!k || k == &fake_events, "events of another");
}

int kern_events_filter(struct kern_events *k, const struct event_filter *f, struct kern_error *e)
{
	(void)k;
	fuzz_must(f->kinds || f->has_owner || f->table_id, "a filter for nothing");
	return answer(e);
}

void kern_events_wait(struct kern_events *k, int ms)
{
	(void)k;
	fuzz_must(ms >= 0 && ms <= 500, "%d ms", ms);
}

int kern_events_read(struct kern_events *k, kern_event_fn fn, void *arg, struct kern_error *e)
{
	struct event ev = { .kind = k->reads % 10, .reason = k->reads, .table_id = 1, .seq = 9 };

	if (k->gone) {
		*e = (struct kern_error){ .code = ENODEV };
		return -ENODEV;
	}
	memcpy(ev.table, "default", sizeof("default"));
	switch (++k->reads % 8) {
	case 3:
		return -ENOBUFS;
	case 5:
		return -EAGAIN;
	case 7:
		memset(e, 0, sizeof(*e));
		e->code = EIO;
		return -EIO;
	}
	fn(&ev, arg);
	return 0;
}

bool kern_events_gone(struct kern_events *k)
{
	k->gone = fake.nth_fails % 2;
	return k->gone;
}

uint64_t kern_events_lost(struct kern_events *k)
{
	return k->reads % 3;
}
