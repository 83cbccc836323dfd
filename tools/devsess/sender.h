/* SPDX-License-Identifier: GPL-2.0 */
/* Sends a batch in a thread, so that the next one can be read meanwhile. Never prints. */
#ifndef DEVSESS_SENDER_H
#define DEVSESS_SENDER_H

#include <pthread.h>

#include "kern_batch.h"

struct sender {
	struct kern *kern; /* the sender's alone while it is busy, as is @batch */
	struct kern_batch batch;
	struct kern_error error;
	int ret;
	pthread_t thread;
	bool busy;	/* sender_wait() is due */
	bool threaded;	/* by @thread, which is to be joined */
};

/* Send @s->batch. @s is not busy. */
void sender_start(struct sender *s);

/* Wait for the answer. Returns as kern_batch_send(), with @s->error. */
int sender_wait(struct sender *s);

#endif
