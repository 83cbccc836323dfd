/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of kfuncs, by the programs in kfunc.bpf.c. */
#ifndef DEVSESS_TEST_CALLER_H
#define DEVSESS_TEST_CALLER_H

#include <stdbool.h>

#include "call.h"
#include "nl.h"

#include "kfunc.skel.h"

/* No kfunc returns these. */
#define CALLER_NOT_RUN		(-10001)
#define CALLER_WRONG_ERROR	(-10002)

/* The kernel has types of its own; whether the module has some is up to us. */
bool kernel_has_btf(void);

bool is_6_1(void);

/* Load the programs whose names begin with @type, NULL if it failed. */
struct kfunc_bpf *caller_load(const char *type);

/* The number of a table, 0 if it has none. */
__u32 caller_table(struct nl *nl, const char *table);

/* Set what is asked for: all of the options, zero but for the table. */
void caller_ask(struct call *call, __u32 table, const char *id);

/* Run a program with the packet that it needs. Returns what the kfunc did. */
int caller_run(struct kfunc_bpf *skel, const char *type, const char *op);

#endif
