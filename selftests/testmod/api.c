// SPDX-License-Identifier: GPL-2.0
/* Every operation, every result. */
#include "test.h"

#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/time64.h>

static void make(struct devsess_session *s, const char *id)
{
	memset(s, 0, sizeof(*s));
	s->key_len = strlen(id);
	memcpy(s->key, id, s->key_len);
}

static int lookup(struct devsess_handle *t, const char *id, struct devsess_session *s)
{
	memset(s, 0, sizeof(*s));
	return devsess_lookup(t, id, strlen(id), s);
}

/* Whether the fields that a caller chooses are the same. */
static bool same(const struct devsess_session *a, const struct devsess_session *b)
{
	return a->session == b->session && a->ttl_ms == b->ttl_ms && a->owner == b->owner &&
	       a->mark == b->mark && a->port == b->port && a->family == b->family &&
	       a->state == b->state && a->flags == b->flags && a->key_len == b->key_len &&
	       (a->weight ?: 1) == (b->weight ?: 1) &&
	       a->data_len == b->data_len && !memcmp(&a->addr, &b->addr, sizeof(a->addr)) &&
	       !memcmp(a->key, b->key, a->key_len) && !memcmp(a->data, b->data, a->data_len);
}

/* A session with a value in each field. */
static void make_full(struct devsess_session *s, const char *id)
{
	make(s, id);
	s->session = 0x0123456789abcdefULL;
	s->ttl_ms = 3600 * MSEC_PER_SEC;
	s->owner = 0xffffffff;
	s->mark = 0x80000001;
	s->family = AF_INET6;
	memset(&s->addr, 0xfd, sizeof(s->addr));
	s->port = htons(5683);
	s->state = DEVSESS_STATE_BLOCKED;
	s->flags = DEVSESS_FLAG_PINNED;
	s->weight = 200;
	s->data_len = DEVSESS_DATA_MAX;
	memset(s->data, 0x5a, sizeof(s->data));
}

static void api_handle(struct test *t)
{
	struct net *net = current->nsproxy->net_ns;
	struct devsess_handle *again;

	EXPECT(t, !devsess_table_get(net, "no-such-table"));
	EXPECT(t, !devsess_table_get(net, ""));
	devsess_table_put(NULL);
	again = devsess_table_get(net, "test");
	EXPECT(t, again == t->table);
	devsess_table_put(again);
	EXPECT_EQ(t, devsess_count(t->table), 0);
}

static void api_lookup(struct test *t)
{
	struct devsess_session s, before;
	u8 long_key[DEVSESS_KEY_MAX + 1] = { };

	memset(&before, 0xa5, sizeof(before));
	s = before;
	EXPECT_EQ(t, devsess_lookup(t->table, "x", 0, &s), -EINVAL);
	EXPECT_EQ(t, devsess_lookup(t->table, long_key, sizeof(long_key), &s), -EINVAL);
	EXPECT_EQ(t, devsess_lookup(t->small, long_key, SMALL_KEY + 1, &s), -EINVAL);
	EXPECT_EQ(t, devsess_lookup(t->table, "absent", 6, &s), -ENOENT);
	EXPECT(t, !memcmp(&s, &before, sizeof(s)));
	make(&s, "here");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	EXPECT_EQ(t, lookup(t->table, "here", &s), 0);
	EXPECT_EQ(t, s.key_len, 4);
	EXPECT(t, !memcmp(s.key, "here", 4));
}

