/* SPDX-License-Identifier: GPL-2.0 */
/* owner: list owners of sessions, and limit them. */
#ifndef DEVSESS_CMD_OWNER_H
#define DEVSESS_CMD_OWNER_H

#include "cli.h"

extern const struct command cmd_owner;

#endif
