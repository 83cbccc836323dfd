/* SPDX-License-Identifier: GPL-2.0 */
/* The figures of a table, as netlink and /proc show them. See figures.c. */
#ifndef DEVSESS_FIGURES_H
#define DEVSESS_FIGURES_H

#include "table.h"

/**
 * enum figure_kind - how a figure is shown
 * @FIGURE_NONE: no figure
 * @FIGURE_U64:  an u64
 * @FIGURE_U32:  an u32
 * @FIGURE_MILLI: an u32 in thousandths
 */
enum figure_kind { FIGURE_NONE, FIGURE_U64, FIGURE_U32, FIGURE_MILLI };

/**
 * struct figure - name and kind of a figure
 * @name: as in /proc
 * @kind: how it is shown
 */
struct figure {
	const char *name;
	enum figure_kind kind;
};

/**
 * struct figures - the values
 * @v: by attribute, DEVSESS_A_STATS_*
 */
struct figures {
	u64 v[DEVSESS_A_STATS_MAX + 1];
};

extern const struct figure figure_list[DEVSESS_A_STATS_MAX + 1];

void figures_get(struct devsess_table *t, struct figures *f);

#endif /* DEVSESS_FIGURES_H */
