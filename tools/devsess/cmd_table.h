/* SPDX-License-Identifier: GPL-2.0 */
/* table add, set, del, drain, rename, swap and list. */
#ifndef DEVSESS_CMD_TABLE_H
#define DEVSESS_CMD_TABLE_H

#include "cli.h"

extern const struct command cmd_table;

#endif