/* Present, absent and invalid by turns: each has its own answer, and only its own. */
static void api_lookup_batch(struct test *t)
{
	static struct devsess_session out[40];
	static char id[40][8];
	struct devsess_query q[40];
	struct devsess_session s;
	int i;

	for (i = 0; i < 40; i++) {
		snprintf(id[i], sizeof(id[i]), "id%d", i);
		out[i].session = ~0ULL;
		q[i] = (struct devsess_query){ id[i], strlen(id[i]), &out[i] };
		if (i % 3 == 2)
			q[i].key_len = i % 2 ? 0 : DEVSESS_KEY_MAX + 1;
		if (i % 3)
			continue;
		make(&s, id[i]);
		s.session = i;
		EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	}
	EXPECT_EQ(t, devsess_lookup_batch(t->table, q, 0), 0);
	EXPECT_EQ(t, devsess_lookup_batch(t->table, q, 40), 14);
	for (i = 0; i < 40; i++) {
		static const int want[] = { 0, -ENOENT, -EINVAL };

		EXPECT_EQ(t, q[i].result, want[i % 3]);
		EXPECT_EQ(t, out[i].session, i % 3 ? ~0ULL : i);
	}
}

static void api_insert(struct test *t)
{
	struct devsess_session s, got;

	make_full(&s, "insert");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	EXPECT(t, s.version && s.created && s.created == s.last_seen);
	EXPECT_EQ(t, s.expires, s.created + s.ttl_ms * NSEC_PER_MSEC);
	EXPECT_EQ(t, lookup(t->table, "insert", &got), 0);
	EXPECT(t, same(&s, &got));
	EXPECT_EQ(t, got.version, s.version);
	EXPECT_EQ(t, got.created, s.created);
	EXPECT_EQ(t, got.last_seen, s.last_seen);
	EXPECT_EQ(t, got.expires, s.expires);

	make(&s, "insert");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_ATOMIC), -EEXIST);
	EXPECT_EQ(t, s.version, 0);
	EXPECT_EQ(t, lookup(t->table, "insert", &s), 0);
	EXPECT(t, same(&s, &got) && s.version == got.version);
	EXPECT_EQ(t, devsess_count(t->table), 1);
}

/* Ids are bytes: the length counts, a NUL is a byte, nothing ends early. */
static void api_ids(struct test *t)
{
	u8 id[DEVSESS_KEY_MAX] = { };
	struct devsess_session s;
	int len;

	for (len = 1; len <= DEVSESS_KEY_MAX; len++) {
		make(&s, "");
		s.session = len;
		s.key_len = len;
		EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	}
	EXPECT_EQ(t, devsess_count(t->table), DEVSESS_KEY_MAX);
	for (len = 1; len <= DEVSESS_KEY_MAX; len++) {
		EXPECT_EQ(t, devsess_lookup(t->table, id, len, &s), 0);
		EXPECT_EQ(t, s.session, len);
		EXPECT_EQ(t, s.key_len, len);
	}
	id[DEVSESS_KEY_MAX - 1] = 1;
	EXPECT_EQ(t, devsess_lookup(t->table, id, DEVSESS_KEY_MAX, &s), -ENOENT);
}

static void check_addr(struct test *t, u8 family, u8 fill, u16 port)
{
	struct devsess_session s, got;

	make(&s, "addr");
	s.family = family;
	s.port = htons(port);
	memset(&s.addr, fill, family == AF_INET ? 4 : 16);
	EXPECT(t, devsess_store(t->table, &s, GFP_KERNEL) >= 0);
	EXPECT_EQ(t, lookup(t->table, "addr", &got), 0);
	EXPECT(t, same(&s, &got));
}

static void api_fields(struct test *t)
{
	struct devsess_session s, got;
	int len;

	check_addr(t, AF_INET, 0, 0);
	check_addr(t, AF_INET, 0xff, 65535);
	check_addr(t, AF_INET6, 0xff, 65535);
	/* Without a family there is neither address nor port. */
	make(&s, "addr");
	memset(&s.addr, 0xff, sizeof(s.addr));
	s.port = htons(1);
	EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 1);
	EXPECT_EQ(t, lookup(t->table, "addr", &got), 0);
	EXPECT(t, !got.port && !memchr_inv(&got.addr, 0, sizeof(got.addr)));

	for (len = 0; len <= DEVSESS_DATA_MAX; len++) {
		make(&s, "data");
		memset(s.data, len, len);
		s.data_len = len;
		s.session = U64_MAX;
		EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), len > 0);
		EXPECT_EQ(t, lookup(t->table, "data", &got), 0);
		EXPECT(t, same(&s, &got));
	}
}

