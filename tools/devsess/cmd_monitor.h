/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_CMD_MONITOR_H
#define DEVSESS_CMD_MONITOR_H

#include "cli.h"

extern const struct command cmd_monitor;

#endif
