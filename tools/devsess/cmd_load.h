/* SPDX-License-Identifier: GPL-2.0 */
/* load. */
#ifndef DEVSESS_CMD_LOAD_H
#define DEVSESS_CMD_LOAD_H

#include "cli.h"

extern const struct command cmd_load;

#endif
