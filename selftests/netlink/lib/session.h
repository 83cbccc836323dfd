/* SPDX-License-Identifier: GPL-2.0 */
/* Sessions as tests write and read them, and the requests on one session. */
#ifndef DEVSESS_TEST_SESSION_H
#define DEVSESS_TEST_SESSION_H

#include <linux/devsess.h>

#include "nl.h"

/* The attribute DEVSESS_A_SESSION_@name is there. */
#define HAS(name)	(1U << DEVSESS_A_SESSION_##name)

/* What is put into a request and read back as it was. */
#define HAS_FIELDS	(HAS(SESSION) | HAS(FAMILY) | HAS(ADDR) | HAS(PORT) | HAS(OWNER) |	\
			 HAS(MARK) | HAS(STATE) | HAS(FLAGS) | HAS(TTL_MS) | HAS(DATA) |	\
			 HAS(WEIGHT))

/**
 * struct session - a session, in a request or a reply
 * @has: which attributes there are, of HAS()
 *
 * The others are the attributes of the same names; @port is in host order.
 */
struct session {
	__u32 has;
	__u32 device_len;
	__u8 device[DEVSESS_KEY_MAX + 1];
	__u8 data_len;
	__u8 data[DEVSESS_DATA_MAX + 1];
	__u8 addr_len;
	__u8 addr[16];
	__u16 port;
	__u32 family;
	__u32 owner;
	__u32 mark;
	__u32 state;
	__u32 flags;
	__u32 weight;
	__u32 touch_flags;
	__u32 op;
	__u32 loaded;
	__u64 session;
	__u64 ttl_ms;
	__u64 expires_in_ms;
	__u64 idle_ms;
	__u64 created;
	__u64 last_seen;
	__u64 version;
	__u64 count;
};

struct session device(const char *id);
struct session device_bytes(const void *id, size_t len);
struct session number(__u32 n);
struct session full(const char *id, __u32 seed);
void fill(struct session *s, __u32 seed);

void set_session(struct session *s, __u64 session);
void set_addr(struct session *s, const char *text, __u16 port);
void set_owner(struct session *s, __u32 owner);
void set_mark(struct session *s, __u32 mark);
void set_state(struct session *s, __u32 state);
void set_flags(struct session *s, __u32 flags);
void set_weight(struct session *s, __u32 weight);
void set_ttl(struct session *s, __u64 ttl_ms);
void set_expires_in(struct session *s, __u64 expires_in_ms);
void set_data(struct session *s, const void *data, size_t len);
void set_version(struct session *s, __u64 version);

void put_session(struct msg *m, const struct session *s);
struct session get_session(struct attrs attrs);

struct session merged(const struct session *old, const struct session *change);
bool same_device(const struct session *a, const struct session *b);
bool same(const struct session *a, const struct session *b);
bool unchanged(const struct session *a, const struct session *b);

int ask(struct nl *nl, __u8 cmd, const char *table, const struct session *s);
struct session answer(const struct nl *nl);

int insert(struct nl *nl, const char *table, const struct session *s);
int get(struct nl *nl, const char *table, const struct session *s, struct session *out);
int delete(struct nl *nl, const char *table, const struct session *s);
int touch(struct nl *nl, const char *table, const struct session *s, __u64 ttl_ms, __u32 flags);

int make_table(struct nl *nl, const char *name, __u64 max_sessions, __u32 key_max,
	       __u32 data_max);
int set_table(struct nl *nl, const char *name, __u64 max_sessions);
int drop_table(struct nl *nl, const char *name);
__u64 count(struct nl *nl, const char *table);
__u64 figure(struct nl *nl, const char *table, int attribute);

#endif
