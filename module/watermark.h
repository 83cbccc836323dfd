/* SPDX-License-Identifier: GPL-2.0 */
/* Watermark: tells when a table fills up, and when it does no longer. See watermark.c. */
#ifndef DEVSESS_WATERMARK_H
#define DEVSESS_WATERMARK_H

#include <linux/atomic.h>
#include <linux/workqueue.h>

struct cost;
struct events;

/**
 * struct watermark - of a table
 * @fill:   max_sessions in the upper half, sessions in the lower one
 * @cost:   of the table
 * @events: of the table
 * @marks:  per cent of max_sessions, and of max_cost if there is one: high in the upper half,
 *          low in the lower one; 0: none. Any time it may change
 * @above:  the high one was reached and the low one has not been since; the work's
 * @work:   looks, and tells
 */
struct watermark {
	const atomic64_t *fill;
	const struct cost *cost;
	struct events *events;
	u32 marks;
	bool above;
	struct delayed_work work;
};

void watermark_init(struct watermark *w, const atomic64_t *fill, const struct cost *cost,
		    struct events *events);
void watermark_exit(struct watermark *w);
void watermark_set(struct watermark *w, u32 high, u32 low);
bool watermark_due(const struct watermark *w);
void watermark_queue_work(struct watermark *w);
void watermark_tell(struct watermark *w);

/* High in per cent, or 0 if there are none. */
static inline u32 watermark_high(const struct watermark *w)
{
	return READ_ONCE(w->marks) >> 16;
}

static inline u32 watermark_low(const struct watermark *w)
{
	return READ_ONCE(w->marks) & 0xffff;
}

/**
 * watermark_look - have told what sessions that came or went make of it
 * @w: watermark
 *
 * Context: Process or softirq; no shard lock held.
 */
static inline void watermark_look(struct watermark *w)
{
	if (unlikely(READ_ONCE(w->marks)) && unlikely(watermark_due(w)))
		watermark_queue_work(w);
}

#endif /* DEVSESS_WATERMARK_H */
