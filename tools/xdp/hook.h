/* SPDX-License-Identifier: GPL-2.0 */
/* Our programs at the hooks of a network device: finding, attaching and detaching them. */
#ifndef DEVSESS_HOOK_H
#define DEVSESS_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "xdp.h"

enum hook_mode {
	HOOK_ANY,
	HOOK_NATIVE,
	HOOK_GENERIC,
};

/* A program at a hook. */
struct hook {
	int ifindex;
	bool tc; /* at tc's ingress, else XDP */
	uint32_t prog_id; /* 0: none */
	enum hook_mode mode; /* XDP only; never HOOK_ANY if there is one */
	bool ours;
};

/* What one of ours is told and has counted, over all CPUs. */
struct hook_state {
	struct xdp_config config;
	struct xdp_counters counters;
};

/* Look what is at a hook. Returns 0 or a negative errno. */
int hook_find(struct hook *h, int ifindex, bool tc);

/* Put a program there. One of ours that is there is replaced, no other. 0 or a negative errno. */
int hook_attach(const struct hook *old, int prog_fd, enum hook_mode mode);

/* Take ours away. 0 or a negative errno. */
int hook_detach(const struct hook *h);

/* Read the maps of ours. 0 or a negative errno. */
int hook_state(const struct hook *h, struct hook_state *s);

#endif
