# SPDX-License-Identifier: GPL-2.0
# A new max_cost does not make those look again who have looked at the old one.
# file: cost.c
# caught by: plain parallel --test weights --seconds 30
# says: a cost above the new max_cost
s/(u64)sum + COST_MASK + 1/(u64)sum/