/* What each call that takes a whole session answers to a bad one. */
static void check_refused(struct test *t, struct devsess_handle *table,
			  const struct devsess_session *bad)
{
	struct devsess_session s = *bad, prev;
	u64 sessions = devsess_count(table);

	EXPECT_EQ(t, devsess_insert(table, &s, GFP_KERNEL), -EINVAL);
	EXPECT_EQ(t, devsess_store(table, &s, GFP_KERNEL), -EINVAL);
	EXPECT_EQ(t, devsess_swap(table, &s, &prev, GFP_KERNEL), -EINVAL);
	EXPECT_EQ(t, devsess_get_or_insert(table, &s, GFP_KERNEL), -EINVAL);
	EXPECT_EQ(t, devsess_update(table, &s, DEVSESS_F_ALL), -EINVAL);
	EXPECT(t, !memcmp(&s, bad, sizeof(s)));
	EXPECT_EQ(t, devsess_count(table), sessions);
}

/* A good session, for one field to be spoilt. */
static struct devsess_session *good(struct devsess_session *s)
{
	make_full(s, "bad");
	return s;
}

static void api_invalid(struct test *t)
{
	struct devsess_session s, got;
	u64 now;

	make_full(&s, "bad");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	now = s.created;
	good(&s)->key_len = 0;
	check_refused(t, t->table, &s);
	good(&s)->key_len = DEVSESS_KEY_MAX + 1;
	check_refused(t, t->table, &s);
	good(&s)->data_len = DEVSESS_DATA_MAX + 1;
	check_refused(t, t->table, &s);
	good(&s)->state = DEVSESS_STATE_BLOCKED + 1;
	check_refused(t, t->table, &s);
	good(&s)->flags = DEVSESS_FLAG_PINNED << 1;
	check_refused(t, t->table, &s);
	good(&s)->family = AF_UNIX;
	check_refused(t, t->table, &s);
	good(&s)->ttl_ms = DEVSESS_TTL_MAX + 1;
	check_refused(t, t->table, &s);
	good(&s)->expires = 1;
	check_refused(t, t->table, &s);
	good(&s)->expires = now + (DEVSESS_TTL_MAX + 60000ULL) * NSEC_PER_MSEC;
	check_refused(t, t->table, &s);

	make(&s, "tiny");
	s.key_len = SMALL_KEY + 1;
	check_refused(t, t->small, &s);
	s.key_len = SMALL_KEY;
	s.data_len = SMALL_DATA + 1;
	check_refused(t, t->small, &s);
	s.data_len = SMALL_DATA;
	EXPECT_EQ(t, devsess_insert(t->small, &s, GFP_KERNEL), 0);

	/* What was there is as it was. */
	make_full(&s, "bad");
	EXPECT_EQ(t, lookup(t->table, "bad", &got), 0);
	EXPECT(t, same(&s, &got) && got.created == now);
}

/* An expiry of one's own, with a ttl and without. */
static void api_expires(struct test *t)
{
	struct devsess_session s, got;
	u64 now;

	make_full(&s, "expires");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	now = s.created;
	s.expires = now + 1000 * NSEC_PER_SEC;
	EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 1);
	EXPECT_EQ(t, lookup(t->table, "expires", &got), 0);
	EXPECT_EQ(t, got.expires, now + 1000 * NSEC_PER_SEC);
	EXPECT_EQ(t, got.ttl_ms, s.ttl_ms);
	s.ttl_ms = 0;
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_TTL), 0);
	EXPECT_EQ(t, lookup(t->table, "expires", &got), 0);
	EXPECT_EQ(t, got.expires, now + 1000 * NSEC_PER_SEC);
	EXPECT_EQ(t, got.ttl_ms, 0);
}

