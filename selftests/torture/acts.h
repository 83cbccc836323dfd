/* SPDX-License-Identifier: GPL-2.0 */
/* All kinds of actors. */
#ifndef DEVSESS_TORTURE_ACTS_H
#define DEVSESS_TORTURE_ACTS_H

#include "torture.h"

#define EVERYWHERE	(BIT(PROCESS) | BIT(SOFTIRQ) | BIT(HARDIRQ))
#define WRITERS		(BIT(PROCESS) | BIT(SOFTIRQ))

extern const struct act acts[];
extern const unsigned int acts_n;

#endif /* DEVSESS_TORTURE_ACTS_H */
