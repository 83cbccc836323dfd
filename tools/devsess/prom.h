/* SPDX-License-Identifier: GPL-2.0 */
/* Figures of tables in the text format of Prometheus. */
#ifndef DEVSESS_PROM_H
#define DEVSESS_PROM_H

#include <stdio.h>

#include "session.h"

/*
 * Print the figures of @count tables, a family at a time as the format wants it.
 * Families, labels and units stay as they are from version to version. What can be
 * computed from others (lookups, bytes_per_session, write_amplification) is left out.
 */
void prom_print(FILE *out, const struct stats *tables, size_t count);

#endif
