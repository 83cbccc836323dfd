/* SPDX-License-Identifier: GPL-2.0 */
/* Handles on tables that come and go. */
#ifndef DEVSESS_TORTURE_HANDLES_H
#define DEVSESS_TORTURE_HANDLES_H

#include <linux/net_namespace.h>

#include "content.h"

/* User space makes and deletes the tables coming-0 to coming-3 all the while. */
#define COMING_TABLES 4

/* Namespaces that actors know of at a time. */
#define NETS_MAX 4

/**
 * struct handle - a handle that an actor holds for a while
 * @t:       table, or NULL
 * @place:   where it is, among the nets
 * @ends:    of that place, when the handle was taken
 * @seen_gone: a call has answered -ENODEV
 * @calls:   how often to use it yet
 * @rest:    calls until it takes another
 * @counter: of the actor's session in it; 0 if there is none
 * @stamp:   for the next
 */
struct handle {
	struct devsess_handle *t;
	unsigned int place;
	unsigned int ends;
	bool seen_gone;
	unsigned int calls;
	unsigned int rest;
	u32 counter;
	u32 stamp;
};

#define HANDLE_BYTES sizeof(struct handle)

int handles_init(void);
void handles_exit(void);
void handles_run(struct actor *a);
void handles_end(struct actor *a);
int handles_report(char *page, int len);

#endif /* DEVSESS_TORTURE_HANDLES_H */
