// SPDX-License-Identifier: GPL-2.0
/*
 * Queues of our own, since a namespace may have a thousand tables whose workers all have something
 * to do: in the kernel's queue others would wait for them. Those that only send may sleep for long,
 * so sessions expire in another one (whose worker sends as well, where much waits). The end of a
 * table waits for its workers, so it has a third.
 */
#include "queues.h"

#include <linux/errno.h>
#include <linux/workqueue.h>

struct workqueue_struct *queue_tidy, *queue_tell, *queue_free;

/**
 * queues_exit - undo queues_init()
 *
 * Context: Module unload; there are no tables, and no ends of tables that wait for RCU.
 */
void queues_exit(void)
{
	if (queue_free)
		destroy_workqueue(queue_free);
	if (queue_tell)
		destroy_workqueue(queue_tell);
	if (queue_tidy)
		destroy_workqueue(queue_tidy);
}

/**
 * queues_init - make the queues
 *
 * Context: Module load, before there are tables.
 * Return: 0 or -ENOMEM.
 */
int queues_init(void)
{
	queue_tidy = alloc_workqueue("devsess_tidy", WQ_UNBOUND, 0);
	queue_tell = alloc_workqueue("devsess_tell", WQ_UNBOUND, 0);
	queue_free = alloc_workqueue("devsess_free", WQ_UNBOUND, 0);
	if (queue_tidy && queue_tell && queue_free)
		return 0;
	queues_exit();
	return -ENOMEM;
}
