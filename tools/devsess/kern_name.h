/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the attributes, as in the netlink spec. */
#ifndef DEVSESS_KERN_NAME_H
#define DEVSESS_KERN_NAME_H

#include <stdint.h>

/* An attribute set. */
struct kern_names {
	const char *const *names;
	uint32_t count;
};

extern const struct kern_names kern_stats_names;

/* The set of the attributes of a request (DEVSESS_CMD_*); NULL if there is none. */
const struct kern_names *kern_names_of(uint8_t cmd);

/* The set inside attribute @type of @set; NULL if it is no nest. */
const struct kern_names *kern_names_nested(const struct kern_names *set, uint32_t type);

const char *kern_name(const struct kern_names *set, uint32_t type);

#endif
