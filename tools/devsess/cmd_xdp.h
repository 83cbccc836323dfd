/* SPDX-License-Identifier: GPL-2.0 */
/* xdp. */
#ifndef DEVSESS_CMD_XDP_H
#define DEVSESS_CMD_XDP_H

#include "cli.h"

extern const struct command cmd_xdp;

/*
 * Become devsess-xdp, which needs libbpf, with all arguments but the word `xdp' at @at. Returns
 * only if that cannot be done, with CLI_REFUSED, and the reason is told; or with CLI_DONE, if what
 * was wanted is its help, and it is not there.
 */
int cmd_xdp_become(char **argv, int at);

#endif
