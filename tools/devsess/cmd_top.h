/* SPDX-License-Identifier: GPL-2.0 */
/* top. */
#ifndef DEVSESS_CMD_TOP_H
#define DEVSESS_CMD_TOP_H

#include "cli.h"

extern const struct command cmd_top;

#endif