static void api_store(struct test *t)
{
	struct devsess_session s, got;
	u64 version, created;

	make_full(&s, "store");
	EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 0);
	version = s.version;
	created = s.created;
	msleep(20);
	make(&s, "store");
	s.owner = 7;
	EXPECT_EQ(t, devsess_store(t->table, &s, GFP_ATOMIC), 1);
	EXPECT(t, s.version > version && s.created > created);
	EXPECT_EQ(t, lookup(t->table, "store", &got), 0);
	EXPECT(t, same(&s, &got) && got.version == s.version && got.created == s.created);
	EXPECT_EQ(t, got.expires, 0);
	EXPECT_EQ(t, devsess_count(t->table), 1);
}

static void api_update(struct test *t)
{
	struct devsess_session s, got, before;

	make_full(&s, "update");
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_ALL), -ENOENT);
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	before = s;
	msleep(20);
	make(&s, "update");
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_ALL + 1), -EINVAL);
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_ALL), 0);
	EXPECT_EQ(t, lookup(t->table, "update", &got), 0);
	EXPECT(t, same(&s, &got));
	EXPECT(t, s.version > before.version && s.version == got.version);
	/* An update is no new life, and hears nothing of the device. */
	EXPECT_EQ(t, got.created, before.created);
	EXPECT_EQ(t, got.last_seen, before.last_seen);
	EXPECT_EQ(t, got.expires, 0);

	/* Fields that are not changed may hold anything. */
	s.state = 99;
	s.family = 99;
	s.ttl_ms = U64_MAX;
	s.data_len = 255;
	s.owner = 5;
	EXPECT_EQ(t, devsess_update(t->table, &s, DEVSESS_F_OWNER), 0);
	got.owner = 5;
	EXPECT(t, same(&s, &got));
}

/* Each field by itself: it changes and the others do not. */
static void api_update_fields(struct test *t)
{
	struct devsess_session old, full, want, got, s;
	int bit;

	for (bit = 0; 1 << bit <= DEVSESS_F_ALL; bit++) {
		make(&old, "field");
		devsess_store(t->table, &old, GFP_KERNEL);
		make_full(&full, "field");
		want = old;
		switch (1 << bit) {
		case DEVSESS_F_SESSION:
			want.session = full.session;
			break;
		case DEVSESS_F_ADDR:
			want.family = full.family;
			want.addr = full.addr;
			want.port = full.port;
			break;
		case DEVSESS_F_OWNER:
			want.owner = full.owner;
			break;
		case DEVSESS_F_MARK:
			want.mark = full.mark;
			break;
		case DEVSESS_F_STATE:
			want.state = full.state;
			break;
		case DEVSESS_F_FLAGS:
			want.flags = full.flags;
			break;
		case DEVSESS_F_TTL:
			want.ttl_ms = full.ttl_ms;
			break;
		case DEVSESS_F_WEIGHT:
			want.weight = full.weight;
			break;
		case DEVSESS_F_DATA:
			want.data_len = full.data_len;
			memcpy(want.data, full.data, full.data_len);
			break;
		}
		s = full;
		EXPECT_EQ(t, devsess_update(t->table, &s, 1 << bit), 0);
		EXPECT_EQ(t, lookup(t->table, "field", &got), 0);
		EXPECT(t, same(&want, &got));
		EXPECT(t, same(&want, &s));
		EXPECT_EQ(t, !!got.expires, 1 << bit == DEVSESS_F_TTL);
	}
}

