/* SPDX-License-Identifier: GPL-2.0 */
/* Many requests on one table in one message. Never prints. */
#ifndef DEVSESS_KERN_BATCH_H
#define DEVSESS_KERN_BATCH_H

#include "kern.h"

/* What each item of a batch asks for; values of enum devsess_op. */
struct kern_batch {
	const char *table;
	bool atomic;
	uint32_t op;
	const struct session *items;
	uint32_t count; /* 1 to DEVSESS_BATCH_MAX; DEVSESS_BATCH_GET_MAX to get */

	/* The answer */
	uint32_t done; /* items that took effect */
	int32_t *results; /* by item, 0 or a negative errno; 1: a touch kept the expiry */
	char **reasons; /* by item, a sentence or NULL */
	struct session *found; /* by item, of op get; length 0 of the device: none */
};

/*
 * Send, in several messages where one may not be so large and need not be; 0 if the batch was
 * answered, whatever became of the items. Else it is not known of which, but @done took effect.
 */
int kern_batch_send(struct kern *kern, struct kern_batch *b, struct kern_error *e);

/* Free the answer. */
void kern_batch_free(struct kern_batch *b);

#endif
