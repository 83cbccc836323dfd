// SPDX-License-Identifier: GPL-2.0
/*
 * LRU, clock, ARC (Megiddo and Modha, FAST'03) and S3-FIFO (Yang et al., SOSP'23), each as its
 * paper has it. Ids are small numbers, so that what is known of one is an entry of an array.
 */
#include "caches.h"

#include <stdlib.h>

#include <linux/kernel.h>

#include "shim.h"

#define NONE	(~0U)

/* What is known of an id: which queue it is in, and its neighbours there. */
struct node {
	u32 prev;
	u32 next;
	u8 queue;
	u8 uses;
};

/* Ids from the latest, first, to the oldest. */
struct queue {
	u32 first;
	u32 last;
	u32 length;
};

enum { OUT, Q1, Q2, GHOST1, GHOST2, QUEUES };

static struct node *node;
static struct queue queue[QUEUES];
static u32 capacity, target;

static void make(u32 sessions, u32 ids)
{
	u32 q;

	node = calloc(ids, sizeof(*node));
	if (!node)
		shim_bug("no memory for a cache");
	for (q = 0; q < QUEUES; q++)
		queue[q] = (struct queue){ NONE, NONE, 0 };
	capacity = sessions;
	target = 0;
}

static void free_all(void)
{
	free(node);
}

static void leave(u32 id)
{
	struct node *n = &node[id];
	struct queue *q = &queue[n->queue];

	if (n->queue == OUT)
		return;
	if (n->prev == NONE)
		q->first = n->next;
	else
		node[n->prev].next = n->next;
	if (n->next == NONE)
		q->last = n->prev;
	else
		node[n->next].prev = n->prev;
	q->length--;
	n->queue = OUT;
}

static void enter(u32 id, u32 to)
{
	struct queue *q = &queue[to];

	leave(id);
	node[id].prev = NONE;
	node[id].next = q->first;
	node[id].queue = to;
	if (q->first == NONE)
		q->last = id;
	else
		node[q->first].prev = id;
	q->first = id;
	q->length++;
}

static bool lru_use(u32 id)
{
	bool there = node[id].queue == Q1;

	if (!there && queue[Q1].length == capacity)
		leave(queue[Q1].last);
	enter(id, Q1);
	return there;
}

static bool clock_use(u32 id)
{
	if (node[id].queue == Q1) {
		node[id].uses = 1;
		return true;
	}
	while (queue[Q1].length == capacity) {
		u32 oldest = queue[Q1].last;

		if (node[oldest].uses) {
			node[oldest].uses = 0;
			enter(oldest, Q1);
		} else {
			leave(oldest);
		}
	}
	enter(id, Q1);
	return false;
}

/* ARC: Q1 has what was used once of late, Q2 what was used more than once. */

static void arc_replace(bool from_ghost2)
{
	u32 q1 = queue[Q1].length;

	if (q1 && (q1 > target || (from_ghost2 && q1 == target)))
		enter(queue[Q1].last, GHOST1);
	else
		enter(queue[Q2].last, GHOST2);
}

static void arc_miss(u32 id)
{
	u32 recent = queue[Q1].length + queue[GHOST1].length;
	u32 all = recent + queue[Q2].length + queue[GHOST2].length;

	if (recent == capacity) {
		if (queue[Q1].length < capacity) {
			leave(queue[GHOST1].last);
			arc_replace(false);
		} else {
			leave(queue[Q1].last);
		}
	} else if (all >= capacity) {
		if (all == 2 * capacity)
			leave(queue[GHOST2].last);
		arc_replace(false);
	}
	enter(id, Q1);
}

static bool arc_use(u32 id)
{
	u32 in = node[id].queue, b1 = queue[GHOST1].length, b2 = queue[GHOST2].length, step;

	switch (in) {
	case Q1:
	case Q2:
		enter(id, Q2);
		return true;
	case GHOST1:
		step = b2 > b1 ? b2 / b1 : 1;
		target = min(capacity, target + step);
		break;
	case GHOST2:
		step = b1 > b2 ? b1 / b2 : 1;
		target = target > step ? target - step : 0;
		break;
	default:
		arc_miss(id);
		return false;
	}
	arc_replace(in == GHOST2);
	enter(id, Q2);
	return false;
}

/* S3-FIFO: Q1 is the small queue, Q2 the main one. */

static void s3fifo_remember(u32 id)
{
	enter(id, GHOST1);
	if (queue[GHOST1].length > capacity - capacity / 10)
		leave(queue[GHOST1].last);
}

/* Returns whether one has left. */
static bool s3fifo_small(void)
{
	u32 oldest = queue[Q1].last;

	if (node[oldest].uses < 2) {
		s3fifo_remember(oldest);
		return true;
	}
	node[oldest].uses = 0;
	enter(oldest, Q2);
	return false;
}

static bool s3fifo_main(void)
{
	u32 oldest = queue[Q2].last;

	if (!node[oldest].uses) {
		leave(oldest);
		return true;
	}
	node[oldest].uses--;
	enter(oldest, Q2);
	return false;
}

static bool s3fifo_use(u32 id)
{
	u32 in = node[id].queue;

	if (in == Q1 || in == Q2) {
		node[id].uses = min_t(u8, node[id].uses + 1, 3);
		return true;
	}
	while (queue[Q1].length + queue[Q2].length == capacity) {
		bool small = queue[Q1].length > capacity / 10 || !queue[Q2].length;

		if (small ? s3fifo_small() : s3fifo_main())
			break;
	}
	node[id].uses = 0;
	enter(id, in == GHOST1 ? Q2 : Q1);
	return false;
}

#define CACHE(policy) \
	const struct cache cache_##policy = { #policy, make, free_all, policy##_use }

CACHE(lru);
CACHE(clock);
CACHE(arc);
CACHE(s3fifo);
