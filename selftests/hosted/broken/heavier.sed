# SPDX-License-Identifier: GPL-2.0
# A session can become heavier than there is room for.
# file: write.c
# caught by: plain model --plan costly
# says: update: 0, not -28|swap: 1, not -28|cost|batch
/^static int count_change/,/^}/s/if (more && !place_take_cost(t, req, more))/if (0)/
