// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session device_bytes(const void *id, size_t len)
{
	struct session s = { .has = HAS(DEVICE), .device_len = len };

	memcpy(s.device, id, len);
	return s;
}

/* A session of which only the device is given. */
struct session device(const char *id)
{
	return device_bytes(id, strlen(id));
}

/* The same with the device id `device-N', for tests with many. */
struct session number(__u32 n)
{
	char id[32];

	snprintf(id, sizeof(id), "device-%u", n);
	return device(id);
}

void set_session(struct session *s, __u64 session)
{
	s->has |= HAS(SESSION);
	s->session = session;
}

/* An address and a port; with port 0 the port is not given. */
void set_addr(struct session *s, const char *text, __u16 port)
{
	s->has |= HAS(FAMILY) | HAS(ADDR);
	s->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	s->addr_len = s->family == AF_INET ? 4 : 16;
	memset(s->addr, 0, sizeof(s->addr));
	if (inet_pton(s->family, text, s->addr) != 1) {
		printf("# not an address: %s\n", text);
		exit(1);
	}
	s->port = port;
	if (port)
		s->has |= HAS(PORT);
}

void set_owner(struct session *s, __u32 owner)
{
	s->has |= HAS(OWNER);
	s->owner = owner;
}

void set_mark(struct session *s, __u32 mark)
{
	s->has |= HAS(MARK);
	s->mark = mark;
}

void set_state(struct session *s, __u32 state)
{
	s->has |= HAS(STATE);
	s->state = state;
}

void set_flags(struct session *s, __u32 flags)
{
	s->has |= HAS(FLAGS);
	s->flags = flags;
}

void set_weight(struct session *s, __u32 weight)
{
	s->has |= HAS(WEIGHT);
	s->weight = weight;
}

void set_ttl(struct session *s, __u64 ttl_ms)
{
	s->has |= HAS(TTL_MS);
	s->ttl_ms = ttl_ms;
}

void set_expires_in(struct session *s, __u64 expires_in_ms)
{
	s->has |= HAS(EXPIRES_IN_MS);
	s->expires_in_ms = expires_in_ms;
}

void set_data(struct session *s, const void *data, size_t len)
{
	s->has |= HAS(DATA);
	s->data_len = len;
	memset(s->data, 0, sizeof(s->data));
	memcpy(s->data, data, len);
}

void set_version(struct session *s, __u64 version)
{
	s->has |= HAS(VERSION);
	s->version = version;
}

/* Gives every field but data and the times a value that differs for each seed. */
void fill(struct session *s, __u32 seed)
{
	char addr[INET6_ADDRSTRLEN];

	if (seed & 1)
		snprintf(addr, sizeof(addr), "10.%u.%u.%u", (seed >> 16) & 255,
			 (seed >> 8) & 255, seed & 255);
	else
		snprintf(addr, sizeof(addr), "2001:db8::%x:%x", (seed >> 16) & 65535,
			 seed & 65535);
	set_addr(s, addr, 1 + seed % 65535);
	set_session(s, seed * 0x9e3779b97f4a7c15ULL);
	set_owner(s, seed * 2654435761U);
	set_mark(s, ~seed);
	set_state(s, seed % 4);
	set_flags(s, seed / 4 % 2);
	set_weight(s, 1 + seed % 255);
}

/* A session of which all but data and the times is given. */
struct session full(const char *id, __u32 seed)
{
	struct session s = device(id);

	fill(&s, seed);
	return s;
}

/* Appends what s->has names, as a request has it. */
void put_session(struct msg *m, const struct session *s)
{
	if (s->has & HAS(OP))
		put_u32(m, DEVSESS_A_SESSION_OP, s->op);
	if (s->has & HAS(DEVICE))
		put(m, DEVSESS_A_SESSION_DEVICE, s->device, s->device_len);
	if (s->has & HAS(SESSION))
		put_u64(m, DEVSESS_A_SESSION_SESSION, s->session);
	if (s->has & HAS(FAMILY))
		put_u32(m, DEVSESS_A_SESSION_FAMILY, s->family);
	if (s->has & HAS(ADDR))
		put(m, DEVSESS_A_SESSION_ADDR, s->addr, s->addr_len);
	if (s->has & HAS(PORT))
		put_u16(m, DEVSESS_A_SESSION_PORT, htons(s->port));
	if (s->has & HAS(OWNER))
		put_u32(m, DEVSESS_A_SESSION_OWNER, s->owner);
	if (s->has & HAS(MARK))
		put_u32(m, DEVSESS_A_SESSION_MARK, s->mark);
	if (s->has & HAS(STATE))
		put_u32(m, DEVSESS_A_SESSION_STATE, s->state);
	if (s->has & HAS(FLAGS))
		put_u32(m, DEVSESS_A_SESSION_FLAGS, s->flags);
	if (s->has & HAS(WEIGHT))
		put_u32(m, DEVSESS_A_SESSION_WEIGHT, s->weight);
	if (s->has & HAS(TTL_MS))
		put_u64(m, DEVSESS_A_SESSION_TTL_MS, s->ttl_ms);
	if (s->has & HAS(EXPIRES_IN_MS))
		put_u64(m, DEVSESS_A_SESSION_EXPIRES_IN_MS, s->expires_in_ms);
	if (s->has & HAS(VERSION))
		put_u64(m, DEVSESS_A_SESSION_VERSION, s->version);
	if (s->has & HAS(DATA))
		put(m, DEVSESS_A_SESSION_DATA, s->data, s->data_len);
	if (s->has & HAS(TOUCH_FLAGS))
		put_u32(m, DEVSESS_A_SESSION_TOUCH_FLAGS, s->touch_flags);
}

