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

static int put_items(struct nl_msg *msg, const struct kern_batch *b, size_t size)
{
	struct kern_room room;

	if (kern_room_open(&room, msg, size))
		return -EMSGSIZE;
	for (uint32_t i = 0; i < b->count; i++)
		kern_put_item(&room, b->op, &b->items[i]);
	return kern_room_close(&room);
}

static struct nl_msg *build(struct kern *kern, const struct kern_batch *b)
{
	size_t head = attr_size(DEVSESS_NAME_MAX + 1) + attr_size(0), size = 0;
	struct nl_msg *msg;
	int ret = 0;

	for (uint32_t i = 0; i < b->count; i++)
		size += item_size(&b->items[i]);
	msg = kern_request(kern, DEVSESS_CMD_BATCH, 0, head + size);
	if (!msg)
		return NULL;
	kern_make_room(kern, head + size);
	if (b->table)
		ret = nla_put_string(msg, DEVSESS_A_BATCH_TABLE, b->table);
	if (!ret && b->atomic)
		ret = nla_put_flag(msg, DEVSESS_A_BATCH_ATOMIC);
	if (!ret)
		ret = put_items(msg, b, size);
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

static int read_failure(struct kern_batch *b, struct nlattr *nest)
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
	if (index >= b->count || b->reasons[index])
		return -EBADMSG;
	if (!tb[DEVSESS_A_FAILURE_MESSAGE])
		return 0;
	b->reasons[index] = reason(tb[DEVSESS_A_FAILURE_MESSAGE], tb[DEVSESS_A_FAILURE_ATTR]);
	return b->reasons[index] ? 0 : -ENOMEM;
}

static int read_found(struct kern_batch *b, struct nlattr *nest)
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
	if (index >= b->count || !b->found)
		return -EBADMSG;
	return kern_get_session(nla_data(tb[DEVSESS_A_FOUND_SESSION]),
				nla_len(tb[DEVSESS_A_FOUND_SESSION]), &b->found[index]);
}

/* The next part of the results, of which there are @have already. */
static int read_results(struct kern_batch *b, struct nlattr *attr, uint32_t *have)
{
	uint32_t n = nla_len(attr) / sizeof(b->results[0]);

	if (nla_len(attr) % sizeof(b->results[0]) || n > b->count - *have)
		return -EBADMSG;
	memcpy(b->results + *have, nla_data(attr), nla_len(attr));
	*have += n;
	return 0;
}

static int read_answer(struct nlmsghdr *answer, void *arg)
{
	int left = genlmsg_attrlen(nlmsg_data(answer), 0), ret = 0;
	struct kern_batch *b = arg;
	struct nlattr *attr;
	uint32_t have = 0;

	for (attr = genlmsg_attrdata(nlmsg_data(answer), 0); !ret && nla_ok(attr, left);
	     attr = nla_next(attr, &left)) {
		switch (nla_type(attr)) {
		case DEVSESS_A_BATCH_DONE:
			if (nla_len(attr) < (int)sizeof(b->done))
				return -EBADMSG;
			b->done = nla_get_u32(attr);
			break;
		case DEVSESS_A_BATCH_RESULTS:
			ret = read_results(b, attr, &have);
			break;
		case DEVSESS_A_BATCH_FAILURE:
			ret = read_failure(b, attr);
			break;
		case DEVSESS_A_BATCH_FOUND:
			ret = read_found(b, attr);
			break;
		}
	}
	if (!ret && have != b->count)
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

int kern_batch_send(struct kern *kern, struct kern_batch *b, struct kern_error *e)
{
	struct nl_msg *msg;
	int ret;

	if (make_answer(b))
		goto no_memory;
	msg = build(kern, b);
	if (!msg)
		goto no_memory;
	ret = kern_talk(kern, msg, read_answer, b, e);
	if (!ret)
		return 0;
	kern_batch_free(b);
	return ret;

no_memory:
	kern_batch_free(b);
	return kern_error_set(e, ENOMEM, "no memory for the request");
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
