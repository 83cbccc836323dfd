/* SPDX-License-Identifier: GPL-2.0 */
/* loader: store sessions as the kernel asks for them; refuse: say that there is none */
#ifndef DEVSESS_CMD_LOADER_H
#define DEVSESS_CMD_LOADER_H

#include "cli.h"

extern const struct command cmd_loader;
extern const struct command cmd_refuse;

#endif
