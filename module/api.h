/* SPDX-License-Identifier: GPL-2.0 */
/* What other modules call: include/devsess.h, which has the contracts. See api.c. */
#ifndef DEVSESS_API_H
#define DEVSESS_API_H

#include "include/devsess.h"

#endif /* DEVSESS_API_H */