/* Takes bytes of a reply; more than there may be fail the test that looks at them. */
static __u32 get_bytes(__u8 *to, size_t size, const struct nlattr *a)
{
	if (attr_len(a) > size) {
		printf("# attribute %d has %zu bytes\n", attr_type(a), attr_len(a));
		return ~0U;
	}
	memcpy(to, attr_data(a), attr_len(a));
	return attr_len(a);
}

static void get_attr(struct session *s, const struct nlattr *a)
{
	switch (attr_type(a)) {
	case DEVSESS_A_SESSION_DEVICE:
		s->device_len = get_bytes(s->device, sizeof(s->device), a);
		break;
	case DEVSESS_A_SESSION_ADDR:
		s->addr_len = get_bytes(s->addr, sizeof(s->addr), a);
		break;
	case DEVSESS_A_SESSION_DATA:
		s->data_len = get_bytes(s->data, sizeof(s->data), a);
		break;
	case DEVSESS_A_SESSION_PORT:
		s->port = ntohs(attr_uint(a));
		break;
	case DEVSESS_A_SESSION_SESSION:
		s->session = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_FAMILY:
		s->family = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_OWNER:
		s->owner = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_MARK:
		s->mark = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_STATE:
		s->state = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_FLAGS:
		s->flags = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_WEIGHT:
		s->weight = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_TTL_MS:
		s->ttl_ms = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_EXPIRES_IN_MS:
		s->expires_in_ms = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_IDLE_MS:
		s->idle_ms = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_CREATED:
		s->created = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_LAST_SEEN:
		s->last_seen = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_VERSION:
		s->version = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_LOADED:
		s->loaded = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_COUNT:
		s->count = attr_uint(a);
		break;
	case DEVSESS_A_SESSION_PAD:
		return;
	default:
		printf("# attribute %d in a reply\n", attr_type(a));
	}
	if (s->has & 1U << attr_type(a))
		printf("# attribute %d twice in a reply\n", attr_type(a));
	s->has |= 1U << attr_type(a);
}

struct session get_session(struct attrs attrs)
{
	struct session s = { };
	const struct nlattr *a;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a))
		get_attr(&s, a);
	return s;
}

/* What a session is after an update. */
struct session merged(const struct session *old, const struct session *change)
{
	struct session s = *old;

	if (change->has & HAS(SESSION))
		s.session = change->session;
	if (change->has & HAS(ADDR)) {
		s.family = change->family;
		s.addr_len = change->addr_len;
		memcpy(s.addr, change->addr, sizeof(s.addr));
		s.port = change->port;
	}
	if (change->has & HAS(OWNER))
		s.owner = change->owner;
	if (change->has & HAS(MARK))
		s.mark = change->mark;
	if (change->has & HAS(STATE))
		s.state = change->state;
	if (change->has & HAS(FLAGS))
		s.flags = change->flags;
	if (change->has & HAS(WEIGHT))
		s.weight = change->weight;
	if (change->has & HAS(TTL_MS))
		s.ttl_ms = change->ttl_ms;
	if (change->has & HAS(DATA)) {
		s.data_len = change->data_len;
		memcpy(s.data, change->data, sizeof(s.data));
	}
	return s;
}

bool same_device(const struct session *a, const struct session *b)
{
	return a->device_len == b->device_len && !memcmp(a->device, b->device, a->device_len);
}

static bool differ(const char *what, __u64 a, __u64 b)
{
	if (a != b)
		printf("# %s: %llu and %llu\n", what, a, b);
	return a != b;
}

/**
 * same - whether two sessions have the same device and fields
 * @a: session, of a request or a reply
 * @b: session
 *
 * What a request does not give is 0 in the reply, or the weight 1, so @has does not matter; nor
 * do version and times, which the kernel chooses. Prints what differs.
 */
