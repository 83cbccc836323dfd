/* SPDX-License-Identifier: GPL-2.0 */
/* Sweep: the worker of a table. See sweep.c. */
#ifndef DEVSESS_SWEEP_H
#define DEVSESS_SWEEP_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/workqueue.h>

#include "cost.h"
#include "directory.h"
#include "events.h"
#include "name.h"
#include "owner.h"
#include "watermark.h"

/**
 * struct sweep_pass - a pass over all shards, and what it has found so far
 * @hash:   where the next shard begins; 2^32 at the end
 * @next:   no session expires before, ns of CLOCK_BOOTTIME; U64_MAX if none does
 * @depth:  of the deepest shard
 * @merged: shards were merged: another pass may find more to merge
 * @failed: there was no memory for something
 */
struct sweep_pass {
	u64 hash;
	u64 next;
	u8 depth;
	bool merged;
	bool failed;
};

/**
 * struct sweep - the worker of a table
 * @work:  a pass over all shards
 * @timer: queues @work when @due; of CLOCK_BOOTTIME, as sessions expire by that
 * @kick:  queues @work from contexts that cannot
 * @lock:  @due, and @timer; innermost but for that of timers
 * @due:   when the next pass is due, ns of CLOCK_BOOTTIME; U64_MAX if none is
 * @kicked: @due is soon, so @kick is of no use
 * @stopped: no more passes; @lock
 * @midway: within a pass, which goes on at the next tick; @lock
 * @pass:  the worker's; nobody else looks at it
 * @dir:   the shards
 * @fill:  of the table, from whose lower half expired sessions are subtracted
 * @watermark: of the table
 * @cost:  of the table, from which their weights are
 * @events: of the table
 * @owners: of the table, under which they count no more; or NULL
 * @table: its name
 * @charge: of the table, charged with what the worker allocates
 */
struct sweep {
	struct delayed_work work;
	struct hrtimer timer;
	struct irq_work kick;
	raw_spinlock_t lock;
	u64 due;
	bool kicked;
	bool stopped;
	bool midway;
	struct sweep_pass pass;
	struct directory *dir;
	atomic64_t *fill;
	struct watermark *watermark;
	struct cost *cost;
	struct events *events;
	struct owners *owners;
	const struct table_name *table;
	const struct charge *charge;
};

void sweep_init(struct sweep *sw, struct directory *dir, atomic64_t *fill,
		struct watermark *watermark, struct cost *cost, struct events *events,
		struct owners *owners, const struct table_name *table,
		const struct charge *charge);
void sweep_stop(struct sweep *sw);
void sweep_kick(struct sweep *sw);
void sweep_expiry(struct sweep *sw, u64 expires);
bool sweep_some(struct sweep *sw, struct sweep_pass *p, u64 ns);
bool sweep_run(struct sweep *sw);
int sweep_expire(struct sweep *sw, struct shard *sh);
bool sweep_make_room(struct sweep *sw, u32 hash, gfp_t gfp);

#endif /* DEVSESS_SWEEP_H */
