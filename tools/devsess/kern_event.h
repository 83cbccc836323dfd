/* SPDX-License-Identifier: GPL-2.0 */
/* Events of the kernel, through a socket of their own. Nothing is printed. */
#ifndef DEVSESS_KERN_EVENT_H
#define DEVSESS_KERN_EVENT_H

#include "event.h"
#include "kern.h"

/* Which events are meant. Overruns always are, and with a table all events of kind table. */
struct event_filter {
	uint32_t kinds; /* a bit per enum devsess_event_kind; 0: all */
	bool has_owner;
	uint32_t owner;
	uint32_t table_id; /* 0: all */
};

struct kern_events;

typedef void (*kern_event_fn)(const struct event *ev, void *arg);

/*
 * Listen, from now on, in the network namespace of the process; to updates and
 * touches only if @updates. At the most @buffer bytes of them wait, as the kernel counts their
 * memory. Returns 0, or a negative errno with @e filled in.
 */
int kern_events_open(struct kern_events **result, bool updates, int buffer,
		     struct kern_error *e);
void kern_events_close(struct kern_events *k);

/* Let the kernel leave out all others. As above. */
int kern_events_filter(struct kern_events *k, const struct event_filter *f, struct kern_error *e);

/* Wait for something to read, @ms at the most; a signal ends it, too. */
void kern_events_wait(struct kern_events *k, int ms);

/*
 * Read some events. Returns 0; -EAGAIN if there are none now; -ENOBUFS if some were lost: what
 * is read until -EAGAIN came before; another negative errno with @e filled in.
 */
int kern_events_read(struct kern_events *k, kern_event_fn fn, void *arg, struct kern_error *e);

/*
 * Whether the module is gone, as after a loss: that it went may be what was lost. If so,
 * kern_events_read() says so from then on.
 */
bool kern_events_gone(struct kern_events *k);

/* How many events the socket has lost since the last call. */
uint64_t kern_events_lost(struct kern_events *k);

#endif
