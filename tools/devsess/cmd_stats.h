/* SPDX-License-Identifier: GPL-2.0 */
/* stats. */
#ifndef DEVSESS_CMD_STATS_H
#define DEVSESS_CMD_STATS_H

#include "cli.h"

extern const struct command cmd_stats;

#endif
