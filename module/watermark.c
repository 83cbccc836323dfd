// SPDX-License-Identifier: GPL-2.0
/*
 * Watermark: whoever adds or frees sessions looks, once no lock is held, whether that has made
 * the table reach a mark, and if so has a work tell. The work looks again, so that one that
 * was reached and left before it ran is not told, and two events of a table are never of the
 * same side. Between the marks nothing is told: a table that goes up and down there is quiet.
 *
 * A table is as full as its sessions make it, or their weights where these are bounded, whichever
 * is more: either can make it refuse one.
 */
#include "watermark.h"

#include <linux/kernel.h>

#include "cost.h"
#include "events.h"
#include "queues.h"

/* Of a higher bound no table comes to one per cent, see COST_BITS; times 100 it is a u64. */
#define COST_MOST	(U64_MAX / 100)

/**
 * watermark_due - whether a mark was reached that was not told
 * @w: watermark
 *
 * Context: Any.
 * Return: true if so.
 */
bool watermark_due(const struct watermark *w)
{
	u64 fill = atomic64_read(w->fill), marks = READ_ONCE(w->marks);
	u64 low = marks & 0xffff, high = marks >> 16;
	u64 part = (u64)lower_32_bits(fill) * 100, max = upper_32_bits(fill);
	u64 cost_part = 0, cost_most = min(cost_max(w->cost), COST_MOST);

	if (cost_most)
		cost_part = cost_sum(w->cost) * 100;
	if (READ_ONCE(w->above))
		return !marks || (part <= max * low && cost_part <= cost_most * low);
	return marks && (part >= max * high || (cost_most && cost_part >= cost_most * high));
}

/**
 * watermark_tell - tell what is due
 * @w: watermark
 *
 * Context: Process, may sleep; one at a time. Called by the work, and by tests.
 */
void watermark_tell(struct watermark *w)
{
	u64 rec[REC_WORDS_MAX] = { }, fill;

	if (!watermark_due(w))
		return;
	WRITE_ONCE(w->above, !w->above);
	smp_mb(); /* @above before what it is compared with: pairs with who changes that */
	fill = atomic64_read(w->fill);
	rec[0] = lower_32_bits(fill);
	rec[1] = upper_32_bits(fill);
	rec[2] = cost_sum(w->cost);
	rec[3] = cost_max(w->cost);
	events_tell(w->events, DEVSESS_EVENT_KIND_WATERMARK, w->above ?
		    DEVSESS_EVENT_REASON_ABOVE : DEVSESS_EVENT_REASON_BELOW, rec);
	events_kick(w->events);
	/* Who came meanwhile found it not due; or, with marks that are gone by now, so will all. */
	if (watermark_due(w))
		watermark_queue_work(w);
}

static void work_fn(struct work_struct *work)
{
	watermark_tell(container_of(to_delayed_work(work), struct watermark, work));
}

/**
 * watermark_set - change the marks
 * @w:    watermark
 * @high: per cent, 1 to 100; 0: none
 * @low:  per cent, less than @high, or 0 with it
 *
 * Context: Process; one at a time.
 */
void watermark_set(struct watermark *w, u32 high, u32 low)
{
	WRITE_ONCE(w->marks, high << 16 | low);
	smp_mb(); /* before @above: pairs with watermark_tell() */
	/* Also when there are none any more: nobody else looks then. */
	if (watermark_due(w))
		watermark_queue_work(w);
}

/**
 * watermark_queue_work - as watermark_look(), without a look
 * @w: watermark
 *
 * Context: Process or softirq; no shard lock held.
 */
void watermark_queue_work(struct watermark *w)
{
	queue_delayed_work(queue_tidy, &w->work, 0);
}

/**
 * watermark_init - make it ready, without marks
 * @w:      watermark, zeroed
 * @fill:   of the table, see struct watermark
 * @cost:   likewise
 * @events: of the table
 *
 * Context: Process.
 */
void watermark_init(struct watermark *w, const atomic64_t *fill, const struct cost *cost,
		    struct events *events)
{
	w->fill = fill;
	w->cost = cost;
	w->events = events;
	INIT_DELAYED_WORK(&w->work, work_fn);
}

/**
 * watermark_exit - tell nothing any more
 * @w: watermark that nobody looks at any more
 *
 * Context: Process, may sleep; before events_exit().
 */
void watermark_exit(struct watermark *w)
{
	WRITE_ONCE(w->marks, 0); /* else it may queue itself */
	cancel_delayed_work_sync(&w->work);
}
