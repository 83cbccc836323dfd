// SPDX-License-Identifier: GPL-2.0
#include "batch_reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/devsess.h>

#include "hints.h"

/**
 * struct results - what became of the items
 * @n:      how many results there are
 * @good:   those that are 0
 * @failed: those that are not
 * @err:    of the first ones, positive
 */
struct results {
	__u32 n;
	__u32 good;
	__u32 failed;
	int err[64];
};

bool batch_is(const struct op_spec *op)
{
	return op->cmd == DEVSESS_CMD_BATCH;
}

static struct attrs request_of(const struct sent *s)
{
	const size_t headers = NLMSG_HDRLEN + GENL_HDRLEN;

	return (struct attrs){
		.head = (const struct nlattr *)(s->msg + headers),
		.len = s->len - headers,
	};
}

static __u32 count_of(struct attrs attrs, int type)
{
	const struct nlattr *a;
	__u32 n = 0;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a))
		n += attr_type(a) == type;
	return n;
}

static void take_results(struct results *r, struct judge *j, struct sent *s, struct attrs reply)
{
	const struct nlattr *a;
	size_t i;
	__s32 err;

	for (a = attr_first(reply); a; a = attr_next(reply, a)) {
		if (attr_type(a) != DEVSESS_A_BATCH_RESULTS)
			continue;
		for (i = 0; i + sizeof(err) <= attr_len(a); i += sizeof(err)) {
			memcpy(&err, attr_data(a) + i, sizeof(err));
			/* A touch may have kept the expiry. */
			if (err == 1)
				err = 0;
			if (err && !hint_item_errno(-err))
				complain(j, s, "the result of item %u is %d", r->n, err);
			if (r->n < 64)
				r->err[r->n] = -err;
			r->n++;
			r->good += !err;
			r->failed += !!err;
		}
	}
}

/* A failed item has a sentence, while there is room for them, and is one that failed. */
static __u32 judge_failures(struct results *r, struct judge *j, struct sent *s,
			    struct attrs reply)
{
	const struct nlattr *a, *index, *message, *attr;
	__u32 n = 0, i;
	__u64 way;

	for (a = attr_first(reply); a; a = attr_next(reply, a)) {
		if (attr_type(a) != DEVSESS_A_BATCH_FAILURE)
			continue;
		n++;
		index = attr_find(attr_nest(a), DEVSESS_A_FAILURE_INDEX);
		message = attr_find(attr_nest(a), DEVSESS_A_FAILURE_MESSAGE);
		attr = attr_find(attr_nest(a), DEVSESS_A_FAILURE_ATTR);
		if (!index || !message || attr_len(message) < 2) {
			complain(j, s, "a failure without an index or a sentence");
			continue;
		}
		i = attr_uint(index);
		if (i >= r->n || (i < 64 && !r->err[i])) {
			complain(j, s, "item %u has failed, but its result is 0", i);
			continue;
		}
		way = judge_mix_text(judge_mix(s->op->cmd, 2000), attr_data(message));
		way = judge_mix(way, attr ? attr_uint(attr) : 0);
		s->fresh |= judge_fresh(j, judge_mix(way, i < 64 ? r->err[i] : 0));
	}
	return n;
}

static void tell(const struct results *r, struct sent *s)
{
	size_t len = snprintf(s->outcome, OUTCOME_MAX, "ok");
	__u32 i;

	for (i = 0; i < r->n && i < 16 && len + 20 < OUTCOME_MAX; i++)
		len += snprintf(s->outcome + len, OUTCOME_MAX - len, " %s",
				r->err[i] ? strerrorname_np(r->err[i]) : "0");
}

/**
 * batch_judge - judge the reply to a batch
 * @j:     judge
 * @s:     the batch
 * @reply: attributes of the reply
 */
void batch_judge(struct judge *j, struct sent *s, struct attrs reply)
{
	bool atomic = attr_find(request_of(s), DEVSESS_A_BATCH_ATOMIC);
	const struct nlattr *done = attr_find(reply, DEVSESS_A_BATCH_DONE);
	__u32 items = count_of(request_of(s), DEVSESS_A_BATCH_ITEM), failures;
	struct results r = { };

	take_results(&r, j, s, reply);
	failures = judge_failures(&r, j, s, reply);
	if (r.n != items || !items)
		complain(j, s, "%u results of %u items", r.n, items);
	if (!done || attr_uint(done) != r.good)
		complain(j, s, "%u items took effect, but it says %llu", r.good,
			 done ? attr_uint(done) : 0);
	if (atomic && r.good && r.failed)
		complain(j, s, "%u items of an atomic batch took effect", r.good);
	/* Of an atomic batch that failed, only the item that was the reason has one. */
	if (failures != (atomic && r.failed ? 1 : r.failed) && items <= 64)
		complain(j, s, "%u items failed, %u sentences", r.failed, failures);
	if (count_of(reply, DEVSESS_A_BATCH_FOUND) > r.good)
		complain(j, s, "more was found than there are good items");
	if (j->outcomes)
		tell(&r, s);
}
