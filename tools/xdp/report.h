/* SPDX-License-Identifier: GPL-2.0 */
/* What programs have counted. */
#ifndef DEVSESS_XDP_REPORT_H
#define DEVSESS_XDP_REPORT_H

#include <net/if.h>

#include "cli.h"

/* A device's name for a terminal: it may have any byte but blanks, / and :. Returns @out. */
const char *report_name(char out[IF_NAMESIZE], const char *device);

/* Print the counters of all devices, or of one. Returns enum cli_exit. */
int report(struct cli *cli, const char *device);

#endif