bool same(const struct session *a, const struct session *b)
{
	int n = 0;

	if (!same_device(a, b)) {
		printf("# another device: %.*s and %.*s\n", (int)a->device_len, a->device,
		       (int)b->device_len, b->device);
		n++;
	}
	n += differ("session", a->session, b->session);
	n += differ("family", a->family, b->family);
	n += differ("length of addr", a->addr_len, b->addr_len);
	n += differ("addr", !memcmp(a->addr, b->addr, sizeof(a->addr)), 1);
	n += differ("port", a->port, b->port);
	n += differ("owner", a->owner, b->owner);
	n += differ("mark", a->mark, b->mark);
	n += differ("state", a->state, b->state);
	n += differ("flags", a->flags, b->flags);
	n += differ("weight", a->weight ? a->weight : 1, b->weight ? b->weight : 1);
	n += differ("ttl_ms", a->ttl_ms, b->ttl_ms);
	n += differ("length of data", a->data_len, b->data_len);
	n += differ("data", !memcmp(a->data, b->data, a->data_len), 1);
	return !n;
}

/* A time since 1970 is computed from two clocks and may be off by one. */
static bool differ_time(const char *what, __u64 a, __u64 b)
{
	return a - b + 2 > 4 && differ(what, a, b);
}

/* The same, of two replies: nothing has been written meanwhile, not even a touch. */
bool unchanged(const struct session *a, const struct session *b)
{
	int n = !same(a, b);

	n += differ("version", a->version, b->version);
	n += differ_time("created", a->created, b->created);
	n += differ_time("last_seen", a->last_seen, b->last_seen);
	n += differ("having expires_in_ms", a->has & HAS(EXPIRES_IN_MS),
		    b->has & HAS(EXPIRES_IN_MS));
	return !n;
}

/**
 * ask - make a request on a session
 * @nl:    socket
 * @cmd:   DEVSESS_CMD_*
 * @table: name, or NULL to leave it to the kernel
 * @s:     what is put into the request
 *
 * Return: 0 or the errno of the refusal, negative; the reply is to be had by answer().
 */
int ask(struct nl *nl, __u8 cmd, const char *table, const struct session *s)
{
	nl_begin(nl, cmd);
	if (table)
		put_str(&nl->m, DEVSESS_A_SESSION_TABLE, table);
	put_session(&nl->m, s);
	return nl_call(nl);
}

/* The session in the last reply; all zero if there was none. */
struct session answer(const struct nl *nl)
{
	return get_session(nl->attrs);
}

int insert(struct nl *nl, const char *table, const struct session *s)
{
	return ask(nl, DEVSESS_CMD_INSERT, table, s);
}

int get(struct nl *nl, const char *table, const struct session *s, struct session *out)
{
	struct session key = device_bytes(s->device, s->device_len);
	int err = ask(nl, DEVSESS_CMD_GET, table, &key);

	*out = answer(nl);
	return err;
}

int delete(struct nl *nl, const char *table, const struct session *s)
{
	struct session key = device_bytes(s->device, s->device_len);

	return ask(nl, DEVSESS_CMD_DELETE, table, &key);
}

/* With ttl_ms or flags 0 they are not given. */
int touch(struct nl *nl, const char *table, const struct session *s, __u64 ttl_ms, __u32 flags)
{
	struct session key = device_bytes(s->device, s->device_len);

	if (ttl_ms)
		set_ttl(&key, ttl_ms);
	key.touch_flags = flags;
	if (flags)
		key.has |= HAS(TOUCH_FLAGS);
	return ask(nl, DEVSESS_CMD_TOUCH, table, &key);
}

/* Limits that are ~0 are not given. */
int make_table(struct nl *nl, const char *name, __u64 max_sessions, __u32 key_max,
	       __u32 data_max)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_NEW);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	if (max_sessions != ~0ULL)
		put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, max_sessions);
	if (key_max != ~0U)
		put_u32(&nl->m, DEVSESS_A_TABLE_KEY_MAX, key_max);
	if (data_max != ~0U)
		put_u32(&nl->m, DEVSESS_A_TABLE_DATA_MAX, data_max);
	return nl_call(nl);
}

int set_table(struct nl *nl, const char *name, __u64 max_sessions)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_SET);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	put_u64(&nl->m, DEVSESS_A_TABLE_MAX_SESSIONS, max_sessions);
	return nl_call(nl);
}

int drop_table(struct nl *nl, const char *name)
{
	nl_begin(nl, DEVSESS_CMD_TABLE_DEL);
	put_str(&nl->m, DEVSESS_A_TABLE_NAME, name);
	return nl_call(nl);
}

/* Sessions in a table; ~0 if the request is refused. */
__u64 count(struct nl *nl, const char *table)
{
	struct session none = { };

	if (ask(nl, DEVSESS_CMD_COUNT, table, &none))
		return ~0ULL;
	return answer(nl).count;
}

/* A figure of a table; ~0 if there is none. */
__u64 figure(struct nl *nl, const char *table, int attribute)
{
	const struct nlattr *a;

	nl_begin(nl, DEVSESS_CMD_STATS_GET);
	put_str(&nl->m, DEVSESS_A_STATS_TABLE, table ?: "default");
	if (nl_call(nl))
		return ~0ULL;
	a = attr_find(nl->attrs, attribute);
	return a ? attr_uint(a) : ~0ULL;
}