static void api_get_or_insert(struct test *t)
{
	struct devsess_session s, first;

	make_full(&s, "load");
	EXPECT_EQ(t, devsess_get_or_insert(t->table, &s, GFP_KERNEL), 0);
	EXPECT(t, s.version && s.created);
	first = s;
	make(&s, "load");
	s.owner = 1;
	EXPECT_EQ(t, devsess_get_or_insert(t->table, &s, GFP_KERNEL), 1);
	EXPECT(t, same(&s, &first));
	EXPECT_EQ(t, s.version, first.version);
	EXPECT_EQ(t, s.created, first.created);
	EXPECT_EQ(t, devsess_count(t->table), 1);
}

static void api_swap(struct test *t)
{
	struct devsess_session s, prev, first, got;

	memset(&prev, 0xa5, sizeof(prev));
	first = prev;
	make_full(&s, "swap");
	EXPECT_EQ(t, devsess_swap(t->table, &s, &prev, GFP_KERNEL), 0);
	EXPECT(t, !memcmp(&prev, &first, sizeof(prev)));
	first = s;
	make(&s, "swap");
	EXPECT_EQ(t, devsess_swap(t->table, &s, &prev, GFP_KERNEL), 1);
	EXPECT(t, same(&prev, &first) && prev.version == first.version);
	EXPECT(t, s.version > prev.version);
	EXPECT_EQ(t, lookup(t->table, "swap", &got), 0);
	EXPECT(t, same(&s, &got));
}

static void api_delete(struct test *t)
{
	struct devsess_session s, got;
	u64 version;

	EXPECT_EQ(t, devsess_delete(t->table, "del", 3), -ENOENT);
	EXPECT_EQ(t, devsess_delete(t->table, "del", 0), -EINVAL);
	EXPECT_EQ(t, devsess_delete(t->small, "longer than it", 14), -EINVAL);
	EXPECT_EQ(t, devsess_get_and_delete(t->table, "del", 3, &got), -ENOENT);
	EXPECT_EQ(t, devsess_get_and_delete(t->table, "del", 0, &got), -EINVAL);
	make_full(&s, "del");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	version = s.version;
	EXPECT_EQ(t, devsess_get_and_delete(t->table, "del", 3, &got), 0);
	EXPECT(t, same(&s, &got) && got.version == version);
	EXPECT_EQ(t, lookup(t->table, "del", &got), -ENOENT);
	EXPECT_EQ(t, devsess_count(t->table), 0);
	/* In its next life it has a version that it never had. */
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	EXPECT(t, s.version > version);
	EXPECT_EQ(t, devsess_delete(t->table, "del", 3), 0);
	EXPECT_EQ(t, devsess_delete(t->table, "del", 3), -ENOENT);
	EXPECT_EQ(t, devsess_count(t->table), 0);
}

static void api_compare(struct test *t)
{
	struct devsess_session s, got;
	u64 version;

	make(&s, "cas");
	EXPECT_EQ(t, devsess_compare_and_swap(t->table, &s, DEVSESS_F_OWNER, 1), -ENOENT);
	EXPECT_EQ(t, devsess_compare_and_delete(t->table, "cas", 3, 1), -ENOENT);
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	version = s.version;
	s.owner = 1;
	EXPECT_EQ(t, devsess_compare_and_swap(t->table, &s, DEVSESS_F_OWNER, version + 1), -ESTALE);
	EXPECT_EQ(t, devsess_compare_and_swap(t->table, &s, DEVSESS_F_OWNER, 0), -ESTALE);
	EXPECT_EQ(t, lookup(t->table, "cas", &got), 0);
	EXPECT(t, !got.owner && got.version == version);
	EXPECT_EQ(t, devsess_compare_and_swap(t->table, &s, DEVSESS_F_ALL + 1, version), -EINVAL);
	EXPECT_EQ(t, devsess_compare_and_swap(t->table, &s, DEVSESS_F_OWNER, version), 0);
	EXPECT(t, s.owner == 1 && s.version > version);
	EXPECT_EQ(t, devsess_compare_and_delete(t->table, "cas", 3, version), -ESTALE);
	EXPECT_EQ(t, devsess_compare_and_delete(t->table, "cas", 0, version), -EINVAL);
	EXPECT_EQ(t, devsess_compare_and_delete(t->table, "cas", 3, s.version), 0);
	EXPECT_EQ(t, lookup(t->table, "cas", &got), -ENOENT);
}

