// SPDX-License-Identifier: GPL-2.0
/*
 * Charge. A worker makes maps in place of others that were charged to who filled the table. Were
 * it charged to nobody, who fills tables and empties them again would get any amount of memory
 * past the limit of his cgroup. So it is charged to who made the table.
 *
 * A table that comes with its namespace was made by whoever made that, such as a container's
 * runtime, who has no limit perhaps. It is charged to whose request first stores in it or changes
 * its options.
 */
#include "charge.h"

#include <linux/atomic.h>
#include <linux/memcontrol.h>

/**
 * charge_init - charge the caller
 * @c:    charge
 * @open: until somebody claims the table
 *
 * Context: Process.
 */
void charge_init(struct charge *c, bool open)
{
	c->memcg = get_mem_cgroup_from_mm(NULL);
	c->maker = NULL;
	c->open = open;
}

/**
 * charge_take - as charge_claim(), of a table that was open a moment ago
 * @c: charge
 *
 * Who was charged before is held on, as workers may be at it.
 *
 * Context: likewise.
 */
void charge_take(struct charge *c)
{
	if (!xchg(&c->open, false))
		return;
	c->maker = c->memcg;
	WRITE_ONCE(c->memcg, get_mem_cgroup_from_mm(NULL));
}

/**
 * charge_exit - let go of who is charged
 * @c: charge of a table that has no workers any more
 *
 * Context: Process.
 */
void charge_exit(struct charge *c)
{
	mem_cgroup_put(c->memcg);
	mem_cgroup_put(c->maker);
}
