/* SPDX-License-Identifier: GPL-2.0 */
/* save. */
#ifndef DEVSESS_CMD_SAVE_H
#define DEVSESS_CMD_SAVE_H

#include "cli.h"

extern const struct command cmd_save;

#endif
