/* SPDX-License-Identifier: GPL-2.0 */
/* touch, del, pop and flush: requests that name sessions, most to end them. */
#ifndef DEVSESS_CMD_END_H
#define DEVSESS_CMD_END_H

#include "cli.h"

extern const struct command cmd_touch;
extern const struct command cmd_del;
extern const struct command cmd_pop;
extern const struct command cmd_flush;

#endif
