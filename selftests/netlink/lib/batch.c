// SPDX-License-Identifier: GPL-2.0
#include "batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * batch_begin - begin a batch
 * @b:      batch, zeroed before its first use
 * @nl:     socket
 * @table:  name, or NULL to leave it to the kernel
 * @atomic: all or none
 */
void batch_begin(struct batch *b, struct nl *nl, const char *table, bool atomic)
{
	b->nl = nl;
	b->n = 0;
	nl_begin(nl, DEVSESS_CMD_BATCH);
	if (table)
		put_str(&nl->m, DEVSESS_A_BATCH_TABLE, table);
	if (atomic)
		put(&nl->m, DEVSESS_A_BATCH_ATOMIC, NULL, 0);
}

/* Returns the item's offset in the message. */
size_t batch_add(struct batch *b, __u32 op, const struct session *s)
{
	struct session item = *s;
	size_t nest = put_nest(&b->nl->m, DEVSESS_A_BATCH_ITEM);

	item.has |= HAS(OP);
	item.op = op;
	put_session(&b->nl->m, &item);
	end_nest(&b->nl->m, nest);
	b->n++;
	return nest;
}

static void take_results(struct batch *b, const struct nlattr *a)
{
	__u32 n = attr_len(a) / sizeof(int);

	b->result = realloc(b->result, (b->results + n + 1) * sizeof(int));
	if (!b->result) {
		perror("results");
		exit(1);
	}
	memcpy(b->result + b->results, attr_data(a), n * sizeof(int));
	b->results += n;
	b->chunks++;
}

static void take_failure(struct batch *b, const struct nlattr *a)
{
	struct attrs attrs = attr_nest(a);
	const struct nlattr *index = attr_find(attrs, DEVSESS_A_FAILURE_INDEX);
	const struct nlattr *message = attr_find(attrs, DEVSESS_A_FAILURE_MESSAGE);
	const struct nlattr *attr = attr_find(attrs, DEVSESS_A_FAILURE_ATTR);

	if (!index || !message || b->failures == BATCH_FAILURES) {
		printf("# a failure without index or message, or too many of them\n");
		return;
	}
	b->failure[b->failures].index = attr_uint(index);
	b->failure[b->failures].attr = attr ? attr_uint(attr) : 0;
	snprintf(b->failure[b->failures].sentence, sizeof(b->failure[0].sentence), "%s",
		 (const char *)attr_data(message));
	b->failures++;
}

static void take_found(struct batch *b, const struct nlattr *a)
{
	struct attrs attrs = attr_nest(a);
	const struct nlattr *index = attr_find(attrs, DEVSESS_A_FOUND_INDEX);
	const struct nlattr *session = attr_find(attrs, DEVSESS_A_FOUND_SESSION);

	if (!index || !session || b->founds == DEVSESS_BATCH_GET_MAX) {
		printf("# something found without index or session, or too many\n");
		return;
	}
	b->found[b->founds].index = attr_uint(index);
	b->found[b->founds].s = get_session(attr_nest(session));
	b->founds++;
}

/**
 * batch_run - send a batch and take its results
 * @b: batch
 *
 * Return: 0 or the errno with which it was refused as a whole, negative;
 * -EBADMSG if it was not answered with a result per item.
 */
int batch_run(struct batch *b)
{
	const struct nlattr *a;
	int err = nl_call(b->nl);

	b->done = ~0U;
	b->results = 0;
	b->chunks = 0;
	b->failures = 0;
	b->founds = 0;
	if (err)
		return err;
	for (a = attr_first(b->nl->attrs); a; a = attr_next(b->nl->attrs, a)) {
		switch (attr_type(a)) {
		case DEVSESS_A_BATCH_DONE:
			b->done = attr_uint(a);
			break;
		case DEVSESS_A_BATCH_RESULTS:
			take_results(b, a);
			break;
		case DEVSESS_A_BATCH_FAILURE:
			take_failure(b, a);
			break;
		case DEVSESS_A_BATCH_FOUND:
			take_found(b, a);
			break;
		default:
			printf("# attribute %d in the reply to a batch\n", attr_type(a));
		}
	}
	return b->results == b->n ? 0 : -EBADMSG;
}

/* The sentence for an item, "" if there is none. */
const char *batch_why(const struct batch *b, __u32 index)
{
	__u32 i;

	for (i = 0; i < b->failures; i++)
		if (b->failure[i].index == index)
			return b->failure[i].sentence;
	return "";
}

/* The type of the attribute to blame for an item, 0 if it is none. */
__u32 batch_blamed(const struct batch *b, __u32 index)
{
	__u32 i;

	for (i = 0; i < b->failures; i++)
		if (b->failure[i].index == index)
			return b->failure[i].attr;
	return 0;
}

void batch_free(struct batch *b)
{
	free(b->result);
	b->result = NULL;
}

/* Does one thing to the sessions of number(@from) on. Returns 0 or the first errno. */
static int do_many(struct nl *nl, const char *table, __u32 op, __u32 from, __u32 n)
{
	struct batch *b = calloc(1, sizeof(*b));
	int err = 0;

	if (!b)
		return -ENOMEM;
	while (n && !err) {
		__u32 now = n < 8192 ? n : 8192, i;

		batch_begin(b, nl, table, false);
		for (i = 0; i < now; i++) {
			struct session s = number(from + i);

			if (op == DEVSESS_OP_INSERT)
				fill(&s, from + i);
			batch_add(b, op, &s);
		}
		err = batch_run(b);
		for (i = 0; i < now && !err; i++)
			err = b->result[i];
		from += now;
		n -= now;
	}
	batch_free(b);
	free(b);
	return err;
}

/* Inserts number(@from) on, each filled with its number as seed. */
int insert_many(struct nl *nl, const char *table, __u32 from, __u32 n)
{
	return do_many(nl, table, DEVSESS_OP_INSERT, from, n);
}

int delete_many(struct nl *nl, const char *table, __u32 from, __u32 n)
{
	return do_many(nl, table, DEVSESS_OP_DELETE, from, n);
}
