# SPDX-License-Identifier: GPL-2.0
# As seq, caught by threads that really run in parallel.
# file: slots.c
# caught by: plain parallel --test churn --seconds 30
# says: torn session
s/if (READ_ONCE(s->seq) == seq)/if (READ_ONCE(s->seq) || 1)/
