// SPDX-License-Identifier: GPL-2.0
/*
 * The list of all kinds of actors: a new operation that is to take part in the
 * torture is a function and a line here. The report and the script's tests
 * know it from here.
 */
#include "acts.h"

#include <linux/delay.h>
#include <linux/kernel.h>

#include "cleared.h"
#include "crowd.h"
#include "dump.h"
#include "handles.h"
#include "reader.h"
#include "writers.h"

/* Interrupts others in the middle of what they do, for longer than that takes. */
static void delay(struct actor *a)
{
	udelay(actor_random(a) % 64);
	actor_did(a, 1);
}

/* Never more than there are ids, and those of user space. */
static void count(struct actor *a)
{
	u64 n = devsess_count(torture_table);

	if (n < KEPT_IDS || n > IDS + USER_IDS)
		torture_error(a, COUNT, "%llu sessions", n);
	actor_did(a, 1);
}

const struct act acts[] = {
	{ "read", EVERYWHERE, 0, false, reader_run, READER_BYTES },
	{ "insert", WRITERS, 0, false, writers_insert },
	{ "update", WRITERS, 0, false, writers_update },
	{ "renew", WRITERS, 0, false, writers_renew },
	{ "delete", WRITERS, 0, false, writers_delete },
	{ "dump", BIT(PROCESS), 100, true, dump_run, DUMP_BYTES },
	{ "count", EVERYWHERE, 10, false, count },
	{ "clear_fill", WRITERS, 2, false, cleared_fill },
	{ "clear_defer", EVERYWHERE, 10, false, cleared_defer },
	{ "clear_read", EVERYWHERE, 2, false, cleared_read, CLEARED_READ_BYTES },
	{ "clear", BIT(PROCESS), 1000, true, cleared_clear },
	{ "crowd_fill", WRITERS, 2, false, crowd_fill },
	{ "crowd_read", EVERYWHERE, 2, false, crowd_read },
	{ "handle", EVERYWHERE, 2, false, handles_run, HANDLE_BYTES, handles_end },
	{ "delay", BIT(SOFTIRQ) | BIT(HARDIRQ), 0, false, delay },
};

const unsigned int acts_n = ARRAY_SIZE(acts);
