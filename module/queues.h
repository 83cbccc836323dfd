/* SPDX-License-Identifier: GPL-2.0 */
/* Queues: where what tables do in the background runs. See queues.c. */
#ifndef DEVSESS_QUEUES_H
#define DEVSESS_QUEUES_H

struct workqueue_struct;

/* Sweeps, watermarks and deferred writes; events and upcalls; ends of tables. */
extern struct workqueue_struct *queue_tidy, *queue_tell, *queue_free;

int queues_init(void);
void queues_exit(void);

#endif /* DEVSESS_QUEUES_H */
