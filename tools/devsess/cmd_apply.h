/* SPDX-License-Identifier: GPL-2.0 */
/* apply. */
#ifndef DEVSESS_CMD_APPLY_H
#define DEVSESS_CMD_APPLY_H

#include "cli.h"

extern const struct command cmd_apply;

#endif
