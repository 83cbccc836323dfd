// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "kern_batch.h"

#include <errno.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/devsess.h>

#include "kern_attr.h"
#include "kern_error.h"
#include "kern_name.h"
#include "kern_sock.h"

/* Bytes of an attribute with @len bytes in it: nla_total_size(), but inline. */
static size_t attr_size(size_t len)
{
	return NLA_HDRLEN + NLA_ALIGN(len);
}

/* An upper bound of what an item takes: its numbers, and its bytes exactly. */
static size_t item_size(const struct session *s)
{
	size_t numbers = 5 * attr_size(8) + 8 * attr_size(4);

	return attr_size(0) + numbers + attr_size(16) + attr_size(s->device.len) +
	       attr_size(s->data_len);
}

/* Of the attributes that are no items. */
#define HEAD_SIZE (attr_size(DEVSESS_NAME_MAX + 1) + attr_size(0))

/* Items that one message has, and what they take. */
struct part {
	struct kern_batch *b;
	uint32_t from;
	uint32_t count;
	size_t size;
};

static int put_items(struct nl_msg *msg, const struct part *p)
{
	struct kern_room room;

	if (kern_room_open(&room, msg, p->size))
		return -EMSGSIZE;
	for (uint32_t i = p->from; i < p->from + p->count; i++)
		kern_put_item(&room, p->b->op, &p->b->items[i]);
	return kern_room_close(&room);
}

static struct nl_msg *build(struct kern *kern, const struct part *p)
{
	const struct kern_batch *b = p->b;
	struct nl_msg *msg;
	int ret = 0;

