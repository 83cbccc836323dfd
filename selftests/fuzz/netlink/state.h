/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a namespace's tables are sound, once nobody writes to them. */
#ifndef DEVSESS_FUZZ_STATE_H
#define DEVSESS_FUZZ_STATE_H

#include "nl.h"

int state_check(struct nl *nl);
int state_clear(struct nl *nl);

#endif
