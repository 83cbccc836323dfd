/* SPDX-License-Identifier: GPL-2.0 */
/* Lookups; see lookup.c. All they offer is for other modules too: include/devsess.h. */
#ifndef DEVSESS_LOOKUP_H
#define DEVSESS_LOOKUP_H

#include "table.h"

#endif /* DEVSESS_LOOKUP_H */
