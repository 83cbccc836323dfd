/* SPDX-License-Identifier: GPL-2.0 */
/* What programs have counted. */
#ifndef DEVSESS_XDP_REPORT_H
#define DEVSESS_XDP_REPORT_H

#include "cli.h"

/* Print the counters of all devices, or of one. Returns enum cli_exit. */
int report(struct cli *cli, const char *device);

#endif
