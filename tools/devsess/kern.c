// SPDX-License-Identifier: GPL-2.0
#include "kern.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include <linux/devsess.h>

#include "kern_attr.h"
#include "kern_error.h"
#include "kern_sock.h"

/* Room for the attributes of any request but a batch. */
#define REQUEST_SIZE (KERN_SESSION_SIZE + 512)

static int no_memory(struct kern_error *e)
{
	return kern_error_set(e, ENOMEM, "no memory for the request");
}

/* A request on sessions of @table; its other attributes are the caller's. */
static struct nl_msg *session_request(struct kern *kern, uint8_t cmd, int flags, const char *table)
{
	struct nl_msg *msg = kern_request(kern, cmd, flags, REQUEST_SIZE);

	if (msg && table && nla_put_string(msg, DEVSESS_A_SESSION_TABLE, table)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int read_session(struct nlmsghdr *answer, void *arg)
{
	return kern_get_session(nlmsg_attrdata(answer, GENL_HDRLEN),
				nlmsg_attrlen(answer, GENL_HDRLEN), arg);
}

static int read_answer(struct nlmsghdr *answer, void *arg)
{
	struct nlattr *loaded = nlmsg_find_attr(answer, GENL_HDRLEN, DEVSESS_A_SESSION_LOADED);
	struct kern_answer *a = arg;

	if (loaded && nla_len(loaded) < (int)sizeof(uint32_t))
		return -EBADMSG;
	a->loaded = loaded && nla_get_u32(loaded);
	return read_session(answer, &a->s);
}

static int read_count(struct nlmsghdr *answer, void *arg)
{
	struct nlattr *n = nlmsg_find_attr(answer, GENL_HDRLEN, DEVSESS_A_SESSION_COUNT);
	uint64_t *count = arg;

	if (!n || nla_len(n) < (int)sizeof(*count))
		return -EBADMSG;
	*count = nla_get_u64(n);
	return 0;
}

static int put_session(struct nl_msg *msg, const struct session *s)
{
	struct kern_room room;

	if (kern_room_open(&room, msg, KERN_SESSION_SIZE))
		return -EMSGSIZE;
	kern_put_session(&room, s);
	return kern_room_close(&room);
}

/* A request that names a device and nothing more. */
static int talk_id(struct kern *kern, uint8_t cmd, int flags, const char *table,
		   const struct id *id, struct session *s, struct kern_error *e)
{
	struct session named = { .device = *id };
	struct nl_msg *msg = session_request(kern, cmd, flags, table);

	if (!msg)
		return no_memory(e);
	if (put_session(msg, &named)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, s ? read_session : NULL, s, e);
}

/* A request that carries what @s has. */
static int talk_session(struct kern *kern, uint8_t cmd, int flags, const char *table,
			const struct session *s, struct kern_answer *answer, struct kern_error *e)
{
	struct nl_msg *msg = session_request(kern, cmd, flags, table);

	if (!msg)
		return no_memory(e);
	if (put_session(msg, s)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, answer ? read_answer : NULL, answer, e);
}

static int talk_filter(struct kern *kern, uint8_t cmd, int flags, const char *table,
		       const struct filter *f, kern_answer_fn fn, void *arg, struct kern_error *e)
{
	struct nl_msg *msg = session_request(kern, cmd, flags, table);

	if (!msg)
		return no_memory(e);
	if (kern_put_filter(msg, f)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, fn, arg, e);
}

int kern_get(struct kern *kern, const char *table, const struct id *id, struct session *s,
	     struct kern_error *e)
{
	return talk_id(kern, DEVSESS_CMD_GET, 0, table, id, s, e);
}

int kern_write(struct kern *kern, enum kern_write op, const char *table, const struct session *s,
	       struct kern_answer *answer, struct kern_error *e)
{
	static const uint8_t cmds[] = {
		[KERN_INSERT] = DEVSESS_CMD_INSERT,
		[KERN_STORE] = DEVSESS_CMD_STORE,
		[KERN_UPDATE] = DEVSESS_CMD_UPDATE,
		[KERN_GET_OR_INSERT] = DEVSESS_CMD_GET_OR_INSERT,
		[KERN_SWAP] = DEVSESS_CMD_SWAP,
		[KERN_COMPARE_AND_SWAP] = DEVSESS_CMD_COMPARE_AND_SWAP,
	};

	return talk_session(kern, cmds[op], 0, table, s, answer, e);
}

int kern_delete(struct kern *kern, const char *table, const struct id *id, const uint64_t *version,
		struct kern_error *e)
{
	struct session s = { .has = HAS(F_VERSION), .device = *id };

	if (!version)
		return talk_id(kern, DEVSESS_CMD_DELETE, NLM_F_ACK, table, id, NULL, e);
	s.version = *version;
	return talk_session(kern, DEVSESS_CMD_COMPARE_AND_DELETE, NLM_F_ACK, table, &s, NULL, e);
}

int kern_get_and_delete(struct kern *kern, const char *table, const struct id *id,
			struct session *s, struct kern_error *e)
{
	return talk_id(kern, DEVSESS_CMD_GET_AND_DELETE, 0, table, id, s, e);
}

int kern_touch(struct kern *kern, const char *table, const struct session *s,
	       struct kern_answer *answer, struct kern_error *e)
{
	return talk_session(kern, DEVSESS_CMD_TOUCH, 0, table, s, answer, e);
}

int kern_refuse(struct kern *kern, const char *table, const struct id *id, struct kern_error *e)
{
	return talk_id(kern, DEVSESS_CMD_REFUSE, NLM_F_ACK, table, id, NULL, e);
}

struct dump {
	kern_session_fn fn;
	void *arg;
};

static int dump_one(struct nlmsghdr *answer, void *arg)
{
	struct dump *d = arg;
	struct session s;

	if (read_session(answer, &s) || !(s.has & HAS(F_DEVICE)))
		return -EBADMSG;
	return d->fn(&s, d->arg);
}

int kern_dump(struct kern *kern, const char *table, const struct filter *f, kern_session_fn fn,
	      void *arg, struct kern_error *e)
{
	struct dump d = { fn, arg };
	int ret = talk_filter(kern, DEVSESS_CMD_GET, NLM_F_DUMP, table, f, dump_one, &d, e);

	/* Linux 6.1 has no way for the start of a dump to say a sentence. */
	if (ret == -ENOENT && !e->text[0])
		kern_error_set(e, ENOENT, "there is no table of that name");
	return ret;
}

int kern_clear(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e)
{
	return talk_filter(kern, DEVSESS_CMD_CLEAR, 0, table, f, read_count, count, e);
}

int kern_count(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e)
{
	return talk_filter(kern, DEVSESS_CMD_COUNT, 0, table, f, read_count, count, e);
}

static int talk_table(struct kern *kern, uint8_t cmd, int flags, const struct table *t,
		      kern_answer_fn fn, void *arg, struct kern_error *e)
{
	struct nl_msg *msg = kern_request(kern, cmd, flags, REQUEST_SIZE);

	if (!msg)
		return no_memory(e);
	if (t && kern_put_table(msg, t)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, fn, arg, e);
}

int kern_table_new(struct kern *kern, const struct table *t, struct kern_error *e)
{
	return talk_table(kern, DEVSESS_CMD_TABLE_NEW, NLM_F_ACK, t, NULL, NULL, e);
}

int kern_table_set(struct kern *kern, const struct table *t, struct kern_error *e)
{
	return talk_table(kern, DEVSESS_CMD_TABLE_SET, NLM_F_ACK, t, NULL, NULL, e);
}

/* A table with a name and nothing more. */
static void name_table(struct table *t, const char *name)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->name, name, strnlen(name, DEVSESS_NAME_MAX));
}

