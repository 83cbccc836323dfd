/* SPDX-License-Identifier: GPL-2.0 */
/* Requests about tables; genl.h has the handlers. See table_nl.c. */
#ifndef DEVSESS_TABLE_NL_H
#define DEVSESS_TABLE_NL_H

#include <net/genetlink.h>

#include "genl.h"
#include "table.h"

struct devsess_table *table_nl_request(struct genl_info *info, int type);

#endif /* DEVSESS_TABLE_NL_H */
