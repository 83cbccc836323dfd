/* SPDX-License-Identifier: GPL-2.0 */
/* Brings all actors to act, each in its context. */
#ifndef DEVSESS_TORTURE_STAGE_H
#define DEVSESS_TORTURE_STAGE_H

#include "torture.h"

int stage_begin(void);
void stage_end(void);
void stage_free(void);
int stage_report(char *page, int len);

#endif /* DEVSESS_TORTURE_STAGE_H */