static int talk_name(struct kern *kern, uint8_t cmd, const char *name, struct kern_error *e)
{
	struct table t;

	name_table(&t, name);
	return talk_table(kern, cmd, NLM_F_ACK, &t, NULL, NULL, e);
}

int kern_table_del(struct kern *kern, const char *name, struct kern_error *e)
{
	return talk_name(kern, DEVSESS_CMD_TABLE_DEL, name, e);
}

int kern_table_drain(struct kern *kern, const char *name, struct kern_error *e)
{
	return talk_name(kern, DEVSESS_CMD_TABLE_DRAIN, name, e);
}

static int talk_names(struct kern *kern, uint8_t cmd, const char *name, const char *other,
		      struct kern_error *e)
{
	struct nl_msg *msg = kern_request(kern, cmd, NLM_F_ACK, REQUEST_SIZE);

	if (!msg)
		return no_memory(e);
	if (nla_put_string(msg, DEVSESS_A_TABLE_NAME, name) ||
	    nla_put_string(msg, DEVSESS_A_TABLE_OTHER, other)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, NULL, NULL, e);
}

int kern_table_rename(struct kern *kern, const char *name, const char *other,
		      struct kern_error *e)
{
	return talk_names(kern, DEVSESS_CMD_TABLE_RENAME, name, other, e);
}

