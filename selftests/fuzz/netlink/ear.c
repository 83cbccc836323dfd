// SPDX-License-Identifier: GPL-2.0
#include "ear.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/devsess.h>

#define HEADERS		(NLMSG_HDRLEN + GENL_HDRLEN)

/* Small, so that events are lost now and then. */
#define ROOM		(256 * 1024)

/* Opens a listener in the network namespace of now. Returns 0 or an errno. */
int ear_open(struct ear *e)
{
	int size = ROOM, err;

	memset(e, 0, sizeof(*e));
	err = nl_open(&e->nl);
	if (err)
		return err;
	e->open = true;
	setsockopt(e->nl.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return nl_join(&e->nl, "events") ?: nl_join(&e->nl, "updates") ?:
	       nl_join(&e->nl, "miss");
}

void ear_close(struct ear *e)
{
	if (e->open)
		nl_close(&e->nl);
	e->open = false;
}

static __u64 number_in(struct attrs attrs, int type)
{
	const struct nlattr *a = attr_find(attrs, type);

	return a ? attr_uint(a) : 0;
}

static bool is_of_session(__u32 kind)
{
	return kind != DEVSESS_EVENT_KIND_TABLE && kind != DEVSESS_EVENT_KIND_WATERMARK &&
	       kind != DEVSESS_EVENT_KIND_OVERRUN;
}

/* A number is one more than the one before, or that of the last one that was lost. */
static void judge_seq(struct ear *e, struct judge *j, const struct sent *s, struct attrs attrs)
{
	__u32 kind = number_in(attrs, DEVSESS_A_EVENT_KIND);
	__u32 id = number_in(attrs, DEVSESS_A_EVENT_TABLE_ID);
	__u64 seq = number_in(attrs, DEVSESS_A_EVENT_SEQ), more = 1;

	if (!id || id >= EAR_TABLES) {
		complain(j, s, "an event of table %u", id);
		return;
	}
	if (kind == DEVSESS_EVENT_KIND_TABLE &&
	    number_in(attrs, DEVSESS_A_EVENT_REASON) == DEVSESS_EVENT_REASON_NEW)
		e->seq[id] = 0;
	if (kind == DEVSESS_EVENT_KIND_OVERRUN)
		more = number_in(attrs, DEVSESS_A_EVENT_COUNT);
	if (!more || (e->seq[id] && !e->lost && seq != e->seq[id] + more))
		complain(j, s, "event %llu of table %u after %llu", seq, id, e->seq[id]);
	e->seq[id] = seq;
	if (is_of_session(kind) != !!attr_find(attrs, DEVSESS_A_EVENT_SESSION))
		complain(j, s, "an event of kind %u with a session, or without", kind);
}

static void judge_one(struct ear *e, struct judge *j, const struct nlmsghdr *hdr, size_t len)
{
	const struct genlmsghdr *genl = NLMSG_DATA(hdr);
	const struct op_spec *op = len < HEADERS ? NULL : spec_event_of(genl->cmd);
	const struct sent s = { .op = op, .len = len };
	struct attrs attrs;

	if (!op || hdr->nlmsg_len != len || hdr->nlmsg_type != e->nl.family ||
	    hdr->nlmsg_flags || genl->version != 1 || genl->reserved) {
		complain(j, &s, "no event: type %u, flags %#x", hdr->nlmsg_type,
			 hdr->nlmsg_flags);
		return;
	}
	attrs.head = (const struct nlattr *)((const char *)hdr + HEADERS);
	attrs.len = len - HEADERS;
	judge_attrs(j, &s, op->set, op->reply, attrs);
	if (genl->cmd == DEVSESS_CMD_EVENT)
		judge_seq(e, j, &s, attrs);
	j->events++;
}

/**
 * ear_listen - judge all that has come
 * @e: listener, or one that is not open
 * @j: judge
 */
void ear_listen(struct ear *e, struct judge *j)
{
	ssize_t len = 0;

	while (e->open && (len >= 0 || errno == ENOBUFS)) {
		len = recv(e->nl.fd, e->nl.in, e->nl.in_size, MSG_DONTWAIT | MSG_TRUNC);
		if (len > (ssize_t)e->nl.in_size)
			complain(j, &(struct sent){ }, "an event of %zd bytes", len);
		else if (len >= 0)
			judge_one(e, j, (const struct nlmsghdr *)e->nl.in, len);
		else if (errno == ENOBUFS)
			e->lost = true;
	}
	/* What comes from now on is behind the loss. */
	if (e->lost)
		memset(e->seq, 0, sizeof(e->seq));
	e->lost = false;
}

/**
 * ear_check - judge whether all events have come
 * @e:  listener, or one that is not open
 * @nl: another socket in its namespace, where nothing happens any more
 * @j:  judge
 *
 * Who is told a table's number has what came before it.
 */
void ear_check(struct ear *e, struct nl *nl, struct judge *j)
{
	__u64 seq[EAR_TABLES] = { };
	__u32 id;

	if (!e->open)
		return;
	nl_begin_dump(nl, DEVSESS_CMD_TABLE_GET);
	while (nl_next(nl)) {
		id = number_in(nl->attrs, DEVSESS_A_TABLE_ID);
		if (id < EAR_TABLES)
			seq[id] = number_in(nl->attrs, DEVSESS_A_TABLE_EVENT_SEQ);
	}
	ear_listen(e, j);
	/* Since then sessions may have expired. */
	for (id = 0; id < EAR_TABLES; id++)
		if (seq[id] && e->seq[id] && e->seq[id] < seq[id])
			complain(j, &(struct sent){ }, "event %llu of table %u has not come",
				 seq[id], id);
}
