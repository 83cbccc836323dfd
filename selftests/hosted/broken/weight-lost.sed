# SPDX-License-Identifier: GPL-2.0
# The weight of what expires stays counted.
# file: sweep.c
# caught by: plain kunit devsess_cost
# says: cost_kunit.c
s/^\te->weight += session_weight(rec);$//