int kern_table_swap(struct kern *kern, const char *name, const char *other, struct kern_error *e)
{
	return talk_names(kern, DEVSESS_CMD_TABLE_SWAP, name, other, e);
}

struct tables {
	kern_table_fn fn;
	void *arg;
};

static int table_one(struct nlmsghdr *answer, void *arg)
{
	struct tables *all = arg;
	struct table t;

	return kern_get_table(answer, &t) ? -EBADMSG : all->fn(&t, all->arg);
}

int kern_table_get(struct kern *kern, const char *name, kern_table_fn fn, void *arg,
		   struct kern_error *e)
{
	struct tables all = { fn, arg };
	struct table t;

	if (!name)
		return talk_table(kern, DEVSESS_CMD_TABLE_GET, NLM_F_DUMP, NULL, table_one, &all,
				  e);
	name_table(&t, name);
	return talk_table(kern, DEVSESS_CMD_TABLE_GET, 0, &t, table_one, &all, e);
}

/* A request about owners; its other attributes are the caller's. */
static struct nl_msg *owner_request(struct kern *kern, uint8_t cmd, int flags, const char *table)
{
	struct nl_msg *msg = kern_request(kern, cmd, flags, REQUEST_SIZE);

	if (msg && table && nla_put_string(msg, DEVSESS_A_OWNER_TABLE, table)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int kern_owner_set(struct kern *kern, const char *table, uint32_t owner, uint32_t limit,
		   struct kern_error *e)
{
	struct nl_msg *msg = owner_request(kern, DEVSESS_CMD_OWNER_SET, NLM_F_ACK, table);

	if (!msg)
		return no_memory(e);
	if (nla_put_u32(msg, DEVSESS_A_OWNER_OWNER, owner) ||
	    nla_put_u32(msg, DEVSESS_A_OWNER_LIMIT, limit)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, NULL, NULL, e);
}

static int read_owner(struct nlmsghdr *answer, void *arg)
{
	return kern_get_owner(answer, arg);
}

int kern_owner_get(struct kern *kern, const char *table, uint32_t owner, struct owner *o,
		   struct kern_error *e)
{
	struct nl_msg *msg = owner_request(kern, DEVSESS_CMD_OWNER_GET, 0, table);

	if (!msg)
		return no_memory(e);
	if (nla_put_u32(msg, DEVSESS_A_OWNER_OWNER, owner)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, read_owner, o, e);
}

struct owners {
	kern_owner_fn fn;
	void *arg;
};

static int owner_one(struct nlmsghdr *answer, void *arg)
{
	struct owners *all = arg;
	struct owner o;

	return kern_get_owner(answer, &o) ? -EBADMSG : all->fn(&o, all->arg);
}

int kern_owner_list(struct kern *kern, const char *table, uint32_t top, kern_owner_fn fn,
		    void *arg, struct kern_error *e)
{
	struct nl_msg *msg = owner_request(kern, DEVSESS_CMD_OWNER_GET, NLM_F_DUMP, table);
	struct owners all = { fn, arg };
	int ret;

	if (!msg)
		return no_memory(e);
	if (top && nla_put_u32(msg, DEVSESS_A_OWNER_TOP, top)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	ret = kern_talk(kern, msg, owner_one, &all, e);
	/* As for kern_dump(). */
	if (ret == -ENOENT && !e->text[0])
		kern_error_set(e, ENOENT, "there is no table of that name");
	if (ret == -EOPNOTSUPP && !e->text[0])
		kern_error_set(e, EOPNOTSUPP, "the table counts no owners: its owner_max is 0");
	return ret;
}

struct figures {
	kern_stats_fn fn;
	void *arg;
};

static int stats_one(struct nlmsghdr *answer, void *arg)
{
	struct figures *all = arg;
	struct stats s;

	return kern_get_stats(answer, &s) ? -EBADMSG : all->fn(&s, all->arg);
}

int kern_stats(struct kern *kern, const char *name, kern_stats_fn fn, void *arg,
	       struct kern_error *e)
{
	struct nl_msg *msg =
		kern_request(kern, DEVSESS_CMD_STATS_GET, name ? 0 : NLM_F_DUMP, REQUEST_SIZE);
	struct figures all = { fn, arg };

	if (!msg)
		return no_memory(e);
	if (name && nla_put_string(msg, DEVSESS_A_STATS_TABLE, name)) {
		nlmsg_free(msg);
		return no_memory(e);
	}
	return kern_talk(kern, msg, stats_one, &all, e);
}