static int touch(struct test *t, u64 ttl_ms, u32 flags, u64 *expires)
{
	return devsess_touch(t->table, "touch", 5, ttl_ms, flags, expires);
}

static void api_touch(struct test *t)
{
	struct devsess_session s, got;
	u64 expires, later;

	EXPECT_EQ(t, touch(t, 0, 0, NULL), -ENOENT);
	EXPECT_EQ(t, devsess_touch(t->table, "touch", 0, 0, 0, NULL), -EINVAL);
	EXPECT_EQ(t, touch(t, DEVSESS_TTL_MAX + 1, 0, NULL), -EINVAL);
	EXPECT_EQ(t, touch(t, 0, DEVSESS_TOUCH_FLAG_ONLY_LATER << 1, NULL), -EINVAL);

	make_full(&s, "touch");
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	msleep(20);
	EXPECT_EQ(t, touch(t, 0, 0, &expires), 0);
	EXPECT_EQ(t, lookup(t->table, "touch", &got), 0);
	EXPECT(t, same(&s, &got));
	EXPECT_EQ(t, got.version, s.version);
	EXPECT_EQ(t, got.created, s.created);
	EXPECT(t, got.last_seen > s.last_seen && got.expires > s.expires);
	EXPECT_EQ(t, got.expires, got.last_seen + s.ttl_ms * NSEC_PER_MSEC);
	EXPECT_EQ(t, expires, got.expires);

	/* A shorter ttl brings the expiry forward, unless told otherwise. */
	EXPECT_EQ(t, touch(t, 1000, DEVSESS_TOUCH_FLAG_ONLY_LATER, &later), 1);
	EXPECT_EQ(t, later, expires);
	EXPECT_EQ(t, touch(t, s.ttl_ms * 2, DEVSESS_TOUCH_FLAG_ONLY_LATER, &later), 0);
	EXPECT(t, later > expires);
	EXPECT_EQ(t, touch(t, 60000, 0, &later), 0);
	EXPECT(t, later < expires);
	EXPECT_EQ(t, lookup(t->table, "touch", &got), 0);
	EXPECT_EQ(t, got.ttl_ms, s.ttl_ms);
	EXPECT_EQ(t, got.expires, later);

	/* Without a ttl of its own it goes on for ever. */
	make(&s, "touch");
	EXPECT_EQ(t, devsess_store(t->table, &s, GFP_KERNEL), 1);
	EXPECT_EQ(t, touch(t, 60000, DEVSESS_TOUCH_FLAG_ONLY_LATER, &expires), 1);
	EXPECT_EQ(t, expires, 0);
	EXPECT_EQ(t, touch(t, 60000, 0, &expires), 0);
	EXPECT(t, expires);
	EXPECT_EQ(t, touch(t, 0, 0, &expires), 0);
	EXPECT_EQ(t, expires, 0);
}

/* Past its ttl a session is absent, whether it has been swept or not. */
static void api_ttl(struct test *t)
{
	struct devsess_session s, got;
	int i;

	make(&s, "ttl");
	s.ttl_ms = 1500; /* longer than a busy machine makes this wait */
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	EXPECT_EQ(t, lookup(t->table, "ttl", &got), 0);
	for (i = 0; i < 4; i++) {
		msleep(400);
		EXPECT_EQ(t, devsess_touch(t->table, "ttl", 3, 0, 0, NULL), 0);
	}
	msleep(1600);
	EXPECT_EQ(t, lookup(t->table, "ttl", &got), -ENOENT);
	EXPECT_EQ(t, devsess_touch(t->table, "ttl", 3, 0, 0, NULL), -ENOENT);
	EXPECT_EQ(t, devsess_delete(t->table, "ttl", 3), -ENOENT);

	make(&s, "ttl");
	s.ttl_ms = 50;
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	msleep(80);
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), -EINVAL);
	s.expires = 0;
	EXPECT_EQ(t, devsess_insert(t->table, &s, GFP_KERNEL), 0);
	/* Its slot is freed within a second or so, without another call. */
	for (i = 0; i < 50 && devsess_count(t->table); i++)
		msleep(100);
	EXPECT_EQ(t, devsess_count(t->table), 0);
}