	msg = kern_request(kern, DEVSESS_CMD_BATCH, 0, HEAD_SIZE + p->size);
	if (!msg)
		return NULL;
	if (b->table)
		ret = nla_put_string(msg, DEVSESS_A_BATCH_TABLE, b->table);
	if (!ret && b->atomic)
		ret = nla_put_flag(msg, DEVSESS_A_BATCH_ATOMIC);
	if (!ret)
		ret = put_items(msg, p);
	if (ret) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* The sentence, and the name of the attribute if one is to blame. */
static char *reason(struct nlattr *message, struct nlattr *attr)
{
	const struct kern_names *item =
		kern_names_nested(kern_names_of(DEVSESS_CMD_BATCH), DEVSESS_A_BATCH_ITEM);
	char *text;

	if (!attr)
		return nla_strdup(message);
	return asprintf(&text, "%s [%s]", nla_get_string(message),
			kern_name(item, nla_get_u32(attr))) < 0 ? NULL : text;
}

static int read_failure(const struct part *p, struct nlattr *nest)
{
	static struct nla_policy policy[DEVSESS_A_FAILURE_MAX + 1] = {
		[DEVSESS_A_FAILURE_INDEX] = { .type = NLA_U32 },
		[DEVSESS_A_FAILURE_MESSAGE] = { .type = NLA_NUL_STRING },
		[DEVSESS_A_FAILURE_ATTR] = { .type = NLA_U32 },
	};
	struct nlattr *tb[DEVSESS_A_FAILURE_MAX + 1];
	uint32_t index;

	if (nla_parse_nested(tb, DEVSESS_A_FAILURE_MAX, nest, policy) < 0 ||
	    !tb[DEVSESS_A_FAILURE_INDEX])
		return -EBADMSG;
	index = nla_get_u32(tb[DEVSESS_A_FAILURE_INDEX]);
	if (index >= p->count || p->b->reasons[p->from + index])
		return -EBADMSG;
	if (!tb[DEVSESS_A_FAILURE_MESSAGE])
		return 0;
	index += p->from;
	p->b->reasons[index] = reason(tb[DEVSESS_A_FAILURE_MESSAGE], tb[DEVSESS_A_FAILURE_ATTR]);
	return p->b->reasons[index] ? 0 : -ENOMEM;
}

static int read_found(const struct part *p, struct nlattr *nest)
{
	static struct nla_policy policy[DEVSESS_A_FOUND_MAX + 1] = {
		[DEVSESS_A_FOUND_INDEX] = { .type = NLA_U32 },
		[DEVSESS_A_FOUND_SESSION] = { .type = NLA_NESTED },
	};
	struct nlattr *tb[DEVSESS_A_FOUND_MAX + 1];
	uint32_t index;

	if (nla_parse_nested(tb, DEVSESS_A_FOUND_MAX, nest, policy) < 0 ||
	    !tb[DEVSESS_A_FOUND_INDEX] || !tb[DEVSESS_A_FOUND_SESSION])
		return -EBADMSG;
	index = nla_get_u32(tb[DEVSESS_A_FOUND_INDEX]);
	if (index >= p->count || !p->b->found)
		return -EBADMSG;
	return kern_get_session(nla_data(tb[DEVSESS_A_FOUND_SESSION]),
				nla_len(tb[DEVSESS_A_FOUND_SESSION]),
				&p->b->found[p->from + index]);
}

/* More of the results, of which there are @have already. */
static int read_results(const struct part *p, struct nlattr *attr, uint32_t *have)
{
	int32_t *results = p->b->results + p->from;
	uint32_t n = nla_len(attr) / sizeof(*results);

	if (nla_len(attr) % sizeof(*results) || n > p->count - *have)
		return -EBADMSG;
	memcpy(results + *have, nla_data(attr), nla_len(attr));
	*have += n;
	return 0;
}

static int read_answer(struct nlmsghdr *answer, void *arg)
{
	int left = genlmsg_attrlen(nlmsg_data(answer), 0), ret = 0;
	struct part *p = arg;
	struct nlattr *attr;
	uint32_t have = 0;

	for (attr = genlmsg_attrdata(nlmsg_data(answer), 0); !ret && nla_ok(attr, left);
	     attr = nla_next(attr, &left)) {
		switch (nla_type(attr)) {
		case DEVSESS_A_BATCH_DONE:
			if (nla_len(attr) < (int)sizeof(p->b->done))
				return -EBADMSG;
			p->b->done += nla_get_u32(attr);
			break;
		case DEVSESS_A_BATCH_RESULTS:
			ret = read_results(p, attr, &have);
			break;
		case DEVSESS_A_BATCH_FAILURE:
			ret = read_failure(p, attr);
			break;
		case DEVSESS_A_BATCH_FOUND:
			ret = read_found(p, attr);
			break;
		}
	}
	if (!ret && have != p->count)
		ret = -EBADMSG;
	return ret;
}

static int make_answer(struct kern_batch *b)
{
	b->done = 0;
	b->results = calloc(b->count, sizeof(b->results[0]));
	b->reasons = calloc(b->count, sizeof(b->reasons[0]));
	b->found = b->op == DEVSESS_OP_GET ? calloc(b->count, sizeof(b->found[0])) : NULL;
	if (b->results && b->reasons && (b->found || b->op != DEVSESS_OP_GET))
		return 0;
	return -ENOMEM;
}

/* As many of the items that are left as @room suffices for, and one at least. */
static void take_part(struct part *p, size_t room)
{
	p->from += p->count;
	p->count = 0;
	p->size = 0;
	while (p->from + p->count < p->b->count) {
		size_t size = item_size(&p->b->items[p->from + p->count]);

		if (p->count && HEAD_SIZE + p->size + size > room)
			return;
		p->count++;
		p->size += size;
	}
}

static int send_part(struct kern *kern, struct part *p, struct kern_error *e)
{
	struct nl_msg *msg = build(kern, p);

	return msg ? kern_talk(kern, msg, read_answer, p, e) :
		     kern_error_set(e, ENOMEM, "no memory for the request");
}

int kern_batch_send(struct kern *kern, struct kern_batch *b, struct kern_error *e)
{
	struct part p = { .b = b };
	size_t room;
	int ret = 0;

	if (make_answer(b)) {
		kern_batch_free(b);
		return kern_error_set(e, ENOMEM, "no memory for the request");
	}
	take_part(&p, SIZE_MAX);
	room = kern_make_room(kern, HEAD_SIZE + p.size);
	if (b->atomic)
		room = SIZE_MAX;
	for (p.count = 0; !ret && p.from + p.count < b->count;) {
		take_part(&p, room);
		ret = send_part(kern, &p, e);
	}
	if (ret == -EMSGSIZE)
		kern_error_set(e, EMSGSIZE, "net.core.wmem_max is too low to send all at once");
	if (ret && !p.from)
		b->done = 0;
	if (ret)
		kern_batch_free(b);
	return ret;
}

void kern_batch_free(struct kern_batch *b)
{
	for (uint32_t i = 0; b->reasons && i < b->count; i++)
		free(b->reasons[i]);
	free(b->reasons);
	free(b->results);
	free(b->found);
	b->reasons = NULL;
	b->results = NULL;
	b->found = NULL;
}