static void api_capacity(struct test *t)
{
	struct devsess_session s, prev;
	u32 i;

	memset(&s, 0, sizeof(s));
	s.key_len = sizeof(i);
	for (i = 0; i < SMALL_SESSIONS; i++) {
		memcpy(s.key, &i, sizeof(i));
		if (!EXPECT_EQ(t, devsess_insert(t->small, &s, GFP_KERNEL), 0))
			return;
	}
	memcpy(s.key, &i, sizeof(i));
	EXPECT_EQ(t, devsess_insert(t->small, &s, GFP_KERNEL), -ENOSPC);
	EXPECT_EQ(t, devsess_insert(t->small, &s, GFP_ATOMIC), -ENOSPC);
	EXPECT_EQ(t, devsess_store(t->small, &s, GFP_KERNEL), -ENOSPC);
	EXPECT_EQ(t, devsess_swap(t->small, &s, &prev, GFP_KERNEL), -ENOSPC);
	EXPECT_EQ(t, devsess_get_or_insert(t->small, &s, GFP_KERNEL), -ENOSPC);
	EXPECT_EQ(t, devsess_count(t->small), SMALL_SESSIONS);
	/* Those that are there can be replaced, and one that goes makes room. */
	i = 0;
	memcpy(s.key, &i, sizeof(i));
	EXPECT_EQ(t, devsess_store(t->small, &s, GFP_KERNEL), 1);
	EXPECT_EQ(t, devsess_delete(t->small, &i, sizeof(i)), 0);
	i = SMALL_SESSIONS;
	memcpy(s.key, &i, sizeof(i));
	EXPECT_EQ(t, devsess_insert(t->small, &s, GFP_ATOMIC), 0);
	EXPECT_EQ(t, devsess_count(t->small), SMALL_SESSIONS);
}

static void api_clear(struct test *t)
{
	struct devsess_session s;
	u64 deleted = 99;
	int i;

	EXPECT_EQ(t, devsess_clear(t->table, &deleted), 0);
	EXPECT_EQ(t, deleted, 0);
	for (i = 1; i <= DEVSESS_KEY_MAX; i++) {
		make(&s, "");
		s.key_len = i;
		devsess_insert(t->table, &s, GFP_KERNEL);
	}
	EXPECT_EQ(t, devsess_clear(t->table, &deleted), 0);
	EXPECT_EQ(t, deleted, DEVSESS_KEY_MAX);
	EXPECT_EQ(t, devsess_count(t->table), 0);
	EXPECT_EQ(t, devsess_clear(t->table, NULL), 0);
}

const struct test_case api_cases[] = {
	{ "api_handle", api_handle },
	{ "api_lookup", api_lookup },
	{ "api_lookup_batch", api_lookup_batch },
	{ "api_insert", api_insert },
	{ "api_ids", api_ids },
	{ "api_fields", api_fields },
	{ "api_invalid", api_invalid },
	{ "api_expires", api_expires },
	{ "api_store", api_store },
	{ "api_update", api_update },
	{ "api_update_fields", api_update_fields },
	{ "api_get_or_insert", api_get_or_insert },
	{ "api_swap", api_swap },
	{ "api_delete", api_delete },
	{ "api_compare", api_compare },
	{ "api_touch", api_touch },
	{ "api_ttl", api_ttl },
	{ "api_capacity", api_capacity },
	{ "api_clear", api_clear },
	{ }
};
